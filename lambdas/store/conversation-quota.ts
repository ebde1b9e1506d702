/**
 * How many conversations a user has started or joined in the current hour, and how many people they have invited in the current day: two
 * attributes of the user's own item (user.ts) for each, `begun` (the count) and `begun_hour` (hours since 1970); `invited` and `invited_day`.
 */
import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import type { TimedStore } from '../runtime/services.ts';
import { updateItemIf } from './item.ts';
import { userKey } from './user.ts';

/**
 * Counts one more conversation of a user who exists.
 * @returns seconds until the next hour when the quota is used up; then nothing is counted
 */
export async function countConversationStart(services: TimedStore, username: string): Promise<number | undefined> {
  return count(services, username, { ...limits.conversationsBegun, counter: 'begun', period: 'begun_hour' }, 1);
}

/**
 * Counts invitations by a user who exists: all of them, or none.
 * @returns seconds until the next day when the quota has no room for so many; then nothing is counted
 */
export async function countInvitations(
  services: TimedStore,
  username: string,
  people: number,
): Promise<number | undefined> {
  return count(services, username, { ...limits.invitations, counter: 'invited', period: 'invited_day' }, people);
}

interface Quota {
  readonly count: number;
  readonly seconds: number;
  /** The attribute of the count, and that of the period in which it was counted. */
  readonly counter: string;
  readonly period: string;
}

async function count(
  { table, now }: TimedStore,
  username: string,
  { count: most, seconds, counter, period }: Quota,
  more: number,
): Promise<number | undefined> {
  const at = Math.floor(now() / 1_000);
  const current = Math.floor(at / seconds);
  const names = { '#counter': counter, '#period': period };
  const wait = (current + 1) * seconds - at;
  if (more > most) return wait;
  for (;;) {
    const next = await updateItemIf(table, {
      Key: userKey(username),
      UpdateExpression: 'SET #counter = #counter + :more',
      ConditionExpression: '#period = :current AND #counter <= :room',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':current': current, ':more': more, ':room': most - more },
    });
    if (next.ok) return undefined;
    if (next.item && z.parse(z.optional(z.number()), next.item[period]) === current) return wait;
    // The first of the period. If several come at once, one succeeds and the others try again as the next.
    const first = await updateItemIf(table, {
      Key: userKey(username),
      UpdateExpression: 'SET #counter = :more, #period = :current',
      ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(#period) OR #period <> :current)',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':current': current, ':more': more },
    });
    if (first.ok) return undefined;
    if (!first.item) throw new Error(`unable to count for ${username}; there is no such user`);
  }
}
