import type { Me } from '@parley/client';
import { createAccount } from '@parley/client/account';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Switch } from '../ui/switch.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

/** Whether others see when the user is online. */
export function PresenceSwitch() {
  const { chat } = useMessenger();
  const account = useMemo(() => createAccount(chat), [chat]);
  const { busy, error, run } = useAction();
  const [isShown, setShown] = useState<boolean>();
  const put = ({ hide_presence }: Me) => setShown(!hide_presence);
  useEffect(() => {
    account.load().then(put, () => {});
  }, [account]);
  return (
    <section>
      <Switch
        label={t('Show when I am online')}
        hint={t('And when I was here last')}
        checked={isShown ?? true}
        disabled={busy || isShown === undefined}
        onChange={() => run(() => account.change({ hide_presence: isShown }).then(put))}
      />
      <ErrorMessage text={error} />
    </section>
  );
}
