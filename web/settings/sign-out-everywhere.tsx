import { useSession } from '../state/session-context.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';

/** Ends the user's sessions on all devices, this one included. */
export function SignOutEverywhere() {
  const { session, messenger } = useSession();

  async function signOut(): Promise<void> {
    await messenger.chat.request('DELETE', '/me/sessions');
    // With the name: the session of this tab may have ended already.
    await session.signOut(messenger.me);
  }

  return (
    <section>
      <ConfirmButton
        label="Sign out everywhere"
        look="button"
        kind="danger"
        title="Sign out everywhere?"
        action="Sign out everywhere"
        onConfirm={signOut}
      >
        All devices on which you are signed in have to sign in again, this one too. Messages that have not been sent yet
        are lost.
      </ConfirmButton>
    </section>
  );
}
