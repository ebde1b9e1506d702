/**
 * Changes a message: an edit, a deletion or a reaction. The change gets an entry of its own, so that clients that were offline learn of it by
 * its number. Then it is applied to the message itself, so that history shows the current message. Three write units in a conversation that
 * is named by its members (number, entry, message), and four in others (membership).
 *
 * A change is complete once its entry is written. If its writer dies before it is applied, the table's stream does the rest
 * (stream/complete-change.ts).
 */
import { cleanText } from '#protocol/clean-text';
import { ChatError } from '#protocol/errors';
import type { ChangedMessage } from '#protocol/http';
import { limits } from '#protocol/limits';
import type { Message } from '#protocol/message';
import { type MessageRef, seqOfMessageId } from '#protocol/message-id';
import { bytesOf, messageText } from '#protocol/message-text';
import type { Conversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import { markForNotification } from '../delivery/receipts.ts';
import { currentReactions, namesFor, namesOf, toMessage } from '../delivery/render.ts';
import type { Services, Store } from '../runtime/services.ts';
import { type Applied, applyChange } from '../store/apply-change.ts';
import { updateLast } from '../store/conversation-state.ts';
import {
  type ChangeEntry,
  type Entry,
  getEntry,
  type MessageEntry,
  type ReactionEntry,
  type ShownEntry,
} from '../store/entry.ts';
import type { Membership } from '../store/membership.ts';
import { addUncounted } from '../store/uncounted.ts';
import type { Connection } from '../store/user.ts';
import { append, findDuplicate } from './append.ts';
import { findShownEntry } from './log.ts';
import { recipientsOf } from './members.ts';
import { mentionsIn } from './mentions.ts';
import { assertWritable, type Caller, requireMembership } from './require-membership.ts';
import { assertSameSend, firstFingerprint, namedSeq } from './same-send.ts';
import { whoSee } from './visible.ts';

export interface ChangeRequest {
  readonly conversation: Conversation;
  readonly caller: Caller;
  readonly target: MessageRef;
  /** The same `client_id` again is the same change. */
  readonly clientId?: string | undefined;
  /** The connection that asked. It gets the answer whatever its scope. */
  readonly origin?: Connection | undefined;
}

/** The content of a change. The target, the user and the place in the log are added later. */
type Change =
  | { type: 'edit'; text: string; mentions: string[] }
  | { type: 'delete' }
  | { type: 'reaction'; emoji: string; removed: boolean };

/**
 * Checks whether the member may change the target, and returns the change; or the number since when the message is so already. Then there is
 * nothing to store, and nothing to tell the others.
 */
type Decide = (target: MessageEntry, membership: Membership) => Decision | Promise<Decision>;
type Decision = Change | { readonly since: number };

/** @throws ChatError `forbidden` unless the caller is its author, `not_found`, `invalid_frame`, `too_large`, `rate_limited`, `conflict` */
export async function editMessage(
  services: Services,
  request: ChangeRequest,
  message: string | undefined,
): Promise<ChangedMessage> {
  // A repeat has the text that was accepted then; beside which files, does not matter any more.
  const asked = { type: 'edit', text: cleanText(message ?? '') } as const;
  return changeMessage(services, request, asked, async (target, membership) => {
    assertWritable(services, membership);
    assertAuthor(target, membership);
    const text = messageText(message, target.files.length);
    if (text === target.text) return { since: target.changed ?? target.seq };
    return {
      type: 'edit',
      text,
      mentions: await mentionsIn(services, request.conversation, membership.username, text),
    };
  });
}

/**
 * Leaves a tombstone.
 * @throws ChatError `forbidden` unless the caller is its author, the owner of the group or room, or a moderator, `not_found`, `invalid_frame`,
 *   `rate_limited`, `conflict`
 */
export async function deleteMessage(services: Services, request: ChangeRequest): Promise<ChangedMessage> {
  return changeMessage(services, request, { type: 'delete' }, (target, membership) => {
    if (membership.role !== 'owner' && membership.role !== 'moderator') assertAuthor(target, membership);
    return { type: 'delete' };
  });
}

/** @throws ChatError `not_found`, `invalid_frame`, `rate_limited`; `conflict`, also when the message has as many reactions as it can have */
export async function addOrRemoveReaction(
  services: Services,
  request: ChangeRequest,
  { emoji, removed }: { emoji: string; removed: boolean },
): Promise<ChangedMessage> {
  return changeMessage(services, request, { type: 'reaction', emoji, removed }, (target, membership) => {
    assertWritable(services, membership);
    const { username } = membership;
    const own = target.reactions.find((reaction) => reaction.user === username && reaction.emoji === emoji);
    if ((own?.stands ?? false) === !removed) return { since: own?.since ?? target.seq };
    if (!removed) assertReactionLimit(target, username, emoji);
    return { type: 'reaction', emoji, removed };
  });
}

/** A change as it is asked for. */
type Asked =
  | { type: 'edit'; text: string }
  | { type: 'delete' }
  | { type: 'reaction'; emoji: string; removed: boolean };

async function changeMessage(
  services: Services,
  { conversation, caller, target, clientId = services.newId(services.now()), origin }: ChangeRequest,
  asked: Asked,
  decide: Decide,
): Promise<ChangedMessage> {
  const membership = await requireMembership(services, conversation, caller, { join: false });
  const duplicate = await findDuplicate(services, conversation, membership, clientId);
  if (duplicate) {
    assertSameSend(duplicate, { ...asked, target: namedSeq(target) ?? 0 });
    return completeAndTell(services, conversation, duplicate, { origin, repeated: true, isQuiet: membership.blocked });
  }
  const message = await findTarget(services, conversation.id, target);
  if (message.type !== 'message' || message.deleted) throw notFound(conversation.id, target);
  const decision = await decide(message, membership);
  if ('since' in decision)
    return tellOrigin(services, conversation, asked, message, { caller, since: decision.since, origin });
  const newEntry = { ...decision, target: message.seq, client_id: clientId };
  const { entry } = await append(services, { conversation, caller, membership }, newEntry, async () => undefined);
  return completeAndTell(services, conversation, entry, { origin, target: message });
}

/**
 * Applies a change that is in the log, and tells the members.
 * @param options.target the message before the change, if the caller has read it
 * @param options.isQuiet a repeat is answered to its author alone, whom the other has blocked since
 */
async function completeAndTell(
  services: Services,
  conversation: Conversation,
  entry: ChangeEntry,
  {
    origin,
    target,
    repeated = false,
    isQuiet = false,
  }: { origin: Connection | undefined; target?: MessageEntry; repeated?: boolean; isQuiet?: boolean },
): Promise<ChangedMessage> {
  const { applied, message } = await applyToMessage(services, entry, target);
  if (!message) throw new ChatError('not_found', 'it has just expired');
  // If the table's stream was faster, it has also posted the change to everybody.
  const originOnly = repeated ? isQuiet : applied === 'before';
  const changed = await broadcastChange(services, conversation, entry, message, { origin, originOnly });
  return { ...changed, change: entry.seq };
}

/** Answers a change that changes nothing, as if it had been made by entry `since`: by an earlier change, or when the message was sent. */
async function tellOrigin(
  services: Services,
  conversation: Conversation,
  asked: Asked,
  message: MessageEntry,
  { caller, since, origin }: { caller: Caller; since: number; origin: Connection | undefined },
): Promise<ChangedMessage> {
  const { count, at } = message;
  const place = { conversation: conversation.id, seq: since, count, at, user: caller.username, client_id: '' };
  const made: ChangeEntry = { ...asked, ...place, target: message.seq };
  return {
    ...(await broadcastChange(services, conversation, made, message, { origin, originOnly: true })),
    change: since,
  };
}

/**
 * The entry that history shows under this number or id.
 * @throws ChatError `not_found`, `invalid_frame` when neither is given
 */
export async function findTarget(services: Store, conversation: string, target: MessageRef): Promise<ShownEntry> {
  const { id = '', seq = seqOfMessageId(id) } = target;
  if (seq === undefined) throw new ChatError('invalid_frame', 'it is not named: give its seq, or its id');
  const entry = await findShownEntry(services, conversation, target);
  if (!entry) throw notFound(conversation, target);
  return entry;
}

function notFound(conversation: string, { seq }: MessageRef): ChatError {
  return new ChatError('not_found', `there is no message ${seq ?? 'of this id'} in ${conversation}`);
}

function assertAuthor(entry: MessageEntry, { username }: Membership): void {
  if (entry.user !== username) throw new ChatError('forbidden', `only its author, ${entry.user}, can do that`);
}

/** A message is always sent with all reactions that stand, so together they must fit a frame. */
function assertReactionLimit({ reactions }: MessageEntry, user: string, emoji: string): void {
  const { reactionsPerMessage, reactionsPerMember, reactionBytes } = limits;
  const standing = reactions.filter(({ stands }) => stands);
  const used = Object.keys(currentReactions(reactions));
  if (!used.includes(emoji) && used.length >= reactionsPerMessage) {
    throw new ChatError('conflict', `it has ${used.length} different emoji, and no more fit: use one of them`);
  }
  if (standing.filter((other) => other.user === user).length >= reactionsPerMember) {
    throw new ChatError('conflict', `you have used ${reactionsPerMember} different emoji on it, and no more fit`);
  }
  if (bytesOf(standing.map((other) => [other.emoji, other.user])) + bytesOf([emoji, user]) > reactionBytes) {
    throw new ChatError('conflict', 'it has so many reactions that no more fit');
  }
}

/**
 * Applies the change to the message, to lists and to files. Applying it again changes nothing.
 * @param target the message before the change; read if it is missing and needed
 * @returns the current message; `undefined` when retention has deleted it
 */
export async function applyToMessage(
  services: Pick<Services, 'table' | 'bucket' | 'now'>,
  entry: ChangeEntry,
  target?: MessageEntry,
): Promise<{ applied: Applied; message: MessageEntry | undefined }> {
  const { conversation } = entry;
  const before = target ?? (entry.type === 'reaction' ? undefined : await getMessage(services, entry));
  if (entry.type === 'delete') {
    // First, because the tombstone does not have the list of files any more.
    const files = before?.files ?? [];
    if (files.length > 0) {
      const { releaseFile } = await import('./release-files.ts');
      await Promise.all(files.map((file) => releaseFile(services, conversation, file)));
    }
  }
  const { applied, message } = await applyChange(services, entry, before && firstFingerprint(before));
  if (!message || entry.type === 'reaction') return { applied, message };
  await updateLast(services, conversation, message);
  if (message.deleted) await addUncounted(services, conversation, [entry.target], { again: applied !== 'now' });
  return { applied, message };
}

async function getMessage(services: Store, { conversation, target }: ChangeEntry): Promise<MessageEntry | undefined> {
  const entry = await getEntry(services, conversation, target);
  return entry?.type === 'message' ? entry : undefined;
}

/**
 * Posts the change to all members, and marks a deletion for the stream, because it can lower unread counts.
 * @param options.originOnly post it to the origin alone
 */
export async function broadcastChange(
  services: Services,
  conversation: Conversation,
  entry: ChangeEntry,
  target: MessageEntry,
  { origin, originOnly = false }: { origin?: Connection | undefined; originOnly?: boolean } = {},
): Promise<Message> {
  const recipients = originOnly
    ? { conversation: conversation.id, users: [] }
    : await recipientsOf(services, conversation, { alwaysInclude: [entry.user] });
  // The author may have left since, so the name may have to be read.
  const message = await toMessage(services, target, await namesFor(services, [target], namesOf(recipients.users)));
  const event = entry.type === 'reaction' ? reactionEvent(entry) : messageChangedEvent(entry, message);
  // An edit has the whole message, which some may have hidden or cleared. Their clients find nothing under the change's number.
  const users =
    entry.type === 'edit' ? await whoSee(services, conversation.id, entry.target, recipients.users) : recipients.users;
  await broadcast(services, { ...recipients, users }, event, { origin });
  if (entry.type === 'delete' && !originOnly) await markForNotification(services, entry, recipients.users);
  return message;
}

export function reactionEvent({ conversation, target, emoji, user, removed, seq }: ReactionEntry) {
  return { type: 'reaction', conversation, seq: target, emoji, user, removed, change: seq } as const;
}

/** @param message the target of the edit or deletion, as it is after it */
export function messageChangedEvent({ type, seq }: Exclude<ChangeEntry, ReactionEntry>, message: Message) {
  const eventType = type === 'edit' ? 'message_edited' : 'message_deleted';
  return { type: eventType, ...message, room: message.conversation, change: seq } as const;
}

export function isChange(entry: Entry): entry is ChangeEntry {
  return 'target' in entry;
}
