import { ChatError } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { endMembership, type Membership } from '../store/membership.ts';
import { leaveOwnRoom } from '../store/room-owner.ts';
import { getUsers } from '../store/user.ts';
import { postUnreadCounts } from './mark-read.ts';
import { memberNames } from './members.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { roomTries } from './room-owner.ts';
import { recordComingOrGoing } from './system-events.ts';

/**
 * The caller leaves a room or a group. An owner must hand over the group first, unless there are no other members.
 * @throws ChatError `forbidden` if the caller is no member, or the conversation is named by its members; `conflict` for an owner
 */
export async function leaveConversation(services: Services, conversation: Conversation, caller: Caller): Promise<void> {
  if ('members' in conversation) throw new ChatError('forbidden', `${conversation.id} is named by its members`);
  const membership = await requireMembership(services, conversation, caller, { join: false });
  if (membership.role === 'owner' && conversation.kind === 'room')
    return leaveAsOwner(services, conversation, membership);
  if (membership.role === 'owner') await assertOnlyMember(services, conversation, membership);
  // Nobody puts them into the group again without asking them. A room they join by themselves.
  const keep = conversation.kind === 'group' ? 'refused' : undefined;
  if (!(await endMembership(services, membership, keep))) {
    throw new ChatError('conflict', 'your role has just been changed: try again', { retryAfter: 1 });
  }
  await tellOfLeaving(services, conversation, caller);
}

async function tellOfLeaving(services: Services, conversation: Conversation, { username }: Pick<Caller, 'username'>) {
  await recordComingOrGoing(services, conversation, { kind: 'left', by: username });
  await postUnreadCounts(services, conversation.id, await getUsers(services, [username]), 0);
}

/** A room goes on without an owner until somebody becomes it (room-owner.ts). */
async function leaveAsOwner(services: Services, conversation: Conversation, owner: Membership): Promise<void> {
  for (let tries = 0; tries < roomTries; tries++) {
    if (await leaveOwnRoom(services, owner)) return tellOfLeaving(services, conversation, owner);
    await services.pause(20 * tries);
  }
  throw new ChatError('conflict', 'it was changed at the same moment: try again', { retryAfter: 1 });
}

async function assertOnlyMember(
  services: Services,
  conversation: Conversation,
  { username }: Membership,
): Promise<void> {
  const others = (await memberNames(services, conversation)).filter((name) => name !== username);
  if (others.length === 0) return;
  throw new ChatError(
    'conflict',
    `you are the owner of ${conversation.id}: hand it over first, with PATCH and roles such as {"${others[0]}":"owner"}`,
  );
}
