/** Whether the user wants notifications on this browser. */

import { type ReadonlySignal, signal } from '@preact/signals';
import { kept } from '../ui/storage.ts';
import { t } from '../words/words.ts';

const storageKey = 'parley.notify';

function isEnabled(): boolean {
  return kept.getItem(storageKey) === 'on' && notificationsSupported() && Notification.permission === 'granted';
}

const enabled = signal(isEnabled());
addEventListener('storage', ({ key }) => {
  if (key === null || key === storageKey) enabled.value = isEnabled();
});

export const notificationsEnabled: ReadonlySignal<boolean> = enabled;

/** The service worker shows the notifications, so the browser must have one. */
export function notificationsSupported(): boolean {
  return 'Notification' in globalThis && 'serviceWorker' in navigator;
}

/** Asks for the browser's permission. Browsers allow that only in response to a click. @throws Error with a sentence for the user */
export async function enableNotifications(): Promise<void> {
  if (!notificationsSupported()) throw new Error(t('This browser shows no notifications for pages.'));
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error(
      t('This browser does not let the page notify you: allow it in the browser’s settings for this page.'),
    );
  }
  kept.setItem(storageKey, 'on');
  enabled.value = true;
}

export function disableNotifications(): void {
  kept.removeItem(storageKey);
  enabled.value = false;
}
