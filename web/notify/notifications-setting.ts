/** Whether the user wants notifications on this browser. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { kept } from '../ui/storage.ts';

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

/** Asks nobody: see `enableNotifications`. */
export function keepNotifications(on: boolean): void {
  if (on) kept.setItem(storageKey, 'on');
  else kept.removeItem(storageKey);
  enabled.value = on;
}
