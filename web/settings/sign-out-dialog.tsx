import { indexedDbOutbox } from '@parley/client/indexeddb';
import { useEffect, useState } from 'preact/hooks';
import { forgetDevice } from '../notify/push-device.ts';
import { navigate } from '../route.ts';
import { useSession } from '../state/session-context.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { plural, t } from '../words/words.ts';

/** How long signing out waits for the server to delete this browser's push device. */
const forgetTimeoutMs = 3_000;

/** Signs out at once, or asks first if unsent messages would be lost. */
export function SignOutDialog({ onClose }: { onClose(): void }) {
  const { session, messenger } = useSession();
  const [unsent, setUnsent] = useState<number>();

  async function signOut(): Promise<void> {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, forgetTimeoutMs));
    await Promise.race([forgetDevice(messenger.chat, messenger.me).catch(() => {}), timeout]);
    navigate({ page: 'inbox' });
    await session.signOut();
  }

  useEffect(() => {
    indexedDbOutbox(messenger.me)
      .load()
      .catch(() => [])
      .then(({ length }) => (length === 0 ? signOut() : setUnsent(length)));
  }, []);

  if (unsent === undefined) return null;
  return (
    <ConfirmDialog title={t('Sign out?')} action={t('Sign out')} onConfirm={signOut} onClose={onClose}>
      {plural(
        'A message has not been sent yet, and will be lost.|{n} messages have not been sent yet, and will be lost.',
        unsent,
      )}
    </ConfirmDialog>
  );
}
