/**
 * Sending a message: three write units for a message under 1 KB, however many members (number, membership, entry: see append.ts), then a
 * post to everybody's devices, in a large conversation in chunks that the sender does not wait for.
 */
import { unable } from '#protocol/errors';
import { messageText } from '#protocol/frames';
import type { ContentType, Message } from '#protocol/message';
import { messageId, seqOfMessageId } from '#protocol/message-id';
import type { Conversation } from '#protocol/names';
import { deliverMessage } from '../delivery/deliver-message.ts';
import type { Device } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { type File, getEntry, type MessageEntry } from '../store/entry.ts';
import type { Membership } from '../store/membership.ts';
import type { Send } from '../store/ring.ts';
import { takeNumber } from '../store/take-number.ts';
import { append, earlierTry } from './append.ts';
import { claimAttachments } from './claim-attachments.ts';
import { enter, refuseClosed, type Speaker } from './enter.ts';
import { isMessage } from './log.ts';
import { audienceOf, listMembers } from './members.ts';
import { mentionsIn } from './mentions.ts';

export interface Draft {
  readonly message?: string | undefined;
  readonly attachments?: readonly string[] | undefined;
  readonly reply_to?: number | null | undefined;
  readonly ref_message?: string | null | undefined;
  readonly client_id?: string | undefined;
}

interface Content {
  readonly text: string;
  readonly files: readonly File[];
  readonly contentType: ContentType;
  readonly replyTo: number | null;
  readonly mentions: readonly string[];
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
  requester?: Device,
): Promise<Message> {
  const text = messageText(draft.message, draft.attachments?.length ?? 0);
  const membership = await enter(services, conversation, speaker, { join: true });
  const clientId = draft.client_id ?? services.newId(services.now());
  const toDoWhat = 'send the message';
  const standing = await earlierTry(services, membership, { clientId, toDoWhat, isIt: isMessage });
  if (standing) {
    const audience = await audienceOf(services, conversation, { served: [membership.username] });
    return deliverMessage(services, { entry: standing, repeated: true, audience, requester });
  }

  refuseClosed(services, membership, toDoWhat);
  const replyTo = await findReplied(services, conversation, draft);
  const files = await claimAttachments(services, conversation, speaker, draft.attachments ?? [], clientId);
  const mentions = await mentionsIn(services, conversation, text);
  const content: Content = { text, files, contentType: contentType(files), replyTo, mentions, clientId };
  const last = { user: membership.username, text, content_type: content.contentType };
  // The names of a room's members take a while to list and do not depend on the message. Their devices do: a device that is
  // written down before they are read is posted to, and one that comes later finds the message in its snapshot.
  const [{ head, ...appended }, listed] = await Promise.all([
    append(services, membership, {
      ...{ clientId, toDoWhat, last, isIt: isMessage },
      takeNumber: (at) => takeNumber(services, conversation.id, { ...last, at }),
      toEntry: (send) => toEntry(services, membership, content, send),
    }),
    listMembers(services, conversation),
  ]);
  // Who left before this number was taken stands on the head that gave it, however far the index lags behind.
  const audience = await audienceOf(services, conversation, { served: [membership.username], listed, head });
  return deliverMessage(services, { ...appended, audience, requester });
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
    ...(content.mentions.length > 0 && { mentions: [...content.mentions] }),
    client_id: content.clientId,
    count: send.count,
    at: send.at,
    reactions: [],
  };
}

function contentType(files: readonly File[]): ContentType {
  if (!files[0]) return 'text';
  return files[0].content_type.startsWith('image/') ? 'image' : 'file';
}

/** The number of the message that this one answers, by number or id. @throws ChatError `not_found` when a reply is to nothing */
async function findReplied(
  services: Services,
  conversation: Conversation,
  { reply_to: number, ref_message: id }: Draft,
): Promise<number | null> {
  const seq = number ?? (id ? seqOfMessageId(id) : null);
  if (seq === null) return null;
  const entry = seq === undefined ? undefined : await getEntry(services, conversation.id, seq);
  if (entry?.type === 'message' && !entry.deleted && (!id || entry.id === id)) return entry.seq;
  throw unable('not_found', 'send the reply', `there is no message ${id ?? seq} in ${conversation.id}`);
}
