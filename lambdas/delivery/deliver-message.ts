import { setImmediate, setTimeout } from 'node:timers/promises';
import type { ServerEvent } from '#protocol/events';
import type { Message } from '#protocol/message';
import { receives } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { MessageEntry } from '../store/entry.ts';
import { type Connection, type User, userDeliveredUntil } from '../store/user.ts';
import { fanOut, type Recipients } from './broadcast.ts';
import { noteActive } from './note-active.ts';
import { connectionsOf, post, postAll, withOrigin } from './post.ts';
import { markForNotification, postDeliveryReceipts } from './receipts.ts';
import { fitFrame, namesOf, toMessage } from './render.ts';
import { notePost, slowPostMs } from './usual-post.ts';

/**
 * The author's copy, the acknowledgement, lists the users who have received the message, so it waits for the posts to the others, but for no
 * slow one. With more connections than this, it waits for none and lists nobody: the slowest of many posts is always slow, and the one more
 * event that then lists them costs little beside so many.
 */
const awaitedConnections = 16;
/** ms after which a repeated send means that the first try may have died before it posted. */
const repostAfterMs = 5_000;

interface Delivery {
  readonly entry: MessageEntry;
  /** The entry was in the log already: this is a repeated send. */
  readonly repeated: boolean;
  readonly recipients: Recipients;
  /** The connection that asked. It gets the acknowledgement whatever its scope. */
  readonly origin: Connection | undefined;
  /** Those of the users who have received the message of whom its author may know it. */
  readonly shownOf: (usernames: readonly string[]) => Promise<readonly string[]>;
}

/**
 * Posts a stored message to every connection of every member; to the author's last, where there are few others. In a large conversation, the
 * fan-out posts to the other members, and each chunk sends the author a delivery receipt.
 * A repeated send is answered to the origin alone. If the first try was long ago, everybody is posted to again; clients drop duplicates by `seq`.
 * @returns the message as its author sees it
 */
export async function deliverMessage(
  services: Services,
  { entry, repeated, recipients, origin, shownOf }: Delivery,
): Promise<Message> {
  const { users } = recipients;
  const message = await toMessage(services, entry, namesOf(users));
  const own = { ...message, client_id: entry.client_id };
  /** As many names as fit beside the message. */
  const fitNames = (names: Iterable<string>) => fitFrame([...names].sort(), chatMessage(own, []));
  const now = services.now();
  if (repeated && now - entry.at < repostAfterMs) {
    const names = origin ? await shownOf(usersDeliveredTo(users, entry, now)) : [];
    await Promise.all([
      origin && post(services, origin, chatMessage(own, fitNames(names))),
      noteActive(services, entry.conversation, users),
    ]);
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
      // The message is in the log even if the fan-out fails: clients that miss it see the gap at the next message.
      fanOut(services, recipients, chatMessage(message), { author: entry.user }).catch((error: unknown) =>
        services.log.error('fan-out not started', { seq: entry.seq, error: error as Error }),
      ),
    ]);
    await Promise.all([markForNotification(services, entry, users), noteActive(services, entry.conversation, users)]);
    return own;
  }

  const delivered = new Set<string>();
  // A connection that misses a new message was closed before it. A repeated message is too old to tell when that was.
  const closedBefore = repeated ? undefined : entry.at - 1;
  const event = chatMessage(message);
  const postToOthers = () =>
    Promise.all(
      others.map(async (connection) => {
        const began = performance.now();
        const outcome = await post(services, connection, event, closedBefore);
        notePost(performance.now() - began);
        if (outcome === 'sent') delivered.add(connection.username);
      }),
    );
  let acknowledged: string[] = [];
  if (others.length > awaitedConnections) {
    const acknowledgement = postAll(services, authors, chatMessage(own, []));
    // The acknowledgement is on its way before so many others keep the processor busy.
    await setImmediate();
    await Promise.all([acknowledgement, postToOthers()]);
  } else {
    const posts = postToOthers();
    const timeout = new AbortController();
    await Promise.race([posts, setTimeout(slowPostMs(), undefined, { signal: timeout.signal }).catch(() => {})]);
    timeout.abort();
    acknowledged = fitNames(await shownOf([...delivered]));
    await Promise.all([posts, postAll(services, authors, chatMessage(own, acknowledged))]);
  }
  if (!repeated) services.log.elapsed('DeliveryTime');

  // Names that were late, or did not fit, follow in delivery receipts.
  const late = (await shownOf([...delivered])).filter((name) => !acknowledged.includes(name));
  await postDeliveryReceipts(services, entry, authors, late);
  await Promise.all([markForNotification(services, entry, users), noteActive(services, entry.conversation, users)]);
  return own;
}

function chatMessage(message: Message, deliveredTo?: string[]): ServerEvent {
  return { type: 'chat_message', ...message, room: message.conversation, delivered_to: deliveredTo };
}

/** The users who have received the message, as far as can be told later: they are connected now, or were connected after it was written. */
function usersDeliveredTo(users: readonly User[], { conversation, user, at }: MessageEntry, now: number): string[] {
  return users
    .filter((other) => other.username !== user && userDeliveredUntil(other, conversation, now) >= at)
    .map(({ username }) => username);
}
