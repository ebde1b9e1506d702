/** How far a member has read, cleared, hidden and received: none of it ever goes back. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import { conditional } from './item.ts';
import { type Cursor, key } from './membership.ts';

type Member = { readonly username: string; readonly conversation: string };
type Store = Pick<Services, 'table'>;

/** Moves the cursor forward; `false` when it already was there or further. */
export async function moveCursor(store: Store, member: Member, { seq, count }: Cursor): Promise<boolean> {
  return advance(store, member, 'read_seq', seq, { read_count: count });
}

/** Everything up to here is not shown to this user any more; `false` when that was so already. */
export async function clearUpTo(store: Store, member: Member, { seq, count }: Cursor): Promise<boolean> {
  return advance(store, member, 'cleared_seq', seq, { cleared_count: count });
}

/** Notes that this user has deleted a message for themselves, and which is the newest of those. */
export async function advanceHiddenLast(store: Store, member: Member, seq: number): Promise<void> {
  await advance(store, member, 'hidden_last', seq);
}

/** Notes until when (ms) a connection for this conversation alone was there. */
export async function advanceDeliveredUntil(store: Store, member: Member, at: number): Promise<void> {
  await advance(store, member, 'reached', at);
}

/** Without a membership nothing happens. @param beside what goes with it */
async function advance(
  { table }: Store,
  { username, conversation }: Member,
  attribute: string,
  to: number,
  beside: Readonly<Record<string, number>> = {},
): Promise<boolean> {
  const values = { [attribute]: to, ...beside };
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: `SET ${Object.keys(values)
          .map((name) => `${name} = :${name}`)
          .join(', ')}`,
        ConditionExpression: `attribute_exists(#role) AND (attribute_not_exists(${attribute}) OR ${attribute} < :${attribute})`,
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [`:${name}`, value]),
        ),
      }),
    ),
  );
  return write.ok;
}
