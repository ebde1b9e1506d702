import { useState } from 'preact/hooks';
import { useSigned } from '../chat/use-messenger.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

/** Ends the user's sessions on all devices, this one among them. */
export function SignOutEverywhere() {
  const { session, messenger } = useSigned();
  const [asks, setAsks] = useState(false);

  async function signOut(): Promise<void> {
    await messenger.chat.request('DELETE', '/me/sessions');
    // By now the session may have ended by itself.
    await session.signOut(messenger.me);
  }

  return (
    <section>
      <button type="button" class="button" data-kind="danger" onClick={() => setAsks(true)}>
        Sign out everywhere
      </button>
      {asks && (
        <ConfirmDialog
          title="Sign out everywhere?"
          action="Sign out everywhere"
          onConfirm={signOut}
          onClose={() => setAsks(false)}
        >
          All devices on which you are signed in have to sign in again, this one too. Messages that have not been sent
          yet are lost.
        </ConfirmDialog>
      )}
    </section>
  );
}
