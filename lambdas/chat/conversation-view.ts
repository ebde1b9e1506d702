import { ChatError } from '#protocol/errors';
import type { ConversationView } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getMembership } from '../store/membership.ts';
import { toViews } from './inbox.ts';
import { memberNames } from './members.ts';
import { unreadCount } from './unread-count.ts';

/**
 * One conversation as its member sees it, with every member.
 * @param newMembers members whom the index may not list yet
 * @throws ChatError `forbidden` when the membership has ended meanwhile
 */
export async function conversationView(
  services: Services,
  conversation: Conversation,
  username: string,
  newMembers: readonly string[] = [],
): Promise<ConversationView> {
  const [state, membership, names] = await Promise.all([
    getConversationState(services, conversation.id),
    getMembership(services, username, conversation.id),
    memberNames(services, conversation),
  ]);
  if (membership) {
    const row = { state, membership, unread: await unreadCount(services, state, membership) };
    const [view] = await toViews(services, [row], { memberNames: [...new Set([...names, ...newMembers])] });
    if (view) return view;
  }
  throw new ChatError('forbidden', 'you are not a member any more', { task: `show ${conversation.id}` });
}
