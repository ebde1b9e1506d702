/**
 * Sending a message: three write units for a message under 1 KB, however many members.
 *
 *   1  the sender's membership says whether they may, whether this client_id was sent before, and whether they send too fast
 *   2  the head gives the next number           (atomic, the only contended write)
 *   3  the membership notes client_id → number  (of two tries at once one wins; the other's number is sealed at once)
 *   4  the entry is written into its cell       (write-once; a retry that finds its cell empty fills it)
 *   5  everybody's devices are posted to
 *
 * A try may die between any two steps and be tried again: exactly one message comes of it. A try that finds its cell sealed, because it
 * was slower than readers wait, takes a new number.
 */
import { unable } from '#protocol/errors';
import { messageText } from '#protocol/frames';
import { limits } from '#protocol/limits';
import type { ContentType, Message } from '#protocol/message';
import { messageId } from '#protocol/message-id';
import type { Conversation } from '#protocol/names';
import { deliverMessage, type Requester } from '../delivery/deliver-message.ts';
import type { Services } from '../runtime/services.ts';
import { type File, getEntry, type MessageEntry, putEntry } from '../store/entry.ts';
import { getHead, type Head, takeNumber } from '../store/head.ts';
import { claimSend, hashOf, type Membership, type Send } from '../store/membership.ts';
import { getUsers } from '../store/user.ts';
import { claimUploads } from './claim-uploads.ts';
import { enter, refuseBlocked, type Speaker } from './enter.ts';
import { seal } from './log.ts';
import { listedNames, members, withoutLeft } from './members.ts';

export interface Draft {
  readonly message?: string | undefined;
  readonly attachments?: readonly string[] | undefined;
  readonly reply_to?: number | null | undefined;
  readonly client_id?: string | undefined;
}

interface Content {
  readonly text: string;
  readonly files: readonly File[];
  readonly contentType: ContentType;
  readonly replyTo: number | null;
  readonly clientId: string;
}

/**
 * Stores the message once and posts it to every device of every member.
 * @returns the message as its author sees it
 * @throws ChatError `forbidden`, `unknown_user`, `invalid_frame`, `too_large`, `rate_limited`, `attachment_missing`, `attachment_rejected`, `conflict`
 */
export async function send(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  draft: Draft,
  requester?: Requester,
): Promise<Message> {
  const text = messageText(draft.message, draft.attachments?.length ?? 0);
  const membership = await enter(services, conversation, speaker, { join: true });
  const clientId = draft.client_id ?? services.newId(services.now());
  const earlier = membership.ring.get(hashOf(clientId));
  const standing = earlier && (await getEntry(services, conversation.id, earlier.seq));
  if (standing?.type === 'message' && isSame(standing, membership.username, clientId)) {
    const users = await members(services, conversation);
    return deliverMessage(services, { entry: standing, repeated: true, users, requester });
  }

  refuseBlocked(membership, 'send the message');
  if (!earlier) refuseHaste(membership, services.now());
  await refuseUnknownReply(services, conversation, draft.reply_to);
  const files = await claimUploads(services, conversation, speaker.username, draft.attachments ?? []);
  const content: Content = { text, files, contentType: contentType(files), replyTo: draft.reply_to ?? null, clientId };
  // The names of a room's members take a while to list and do not depend on the message. Their devices do: a device that is
  // written down before they are read is posted to, and one that comes later finds the message in its snapshot.
  const [{ head, ...appended }, listed] = await Promise.all([
    append(services, membership, content, earlier),
    listedNames(services, conversation),
  ]);
  // Who left before this number was taken stands on the head that gave it, however far the index lags behind.
  const names = withoutLeft(listed, head ?? (await getHead(services, conversation.id)), services.now());
  return deliverMessage(services, { ...appended, users: await getUsers(services, names), requester });
}

/** Steps 2 to 4. `repeated`: the message stood in the log already. `head`: as it was when the number was taken, if one was. */
async function append(
  services: Services,
  membership: Membership,
  content: Content,
  earlier: Send | undefined,
): Promise<{ entry: MessageEntry; repeated: boolean; head: Head | undefined }> {
  const hash = hashOf(content.clientId);
  let send = earlier;
  let replacing: Send | undefined;
  let head: Head | undefined;
  for (let tries = 0; tries < 5; tries++) {
    if (!send) ({ send, head } = await claimNumber(services, membership, hash, content, replacing));
    const entry = toEntry(services, membership, content, send);
    const put = await putEntry(services, entry);
    if (put.stored) return { entry, repeated: false, head };
    if (put.standing.type === 'message' && isSame(put.standing, entry.user, entry.client_id))
      return { entry: put.standing, repeated: true, head };
    // Sealed before we came, or, one time in 10^18, two client_ids with the same hash: another number.
    replacing = send;
    send = undefined;
  }
  throw unable('conflict', 'send the message', 'its place in the log was taken again and again: send it again', 1);
}

async function claimNumber(
  services: Services,
  membership: Membership,
  hash: string,
  content: Content,
  replacing: Send | undefined,
): Promise<{ send: Send; head: Head }> {
  const at = services.now();
  const last = { user: membership.username, text: content.text, content_type: content.contentType, at };
  const head = await takeNumber(services, membership.conversation, last);
  const { seq, count } = head;
  const send = { seq, count, at };
  const claim = await claimSend(services, membership, hash, send, replacing === undefined ? {} : { replacing });
  if (claim === 'claimed') return { send, head };
  // Nothing will ever come behind the number that was taken: say so at once, so that no reader waits for it.
  const twin = claim === 'removed' ? undefined : { ...last, seq: claim.earlier.seq };
  await seal(services, membership.conversation, seq, twin);
  if (claim === 'removed') {
    throw unable('forbidden', `send to ${membership.conversation}`, 'you are not a member any more');
  }
  return { send: claim.earlier, head };
}

function toEntry(services: Services, membership: Membership, content: Content, send: Send): MessageEntry {
  return {
    type: 'message',
    conversation: membership.conversation,
    seq: send.seq,
    id: messageId(services.newId(send.at), send.seq),
    user: membership.username,
    text: content.text,
    content_type: content.contentType,
    files: [...content.files],
    reply_to: content.replyTo,
    client_id: content.clientId,
    count: send.count,
    at: send.at,
    reactions: {},
  };
}

function isSame(standing: MessageEntry, username: string, clientId: string): boolean {
  return standing.user === username && standing.client_id === clientId;
}

function contentType(files: readonly File[]): ContentType {
  if (!files[0]) return 'text';
  return files[0].content_type.startsWith('image/') ? 'image' : 'file';
}

/** @throws ChatError `not_found` when a reply is to nothing */
async function refuseUnknownReply(
  services: Services,
  conversation: Conversation,
  seq: number | null | undefined,
): Promise<void> {
  if (seq === null || seq === undefined) return;
  const entry = await getEntry(services, conversation.id, seq);
  if (entry?.type === 'message') return;
  throw unable('not_found', 'send the reply', `there is no message ${seq} in ${conversation.id}`);
}

/** @throws ChatError `rate_limited` when the member's last sends lie too close together */
function refuseHaste(membership: Membership, now: number): void {
  const { count, seconds } = limits.sends;
  const recent = [...membership.ring.values()].map(({ at }) => at).sort((a, b) => b - a);
  const oldest = recent[count - 1];
  if (oldest === undefined || now - oldest >= seconds * 1_000) return;
  const wait = Math.ceil((oldest + seconds * 1_000 - now) / 1_000);
  throw unable(
    'rate_limited',
    'send the message',
    `at most ${count} in ${seconds} seconds: try again in ${wait} s`,
    wait,
  );
}
