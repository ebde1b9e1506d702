import type { Conversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { setMuted } from '../store/membership.ts';
import { getUsers } from '../store/user.ts';
import { postUnreadCounts } from './mark-read.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { unreadCount } from './unread-count.ts';

/**
 * Mutes a conversation for the caller, or ends that: no pushes, no notifications, and its messages do not count in the total of unread ones.
 * The other members do not learn of it, and messages come as before. Repeating it changes nothing.
 * @throws ChatError `forbidden` for who is no member
 */
export async function muteConversation(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  muted: boolean,
): Promise<void> {
  const { id } = conversation;
  const { username } = caller;
  const membership = await requireMembership(services, conversation, caller, { join: false });
  if (!(await setMuted(services, username, id, muted))) return;
  const [users, state] = await Promise.all([getUsers(services, [username]), getConversationState(services, id)]);
  const connections = connectionsOf(users, (scope) => receives(scope, id));
  await postAll(services, connections, { type: 'conversation_muted', conversation: id, muted });
  await postUnreadCounts(services, id, users, await unreadCount(services, state, membership));
}
