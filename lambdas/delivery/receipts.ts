import { watches } from '#protocol/scope';
import { type NotificationMarker, putNotificationMarker } from '../store/notification-marker.ts';
import type { Connection, User } from '../store/user.ts';
import { connectionsOf, type Poster, postAll } from './post.ts';
import { fitFrame } from './render.ts';

/** Tells the author which users received the message after its acknowledgement, in as few frames as possible. */
export async function postDeliveryReceipts(
  services: Poster,
  { conversation, seq }: Pick<NotificationMarker, 'conversation' | 'seq'>,
  authors: readonly Connection[],
  late: readonly string[],
): Promise<void> {
  for (let rest = [...late].sort(); rest.length > 0; ) {
    const to = fitFrame(rest);
    await postAll(services, authors, { type: 'message_delivered', conversation, seq, to });
    rest = rest.slice(to.length);
  }
}

/** Leaves the unread counts to the stream, because computing them takes reads and the sender should not wait for these. */
export async function markForNotification(
  services: Poster,
  message: Omit<NotificationMarker, 'users'>,
  users: readonly User[],
): Promise<void> {
  const watching = connectionsOf(users, (scope) => watches(scope, message.conversation)).filter(
    ({ expires }) => expires > services.now(),
  );
  const names = [...new Set(watching.map(({ username }) => username))];
  if (names.length === 0) return;
  await putNotificationMarker(services, { ...message, users: names });
}
