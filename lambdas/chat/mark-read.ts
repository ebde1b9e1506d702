/**
 * Moves a reader's cursor: one write, or none if the cursor is there already. Unread counts follow from the cursor. In a large conversation
 * only the reader's own connections hear of it: a message that a thousand people read would be a million posts.
 *
 * Reading is as frequent as writing, so what can be read at the same time is, and a client can do without the events that tell it what it did.
 */
import { ChatError } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, type Cursor, getConversationState } from '../store/conversation-state.ts';
import { moveCursor } from '../store/cursor.ts';
import type { Membership } from '../store/membership.ts';
import type { Connection, User } from '../store/user.ts';
import { readInbox, totalUnread } from './inbox.ts';
import { cursorAt } from './log-counts.ts';
import { listMembers, recipientsOf } from './members.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { markOf, readCursor, unreadCount } from './unread-count.ts';
import { owePosts } from './user-limits.ts';

/**
 * Marks everything up to `upTo` (default: everything) as read. The members, in a large conversation the reader alone, get an event, and the
 * reader's own connections the new counts.
 * @param quiet a connection that gets none of these events, because it knows what its user has read
 * @returns the cursor and the remaining unread count of the conversation
 * @throws ChatError `invalid_frame` for a number beyond the log, `forbidden`, `unknown_user`
 */
export async function markRead(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  upTo?: number | null,
  quiet?: Pick<Connection, 'id'>,
): Promise<{ up_to: number; unread_count: number }> {
  const [membership, state, members] = await Promise.all([
    requireMembership(services, conversation, caller, { join: false }),
    getConversationState(services, conversation.id),
    listMembers(services, conversation),
  ]);
  assertWithinLog(state, upTo, 'read');
  const requested = await cursorAt(services, state, upTo ?? state.seq);
  const before = readCursor(state, membership);
  const isLater = requested.seq > before.seq;
  const read = isLater ? requested : before;
  const [moved, found] = await Promise.all([
    isLater && moveCursor(services, membership, requested),
    recipientsOf(services, conversation, { alwaysInclude: [caller.username], members, state }),
  ]);
  const recipients = { ...found, users: found.users.map((user) => without(user, quiet)) };
  const { id } = conversation;
  const event = { type: 'messages_read', conversation: id, user: caller.username, up_to: read.seq } as const;
  const reader = recipients.users.filter(({ username }) => username === caller.username);
  // Whom the reader has blocked does not hear how far they read.
  const users = membership.blocks ? reader : recipients.users;
  if (moved) {
    owePosts(services, caller.username, 'receipts', users);
    await broadcast(services, { conversation: id, users }, event);
  }
  const after = isLater ? membership : await readMarkedUp(services, state, membership, requested, reader);
  const unread = await unreadCount(services, state, { ...after, read });
  await postUnreadCounts(services, id, reader, unread);
  return { up_to: read.seq, unread_count: unread };
}

/** What was marked as unread is read again, although the cursor does not move. */
async function readMarkedUp(
  services: Services,
  state: ConversationState,
  membership: Membership,
  upTo: Cursor,
  reader: readonly User[],
): Promise<Membership> {
  if (!markOf(state, membership)) return membership;
  // Loaded only then, because a cold start should load little.
  const { readMarked } = await import('./unread-mark.ts');
  return readMarked(services, state, membership, upTo, reader);
}

function without(user: User, connection: Pick<Connection, 'id'> | undefined): User {
  return { ...user, connections: user.connections.filter(({ id }) => id !== connection?.id) };
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
  const total = totalUnread(await readInbox(services, first.username), services.now());
  await postAll(services, totals, { type: 'unread_count', unread_count: total });
}
