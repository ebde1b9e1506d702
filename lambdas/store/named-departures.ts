/**
 * Leaving a conversation that three or more members have in its name, and coming back. Every use of such a conversation creates memberships,
 * so what is left of one says that its user has left, and it stays: only they themselves come back.
 *
 * holds  In the membership of who has left (membership.ts): `left_at` (ms), and nothing else.
 *        In the conversation's state (conversation-state.ts), by the place of their name: `l<place>`. So who sends knows who gets nothing,
 *        and who has left cannot send.
 * write  Both in one transaction: four write units.
 */
import type { Role } from '#protocol/message';
import type { NamedConversation } from '#protocol/names';
import type { TimedStore } from '../runtime/services.ts';
import { type Cursor, conversationStateKey } from './conversation-state.ts';
import { updateTogether } from './item.ts';
import { endedAttributes, membershipKey } from './membership.ts';
import { placeOf } from './named-sends.ts';
import { begin } from './named-windows.ts';

/** @returns `false` when the user is no member any more; then nothing changes */
export async function leaveNamed(
  { table, now }: TimedStore,
  conversation: NamedConversation,
  username: string,
): Promise<boolean> {
  return updateTogether(table, [
    {
      Key: membershipKey(username, conversation.id),
      UpdateExpression: `SET left_at = :now REMOVE ${endedAttributes}`,
      ConditionExpression: 'attribute_exists(#role)',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':now': now() },
    },
    {
      Key: conversationStateKey(conversation.id),
      UpdateExpression: `SET ${begin}, l${placeOf(conversation, username)} = :yes`,
      ExpressionAttributeNames: { '#count': 'count', '#at': 'at' },
      ExpressionAttributeValues: { ':zero': 0, ':now': now(), ':yes': true },
    },
  ]);
}

/**
 * Makes a user who has left a member again.
 * @param read how far they count as having read
 * @returns `false` when they have not left; then nothing changes
 */
export async function returnToNamed(
  { table, now }: TimedStore,
  conversation: NamedConversation,
  username: string,
  { seq, count }: Cursor,
): Promise<boolean> {
  const place = placeOf(conversation, username);
  return updateTogether(table, [
    {
      Key: membershipKey(username, conversation.id),
      UpdateExpression: 'SET #role = :role, read_seq = :seq, read_count = :count, ring = :empty REMOVE left_at',
      ConditionExpression: 'attribute_exists(left_at)',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':role': 'member' satisfies Role, ':seq': seq, ':count': count, ':empty': {} },
    },
    {
      Key: conversationStateKey(conversation.id),
      UpdateExpression: `SET ${begin}, s${place} = :seq, c${place} = :read REMOVE l${place}`,
      ExpressionAttributeNames: { '#count': 'count', '#at': 'at' },
      ExpressionAttributeValues: { ':zero': 0, ':now': now(), ':seq': seq, ':read': count },
    },
  ]);
}
