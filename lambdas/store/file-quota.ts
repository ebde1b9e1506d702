/**
 * How many bytes of files a user has asked to upload, or has forwarded, on one day (UTC).
 *
 * key    pk `USER#<user>`, sk `BYTES#<days since 1970>`.
 * holds  `used`: bytes. `expires` (s): a day after the day.
 * write  With one conditional update each time, so any number of requests at once take exactly what is left.
 */
import type { TimedStore } from '../runtime/services.ts';
import { daySeconds, updateItemIf } from './item.ts';
import { userPartition } from './keys.ts';

/**
 * Takes bytes of the user's quota.
 * @param most bytes of a day
 * @returns seconds until the next day when there are not so many left; then nothing is taken
 */
export async function takeFileBytes(
  { table, now }: TimedStore,
  username: string,
  bytes: number,
  most: number,
): Promise<number | undefined> {
  const seconds = now() / 1_000;
  const day = Math.floor(seconds / daySeconds);
  const nextDay = (day + 1) * daySeconds;
  // No condition can be true for more than a whole day has.
  if (bytes > most) return Math.ceil(nextDay - seconds);
  const { ok } = await updateItemIf(table, {
    Key: { pk: userPartition(username), sk: `BYTES#${day}` },
    UpdateExpression: 'SET expires = :expires ADD #used :bytes',
    ConditionExpression: 'attribute_not_exists(#used) OR #used <= :left',
    ExpressionAttributeNames: { '#used': 'used' },
    ExpressionAttributeValues: { ':bytes': bytes, ':left': most - bytes, ':expires': nextDay + daySeconds },
  });
  return ok ? undefined : Math.ceil(nextDay - seconds);
}
