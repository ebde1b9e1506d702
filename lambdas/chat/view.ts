import { unable } from '#protocol/errors';
import type { ConversationView } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getHead } from '../store/head.ts';
import { getMembership } from '../store/membership.ts';
import { toViews } from './inbox.ts';
import { memberNames } from './members.ts';
import { unreadOf } from './unread.ts';

/**
 * One conversation as its member sees it, with every member.
 * @param fresh members who may be too new for the index to list them
 * @throws ChatError `forbidden` when the membership has ended meanwhile
 */
export async function viewOf(
  services: Services,
  conversation: Conversation,
  username: string,
  fresh: readonly string[] = [],
): Promise<ConversationView> {
  const [head, membership, listed] = await Promise.all([
    getHead(services, conversation.id),
    getMembership(services, username, conversation.id),
    memberNames(services, conversation),
  ]);
  const names = [...new Set([...listed, ...fresh])];
  const [view] = membership
    ? await toViews(services, [{ head, membership, unread: await unreadOf(services, head, membership) }], names)
    : [];
  if (view) return view;
  throw unable('forbidden', `show ${conversation.id}`, 'you are not a member any more');
}
