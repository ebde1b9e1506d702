/** Moving a reader's cursor. One write, or none when the cursor already was there; unread counts follow from it by themselves. */
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
import { unreadCount } from './unread-count.ts';

/**
 * Everything up to `upTo` (default: all) is read. Tells the members, and the reader's own sockets the fresh counts.
 * @returns the cursor and what is still unread in the conversation
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
  const asked = await cursorAt(services, state, upTo ?? state.seq);
  const read = asked.seq > membership.read.seq ? asked : membership.read;

  const moved = asked.seq > membership.read.seq && (await moveCursor(services, membership, asked));
  const recipients = await recipientsOf(services, conversation, { alwaysInclude: [caller.username], state });
  const { id } = conversation;
  const event = { type: 'messages_read', conversation: id, user: caller.username, up_to: read.seq } as const;
  if (moved) await broadcast(services, recipients, event);
  const unread = await unreadCount(services, state, { ...membership, read });
  const reader = recipients.users.filter(({ username }) => username === caller.username);
  await postUnreadCounts(services, id, reader, unread);
  return { up_to: read.seq, unread_count: unread };
}

/** @throws ChatError `invalid_frame` for a number that no entry has yet */
export function assertWithinLog(
  state: ConversationState,
  seq: number | null | undefined,
  doWhat: 'read' | 'clear',
): void {
  if ((seq ?? 0) <= state.seq) return;
  const why = `${state.conversation} ends at ${state.seq}: up_to is the seq of a message`;
  throw new ChatError('invalid_frame', why, { task: `${doWhat} up to ${seq}` });
}

/** The reader's own counts; the total, which takes reading their inbox, only when one of their sockets shows it. */
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
  const [anyone] = totals;
  if (!anyone) return;
  const total = totalUnread(await readInbox(services, anyone.username));
  await postAll(services, totals, { type: 'unread_count', unread_count: total });
}
