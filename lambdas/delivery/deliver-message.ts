import type { ServerEvent } from '#protocol/events';
import type { Message } from '#protocol/message';
import { receives } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { MessageEntry } from '../store/entry.ts';
import type { Connection } from '../store/user.ts';
import { type User, userDeliveredUntil } from '../store/user.ts';
import { fanOut, type Recipients } from './broadcast.ts';
import { connectionsOf, post, postAll, withOrigin } from './post.ts';
import { markForNotification, postDeliveryReceipts } from './receipts.ts';
import { fitFrame, namesOf, toMessage } from './render.ts';

/** ms that the author's copy, the acknowledgement, waits to say who was reached. */
const acknowledgementTimeoutMs = 150;
/** ms after which a repeated send means that the first try may have died before it posted. */
const repostAfterMs = 5_000;

/**
 * Posts a stored message to every connection of every member, the author's last; of a large conversation to the author's alone, and has the
 * others posted to in chunks, each of which tells the author whom it reached.
 * A repeat is answered to who asked; only when the first try is long past is everybody posted to again (they drop what they have by `seq`).
 * @returns the message as its author sees it
 */
export async function deliverMessage(
  services: Services,
  {
    entry,
    repeated,
    recipients,
    origin,
  }: { entry: MessageEntry; repeated: boolean; recipients: Recipients; origin: Connection | undefined },
): Promise<Message> {
  const { users } = recipients;
  const message = await toMessage(services, entry, namesOf(users));
  const own = { ...message, client_id: entry.client_id };
  const now = services.now();
  if (repeated && now - entry.at < repostAfterMs) {
    if (origin)
      await post(services, origin, chatMessage(own, fitFrame(reachedUsers(users, entry, now), chatMessage(own, []))));
    return own;
  }

  const connections = connectionsOf(users, (scope) => receives(scope, entry.conversation));
  const others = connections.filter(({ username }) => username !== entry.user);
  const authors = withOrigin(
    connections.filter(({ username }) => username === entry.user),
    origin,
  );

  if (recipients.remaining) {
    await Promise.all([
      postAll(services, authors, chatMessage(own, [])),
      // The message stands in the log, whatever becomes of its posts: who is not told sees the gap with the next one.
      fanOut(services, recipients, chatMessage(message), { author: entry.user }).catch((error: unknown) =>
        services.log.error('message not handed out', { seq: entry.seq, error: error as Error }),
      ),
    ]);
    await markForNotification(services, entry, users);
    return own;
  }

  const delivered = new Set<string>();
  // What is long past says nothing of when somebody went.
  const before = repeated ? undefined : entry.at - 1;
  const toOthers = others.map(async (connection) => {
    if ((await post(services, connection, chatMessage(message), before)) === 'sent') delivered.add(connection.username);
  });
  await Promise.race([Promise.all(toOthers), sleep(acknowledgementTimeoutMs)]);
  // Of very many who were reached, as many as fit beside the message; the others are told with those who are reached late.
  const told = fitFrame([...delivered].sort(), chatMessage(own, []));
  await postAll(services, authors, chatMessage(own, told));

  await Promise.all(toOthers);
  await postDeliveryReceipts(
    services,
    entry,
    authors,
    [...delivered].filter((name) => !told.includes(name)),
  );
  await markForNotification(services, entry, users);
  return own;
}

function chatMessage(message: Message, deliveredTo?: string[]): ServerEvent {
  return {
    type: 'chat_message',
    ...message,
    room: message.conversation,
    ...(deliveredTo ? { delivered_to: deliveredTo } : {}),
  };
}

/** Whom the message reached as far as can be told afterwards: who is here now, or was after it was written. */
function reachedUsers(users: readonly User[], { conversation, user, at }: MessageEntry, now: number): string[] {
  return users
    .filter((other) => other.username !== user && userDeliveredUntil(other, conversation, now) >= at)
    .map(({ username }) => username)
    .sort();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
