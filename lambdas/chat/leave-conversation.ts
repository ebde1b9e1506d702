import { ChatError } from '#protocol/errors';
import type { Conversation, NamedConversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { endMembership, hasLeft, type Membership } from '../store/membership.ts';
import { leaveNamed } from '../store/named-departures.ts';
import { leaveOwnRoom } from '../store/room-owner.ts';
import { getUsers } from '../store/user.ts';
import { postUnreadCounts } from './mark-read.ts';
import { memberNames } from './members.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { roomTries } from './room-owner.ts';
import { recordComingOrGoing, recordSystemEvent } from './system-events.ts';

/**
 * The caller leaves a room, a group, or a conversation that is named by three or more members. An owner must hand over the group first, unless
 * there are no other members.
 * @throws ChatError `forbidden` if the caller is no member, or the conversation is between two; `conflict` for an owner
 */
export async function leaveConversation(services: Services, conversation: Conversation, caller: Caller): Promise<void> {
  if (conversation.kind === 'direct') {
    const [other] = conversation.members.filter((name) => name !== caller.username);
    const instead = `mute it with PUT /conversations/${conversation.id}/mute, or block with PUT /me/blocks/${other}`;
    throw new ChatError('forbidden', `nobody leaves a conversation between two: ${instead}`);
  }
  if (conversation.kind === 'fixed') return leaveNamedConversation(services, conversation, caller);
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

/** The others go on. Nobody is told of who leaves a conversation that has no entry: its other members have not seen it either. */
async function leaveNamedConversation(
  services: Services,
  conversation: NamedConversation,
  caller: Caller,
): Promise<void> {
  const { id } = conversation;
  const { username } = caller;
  await requireMembership(services, conversation, caller, { join: false });
  // A message that takes its number at the same moment makes DynamoDB cancel the transaction.
  for (let tries = 0; !(await leaveNamed(services, conversation, username)); tries++) {
    if (await hasLeft(services, username, id)) return;
    if (tries === leaveTries) {
      throw new ChatError('conflict', 'others changed it at the same moment: try again', { retryAfter: 1 });
    }
    await services.pause(20 * tries);
  }
  const state = await getConversationState(services, id);
  if (state.seq > 0) await recordSystemEvent(services, conversation, { kind: 'left', by: username }, { state });
  await postUnreadCounts(services, id, await getUsers(services, [username]), 0);
}

const leaveTries = 8;

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
