import { useSession } from '../state/session-context.ts';

/** The display name of the signed-in user. */
export function useDisplayName(): string {
  const { session, messenger } = useSession();
  return session.accounts.value.find(({ username }) => username === messenger.me)?.name ?? messenger.me;
}
