import type { ServerEvent } from '#protocol/events';
import type { Message } from '#protocol/message';
import { receives, watches } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { MessageEntry } from '../store/entry.ts';
import { putNotice } from '../store/notice.ts';
import { reachedUntil, type User } from '../store/user.ts';
import { type Device, devicesOf, isOpen, post, postAll } from './post.ts';
import { fitFrame, namesOf, toMessage } from './render.ts';

/** The connection that a send came in on; it is answered even when nothing else knows of it yet. */
export type Requester = Device;

/** ms that the author's copy, the acknowledgement, waits to say who was reached. */
const patience = 150;
/** ms after which a repeated send means that the first try may have died before it posted. */
const doubtful = 5_000;

/**
 * Posts a stored message to every device of every member, the author's last.
 * A repeat is answered to who asked; only when the first try is long past is everybody posted to again (they drop what they have by `seq`).
 * @returns the message as its author sees it
 */
export async function deliverMessage(
  services: Services,
  {
    entry,
    repeated,
    users,
    requester,
  }: { entry: MessageEntry; repeated: boolean; users: readonly User[]; requester: Requester | undefined },
): Promise<Message> {
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
  await tellLateDelivery(
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

function withRequester(devices: readonly Device[], requester: Requester | undefined): Device[] {
  const known = !requester || devices.some(({ id }) => id === requester.id);
  return known ? [...devices] : [...devices, requester];
}

async function tellLateDelivery(
  services: Services,
  entry: MessageEntry,
  authors: readonly Device[],
  late: readonly string[],
): Promise<void> {
  const { conversation, seq } = entry;
  for (let rest = [...late].sort(); rest.length > 0; ) {
    const to = fitFrame(rest);
    await postAll(services, authors, { type: 'message_delivered', conversation, seq, to });
    rest = rest.slice(to.length);
  }
}

/** Unread counts take reads that the sender need not wait for, so who watches them is told by the stream. */
export async function leaveNotice(
  services: Services,
  { conversation, seq }: { readonly conversation: string; readonly seq: number },
  users: readonly User[],
): Promise<void> {
  const watching = devicesOf(users, services.now(), (scope) => watches(scope, conversation)).filter(isOpen);
  const names = [...new Set(watching.map(({ username }) => username))];
  if (names.length > 0) await putNotice(services, { conversation, seq, users: names });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
