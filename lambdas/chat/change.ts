/**
 * Changing a message: an entry of its own in the log, so that a client that was away learns of it by its number, then the message itself, so
 * that history shows it as it now is. Four write units: number, membership, entry, message.
 *
 * The entry is what counts. Should its writer die before the message is changed, the table's stream does the rest (stream/repair.ts).
 */
import { unable } from '#protocol/errors';
import { bytesOf, messageText } from '#protocol/frames';
import type { ChangedMessage } from '#protocol/http';
import { limits } from '#protocol/limits';
import type { Message } from '#protocol/message';
import { seqOfMessageId } from '#protocol/message-id';
import type { Conversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import type { Device } from '../delivery/post.ts';
import { leaveNotice } from '../delivery/receipts.ts';
import { namesFor, namesOf, standing, toMessage } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { type Applied, applyChange } from '../store/apply-change.ts';
import { type ChangeEntry, type Entry, getEntry, type MessageEntry, type ShownEntry } from '../store/entry.ts';
import { addGone } from '../store/gone.ts';
import { updateLast } from '../store/head.ts';
import type { Membership } from '../store/membership.ts';
import { removeFile } from '../store/object.ts';
import { takeChangeNumber } from '../store/take-number.ts';
import { releaseUpload } from '../store/upload.ts';
import { append, earlierTry } from './append.ts';
import { enter, refuseClosed, type Speaker } from './enter.ts';
import { isShown } from './log.ts';
import { audienceOf } from './members.ts';
import { mentionsIn } from './mentions.ts';

/** Which message: by its number, or by its id. */
export interface Target {
  readonly seq?: number | undefined;
  readonly uiid?: string | undefined;
}

/** Who wants to change what. */
export interface ChangeRequest {
  readonly conversation: Conversation;
  readonly speaker: Speaker;
  readonly target: Target;
  /** The same again is the same change. */
  readonly clientId?: string | undefined;
  /** The connection that it came in on; it is answered whatever its scope. */
  readonly requester?: Device | undefined;
}

/** What is special about a change, beside which message and whose. */
type Content =
  | { type: 'edit'; text: string; mentions: string[] }
  | { type: 'delete' }
  | { type: 'reaction'; emoji: string; removed: boolean };

/** @throws ChatError `forbidden` for who is not its author, `not_found`, `invalid_frame`, `too_large`, `rate_limited` */
export async function editMessage(
  services: Services,
  request: ChangeRequest,
  message: string | undefined,
): Promise<ChangedMessage> {
  return change(services, request, 'edit the message', async (target, membership, toDoWhat) => {
    refuseClosed(services, membership, toDoWhat);
    refuseOthers(target, membership, toDoWhat);
    const text = messageText(message, target.files.length, toDoWhat);
    return { type: 'edit', text, mentions: await mentionsIn(services, request.conversation, text) };
  });
}

/** Leaves a tombstone. @throws ChatError `forbidden` for who is neither its author nor the group's owner, `not_found`, `invalid_frame`, `rate_limited` */
export async function deleteMessage(services: Services, request: ChangeRequest): Promise<ChangedMessage> {
  return change(services, request, 'delete the message', (target, membership, toDoWhat) => {
    if (membership.role !== 'owner') refuseOthers(target, membership, toDoWhat);
    return { type: 'delete' };
  });
}

/** @throws ChatError `not_found`, `invalid_frame`, `rate_limited`; `conflict` when the message has as many reactions as it can have */
export async function react(
  services: Services,
  request: ChangeRequest,
  { emoji, removed }: { emoji: string; removed: boolean },
): Promise<ChangedMessage> {
  return change(services, request, 'react to the message', (target, membership, toDoWhat) => {
    refuseClosed(services, membership, toDoWhat);
    if (!removed) refuseCrowd(target, membership.username, emoji, toDoWhat);
    return { type: 'reaction', emoji, removed };
  });
}

/** The same for every change: number and entry once, whatever is tried again, then the message, then everybody is told. */
async function change(
  services: Services,
  { conversation, speaker, target, clientId = services.newId(services.now()), requester }: ChangeRequest,
  toDoWhat: string,
  decide: (target: MessageEntry, membership: Membership, toDoWhat: string) => Content | Promise<Content>,
): Promise<ChangedMessage> {
  const membership = await enter(services, conversation, speaker, { join: false });
  const earlier = await earlierTry(services, membership, { clientId, toDoWhat, isIt: isChange });
  const entry = earlier ?? (await appendChange(services, membership, { clientId, toDoWhat, target }, decide));
  const { applied, message } = await applyToMessage(services, entry);
  if (!message) throw unable('not_found', toDoWhat, 'it has just expired');
  // The table's stream may be faster; then it tells everybody.
  const isTold = applied === 'before' && !earlier;
  const told = await tellChange(services, conversation, entry, message, { requester, isTold });
  return { ...told, change: entry.seq };
}

async function appendChange(
  services: Services,
  membership: Membership,
  { clientId, toDoWhat, target }: { clientId: string; toDoWhat: string; target: Target },
  decide: (target: MessageEntry, membership: Membership, toDoWhat: string) => Content | Promise<Content>,
): Promise<ChangeEntry> {
  const { conversation, username: user } = membership;
  const message = await findTarget(services, conversation, target, toDoWhat);
  if (message.type !== 'message' || message.deleted) throw notFound(conversation, target, toDoWhat);
  const content = await decide(message, membership, toDoWhat);
  const { entry } = await append<ChangeEntry>(services, membership, {
    ...{ clientId, toDoWhat, isIt: isChange },
    takeNumber: () => takeChangeNumber(services, conversation),
    toEntry: ({ seq, count, at }) => ({
      ...{ ...content, conversation, seq, count, at, user },
      ...{ target: message.seq, client_id: clientId },
    }),
  });
  return entry;
}

/**
 * What history shows under this number or id.
 * @throws ChatError `not_found`, `invalid_frame` when nothing is named
 */
export async function findTarget(
  services: Pick<Services, 'table'>,
  conversation: string,
  target: Target,
  toDoWhat: string,
): Promise<ShownEntry> {
  const { seq, uiid } = target;
  const number = seq ?? (uiid === undefined ? undefined : seqOfMessageId(uiid));
  if (number === undefined) throw unable('invalid_frame', toDoWhat, 'it is not named: give its seq, or its id as uiid');
  const entry = await getEntry(services, conversation, number);
  if (entry && isShown(entry) && (uiid === undefined || entry.id === uiid)) return entry;
  throw notFound(conversation, target, toDoWhat);
}

function notFound(conversation: string, { seq }: Target, toDoWhat: string) {
  return unable('not_found', toDoWhat, `there is no message ${seq ?? 'of this id'} in ${conversation}`);
}

function refuseOthers(entry: MessageEntry, { username }: Membership, toDoWhat: string): void {
  if (entry.user !== username) throw unable('forbidden', toDoWhat, `only its author, ${entry.user}, can do that`);
}

/** A message travels with all of its reactions, and must go on fitting a frame. */
function refuseCrowd({ reactions }: MessageEntry, user: string, emoji: string, toDoWhat: string): void {
  if (reactions.some((other) => other.user === user && other.emoji === emoji)) return;
  const { reactionsPerMessage, reactionsPerMember, reactionBytes } = limits;
  const used = Object.keys(standing(reactions));
  if (!used.includes(emoji) && used.length >= reactionsPerMessage) {
    throw unable('conflict', toDoWhat, `it has ${used.length} different emoji, and no more fit: use one of them`);
  }
  if (reactions.filter((other) => other.user === user).length >= reactionsPerMember) {
    throw unable('conflict', toDoWhat, `you have used ${reactionsPerMember} different emoji on it, and no more fit`);
  }
  if (bytesOf(reactions.map((other) => [other.emoji, other.user])) + bytesOf([emoji, user]) > reactionBytes) {
    throw unable('conflict', toDoWhat, 'so many have reacted that no more fit');
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
  if (message.deleted) await addGone(services, conversation, [target]);
  return { applied, message };
}

/** Tells every device of every member, and who watches unread counts when one may have become less; with `isTold` the requester alone. */
export async function tellChange(
  services: Services,
  conversation: Conversation,
  entry: ChangeEntry,
  changed: MessageEntry,
  { requester, isTold = false }: { requester?: Device | undefined; isTold?: boolean } = {},
): Promise<Message> {
  const audience = isTold
    ? { conversation: conversation.id, users: [] }
    : await audienceOf(services, conversation, { served: [entry.user] });
  // Whoever wrote it may have left since.
  const message = await toMessage(services, changed, await namesFor(services, [changed], namesOf(audience.users)));
  const { seq: number, target: seq } = entry;
  if (entry.type === 'reaction') {
    const { emoji, user, removed } = entry;
    const reaction = { conversation: conversation.id, seq, emoji, user, removed, change: number };
    await broadcast(services, audience, { type: 'reaction', ...reaction }, { requester });
  } else {
    const type = entry.type === 'edit' ? 'message_edited' : 'message_deleted';
    const event = { ...message, room: message.conversation, change: number };
    await broadcast(services, audience, { type, ...event }, { requester });
  }
  if (entry.type === 'delete' && !isTold) await leaveNotice(services, entry, audience.users);
  return message;
}

export function isChange(entry: Entry): entry is ChangeEntry {
  return 'target' in entry;
}
