import { indexedDbOutbox } from '@parley/client/indexeddb';
import { useEffect, useState } from 'preact/hooks';
import { forgetDevice } from '../notify/push-device.ts';
import { navigate } from '../route.ts';
import { useSession } from '../state/session-context.ts';
import { unsentFiles } from '../state/unsent-files.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { plural, t } from '../words/words.ts';
import { unsentTexts } from './unsent-texts.ts';

/** How long signing out waits for the server to delete this browser's push device. */
const forgetTimeoutMs = 3_000;

/** Signs out at once, or asks first if something that was written would be lost. */
export function SignOutDialog({ onClose }: { onClose(): void }) {
  const { session, messenger } = useSession();
  const [unsent, setUnsent] = useState<readonly string[]>();

  async function signOut(): Promise<void> {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, forgetTimeoutMs));
    await Promise.race([forgetDevice(messenger.chat, messenger.me).catch(() => {}), timeout]);
    navigate({ page: 'inbox' });
    await session.signOut();
  }

  useEffect(() => {
    const { chat, me, failedSends } = messenger;
    indexedDbOutbox(me)
      .load()
      .catch(() => [])
      .then(({ length: waiting }) => {
        const texts = unsentTexts(me);
        const files = unsentFiles(chat);
        const refused = failedSends.all.length;
        const found = [
          waiting > 0 && plural('A message that waits.|{n} messages that wait.', waiting),
          refused > 0 && plural('A message that the server refused.|{n} messages that the server refused.', refused),
          texts > 0 && plural('A draft.|{n} drafts.', texts),
          files > 0 && plural('A file.|{n} files.', files),
        ].filter((one) => one !== false);
        return found.length === 0 ? signOut() : setUnsent(found);
      });
  }, []);

  if (unsent === undefined) return null;
  return (
    <ConfirmDialog title={t('Sign out?')} action={t('Sign out')} onConfirm={signOut} onClose={onClose}>
      <p>{t('What you have not sent will be lost:')}</p>
      <ul>
        {unsent.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}
