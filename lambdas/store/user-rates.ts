/**
 * The token buckets of a user, one for each kind of operation that is limited (protocol/limits.ts).
 *
 * key    pk `USER#<user>`, sk `RATES`.
 * holds  A number for each kind, such as `groups`: see token-bucket.ts. `expires`: two days after it was written last.
 * write  By each use of an exact limit, and by each portion of the others (chat/rate-limits.ts). It is not in the user's own item, because
 *        every write of that one invokes the stream's function.
 * ends   DynamoDB deletes it when it has not been written for two days. All buckets are full by then.
 */
import * as z from 'zod/mini';
import type { Table, TimedStore } from '../runtime/services.ts';
import { daySeconds, ttl, updateItemIf } from './item.ts';
import { type Key, userPartition } from './keys.ts';
import { type Rate, takeToken, tokenWaitMs } from './token-bucket.ts';

/** Of `expires`: all buckets are full after so many seconds at the latest. */
const keptSeconds = 2 * daySeconds;
/** The first try may be wrong about the bucket; others of the same user may come between. */
const takeTries = 8;
const SpentUntil = z.optional(z.number());

function ratesKey(username: string): Key {
  return { pk: userPartition(username), sk: 'RATES' };
}

/** What this process saw last of a bucket. It only says which of a bucket's two expressions will probably hold. */
const lastSeen = new WeakMap<Table, Map<string, number | undefined>>();
const lastSeenMaximum = 5_000;

/**
 * Takes tokens, exactly: however many uses come at the same moment, and wherever, they get the tokens that there are. One write unit.
 * @param tokens at most the bucket's `count`
 * @returns ms until there are so many tokens; 0: they are taken
 */
export async function takeFromUser(
  { table, now }: TimedStore,
  username: string,
  kind: string,
  rate: Rate,
  tokens = 1,
): Promise<number> {
  const seen = lastSeen.get(table) ?? new Map<string, number | undefined>();
  lastSeen.set(table, seen);
  const key = `${kind}#${username}`;
  let spentUntil = seen.get(key);
  for (let tries = 0; tries < takeTries; tries++) {
    const token = takeToken('#kind', rate, spentUntil, now(), { tokens });
    if (!token) return 0;
    const { ok, item } = await updateItemIf(table, {
      Key: ratesKey(username),
      UpdateExpression: `SET ${token.set}, expires = :expires`,
      ConditionExpression: token.condition,
      ExpressionAttributeNames: { '#kind': kind },
      ExpressionAttributeValues: { ...token.values, ':expires': ttl(now(), keptSeconds) },
      ReturnValues: 'UPDATED_NEW',
    });
    spentUntil = z.parse(SpentUntil, item?.[kind]);
    seen.delete(key);
    seen.set(key, spentUntil);
    const [oldest] = seen.keys();
    if (seen.size > lastSeenMaximum && oldest !== undefined) seen.delete(oldest);
    if (ok) return 0;
    const waitMs = tokenWaitMs(rate, spentUntil, now(), tokens);
    if (waitMs > 0) return waitMs;
  }
  // So many uses of one user at the same moment: this one waits until the others are done.
  return 1_000;
}
