/** Deletes messages for one member alone. The log does not change, so no other member gets an event. */
import type { ServerEvent } from '#protocol/events';
import type { Conversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { connectionsOf, postAll, withOrigin } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { advanceHiddenLast, advanceSeen, clearUpTo } from '../store/cursor.ts';
import { beginHiding, hideMessage } from '../store/hidden.ts';
import type { Membership } from '../store/membership.ts';
import { type Connection, getUsers, type User } from '../store/user.ts';
import { assertUnusedClientId } from './append.ts';
import { type ChangeRequest, findTarget } from './change-message.ts';
import { cursorAt } from './log-counts.ts';
import { assertWithinLog, postUnreadCounts } from './mark-read.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { ownCursor, unreadCount } from './unread-count.ts';
import { assertRate } from './user-limits.ts';

/**
 * Deletes one message, of any author, for the caller. It and all earlier messages count as read for them; the others do not learn of it.
 * @throws ChatError `not_found`, `invalid_frame`, `forbidden`, `rate_limited`; `conflict` when the client_id belongs to a message or a change
 */
export async function deleteMessageForMe(
  services: Services,
  { conversation, caller, target, clientId, origin }: ChangeRequest,
): Promise<{ seq: number }> {
  await assertRate(services, caller.username, 'clearing');
  const membership = await requireMembership(services, conversation, caller, { join: false });
  if (clientId !== undefined) await assertUnusedClientId(services, conversation, membership, clientId);
  const entry = await findTarget(services, conversation.id, target);
  const { seq } = entry;
  const isFirst = membership.hiddenLast === 0;
  const hiddenSince = isFirst
    ? await beginHiding(services, membership, services.newId(services.now()))
    : membership.hiddenSince;
  await hideMessage(services, { ...membership, hiddenSince }, entry);
  // In this order: readers look for hidden messages only if the membership says that there are some.
  await advanceHiddenLast(services, membership, seq);
  const users = await getUsers(services, [caller.username]);
  await countAsSeen(services, membership, users, seq);
  await postToOwnConnections(services, users, { type: 'message_hidden', conversation: conversation.id, seq }, origin);
  return { seq };
}

async function countAsSeen(
  services: Services,
  membership: Membership,
  users: readonly User[],
  seq: number,
): Promise<void> {
  const { username: user, conversation } = membership;
  const state = await getConversationState(services, conversation);
  if (seq <= ownCursor(state, membership).seq) return;
  const seen = await cursorAt(services, state, seq);
  await advanceSeen(services, membership, seen);
  await postToOwnConnections(services, users, { type: 'messages_read', conversation, user, up_to: seq }, undefined);
  await postUnreadCounts(services, conversation, users, await unreadCount(services, state, { ...membership, seen }));
}

/**
 * Clears everything up to a number, or everything, for the caller. Other members do not see cleared messages as read.
 * @throws ChatError `invalid_frame` for a number beyond the log, `forbidden`
 */
export async function clearHistory(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  upTo?: number | null,
  origin?: Connection,
): Promise<{ up_to: number; unread_count: number }> {
  const membership = await requireMembership(services, conversation, caller, { join: false });
  const state = await getConversationState(services, conversation.id);
  assertWithinLog(state, upTo, 'clear');
  // A sealed number shows nothing: what is before it is cleared, because only that has a count.
  const requested = await cursorAt(services, state, upTo ?? state.seq);
  const isLater = requested.seq > membership.cleared.seq;
  const cleared = isLater ? requested : membership.cleared;
  const isNew = isLater && (await clearUpTo(services, membership, requested));
  const unread = await unreadCount(services, state, { ...membership, cleared });
  const users = await getUsers(services, [caller.username]);
  const event = { type: 'history_cleared', conversation: conversation.id, up_to: cleared.seq } as const;
  if (isNew) await postToOwnConnections(services, users, event, origin);
  await postUnreadCounts(services, conversation.id, users, unread);
  return { up_to: cleared.seq, unread_count: unread };
}

async function postToOwnConnections(
  services: Services,
  users: readonly User[],
  event: Extract<ServerEvent, { type: 'message_hidden' | 'history_cleared' | 'messages_read' }>,
  origin: Connection | undefined,
): Promise<void> {
  const connections = connectionsOf(users, (scope) => receives(scope, event.conversation));
  await postAll(services, withOrigin(connections, origin), event);
}
