import {
  disableNotifications,
  enableNotifications,
  notificationsEnabled,
  notificationsSupported,
} from '../notify/notifications-setting.ts';
import { forgetDevice } from '../notify/push-device.ts';
import { useMessenger } from '../state/session-context.ts';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

export function NotificationsSwitch() {
  const { chat, me } = useMessenger();
  const { busy, error, run } = useAction();
  const enabled = notificationsEnabled.value;

  async function disable(): Promise<void> {
    disableNotifications();
    await forgetDevice(chat, me);
  }

  return (
    <section>
      <label class="switch">
        <span>
          <strong>{t('Notifications')}</strong>
          <span class="quiet" aria-hidden="true">
            {t('When somebody writes while you look elsewhere')}
          </span>
        </span>
        <input
          type="checkbox"
          role="switch"
          aria-checked={enabled}
          aria-label={t('Notifications')}
          checked={enabled}
          disabled={busy || !notificationsSupported()}
          onChange={(event) => {
            // The switch changes when the browser has given its permission, not at the click.
            event.currentTarget.checked = enabled;
            run(enabled ? disable : enableNotifications);
          }}
        />
      </label>
      {!notificationsSupported() && <p class="quiet">{t('This browser shows no notifications for pages.')}</p>}
      <ErrorMessage text={error} />
    </section>
  );
}
