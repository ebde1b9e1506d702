import { ChatError } from '#protocol/errors';
import type { Conversation, NamedConversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { noteLeft } from '../store/left-conversation.ts';
import { endMembership, endMembershipUpdate, getMemberships, hasLeft, type Membership } from '../store/membership.ts';
import { leaveNamed } from '../store/named-departures.ts';
import { getNewMembers, type NewMembers, unchangedCheck } from '../store/new-members.ts';
import { leaveOwnRoom } from '../store/room-owner.ts';
import { getUsers } from '../store/user.ts';
import { changeMembers } from './change-members.ts';
import { postUnreadCounts } from './mark-read.ts';
import { listMembers, withoutLeft } from './members.ts';
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
    await leaveAsOwner(services, conversation, membership);
  else if (conversation.kind === 'group') await leaveGroup(services, conversation, caller);
  else if (await endMembership(services, membership))
    await recordComingOrGoing(services, conversation, { kind: 'left', by: caller.username });
  else throw new ChatError('conflict', 'your role has just been changed: try again', { retryAfter: 1 });
  await postUnreadCounts(services, conversation.id, await getUsers(services, [caller.username]), 0);
}

/** Nobody puts them into the group again without asking them. */
async function leaveGroup(services: Services, conversation: Conversation, caller: Caller): Promise<void> {
  await changeMembers(services, conversation, { kind: 'left', by: caller.username }, async (state) => {
    const membership = await requireMembership(services, conversation, caller, { join: false });
    await noteLeft(services, caller.username, conversation.id);
    const updates = [endMembershipUpdate(services, membership, 'refused')];
    if (membership.role !== 'owner') return { updates };
    const joined = await getNewMembers(services, conversation.id);
    await assertOnlyMember(services, conversation, state, membership, joined);
    // Nobody can invite any more, because that takes a role.
    return { updates, checks: [unchangedCheck(conversation.id, joined)], owner: null };
  });
}

/** A room goes on without an owner until somebody becomes it (room-owner.ts). */
async function leaveAsOwner(services: Services, conversation: Conversation, owner: Membership): Promise<void> {
  for (let tries = 0; tries < roomTries; tries++) {
    if (await leaveOwnRoom(services, owner))
      return recordComingOrGoing(services, conversation, { kind: 'left', by: owner.username });
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
  await noteLeft(services, username, id);
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

/** The index lists the others, unless they have just joined. @throws ChatError `conflict` */
async function assertOnlyMember(
  services: Services,
  conversation: Conversation,
  state: ConversationState,
  { username }: Membership,
  joined: NewMembers,
): Promise<void> {
  const { id } = conversation;
  const listed = withoutLeft((await listMembers(services, conversation)).names, state, services.now());
  const recent = await getMemberships(
    services,
    [...joined.at.keys()].map((name) => ({ username: name, conversation: id })),
    { consistent: true },
  );
  const [other] = [...listed, ...recent.map((member) => member.username)].filter((name) => name !== username);
  if (other === undefined) return;
  throw new ChatError(
    'conflict',
    `you are the owner of ${id}: hand it over first, with PATCH and roles such as {"${other}":"owner"}`,
  );
}
