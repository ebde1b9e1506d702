/**
 * A conversation that a user has left, or was removed from: what they wrote there stays, and only this tells where it is when they delete their
 * account or want an archive of what is theirs.
 *
 * key    pk `USER#<user>`, sk `LEFT#<conversation>`.
 * holds  `at` (ms): when the membership ended last.
 * write  Before a membership ends.
 * read   By a query of all of a user.
 */
import type { TimedStore } from '../runtime/services.ts';
import { putItem, queryOnce } from './item.ts';
import { type Key, userPartition } from './keys.ts';

const prefix = 'LEFT#';

function leftKey(username: string, conversation: string): Key {
  return { pk: userPartition(username), sk: prefix + conversation };
}

export async function noteLeft({ table, now }: TimedStore, username: string, conversation: string): Promise<void> {
  await putItem(table, { ...leftKey(username, conversation), at: now() });
}

/** The first of them by id. @param after only ids behind this one */
export async function leftConversationsOf(
  { table }: Pick<TimedStore, 'table'>,
  username: string,
  limit: number,
  after?: string,
): Promise<string[]> {
  const items = await queryOnce(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': userPartition(username), ':sk': prefix },
    ExclusiveStartKey: after === undefined ? undefined : { ...leftKey(username, after) },
    Limit: limit,
  });
  return items.map(({ sk }) => String(sk).slice(prefix.length));
}
