import { t } from '../words/words.ts';
import { keepNotifications, notificationsSupported } from './notifications-setting.ts';

/** Asks for the browser's permission. Browsers allow that only in response to a click. @throws Error with a sentence for the user */
export async function enableNotifications(): Promise<void> {
  if (!notificationsSupported()) throw new Error(t('This browser shows no notifications for pages.'));
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error(
      t('This browser does not let the page notify you: allow it in the browser’s settings for this page.'),
    );
  }
  keepNotifications(true);
}
