import { useEffect } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Switch } from '../ui/switch.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { accountOf } from './account.ts';

/** Whether others see when the user is online. */
export function PresenceSwitch() {
  const account = accountOf(useMessenger().chat);
  const { busy, error, run } = useAction();
  useEffect(() => {
    account.load().catch(() => {});
  }, [account]);
  const { profile } = account;
  const isShown = !profile?.hide_presence;
  return (
    <section>
      <Switch
        label={t('Show when I am online')}
        hint={t('And when I was here last')}
        checked={isShown}
        disabled={busy || !profile}
        onChange={() => run(() => account.change({ hide_presence: isShown }))}
      />
      <ErrorMessage text={error} />
    </section>
  );
}
