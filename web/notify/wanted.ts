/** Does somebody want to be notified, on this browser? */
import { type ReadonlySignal, signal } from '@preact/signals';

const place = 'parley.notify';

function look(): boolean {
  return localStorage.getItem(place) === 'on' && canNotify() && Notification.permission === 'granted';
}

const wanted = signal(look());
addEventListener('storage', ({ key }) => {
  if (key === null || key === place) wanted.value = look();
});

export const notificationsWanted: ReadonlySignal<boolean> = wanted;

/** They are shown by the page's worker, so there must be one. */
export function canNotify(): boolean {
  return 'Notification' in globalThis && 'serviceWorker' in navigator;
}

/** Asks for the browser's permission: only on somebody's click. @throws Error, one sentence */
export async function wantNotifications(): Promise<void> {
  if (!canNotify()) throw new Error('This browser shows no notifications for pages.');
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error('This browser does not let the page notify you: allow it in the browser’s settings for this page.');
  }
  localStorage.setItem(place, 'on');
  wanted.value = true;
}

export function unwantNotifications(): void {
  localStorage.removeItem(place);
  wanted.value = false;
}
