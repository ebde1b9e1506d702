/**
 * What becomes of a conversation itself: who joins, leaves, is invited. The membership is written first and is what counts; then the log
 * gets an entry that history shows as a message, and everybody is told. Three writes: membership, number, entry.
 */
import { ChatError } from '#protocol/errors';
import type { ServerEvent } from '#protocol/events';
import type { ConversationChange, Message } from '#protocol/message';
import { messageId } from '#protocol/message-id';
import { type Conversation, parseConversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import { namesFor, namesOf, toMessage } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { allocateFirstSeq, allocateSystemSeq, type StateChange } from '../store/allocate-seq.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { putEntry, type SystemEntry } from '../store/entry.ts';
import { leftLongAgo, recipientsOf } from './members.ts';

/**
 * Appends the change and tells the members. Of a room, who left is told nothing more; of a group, the last they hear is that they are out.
 * @param before the state as it was read before, for who left long ago
 */
export async function recordSystemEvent(
  services: Services,
  conversation: Conversation,
  change: ConversationChange,
  before?: ConversationState,
): Promise<Message> {
  const { entry, state } = await appendSystemEntry(services, conversation, change, before);
  return broadcastSystemEvent(services, conversation, entry, state);
}

/** The same for the very first entry of a log, with its title: of several who want to write it one does, and nothing else happens. */
export async function recordGroupCreated(
  services: Services,
  conversation: Conversation,
  change: ConversationChange & { readonly title: string },
): Promise<void> {
  const state = await allocateFirstSeq(services, conversation.id, change.title);
  if (!state) return;
  const entry = toEntry(services, state, change);
  const put = await putEntry(services, entry);
  if (put.stored) await broadcastSystemEvent(services, conversation, entry, state);
  else await recordSystemEvent(services, conversation, change, state);
}

/** Puts the change into the log. A number that readers sealed meanwhile is replaced by another. */
async function appendSystemEntry(
  services: Services,
  { id: conversation }: Conversation,
  change: ConversationChange,
  before?: ConversationState,
): Promise<{ entry: SystemEntry; state: ConversationState }> {
  const earlier = before ?? (await getConversationState(services, conversation));
  const stateChange = stateChangeOf(change, leftLongAgo(earlier, services.now()));
  for (let tries = 0; tries < 5; tries++) {
    const state = await allocateSystemSeq(services, conversation, stateChange);
    const entry = toEntry(services, state, change);
    const put = await putEntry(services, entry);
    if (put.stored) return { entry, state };
  }
  throw new ChatError('conflict', 'its place in the log was taken again and again: try again', {
    task: `change ${conversation}`,
    retryAfter: 1,
  });
}

/** Tells everybody whom the change concerns, however far the index of members lags behind. */
export async function broadcastSystemEvent(
  services: Services,
  conversation: Conversation,
  entry: SystemEntry,
  state: ConversationState,
): Promise<Message> {
  const { change } = entry;
  const recipients = await recipientsOf(services, conversation, {
    alwaysInclude: directlyConcerned(conversation, change),
    state,
  });
  const message = await toMessage(services, entry, await namesFor(services, [entry], namesOf(recipients.users)));
  await broadcast(services, recipients, systemEvent(entry, message, state.title));
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

function directlyConcerned({ kind }: Conversation, change: ConversationChange): string[] {
  if (kind === 'room') return change.kind === 'left' ? [] : [change.by];
  return [change.by, ...(change.who === undefined ? [] : [change.who]), ...(change.members ?? [])];
}

function stateChangeOf({ kind, by, who, title }: ConversationChange, pruneLeft: string[]): StateChange {
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
