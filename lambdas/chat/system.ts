/**
 * What becomes of a conversation itself: who joins, leaves, is invited. The membership is written first and is what counts; then the log
 * gets an entry that history shows as a message, and everybody is told. Three writes: membership, number, entry.
 */
import { unable } from '#protocol/errors';
import type { ServerEvent } from '#protocol/events';
import type { ConversationChange, Message } from '#protocol/message';
import { messageId } from '#protocol/message-id';
import { type Conversation, parseConversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import { namesFor, namesOf, toMessage } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { putEntry, type SystemEntry } from '../store/entry.ts';
import { getHead, type Head } from '../store/head.ts';
import { type HeadChange, takeFirstNumber, takeSystemNumber } from '../store/take-number.ts';
import { audienceOf, longGone } from './members.ts';

/**
 * Appends the change and tells the members. Of a room, who left is told nothing more; of a group, the last they hear is that they are out.
 * @param before the head as it was read before, for who left long ago
 */
export async function record(
  services: Services,
  conversation: Conversation,
  change: ConversationChange,
  before?: Head,
): Promise<Message> {
  const { entry, head } = await append(services, conversation, change, before);
  return announce(services, conversation, entry, head);
}

/** The same for the very first entry of a log, with its title: of several who want to write it one does, and nothing else happens. */
export async function recordFirst(
  services: Services,
  conversation: Conversation,
  change: ConversationChange & { readonly title: string },
): Promise<void> {
  const head = await takeFirstNumber(services, conversation.id, change.title);
  if (!head) return;
  const entry = toEntry(services, head, change);
  const put = await putEntry(services, entry);
  if (put.stored) await announce(services, conversation, entry, head);
  else await record(services, conversation, change, head);
}

/** Puts the change into the log. A number that readers sealed meanwhile is replaced by another. */
async function append(
  services: Services,
  { id: conversation }: Conversation,
  change: ConversationChange,
  before?: Head,
): Promise<{ entry: SystemEntry; head: Head }> {
  const earlier = before ?? (await getHead(services, conversation));
  const headChange = { ...headChangeOf(change), forgotten: longGone(earlier, services.now()) };
  for (let tries = 0; tries < 5; tries++) {
    const head = await takeSystemNumber(services, conversation, headChange);
    const entry = toEntry(services, head, change);
    const put = await putEntry(services, entry);
    if (put.stored) return { entry, head };
  }
  throw unable('conflict', `change ${conversation}`, 'its place in the log was taken again and again: try again', 1);
}

/** Tells everybody whom the change concerns, however far the index of members lags behind. */
export async function announce(
  services: Services,
  conversation: Conversation,
  entry: SystemEntry,
  head: Head,
): Promise<Message> {
  const { change } = entry;
  const audience = await audienceOf(services, conversation, { served: concerned(conversation, change), head });
  const message = await toMessage(services, entry, await namesFor(services, [entry], namesOf(audience.users)));
  await broadcast(services, audience, systemEvent(entry, message, head.title));
  return message;
}

/** The entry as the event that is sent live: of a room a message, of a group what changed. */
export function systemEvent(entry: SystemEntry, message: Message, title: string | undefined): ServerEventOfSystem {
  const { conversation, seq, change } = entry;
  if (parseConversation(conversation).kind !== 'group') return { type: 'chat_message', ...message, room: conversation };
  return {
    type: 'conversation_updated',
    ...{ conversation, seq, change, by: change.by, title: title ?? null, message },
  };
}

type ServerEventOfSystem = Extract<ServerEvent, { type: 'chat_message' | 'conversation_updated' }>;

function concerned({ kind }: Conversation, change: ConversationChange): string[] {
  if (kind === 'room') return change.kind === 'left' ? [] : [change.by];
  return [change.by, ...(change.who === undefined ? [] : [change.who]), ...(change.members ?? [])];
}

function headChangeOf({ kind, by, who, title }: ConversationChange): HeadChange {
  return {
    title,
    left: kind === 'left' ? by : kind === 'removed' ? who : undefined,
    came: kind === 'joined' ? by : kind === 'invited' ? who : undefined,
  };
}

function toEntry(services: Services, head: Head, change: ConversationChange): SystemEntry {
  const { conversation, seq, count, at } = head;
  const id = messageId(services.newId(at), seq);
  return { type: 'system', conversation, seq, id, user: change.by, change, count, at };
}
