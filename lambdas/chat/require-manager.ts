import { ChatError } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import type { Membership } from '../store/membership.ts';
import { ensureOwner } from './group-owner.ts';
import { type Caller, requireMembership } from './require-membership.ts';

/** The caller's membership. @throws ChatError `forbidden` unless the caller manages the group or room */
export async function requireManager(
  services: Services,
  conversation: Conversation,
  caller: Caller,
): Promise<Membership> {
  if ('members' in conversation) {
    throw new ChatError('forbidden', `${conversation.id} is not a managed group: it is named by its members`);
  }
  const membership = await requireMembership(services, conversation, caller, { join: false });
  if (membership.role !== 'member') return membership;
  if (conversation.kind === 'group') {
    // The group may have none, and the caller may be the one who becomes it.
    await ensureOwner(services, conversation);
    const now = await requireMembership(services, conversation, caller, { join: false });
    if (now.role !== 'member') return now;
  }
  const who = conversation.kind === 'room' ? 'owner and moderators' : 'owner and admins';
  throw new ChatError('forbidden', `only ${who} of ${conversation.id} can do that`);
}
