/** How far a member has read, cleared, hidden and received, in their membership (membership.ts). All of these only move forward. */
import type { Store } from '../runtime/services.ts';
import type { Cursor } from './conversation-state.ts';
import { updateItemIf } from './item.ts';
import { membershipKey } from './membership.ts';

type Member = { readonly username: string; readonly conversation: string };

/** @returns `false` when the member had read this far already */
export async function moveCursor(store: Store, member: Member, { seq, count }: Cursor): Promise<boolean> {
  return advance(store, member, 'read_seq', seq, { read_count: count });
}

/** Stops showing entries up to here to this member. @returns `false` when they had cleared this far already */
export async function clearUpTo(store: Store, member: Member, { seq, count }: Cursor): Promise<boolean> {
  return advance(store, member, 'cleared_seq', seq, { cleared_count: count });
}

/** Notes the newest message that this member has deleted for themselves. */
export async function advanceHiddenLast(store: Store, member: Member, seq: number): Promise<void> {
  await advance(store, member, 'hidden_last', seq);
}

/** Notes the end (ms) of a connection for this conversation alone. */
export async function advanceDeliveredUntil(store: Store, member: Member, at: number): Promise<void> {
  await advance(store, member, 'reached', at);
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
