/**
 * What friendship and blocks change in the two memberships of a direct conversation (membership.ts). The conversation's state has marks of
 * the same, so that a send need not read the membership (named-windows.ts).
 *
 * holds  `blocks`: this user has blocked the other. `blocked`: the other has blocked this user.
 *        `blocker_read`: of who is blocked, how far the other had read then. They see no further.
 *        `unfriended`: the two are not friends any more, or one has blocked the other. It ends when they become friends again.
 */
import type { Role } from '#protocol/message';
import type { ItemUpdate } from './item.ts';
import { membershipKey } from './membership.ts';

/** What becomes of one membership. `open`: the two are friends now. */
export type DirectSide = 'open' | 'unfriended' | 'blocks' | 'blocked';

/**
 * The update of one membership, for a transaction of both. It creates the membership if there is none.
 * @param blockerRead of the side `blocked`: how far the other has read. A further block of the same changes nothing
 */
export function directMembershipUpdate(
  username: string,
  conversation: string,
  side: DirectSide,
  blockerRead = 0,
): ItemUpdate {
  const marks = [...new Set(side === 'open' ? [] : ['unfriended', side])].map((mark) => `, ${mark} = :yes`);
  if (side === 'blocked') marks.push(', blocker_read = if_not_exists(blocker_read, :read)');
  return {
    Key: membershipKey(username, conversation),
    UpdateExpression: [
      'SET #role = if_not_exists(#role, :member), read_seq = if_not_exists(read_seq, :none)',
      ', read_count = if_not_exists(read_count, :none), ring = if_not_exists(ring, :empty)',
      ...marks,
      side === 'open' ? ' REMOVE unfriended' : '',
    ].join(''),
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ':member': 'member' satisfies Role,
      ':none': 0,
      ':empty': {},
      ...(side === 'open' ? {} : { ':yes': true }),
      ...(side === 'blocked' ? { ':read': blockerRead } : {}),
    },
  };
}

/** The update of one membership at the end of a block, for a transaction of both. */
export function endBlockUpdate(username: string, conversation: string, side: 'blocks' | 'blocked'): ItemUpdate {
  return {
    Key: membershipKey(username, conversation),
    UpdateExpression: `REMOVE #side${side === 'blocked' ? ', blocker_read' : ''}`,
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#side': side },
  };
}
