/**
 * How far a member has read, cleared, hidden and received. It is in their membership (membership.ts); in conversations that are named by their
 * members, what the others see of it is in the state (named-cursors.ts). All of it only moves forward.
 */
import { parseConversation } from '#protocol/names';
import type { Store, TimedStore } from '../runtime/services.ts';
import type { Cursor } from './conversation-state.ts';
import { updateItemIf } from './item.ts';
import { membershipKey } from './membership.ts';
import { advanceNamedDelivery, moveNamedCursor } from './named-cursors.ts';

type Member = { readonly username: string; readonly conversation: string };

/** @returns `false` when the member had read this far already */
export async function moveCursor(services: TimedStore, member: Member, read: Cursor): Promise<boolean> {
  const conversation = parseConversation(member.conversation);
  if ('members' in conversation) return moveNamedCursor(services, conversation, member.username, read);
  return advance(services, member, 'read_seq', read.seq, { read_count: read.count });
}

/** Stops showing entries up to here to this member. @returns `false` when they had cleared this far already */
export async function clearUpTo(store: Store, member: Member, { seq, count }: Cursor): Promise<boolean> {
  return advance(store, member, 'cleared_seq', seq, { cleared_count: count });
}

/** Counts entries up to here as read for this member, without the others knowing. */
export async function advanceSeen(store: Store, member: Member, { seq, count }: Cursor): Promise<void> {
  await advance(store, member, 'seen_seq', seq, { seen_count: count });
}

/** Notes the newest message that this member has deleted for themselves. */
export async function advanceHiddenLast(store: Store, member: Member, seq: number): Promise<void> {
  await advance(store, member, 'hidden_last', seq);
}

/** Notes the end (ms) of a connection for this conversation alone. */
export async function advanceDeliveredUntil(services: TimedStore, member: Member, at: number): Promise<void> {
  const conversation = parseConversation(member.conversation);
  if ('members' in conversation) await advanceNamedDelivery(services, conversation, member.username, at);
  else await advance(services, member, 'reached', at);
}

/** Nothing happens without a membership. @param others attributes that are set together with it */
async function advance(
  { table }: Store,
  { username, conversation }: Member,
  attribute: string,
  to: number,
  others: Readonly<Record<string, number>> = {},
): Promise<boolean> {
  const values = Object.entries({ [attribute]: to, ...others });
  const { ok } = await updateItemIf(table, {
    Key: membershipKey(username, conversation),
    UpdateExpression: `SET ${values.map(([name]) => `${name} = :${name}`).join(', ')}`,
    ConditionExpression: `attribute_exists(#role) AND (attribute_not_exists(${attribute}) OR ${attribute} < :${attribute})`,
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: Object.fromEntries(values.map(([name, value]) => [`:${name}`, value])),
  });
  return ok;
}
