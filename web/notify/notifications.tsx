import { useEffect } from 'preact/hooks';
import { loadLater } from '../load-later.ts';
import { useMessenger } from '../state/session-context.ts';
import { answerWorker } from './answer-worker.ts';
import { notificationsEnabled } from './notifications-setting.ts';

/** Tells the user about new messages while they look at something else: unread count, notifications, pushes. Renders nothing. */
export function Notifications() {
  const messenger = useMessenger();
  const count = messenger.unread.value;
  const enabled = notificationsEnabled.value;
  useEffect(() => showUnreadCount(count), [count]);
  useEffect(() => () => showUnreadCount(0), []);
  useEffect(() => answerWorker(messenger), [messenger]);
  useEffect(() => {
    // If this fails, only an open page notifies; the next visit tries again.
    if (!enabled) return;
    let mounted = true;
    let stop: (() => void) | undefined;
    loadLater()
      .then((chunk) => {
        if (mounted) stop = chunk.notifyMessages(messenger);
        return chunk.registerDevice(messenger.chat, messenger.me);
      })
      .catch(() => {});
    return () => {
      mounted = false;
      stop?.();
    };
  }, [messenger, enabled]);
  return null;
}

/** In the title and icon of the tab, and on the icon of an installed page. */
function showUnreadCount(count: number): void {
  document.title = count > 0 ? `(${count > 99 ? '99+' : count}) Parley` : 'Parley';
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = count > 0 ? '/icon-unread.svg' : '/icon.svg';
  if (icon && icon.getAttribute('href') !== href) icon.href = href;
  if ('setAppBadge' in navigator) navigator.setAppBadge(count).catch(() => {});
}
