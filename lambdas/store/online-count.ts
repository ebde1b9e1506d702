/**
 * How many members of a large conversation are online: attributes of the conversation's state (conversation-state.ts), so that everybody who
 * reads the state knows whether the conversation is large, and reads the count for nothing.
 *
 * holds  `online_total`, `member_total`: as they were counted last, and told to the members. Only a large conversation has them.
 *        `count_due` (ms): a count is planned for then.
 *        `counted_at` (ms): when the last count began.
 * write  One unit for a plan, two for a count: at most one of each in ten seconds.
 */
import type { Store, TimedStore } from '../runtime/services.ts';
import { type ConversationState, conversationStateKey, toConversationState } from './conversation-state.ts';
import { updateItem, updateItemIf } from './item.ts';

/** A room may have members before its log has an entry. Then the state is written with an empty log. */
const emptyLog = {
  set: 'seq = if_not_exists(seq, :zero), #count = if_not_exists(#count, :zero), #at = if_not_exists(#at, :zero)',
  names: { '#count': 'count', '#at': 'at' },
} as const;

/** Notes that a count is planned. @param due ms */
export async function noteCountPlanned({ table }: Store, conversation: string, due: number): Promise<void> {
  await updateItem(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: `SET count_due = :due, ${emptyLog.set}`,
    ExpressionAttributeNames: emptyLog.names,
    ExpressionAttributeValues: { ':due': due, ':zero': 0 },
  });
}

/**
 * Begins a count, unless another has begun since `unlessSince` (ms).
 * @returns the state; undefined when there was another count
 */
export async function beginCount(
  { table, now }: TimedStore,
  conversation: string,
  unlessSince: number,
): Promise<ConversationState | undefined> {
  const { ok, item } = await updateItemIf(table, {
    Key: conversationStateKey(conversation),
    // From now on a change is not in this count for sure, so the next one may plan another.
    UpdateExpression: `SET counted_at = :now, ${emptyLog.set} REMOVE count_due`,
    ConditionExpression: 'attribute_not_exists(counted_at) OR counted_at < :since',
    ExpressionAttributeNames: emptyLog.names,
    ExpressionAttributeValues: { ':now': now(), ':since': unlessSince, ':zero': 0 },
    ReturnValues: 'ALL_NEW',
  });
  return ok && item ? toConversationState(item) : undefined;
}

/** No count comes for this plan (ms), because another one has been enough. */
export async function forgetPlan({ table }: Store, conversation: string, due: number): Promise<void> {
  await updateItemIf(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: 'REMOVE count_due',
    ConditionExpression: 'count_due = :due',
    ExpressionAttributeValues: { ':due': due },
  });
}

/** Stores a count that has been told to the members. */
export async function storeCount(
  { table }: Store,
  conversation: string,
  { online, members }: { readonly online: number; readonly members: number },
): Promise<void> {
  await updateItem(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: 'SET online_total = :online, member_total = :members',
    ExpressionAttributeValues: { ':online': online, ':members': members },
  });
}

/** The conversation is not large any more. */
export async function forgetCount({ table }: Store, conversation: string): Promise<void> {
  await updateItem(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: 'REMOVE online_total, member_total, count_due, counted_at',
  });
}
