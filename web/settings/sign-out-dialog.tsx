import { indexedDbOutbox } from '@parley/client/indexeddb';
import { useEffect, useState } from 'preact/hooks';
import { useSigned } from '../chat/use-messenger.ts';
import { forgetDevice } from '../notify/push-device.ts';
import { go } from '../route.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

/** ms for which signing out waits for the server to forget this browser */
const patience = 3_000;

/** Signs out; asks before that only where something would be lost. */
export function SignOutDialog({ onClose }: { onClose(): void }) {
  const { session, messenger } = useSigned();
  const [unsent, setUnsent] = useState<number>();

  async function signOut(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, patience));
    await Promise.race([forgetDevice(messenger.chat, messenger.me).catch(() => {}), late]);
    go({ at: 'inbox' });
    await session.signOut();
  }

  useEffect(() => {
    indexedDbOutbox(messenger.me)
      .load()
      .then(
        ({ length }) => length,
        () => 0,
      )
      .then((count) => (count === 0 ? signOut() : setUnsent(count)));
  }, []);

  if (unsent === undefined) return null;
  return (
    <ConfirmDialog title="Sign out?" action="Sign out" onConfirm={signOut} onClose={onClose}>
      {unsent === 1 ? 'A message has' : `${unsent} messages have`} not been sent yet, and will be lost.
    </ConfirmDialog>
  );
}
