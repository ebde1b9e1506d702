/**
 * Changing a message: an entry of its own in the log, so that a client that was away learns of it by its number, then the message itself, so
 * that history shows it as it now is. Four write units: number, membership, entry, message.
 *
 * The entry is what counts. Should its writer die before the message is changed, the table's stream does the rest (stream/repair.ts).
 */
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
import type { Services } from '../runtime/services.ts';
import { type Applied, applyChange } from '../store/apply-change.ts';
import { removeFile } from '../store/bucket.ts';
import { updateLast } from '../store/conversation-state.ts';
import { type ChangeEntry, type Entry, getEntry, type MessageEntry, type ShownEntry } from '../store/entry.ts';
import type { Membership } from '../store/membership.ts';
import { addUncounted } from '../store/uncounted.ts';
import { releaseUpload } from '../store/upload.ts';
import type { Connection } from '../store/user.ts';
import { append, findDuplicate } from './append.ts';
import { isShown } from './log.ts';
import { recipientsOf } from './members.ts';
import { mentionsIn } from './mentions.ts';
import { assertWritable, type Caller, requireMembership } from './require-membership.ts';

/** Who wants to change what. */
export interface ChangeRequest {
  readonly conversation: Conversation;
  readonly caller: Caller;
  readonly target: MessageRef;
  /** The same again is the same change. */
  readonly clientId?: string | undefined;
  /** The connection that it came in on; it is answered whatever its scope. */
  readonly origin?: Connection | undefined;
}

/** What a change says, besides which message it changes and who made it. */
type Change =
  | { type: 'edit'; text: string; mentions: string[] }
  | { type: 'delete' }
  | { type: 'reaction'; emoji: string; removed: boolean };

/** @throws ChatError `forbidden` for who is not its author, `not_found`, `invalid_frame`, `too_large`, `rate_limited` */
export async function editMessage(
  services: Services,
  request: ChangeRequest,
  message: string | undefined,
): Promise<ChangedMessage> {
  return changeMessage(services, request, async (target, membership) => {
    assertWritable(services, membership);
    assertAuthor(target, membership);
    const text = messageText(message, target.files.length);
    return { type: 'edit', text, mentions: await mentionsIn(services, request.conversation, text) };
  });
}

/** Leaves a tombstone. @throws ChatError `forbidden` for who is neither its author nor the group's owner, `not_found`, `invalid_frame`, `rate_limited` */
export async function deleteMessage(services: Services, request: ChangeRequest): Promise<ChangedMessage> {
  return changeMessage(services, request, (target, membership) => {
    if (membership.role !== 'owner') assertAuthor(target, membership);
    return { type: 'delete' };
  });
}

/** @throws ChatError `not_found`, `invalid_frame`, `rate_limited`; `conflict` when the message has as many reactions as it can have */
export async function addOrRemoveReaction(
  services: Services,
  request: ChangeRequest,
  { emoji, removed }: { emoji: string; removed: boolean },
): Promise<ChangedMessage> {
  return changeMessage(services, request, (target, membership) => {
    assertWritable(services, membership);
    if (!removed) assertReactionLimit(target, membership.username, emoji);
    return { type: 'reaction', emoji, removed };
  });
}

/** The same for every change: number and entry once, whatever is tried again, then the message, then everybody is told. */
async function changeMessage(
  services: Services,
  { conversation, caller, target, clientId = services.newId(services.now()), origin }: ChangeRequest,
  decide: (target: MessageEntry, membership: Membership) => Change | Promise<Change>,
): Promise<ChangedMessage> {
  const membership = await requireMembership(services, conversation, caller, { join: false });
  const duplicate = await findDuplicate(services, membership, { clientId, kind: 'change' });
  const entry = duplicate ?? (await appendChange(services, membership, { clientId, target }, decide));
  const { applied, message } = await applyToMessage(services, entry);
  if (!message) throw new ChatError('not_found', 'it has just expired');
  // The table's stream may be faster; then it tells everybody.
  const isTold = applied === 'before' && !duplicate;
  const told = await broadcastChange(services, conversation, entry, message, { origin, isTold });
  return { ...told, change: entry.seq };
}

async function appendChange(
  services: Services,
  membership: Membership,
  { clientId, target }: { clientId: string; target: MessageRef },
  decide: (target: MessageEntry, membership: Membership) => Change | Promise<Change>,
): Promise<ChangeEntry> {
  const { conversation } = membership;
  const message = await findTarget(services, conversation, target);
  if (message.type !== 'message' || message.deleted) throw notFound(conversation, target);
  const change = await decide(message, membership);
  const { entry } = await append(services, membership, { ...change, target: message.seq, client_id: clientId });
  return entry;
}

/**
 * The entry that history shows under this number or id.
 * @throws ChatError `not_found`, `invalid_frame` when neither is given
 */
export async function findTarget(
  services: Pick<Services, 'table'>,
  conversation: string,
  target: MessageRef,
): Promise<ShownEntry> {
  const { id } = target;
  const seq = target.seq ?? (id === undefined ? undefined : seqOfMessageId(id));
  if (seq === undefined) {
    throw new ChatError('invalid_frame', 'it is not named: give its seq, or its id as uiid');
  }
  const entry = await getEntry(services, conversation, seq);
  if (entry && isShown(entry) && (id === undefined || entry.id === id)) return entry;
  throw notFound(conversation, target);
}

function notFound(conversation: string, { seq }: MessageRef): ChatError {
  return new ChatError('not_found', `there is no message ${seq ?? 'of this id'} in ${conversation}`);
}

function assertAuthor(entry: MessageEntry, { username }: Membership): void {
  if (entry.user !== username) throw new ChatError('forbidden', `only its author, ${entry.user}, can do that`);
}

/** A message travels with all of its reactions, and must go on fitting a frame. */
function assertReactionLimit({ reactions }: MessageEntry, user: string, emoji: string): void {
  if (reactions.some((other) => other.user === user && other.emoji === emoji)) return;
  const { reactionsPerMessage, reactionsPerMember, reactionBytes } = limits;
  const used = Object.keys(currentReactions(reactions));
  if (!used.includes(emoji) && used.length >= reactionsPerMessage) {
    throw new ChatError('conflict', `it has ${used.length} different emoji, and no more fit: use one of them`);
  }
  if (reactions.filter((other) => other.user === user).length >= reactionsPerMember) {
    throw new ChatError('conflict', `you have used ${reactionsPerMember} different emoji on it, and no more fit`);
  }
  if (bytesOf(reactions.map((other) => [other.emoji, other.user])) + bytesOf([emoji, user]) > reactionBytes) {
    throw new ChatError('conflict', 'so many have reacted that no more fit');
  }
}

/**
 * Makes the message, lists and files what the change says. Again: nothing changes.
 * @returns the message as it now is; `undefined` when retention has deleted it
 */
export async function applyToMessage(
  services: Pick<Services, 'table' | 'bucket' | 'now'>,
  entry: ChangeEntry,
): Promise<{ applied: Applied; message: MessageEntry | undefined }> {
  const { conversation, target } = entry;
  if (entry.type === 'delete') {
    // Before the message forgets which they are.
    const message = await getEntry(services, conversation, target);
    const files = message?.type === 'message' ? message.files : [];
    await Promise.all(
      files.map(async ({ id }) => {
        await releaseUpload(services, conversation, id);
        await removeFile(services, id);
      }),
    );
  }
  const { applied, message } = await applyChange(services, entry);
  if (!message || entry.type === 'reaction') return { applied, message };
  await updateLast(services, conversation, message);
  // Nobody has to read what is not there any more.
  if (message.deleted) await addUncounted(services, conversation, [target]);
  return { applied, message };
}

/** Tells every connection of every member, and who watches unread counts when one may have become less; with `isTold` the origin alone. */
export async function broadcastChange(
  services: Services,
  conversation: Conversation,
  entry: ChangeEntry,
  changed: MessageEntry,
  { origin, isTold = false }: { origin?: Connection | undefined; isTold?: boolean } = {},
): Promise<Message> {
  const recipients = isTold
    ? { conversation: conversation.id, users: [] }
    : await recipientsOf(services, conversation, { alwaysInclude: [entry.user] });
  // Whoever wrote it may have left since.
  const message = await toMessage(services, changed, await namesFor(services, [changed], namesOf(recipients.users)));
  const { seq: number, target: seq } = entry;
  if (entry.type === 'reaction') {
    const { emoji, user, removed } = entry;
    const reaction = { conversation: conversation.id, seq, emoji, user, removed, change: number };
    await broadcast(services, recipients, { type: 'reaction', ...reaction }, { origin });
  } else {
    const type = entry.type === 'edit' ? 'message_edited' : 'message_deleted';
    const event = { ...message, room: message.conversation, change: number };
    await broadcast(services, recipients, { type, ...event }, { origin });
  }
  if (entry.type === 'delete' && !isTold) await markForNotification(services, entry, recipients.users);
  return message;
}

export function isChange(entry: Entry): entry is ChangeEntry {
  return 'target' in entry;
}
