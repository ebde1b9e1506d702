/**
 * Sends a message. However many members there are, it takes two writes in a conversation that is named by them (number, entry), and three in
 * a room or group (number, membership, entry): see append.ts.
 * Then it is posted to every member's connections. In a large conversation the fan-out does this, and the sender does not wait for it.
 */
import { ChatError } from '#protocol/errors';
import type { ContentType, Message } from '#protocol/message';
import type { MessageRef } from '#protocol/message-id';
import { messageText } from '#protocol/message-text';
import type { Conversation } from '#protocol/names';
import type { Recipients } from '../delivery/broadcast.ts';
import { deliverMessage } from '../delivery/deliver-message.ts';
import type { Services, Store } from '../runtime/services.ts';
import type { File } from '../store/entry.ts';
import { getMembership } from '../store/membership.ts';
import type { Connection } from '../store/user.ts';
import { append, findDuplicate } from './append.ts';
import { fileIds } from './forwarded-file.ts';
import { findShownEntry } from './log.ts';
import { listMembers, recipientsOf } from './members.ts';
import { mentionsIn } from './mentions.ts';
import { namesSeenBy } from './presence-seen.ts';
import { assertWritable, type Caller, requireMembership } from './require-membership.ts';
import { assertSameSend, namedSeq } from './same-send.ts';
import { whoSee } from './visible.ts';

export interface NewMessage {
  readonly message?: string | undefined;
  /** Ids of uploads of this conversation, or `CONVERSATION/ID` to forward a file. */
  readonly attachments?: readonly string[] | undefined;
  readonly reply_to?: MessageRef | undefined;
  readonly client_id?: string | undefined;
  /** The `client_id` of the message before, whose number must be lower. */
  readonly after?: string | undefined;
}

/**
 * Stores the message once and posts it to every connection of every member.
 * @param origin the connection that asked; it gets the acknowledgement whatever its scope
 * @returns the message as its author sees it
 * @throws ChatError `forbidden`, `unknown_user`, `invalid_frame`, `too_large`, `rate_limited`, `attachment_missing`, `attachment_rejected`, `conflict`
 */
export async function sendMessage(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  {
    message,
    attachments = [],
    reply_to: replyTo,
    client_id: clientId = services.newId(services.now()),
    after,
  }: NewMessage,
  origin?: Connection,
): Promise<Message> {
  const text = messageText(message, attachments.length);
  if (after !== undefined)
    await (await import('./await-earlier.ts')).awaitEarlier(services, conversation, caller, { after, clientId });
  const isPlain = attachments.length === 0 && replyTo === undefined;
  // One update checks all that a plain text needs.
  const membership =
    'members' in conversation && isPlain
      ? undefined
      : await requireMembership(services, conversation, caller, { join: true });
  const alwaysInclude = [caller.username];
  const duplicate = membership && (await findDuplicate(services, conversation, membership, clientId));
  if (duplicate) {
    const files = fileIds(conversation, caller, attachments, clientId);
    assertSameSend(duplicate, { type: 'message', text, files, reply_to: replyTo ? (namedSeq(replyTo) ?? 0) : null });
    const recipients = await recipientsOf(services, conversation, { alwaysInclude });
    const shownOf = shownTo(services, caller, recipients);
    return deliverRepeated(services, conversation, { entry: duplicate, recipients, origin, shownOf });
  }

  if (membership) assertWritable(services, membership);
  const repliedSeq = replyTo ? await findRepliedSeq(services, conversation, replyTo) : null;
  // Loaded with the first file: most messages have none.
  const claiming = attachments.length > 0 ? await import('./claim-attachments.ts') : undefined;
  const attachables = (await claiming?.findAttachments(services, conversation, caller, attachments, clientId)) ?? [];
  const files = attachables.map(({ file }) => file);
  const mentions = await mentionsIn(services, conversation, caller.username, text);
  // Listing a room's members takes a while and does not depend on the message, so both run at once.
  const members = listMembers(services, conversation);
  const appended = append(
    services,
    { conversation, caller, membership },
    {
      type: 'message',
      text,
      content_type: contentType(files),
      files,
      reply_to: repliedSeq,
      mentions: mentions.length > 0 ? mentions : undefined,
      client_id: clientId,
    },
    // The connections are read after the number was allocated: a connection that is stored before that is posted to, and a later one waits
    // for the message in its snapshot. The state that allocated the number has the users who left before it, however far the index lags behind.
    async (state) => recipientsOf(services, conversation, { alwaysInclude, members: await members, state }),
    async (seq) => {
      await Promise.all(attachables.map(({ claim }) => claim({ usedBy: clientId, seq })));
    },
  );
  const [{ entry, repeated, result: recipients }] = await Promise.all([appended, members]);
  const delivery = { entry, recipients, origin, shownOf: shownTo(services, caller, recipients) };
  if (repeated) return deliverRepeated(services, conversation, delivery);
  const [delivered] = await Promise.all([
    deliverMessage(services, { ...delivery, repeated }),
    claiming?.confirmAttachments(services, entry),
  ]);
  return delivered;
}

/** A receipt tells that somebody is online: their author gets it only of those whose presence they see. */
function shownTo(services: Services, { username }: Caller, { users }: Recipients) {
  return (names: readonly string[]) => namesSeenBy(services, username, names, users);
}

/** A repeat of a message reaches nobody who has hidden it, or has blocked its author since; nor does it tell whether those are online. */
async function deliverRepeated(
  services: Services,
  { id, kind }: Conversation,
  { recipients, ...delivery }: Omit<Parameters<typeof deliverMessage>[1], 'repeated'>,
): Promise<Message> {
  const { entry } = delivery;
  const membership = kind === 'direct' ? await getMembership(services, entry.user, id) : undefined;
  const users = membership?.blocked
    ? recipients.users.filter(({ username }) => username === entry.user)
    : await whoSee(services, id, entry.seq, recipients.users);
  return deliverMessage(services, { ...delivery, repeated: true, recipients: { ...recipients, users } });
}

function contentType([first]: readonly File[]): ContentType {
  if (!first) return 'text';
  return first.content_type.startsWith('image/') ? 'image' : 'file';
}

/** The number of the message that is replied to. @throws ChatError `not_found` */
async function findRepliedSeq(services: Store, { id }: Conversation, replyTo: MessageRef): Promise<number> {
  const entry = await findShownEntry(services, id, replyTo);
  if (entry?.type === 'message' && !entry.deleted) return entry.seq;
  const reason = `there is no message ${replyTo.id ?? replyTo.seq} in ${id}`;
  throw new ChatError('not_found', reason, { task: 'send the reply' });
}
