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
 * @param fresh members who may be too new for the index to list them
 * @throws ChatError `forbidden` when the membership has ended meanwhile
 */
export async function conversationView(
  services: Services,
  conversation: Conversation,
  username: string,
  fresh: readonly string[] = [],
): Promise<ConversationView> {
  const [state, membership, listed] = await Promise.all([
    getConversationState(services, conversation.id),
    getMembership(services, username, conversation.id),
    memberNames(services, conversation),
  ]);
  const names = [...new Set([...listed, ...fresh])];
  const [view] = membership
    ? await toViews(services, [{ state, membership, unread: await unreadCount(services, state, membership) }], names)
    : [];
  if (view) return view;
  throw new ChatError('forbidden', 'you are not a member any more', { task: `show ${conversation.id}` });
}
