import { indexedDbOutbox } from '@parley/client/indexeddb';
import { useEffect, useState } from 'preact/hooks';
import { forgetDevice } from '../notify/push-device.ts';
import { navigate } from '../route.ts';
import { useSession } from '../state/session-context.ts';
import { fileCountOf, forwarding, unsentFiles } from '../state/unsent-files.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { plural, t } from '../words/words.ts';
import { unsentTexts } from './unsent-texts.ts';

/** How long signing out waits for the server to delete this browser's push device. */
const forgetTimeoutMs = 3_000;

/**
 * Signs out at once, or asks first if something that was written would be lost.
 * @param props.leave uses another account in this tab: then texts wait in this browser, and only what this page alone has is lost
 */
export function SignOutDialog({ leave, onClose }: { leave?: (() => void) | undefined; onClose(): void }) {
  const { session, messenger } = useSession();
  const [unsent, setUnsent] = useState<readonly string[]>();

  async function signOut(): Promise<void> {
    if (leave) return leave();
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, forgetTimeoutMs));
    await Promise.race([forgetDevice(messenger.chat, messenger.me).catch(() => {}), timeout]);
    navigate({ page: 'inbox' });
    await session.signOut();
  }

  useEffect(() => {
    const { chat, me, failedSends } = messenger;
    const ask = (...all: readonly (string | false)[]) => {
      const found = all.filter((one) => one !== false);
      if (found.length > 0) setUnsent(found);
      else void signOut();
    };
    const forwarded = fileCountOf(chat, forwarding).value;
    const files = unsentFiles(chat) - forwarded;
    const filesText = files > 0 && plural('A file.|{n} files.', files);
    const waitingText = (count: number) => count > 0 && plural('A message that waits.|{n} messages that wait.', count);
    if (leave) return ask(waitingText(forwarded), filesText);
    indexedDbOutbox(me)
      .load()
      .catch(() => [])
      .then(({ length: stored }) => {
        // Where the browser keeps nothing, they wait in this page.
        const waiting = Math.max(stored, messenger.waiting());
        const texts = unsentTexts(me);
        const refused = failedSends.all.length;
        ask(
          waitingText(waiting + forwarded),
          refused > 0 && plural('A message that the server refused.|{n} messages that the server refused.', refused),
          texts > 0 && plural('A draft.|{n} drafts.', texts),
          filesText,
        );
      });
  }, []);

  if (unsent === undefined) return null;
  return (
    <ConfirmDialog
      title={leave ? t('Leave this account?') : t('Sign out?')}
      action={leave ? t('Leave') : t('Sign out')}
      onConfirm={signOut}
      onClose={onClose}
    >
      <p>{t('What you have not sent will be lost:')}</p>
      <ul>
        {unsent.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}
