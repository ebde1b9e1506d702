/**
 * Changing a message: an entry of its own in the log, so that a client that was away learns of it by its number, and the message itself, so
 * that history shows it as it now is. Three write units: number, entry, message. The author of the change has no ring here: a change
 * that is tried again changes nothing more.
 */
import { unable } from '#protocol/errors';
import { messageText } from '#protocol/frames';
import { limits } from '#protocol/limits';
import type { Message } from '#protocol/message';
import { seqOfMessageId } from '#protocol/message-id';
import type { Conversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { devicesOf, postAll } from '../delivery/post.ts';
import { namesFor, namesOf, toMessage } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { applyChange, type ChangeEntry, getEntry, type MessageEntry, putEntry } from '../store/entry.ts';
import { addGone, takeChangeNumber, updateLast } from '../store/head.ts';
import type { Membership } from '../store/membership.ts';
import type { User } from '../store/user.ts';
import { enter, refuseBlocked, type Speaker } from './enter.ts';
import { members } from './members.ts';

/** Which message: by its number, or by its id. */
export interface Target {
  readonly seq?: number | undefined;
  readonly uiid?: string | undefined;
}

/** @throws ChatError `forbidden` for who is not its author, `not_found`, `invalid_frame`, `too_large` */
export async function editMessage(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  target: Target,
  message: string | undefined,
): Promise<Message> {
  const what = 'edit the message';
  const { standing } = await find(services, conversation, speaker, target, what, refuseBlocked);
  refuseOthers(standing, speaker, what);
  const text = messageText(message, standing.files.length);
  return change(services, conversation, (seq, at) => ({
    ...{ type: 'edit', conversation: conversation.id, seq, target: standing.seq, user: speaker.username, at },
    text,
  }));
}

/** Leaves a tombstone. @throws ChatError `forbidden` for who is neither its author nor the group's owner, `not_found`, `invalid_frame` */
export async function deleteMessage(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  target: Target,
): Promise<Message> {
  const what = 'delete the message';
  const { standing, membership } = await find(services, conversation, speaker, target, what);
  if (membership.role !== 'owner') refuseOthers(standing, speaker, what);
  return change(services, conversation, (seq, at) => ({
    ...{ type: 'delete', conversation: conversation.id, seq, target: standing.seq, user: speaker.username, at },
  }));
}

/** @throws ChatError `not_found`, `invalid_frame`; `conflict` when the message has as many different emoji as it can have */
export async function react(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  target: Target,
  { emoji, removed }: { emoji: string; removed: boolean },
): Promise<Message> {
  const what = 'react to the message';
  const { standing } = await find(services, conversation, speaker, target, what, refuseBlocked);
  const used = Object.keys(standing.reactions);
  if (!removed && !used.includes(emoji) && used.length >= limits.reactionsPerMessage) {
    throw unable('conflict', what, `it has ${used.length} different emoji, and no more fit: use one of them`);
  }
  return change(services, conversation, (seq, at) => ({
    ...{ type: 'reaction', conversation: conversation.id, seq, target: standing.seq, user: speaker.username, at },
    ...{ emoji, removed },
  }));
}

async function find(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  { seq, uiid }: Target,
  what: string,
  refuse: (membership: Membership, what: string) => void = () => {},
): Promise<{ standing: MessageEntry; membership: Membership }> {
  const membership = await enter(services, conversation, speaker, { join: false });
  refuse(membership, what);
  const number = seq ?? (uiid === undefined ? undefined : seqOfMessageId(uiid));
  if (number === undefined) throw unable('invalid_frame', what, 'it is not named: give its seq, or its id as uiid');
  const entry = await getEntry(services, conversation.id, number);
  const isIt = entry?.type === 'message' && !entry.deleted && (uiid === undefined || entry.id === uiid);
  if (!isIt) throw unable('not_found', what, `there is no message ${seq ?? 'of this id'} in ${conversation.id}`);
  return { standing: entry, membership };
}

function refuseOthers(entry: MessageEntry, { username }: Speaker, what: string): void {
  if (entry.user !== username) throw unable('forbidden', what, `only its author, ${entry.user}, can do that`);
}

/** Number, entry, message, events. A number that readers sealed meanwhile is replaced by another. */
async function change(
  services: Services,
  conversation: Conversation,
  make: (seq: number, at: number) => ChangeEntry,
): Promise<Message> {
  for (let tries = 0; tries < 5; tries++) {
    const entry = make(await takeChangeNumber(services, conversation.id), services.now());
    const put = await putEntry(services, entry);
    if (!put.stored) continue;
    const message = await applyChange(services, entry);
    if (!message) break;
    await showInLists(services, entry);
    return tell(services, await members(services, conversation), entry, message);
  }
  throw unable('conflict', 'change the message', 'others were faster again and again: try again', 1);
}

async function showInLists(services: Services, entry: ChangeEntry): Promise<void> {
  if (entry.type === 'reaction') return;
  await updateLast(services, entry.conversation, entry.target, entry.type === 'edit' ? entry.text : '');
  // Nobody has to read what is not there any more.
  if (entry.type === 'delete') await addGone(services, entry.conversation, entry.target);
}

async function tell(
  services: Services,
  users: readonly User[],
  entry: ChangeEntry,
  changed: MessageEntry,
): Promise<Message> {
  // Whoever wrote it may have left since.
  const message = await toMessage(services, changed, await namesFor(services, [changed], namesOf(users)));
  const devices = devicesOf(users, services.now(), (scope) => receives(scope, entry.conversation));
  if (entry.type === 'reaction') {
    const { conversation, target: seq, emoji, user, removed } = entry;
    await postAll(services, devices, { type: 'reaction', conversation, seq, emoji, user, removed, change: entry.seq });
  } else {
    const type = entry.type === 'edit' ? 'message_edited' : 'message_deleted';
    await postAll(services, devices, { type, ...message, room: message.conversation, change: entry.seq });
  }
  return message;
}
