import { receives } from '#protocol/scope';
import type { User } from '../store/user.ts';
import type { Chunk } from './fan-out-job.ts';
import { connectionsOf, type Poster, post } from './post.ts';
import { markForNotification, postDeliveryReceipts } from './receipts.ts';

/**
 * Posts to one chunk of a large conversation's members, and tells the author of a message whom it reached: one event for the chunk.
 * What can fail comes before the first post, so that a chunk that is tried again was posted to nobody.
 * @param users the members of the chunk, and the author, who has the message already
 */
export async function deliverChunk(
  services: Poster,
  { conversation, event, at, openedBy = Number.POSITIVE_INFINITY, author, part }: Chunk,
  users: readonly User[],
): Promise<void> {
  const members = users.filter(({ username }) => username !== author);
  const message =
    event.type === 'chat_message' && author !== undefined ? { conversation, seq: event.seq, part } : undefined;
  // Of a deletion, too, somebody's unread count may have become less.
  const counted = event.type === 'message_deleted' ? { conversation, seq: event.change, part } : message;
  if (counted) await markForNotification(services, counted, members);

  const connections = connectionsOf(members, (scope) => receives(scope, conversation));
  // Whom a message did not find had gone before it.
  const until = message && event.type === 'chat_message' ? Date.parse(event.date_added) - 1 : at;
  const reached = await Promise.all(
    connections
      .filter(({ openedAt }) => openedAt <= openedBy)
      .map(async (connection) =>
        (await post(services, connection, event, until)) === 'sent' ? [connection.username] : [],
      ),
  );
  if (!message) return;
  const authors = users.filter(({ username }) => username === author);
  const own = connectionsOf(authors, (scope) => receives(scope, conversation));
  await postDeliveryReceipts(services, message, own, [...new Set(reached.flat())]);
}
