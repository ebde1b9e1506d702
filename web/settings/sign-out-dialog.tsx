import { useEffect, useState } from 'preact/hooks';
import { forgetDevice } from '../notify/push-device.ts';
import { navigate } from '../route.ts';
import { useSession } from '../state/session-context.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { t } from '../words/words.ts';
import { UnsentList, unsentInBrowser, unsentInTab } from './unsent.tsx';

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
    const ask = (lines: readonly string[]) => {
      if (lines.length > 0) setUnsent(lines);
      else void signOut();
    };
    if (leave) ask(unsentInTab(messenger));
    else void unsentInBrowser(messenger).then(ask);
  }, []);

  if (unsent === undefined) return null;
  return (
    <ConfirmDialog
      title={leave ? t('Leave this account?') : t('Sign out?')}
      action={leave ? t('Leave') : t('Sign out')}
      onConfirm={signOut}
      onClose={onClose}
    >
      <UnsentList lines={unsent} />
    </ConfirmDialog>
  );
}
