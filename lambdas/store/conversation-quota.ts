/**
 * How many conversations a user has started or joined in the current hour: two attributes of the user's own item (user.ts), `begun` (the
 * count) and `begun_hour` (hours since 1970).
 */
import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import type { TimedStore } from '../runtime/services.ts';
import { type Item, updateItemIf } from './item.ts';
import { userKey } from './user.ts';

/**
 * Counts one more conversation of a user who exists.
 * @returns seconds until the next hour when the quota is used up; then nothing is counted
 */
export async function countConversationStart(
  { table, now }: TimedStore,
  username: string,
): Promise<number | undefined> {
  const { count, seconds } = limits.conversationsBegun;
  const at = Math.floor(now() / 1_000);
  const hour = Math.floor(at / seconds);
  for (;;) {
    const next = await updateItemIf(table, {
      Key: userKey(username),
      UpdateExpression: 'SET begun = begun + :one',
      ConditionExpression: 'begun_hour = :hour AND begun < :most',
      ExpressionAttributeValues: { ':hour': hour, ':one': 1, ':most': count },
    });
    if (next.ok) return undefined;
    if (isOfHour(next.item, hour)) return (hour + 1) * seconds - at;
    // The first of the hour. If several come at once, one succeeds and the others try again as the next.
    const first = await updateItemIf(table, {
      Key: userKey(username),
      UpdateExpression: 'SET begun = :one, begun_hour = :hour',
      ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(begun_hour) OR begun_hour <> :hour)',
      ExpressionAttributeValues: { ':hour': hour, ':one': 1 },
    });
    if (first.ok) return undefined;
    if (!first.item) throw new Error(`unable to count a conversation of ${username}; there is no such user`);
  }
}

const Hour = z.optional(z.number());

function isOfHour(item: Item | undefined, hour: number): boolean {
  return item !== undefined && z.parse(Hour, item.begun_hour) === hour;
}
