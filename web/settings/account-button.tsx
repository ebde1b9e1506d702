import { useSigned } from '../chat/use-messenger.ts';

export function AccountButton() {
  const { session } = useSigned();
  return (
    <button type="button" class="button" onClick={() => session.signOut()}>
      Sign out
    </button>
  );
}
