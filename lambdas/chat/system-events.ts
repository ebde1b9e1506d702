/**
 * System entries: somebody joined, left or was invited; the title or a role changed. The membership is written first and is what counts. Then
 * the log gets an entry, which history shows as a message, and the members get an event. Three writes: membership, number, entry.
 * Joining and leaving a large room is no entry: the members get the number of people online instead.
 */
import { ChatError } from '#protocol/errors';
import type { ServerEvent } from '#protocol/events';
import type { ConversationChange, Message } from '#protocol/message';
import { messageId } from '#protocol/message-id';
import { type Conversation, parseConversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import { noteActive } from '../delivery/note-active.ts';
import { namesFor, namesOf, toMessage } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { allocateFirstSeq, allocateSystemSeq, type StateChange } from '../store/allocate-seq.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { noteDepartures } from '../store/departures.ts';
import { putEntry, type SystemEntry } from '../store/entry.ts';
import { getUsers } from '../store/user.ts';
import { leftLongAgo, listMembers, type MemberList, recipientsOf } from './members.ts';
import { requestCount } from './online-count.ts';

/**
 * Somebody has joined or left a room. In a large room it is no entry and no event: a thousand people who come would be a million posts, and a
 * log in which nobody finds a message.
 * @param before as in `recordSystemEvent`
 */
export async function recordComingOrGoing(
  services: Services,
  conversation: Conversation,
  change: ConversationChange & { readonly kind: 'joined' | 'left' },
  before?: ConversationState,
): Promise<void> {
  const { id } = conversation;
  const [members, state] = await Promise.all([
    listMembers(services, conversation),
    before ?? getConversationState(services, id),
  ]);
  if (members.complete || conversation.kind !== 'room') {
    await recordSystemEvent(services, conversation, change, { state, members });
    // The room was large until now: the members get a last number.
    if (members.complete && state.presence) await requestCount(services, id, state);
    return;
  }
  const { by, kind } = change;
  const longAgo = leftLongAgo(state, services.now());
  if (kind === 'left') await noteDepartures(services, id, { left: by, forget: longAgo });
  else {
    if (state.left.has(by)) await noteDepartures(services, id, { left: undefined, forget: [by] });
    await noteActive(services, id, await getUsers(services, [by]));
  }
  await requestCount(services, id, state);
}

/**
 * Appends a system entry and posts it to the members. A member who leaves a room gets no event; one who leaves another conversation gets
 * this last event.
 * @param before an earlier state, if the caller has one: it tells who left long ago; and the members, if they have been listed
 */
export async function recordSystemEvent(
  services: Services,
  conversation: Conversation,
  change: ConversationChange,
  before: { readonly state?: ConversationState; readonly members?: MemberList } = {},
): Promise<Message> {
  const { id } = conversation;
  const { left } = before.state ?? (await getConversationState(services, id));
  // Who has left a conversation that is named by its members is noted for good, together with their membership.
  const stateChange = 'members' in conversation ? {} : stateChangeOf(change, leftLongAgo({ left }, services.now()));
  // If readers have sealed the number, the entry takes another one.
  for (let tries = 0; tries < 5; tries++) {
    const state = await allocateSystemSeq(services, id, stateChange);
    const entry = toEntry(services, state, change);
    const put = await putEntry(services, entry);
    if (put.stored) return broadcastSystemEvent(services, conversation, entry, state, before.members);
  }
  const reason = 'its place in the log was taken again and again: try again';
  throw new ChatError('conflict', reason, { task: `change ${id}`, retryAfter: 1 });
}

/** The same for a change that has its number already: this state's. */
export async function recordNumbered(
  services: Services,
  conversation: Conversation,
  change: ConversationChange,
  state: ConversationState,
): Promise<Message> {
  const entry = toEntry(services, state, change);
  const put = await putEntry(services, entry);
  if (put.stored) return broadcastSystemEvent(services, conversation, entry, state);
  return recordSystemEvent(services, conversation, change, { state });
}

/** Writes the first entry of a group's log, with its title. If several callers try at once, one of them does it. */
export async function recordGroupCreated(
  services: Services,
  conversation: Conversation,
  change: ConversationChange & { readonly title: string },
  invited: readonly string[],
): Promise<void> {
  const state = await allocateFirstSeq(services, conversation.id, change.title, change.by);
  if (!state) return;
  const entry = { ...toEntry(services, state, change), ...(invited.length > 0 ? { invited: [...invited] } : {}) };
  const put = await putEntry(services, entry);
  if (put.stored) await broadcastSystemEvent(services, conversation, entry, state);
  else await recordSystemEvent(services, conversation, change, { state });
}

async function broadcastSystemEvent(
  services: Services,
  conversation: Conversation,
  entry: SystemEntry,
  state: ConversationState,
  members?: MemberList,
): Promise<Message> {
  const alwaysInclude = directlyConcerned(conversation, entry.change);
  const recipients = await recipientsOf(services, conversation, { alwaysInclude, state, members });
  if (recipients.remaining) await requestCount(services, conversation.id, state);
  const message = await toMessage(services, entry, await namesFor(services, [entry], namesOf(recipients.users)));
  await broadcast(services, recipients, systemEvent(entry, message, state.title));
  await noteActive(services, conversation.id, recipients.users);
  return message;
}

/** The entry as the event that is sent live: a change, or, if somebody has joined or left a room, a message. */
export function systemEvent(entry: SystemEntry, message: Message, title: string | undefined): SystemEvent {
  const { conversation, seq, change } = entry;
  const isMessage = change.kind === 'joined' || change.kind === 'left';
  if (isMessage && parseConversation(conversation).kind === 'room') {
    return { type: 'chat_message', ...message, room: conversation };
  }
  return { type: 'conversation_updated', conversation, seq, change, by: change.by, title: title ?? null, message };
}

type SystemEvent = Extract<ServerEvent, { type: 'chat_message' | 'conversation_updated' }>;

/** Users who get the event even if the index of members does not list them: not yet, or not any more. */
function directlyConcerned({ kind }: Conversation, change: ConversationChange): string[] {
  if (kind === 'room' && change.kind === 'left') return [];
  return [change.by, ...(change.who === undefined ? [] : [change.who]), ...(change.members ?? [])];
}

/** What the change changes in the state. @param pruneLeft see `StateChange` */
export function stateChangeOf({ kind, by, who, title }: ConversationChange, pruneLeft: string[]): StateChange {
  return {
    title,
    pruneLeft,
    left: kind === 'left' ? by : kind === 'removed' ? who : undefined,
    joined: kind === 'joined' ? by : kind === 'invited' ? who : undefined,
  };
}

function toEntry(services: Services, state: ConversationState, change: ConversationChange): SystemEntry {
  const { conversation, seq, count, at } = state;
  const id = messageId(services.newId(at), seq);
  return { type: 'system', conversation, seq, id, user: change.by, change, count, at };
}
