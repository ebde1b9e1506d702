import { enableNotifications } from '../notify/enable-notifications.ts';
import { keepNotifications, notificationsEnabled, notificationsSupported } from '../notify/notifications-setting.ts';
import { forgetDevice } from '../notify/push-device.ts';
import { useMessenger } from '../state/session-context.ts';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Switch } from '../ui/switch.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { QuietChoice } from './quiet-choice.tsx';

export function NotificationsSwitch() {
  const { chat, me } = useMessenger();
  const { busy, error, run } = useAction();
  const enabled = notificationsEnabled.value;

  async function disable(): Promise<void> {
    keepNotifications(false);
    await forgetDevice(chat, me);
  }

  return (
    <section>
      <Switch
        label={t('Notifications')}
        hint={t('When somebody writes while you look elsewhere')}
        checked={enabled}
        disabled={busy || !notificationsSupported()}
        onChange={() => run(enabled ? disable : enableNotifications)}
      />
      {enabled && <QuietChoice />}
      {!notificationsSupported() && <p class="quiet">{t('This browser shows no notifications for pages.')}</p>}
      <ErrorMessage text={error} />
    </section>
  );
}
