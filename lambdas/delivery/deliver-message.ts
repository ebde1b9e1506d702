import type { ServerEvent } from '#protocol/events';
import type { Message } from '#protocol/message';
import { receives } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { MessageEntry } from '../store/entry.ts';
import { reachedUntil, type User } from '../store/user.ts';
import { type Audience, fanOut } from './broadcast.ts';
import { type Device, devicesOf, post, postAll, withRequester } from './post.ts';
import { leaveNotice, tellDelivered } from './receipts.ts';
import { fitFrame, namesOf, toMessage } from './render.ts';

/** ms that the author's copy, the acknowledgement, waits to say who was reached. */
const patience = 150;
/** ms after which a repeated send means that the first try may have died before it posted. */
const doubtful = 5_000;

/**
 * Posts a stored message to every device of every member, the author's last; of a large conversation to the author's alone, and has the
 * others posted to in chunks, each of which tells the author whom it reached.
 * A repeat is answered to who asked; only when the first try is long past is everybody posted to again (they drop what they have by `seq`).
 * @returns the message as its author sees it
 */
export async function deliverMessage(
  services: Services,
  {
    entry,
    repeated,
    audience,
    requester,
  }: { entry: MessageEntry; repeated: boolean; audience: Audience; requester: Device | undefined },
): Promise<Message> {
  const { users } = audience;
  const message = await toMessage(services, entry, namesOf(users));
  const own = { ...message, client_id: entry.client_id };
  const now = services.now();
  if (repeated && now - entry.at < doubtful) {
    if (requester)
      await post(services, requester, chatMessage(own, fitFrame(reachable(users, entry, now), chatMessage(own, []))));
    return own;
  }

  const devices = devicesOf(users, now, (scope) => receives(scope, entry.conversation));
  const others = devices.filter(({ username }) => username !== entry.user);
  const authors = withRequester(
    devices.filter(({ username }) => username === entry.user),
    requester,
  );

  if (audience.others) {
    await Promise.all([
      postAll(services, authors, chatMessage(own, [])),
      // The message stands in the log, whatever becomes of its posts: who is not told sees the gap with the next one.
      fanOut(services, audience, chatMessage(message), { author: entry.user }).catch((error: unknown) =>
        services.log.error('message not handed out', { seq: entry.seq, error: error as Error }),
      ),
    ]);
    await leaveNotice(services, entry, users);
    return own;
  }

  const delivered = new Set<string>();
  // What is long past says nothing of when somebody went.
  const before = repeated ? undefined : entry.at - 1;
  const toOthers = others.map(async (device) => {
    if ((await post(services, device, chatMessage(message), before)) === 'sent') delivered.add(device.username);
  });
  await Promise.race([Promise.all(toOthers), wait(patience)]);
  // Of very many who were reached, as many as fit beside the message; the others are told with those who are reached late.
  const told = fitFrame([...delivered].sort(), chatMessage(own, []));
  await postAll(services, authors, chatMessage(own, told));

  await Promise.all(toOthers);
  await tellDelivered(
    services,
    entry,
    authors,
    [...delivered].filter((name) => !told.includes(name)),
  );
  await leaveNotice(services, entry, users);
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
function reachable(users: readonly User[], { conversation, user, at }: MessageEntry, now: number): string[] {
  return users
    .filter((other) => other.username !== user && reachedUntil(other, conversation, now) >= at)
    .map(({ username }) => username)
    .sort();
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
