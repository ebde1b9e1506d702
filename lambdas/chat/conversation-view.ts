import { ChatError } from '#protocol/errors';
import type { ConversationView } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getDescription } from '../store/description.ts';
import { getMembership } from '../store/membership.ts';
import { ensureOwner } from './group-owner.ts';
import { countsOf, toViews } from './inbox-views.ts';
import { listMembers, withoutLeft } from './members.ts';
import { requestCount } from './online-count.ts';
import { unreadCount } from './unread-count.ts';

/**
 * One conversation as its member sees it, with every member. A large one has its viewer alone: every client reads it when it connects, and a
 * thousand members who come back would read a million memberships. Its members come in pages, see member-page.ts.
 * A group without an owner gets one.
 * @param newMembers members whom the index may not list yet
 * @throws ChatError `forbidden` when the membership has ended meanwhile
 */
export async function conversationView(
  services: Services,
  conversation: Conversation,
  username: string,
  newMembers: readonly string[] = [],
): Promise<ConversationView> {
  const view = await viewNow(services, conversation, username, newMembers);
  const isComplete = view.online === undefined;
  if (conversation.kind !== 'group' || !isComplete || view.members.some(({ role }) => role === 'owner')) return view;
  await ensureOwner(services, conversation);
  return viewNow(services, conversation, username, newMembers);
}

async function viewNow(
  services: Services,
  conversation: Conversation,
  username: string,
  newMembers: readonly string[],
): Promise<ConversationView> {
  const [state, membership, members] = await Promise.all([
    getConversationState(services, conversation.id),
    getMembership(services, username, conversation.id),
    listMembers(services, conversation),
  ]);
  if (!membership)
    throw new ChatError('forbidden', 'you are not a member any more', { task: `show ${conversation.id}` });
  const listed = withoutLeft(members.names, state, services.now());
  const names = members.complete ? [...new Set([...listed, ...newMembers])] : [username];
  const [unread, description] = await Promise.all([
    unreadCount(services, state, membership),
    state.described ? getDescription(services, conversation.id) : undefined,
  ]);
  const [row] = await toViews(services, [{ state, membership, unread }], { memberNames: names });
  if (!row) throw new Error(`unable to show ${conversation.id}; a row has no view`);
  const view = { ...row, description };
  if (members.complete) return { ...view, member_count: undefined, online: undefined };
  // Nobody has come or gone since conversations are counted.
  if (!state.presence) await requestCount(services, conversation.id, state);
  return { ...view, member_count: null, online: null, ...countsOf(state) };
}
