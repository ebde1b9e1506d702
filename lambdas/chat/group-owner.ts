/**
 * A managed group has one owner as long as it has members. Its state notes who that is. Groups from before this was so may have none, and may
 * have lost one to a deleted account: then an admin becomes the owner, or if there is none, the member whose name comes first.
 */
import type { Conversation } from '#protocol/names';
import type { Services, TimedStore } from '../runtime/services.ts';
import { type ConversationState, getConversationState, noteOwner } from '../store/conversation-state.ts';
import { getMembership, getMemberships, type Membership, membershipKey, roleUpdate } from '../store/membership.ts';
import { getNewMembers } from '../store/new-members.ts';
import { changeMembers } from './change-members.ts';
import { memberNames } from './members.ts';

/**
 * Gives a group that has no owner one. If it has one, this costs two reads; of an old group, a read of each membership once. If several do it
 * at the same moment, one of them does.
 */
export async function ensureOwner(services: Services, conversation: Conversation): Promise<void> {
  const { id } = conversation;
  const state = await getConversationState(services, id);
  if (state.seq === 0 || (await isOwnedAsNoted(services, state))) return;
  const heir = await heirOf(services, conversation);
  if (!heir) return;
  const { username } = heir;
  if (heir.role === 'owner') return noteOwner(services, id, username, state.owner);
  const change = { kind: 'role', by: username, who: username, role: 'owner' } as const;
  await changeMembers(services, conversation, change, async (current) => {
    // Somebody else has just done it, or the group was handed over.
    if (current.owner !== state.owner) return undefined;
    return { updates: [roleUpdate(heir, 'owner')], checks: absentOwnerCheck(state), owner: username };
  });
}

async function isOwnedAsNoted(services: TimedStore, { conversation, owner }: ConversationState): Promise<boolean> {
  return owner !== undefined && (await getMembership(services, owner, conversation))?.role === 'owner';
}

function absentOwnerCheck({ conversation, owner }: ConversationState) {
  if (owner === undefined) return [];
  return [
    {
      Key: membershipKey(owner, conversation),
      ConditionExpression: 'attribute_not_exists(#role) OR #role <> :owner',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':owner': 'owner' },
    },
  ];
}

/** The owner, if there is one; else who becomes it. */
async function heirOf(services: TimedStore, conversation: Conversation): Promise<Membership | undefined> {
  const members = await membershipsIn(services, conversation);
  const first = (role: Membership['role']) => members.find((member) => member.role === role);
  return first('owner') ?? first('admin') ?? members[0];
}

/** All members by name, those too whom the index does not list yet. */
async function membershipsIn(services: TimedStore, conversation: Conversation): Promise<Membership[]> {
  const { id } = conversation;
  const [listed, joined] = await Promise.all([memberNames(services, conversation), getNewMembers(services, id)]);
  const names = [...new Set([...listed, ...joined.at.keys()])];
  const members = await getMemberships(
    services,
    names.map((username) => ({ username, conversation: id })),
    { consistent: true },
  );
  return members.sort((a, b) => (a.username < b.username ? -1 : 1));
}
