import { receives } from '#protocol/scope';
import type { User } from '../store/user.ts';
import type { Chunk } from './fan-out-job.ts';
import { noteActive } from './note-active.ts';
import { connectionsOf, type Poster, post } from './post.ts';
import { markForNotification, postDeliveryReceipts } from './receipts.ts';

/**
 * Posts an event to one chunk of a large conversation's members. For a message, its author gets one delivery receipt for the whole chunk.
 * The steps that can fail come before the first post, so a chunk that is retried was not posted to anybody.
 * @param users the members of the chunk, and the author, who has the message already
 */
export async function deliverChunk(
  services: Poster,
  { conversation, event, at, openedBy = Number.POSITIVE_INFINITY, author, part, withoutReceipts }: Chunk,
  users: readonly User[],
): Promise<void> {
  const members = users.filter(({ username }) => username !== author);
  const message = event.type === 'chat_message' && author !== undefined ? event : undefined;
  // A deletion can lower unread counts, too.
  const seq = event.type === 'message_deleted' ? event.change : message?.seq;
  if (seq !== undefined) await markForNotification(services, { conversation, seq, part }, members);
  if (message) await noteActive(services, conversation, members);

  // A connection that misses a message was closed before that message.
  const until = message ? Date.parse(message.date_added) - 1 : at;
  const delivered = new Set<string>();
  await Promise.all(
    connectionsOf(members, (scope) => receives(scope, conversation))
      .filter(({ openedAt }) => openedAt <= openedBy)
      .map(async (connection) => {
        if ((await post(services, connection, event, until)) === 'sent') delivered.add(connection.username);
      }),
  );
  // The message's own time: nobody knows here when its frame came.
  if (message) services.log.count('DeliveryTime', Math.max(0, services.now() - Date.parse(message.date_added)));
  if (!message || withoutReceipts) return;
  const shown = members.filter(({ username, hidesPresence }) => !hidesPresence && delivered.has(username));
  const authors = users.filter(({ username }) => username === author);
  const authorConnections = connectionsOf(authors, (scope) => receives(scope, conversation));
  await postDeliveryReceipts(
    services,
    { conversation, seq: message.seq },
    authorConnections,
    shown.map(({ username }) => username),
  );
}
