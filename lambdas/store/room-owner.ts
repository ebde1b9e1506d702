/**
 * The owner of a room: the attribute `owner` of its state (conversation-state.ts), and the role of their membership. One transaction changes both,
 * so that a room has one owner at most. A room from before rooms had owners, and one whose owner has left, has none.
 */
import type { Store, TimedStore } from '../runtime/services.ts';
import { conversationStateKey } from './conversation-state.ts';
import { updateItemIf, updateTogether } from './item.ts';
import { noteLeft } from './left-conversation.ts';
import { endMembershipUpdate, type Membership, membershipKey, roleUpdate } from './membership.ts';

const ownerName = { '#owner': 'owner' };

/** Makes a room that belongs to this user. @returns `false` when there is one of this name; then nothing changes */
export async function claimNewRoom({ table, now }: TimedStore, room: string, username: string): Promise<boolean> {
  const { ok } = await updateItemIf(table, {
    Key: conversationStateKey(room),
    UpdateExpression: 'SET seq = :zero, #count = :zero, #at = :now, #owner = :owner',
    ConditionExpression: 'attribute_not_exists(pk)',
    ExpressionAttributeNames: { '#count': 'count', '#at': 'at', ...ownerName },
    ExpressionAttributeValues: { ':zero': 0, ':now': now(), ':owner': username },
  });
  return ok;
}

/**
 * Makes a member the owner of a room that has none.
 * @param absent who is noted as its owner, and is no member
 * @returns `false` when it has one now, or the member's role has changed; then nothing changes
 */
export async function takeRoom({ table }: Store, member: Membership, absent: string | undefined): Promise<boolean> {
  return updateTogether(
    table,
    [roleUpdate(member, 'owner'), ownerUpdate(member.conversation, member.username, absent)],
    absent === undefined
      ? []
      : [
          {
            Key: membershipKey(absent, member.conversation),
            ConditionExpression: 'attribute_not_exists(#role)',
            ExpressionAttributeNames: { '#role': 'role' },
          },
        ],
  );
}

/** Ends the membership of the owner. The room then has none. @returns `false` when they are the owner no longer; then nothing changes */
export async function leaveOwnRoom(services: TimedStore, owner: Membership): Promise<boolean> {
  await noteLeft(services, owner.username, owner.conversation);
  return updateTogether(services.table, [
    endMembershipUpdate(services, owner),
    ownerUpdate(owner.conversation, undefined, owner.username),
  ]);
}

function ownerUpdate(room: string, owner: string | undefined, before: string | undefined) {
  return {
    Key: conversationStateKey(room),
    UpdateExpression: owner === undefined ? 'REMOVE #owner' : 'SET #owner = :owner',
    ConditionExpression: `attribute_exists(pk) AND ${before === undefined ? 'attribute_not_exists(#owner)' : '#owner = :before'}`,
    ExpressionAttributeNames: ownerName,
    ExpressionAttributeValues:
      owner === undefined && before === undefined ? undefined : { ':owner': owner, ':before': before },
  };
}
