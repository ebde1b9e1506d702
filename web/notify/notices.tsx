import { useEffect } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { answerWorker } from './answer-worker.ts';
import { notifyOf } from './notify-of.ts';
import { registerDevice } from './push-device.ts';
import { showCount } from './show-count.ts';
import { notificationsWanted } from './wanted.ts';

/** What the page says of itself while one looks elsewhere: the count in its title, and notifications. Shows nothing where it stands. */
export function Notices() {
  const messenger = useMessenger();
  const count = messenger.unread.value;
  const wanted = notificationsWanted.value;
  useEffect(() => showCount(count), [count]);
  useEffect(() => () => showCount(0), []);
  useEffect(() => answerWorker(messenger), [messenger]);
  useEffect(() => notifyOf(messenger), [messenger]);
  useEffect(() => {
    // Without it the page notifies as long as it is open, and the next visit tries again.
    if (wanted) registerDevice(messenger.chat, messenger.me).catch(() => {});
  }, [messenger, wanted]);
  return null;
}
