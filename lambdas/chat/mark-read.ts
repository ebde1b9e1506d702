/**
 * Moves a reader's cursor: one write, or none if the cursor is there already. Unread counts follow from the cursor. In a large conversation
 * only the reader's own connections hear of it: a message that a thousand people read would be a million posts.
 */
import { ChatError } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { moveCursor } from '../store/cursor.ts';
import type { User } from '../store/user.ts';
import { readInbox, totalUnread } from './inbox.ts';
import { cursorAt } from './log.ts';
import { recipientsOf } from './members.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { readCursor, unreadCount } from './unread-count.ts';
import { owePosts } from './user-limits.ts';

/**
 * Marks everything up to `upTo` (default: everything) as read. The members, in a large conversation the reader alone, get an event, and the
 * reader's own connections the new counts.
 * @returns the cursor and the remaining unread count of the conversation
 * @throws ChatError `invalid_frame` for a number beyond the log, `forbidden`, `unknown_user`
 */
export async function markRead(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  upTo?: number | null,
): Promise<{ up_to: number; unread_count: number }> {
  const membership = await requireMembership(services, conversation, caller, { join: false });
  const state = await getConversationState(services, conversation.id);
  assertWithinLog(state, upTo, 'read');
  const requested = await cursorAt(services, state, upTo ?? state.seq);
  const before = readCursor(state, membership);
  const isLater = requested.seq > before.seq;
  const read = isLater ? requested : before;
  const moved = isLater && (await moveCursor(services, membership, requested));
  const recipients = await recipientsOf(services, conversation, { alwaysInclude: [caller.username], state });
  const { id } = conversation;
  const event = { type: 'messages_read', conversation: id, user: caller.username, up_to: read.seq } as const;
  const reader = recipients.users.filter(({ username }) => username === caller.username);
  // Whom the reader has blocked does not hear how far they read.
  const users = membership.blocks ? reader : recipients.users;
  if (moved) {
    owePosts(services, caller.username, 'receipts', users);
    await broadcast(services, { conversation: id, users }, event);
  }
  const unread = await unreadCount(services, state, { ...membership, read });
  await postUnreadCounts(services, id, reader, unread);
  return { up_to: read.seq, unread_count: unread };
}

/** @throws ChatError `invalid_frame` for a number after the end of the log */
export function assertWithinLog(
  state: ConversationState,
  seq: number | null | undefined,
  verb: 'read' | 'clear',
): void {
  if ((seq ?? 0) <= state.seq) return;
  const why = `${state.conversation} ends at ${state.seq}: up_to is the seq of a message`;
  throw new ChatError('invalid_frame', why, { task: `${verb} up to ${seq}` });
}

/** Posts the new counts to the reader's own connections. The total takes reading the inbox, so it is computed only if a connection needs it. */
export async function postUnreadCounts(
  services: Services,
  conversation: string,
  reader: readonly User[],
  unread: number,
): Promise<void> {
  const totals = connectionsOf(
    reader,
    (scope) => scope.kind === 'user' || (scope.kind === 'notifications' && scope.conversation === 'all'),
  );
  const singles = connectionsOf(
    reader,
    (scope) => scope.kind === 'notifications' && scope.conversation === conversation,
  );
  await postAll(services, singles, { type: 'single_conversation_unread_count', conversation, unread_count: unread });
  const [first] = totals;
  if (!first) return;
  const total = totalUnread(await readInbox(services, first.username));
  await postAll(services, totals, { type: 'unread_count', unread_count: total });
}
