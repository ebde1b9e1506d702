/** How far a member has read, cleared, hidden and received: none of it ever goes back. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import { conditional } from './item.ts';
import { key, type Membership } from './membership.ts';

export interface Cursor {
  readonly seq: number;
  readonly count: number;
}

/** Moves the cursor forward; `false` when it already was there or further. */
export async function moveCursor(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: string,
  read: Cursor,
): Promise<boolean> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'SET read_seq = :seq, read_count = :count',
        ConditionExpression: 'read_seq < :seq',
        ExpressionAttributeValues: { ':seq': read.seq, ':count': read.count },
      }),
    ),
  );
  return write.ok;
}

/** Everything up to here is not shown to this user any more; `false` when that was so already. */
export async function clearUpTo(
  { table }: Pick<Services, 'table'>,
  { username, conversation }: Pick<Membership, 'username' | 'conversation'>,
  { seq, count }: Cursor,
): Promise<boolean> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'SET cleared_seq = :seq, cleared_count = :count',
        ConditionExpression: 'attribute_exists(#role) AND (attribute_not_exists(cleared_seq) OR cleared_seq < :seq)',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':seq': seq, ':count': count },
      }),
    ),
  );
  return write.ok;
}

/** Notes that this user has deleted a message for themselves, and which is the newest of those. */
export async function noteHidden(
  { table }: Pick<Services, 'table'>,
  { username, conversation }: Pick<Membership, 'username' | 'conversation'>,
  seq: number,
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'SET hidden_last = :seq',
        ConditionExpression: 'attribute_exists(#role) AND (attribute_not_exists(hidden_last) OR hidden_last < :seq)',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':seq': seq },
      }),
    ),
  );
}

/** Notes until when (ms) a connection for this conversation alone was there. Never goes back; without a membership nothing happens. */
export async function noteReached(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: string,
  at: number,
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'SET reached = :at',
        ConditionExpression: 'attribute_exists(#role) AND (attribute_not_exists(reached) OR reached < :at)',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':at': at },
      }),
    ),
  );
}
