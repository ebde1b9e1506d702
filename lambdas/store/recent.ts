/**
 * Which conversations of a user were active last: only for users with more conversations than are read at once (`limits.inboxConversations`).
 * The list is written when such a user connects. Since then, the first message of each conversation notes that it was active. All others
 * have no such items, and sending to them notes nothing.
 *
 * key    pk `USER#<user>`, sk `RECENT`: the list.
 * holds  `names`: conversations, latest first. `at` (ms): when it was written; the user's own item has it too, as `recent`, where senders see
 *        it. `since` (ms): active ones that are not in the list were noted from then on.
 *
 * key    pk `USER#<user>`, sk `ACTIVE#<at>#<conversation>`: the conversation was active after the list of that time was written.
 * holds  `expires`: a year. A conversation whose note has expired is among the older ones.
 */
import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import type { Store, Table, TimedStore } from '../runtime/services.ts';
import { daySeconds, getItem, putItem, queryOnce, ttl, updateItem } from './item.ts';
import { type Key, userPartition } from './keys.ts';
import { type User, userKey } from './user.ts';

export interface RecentList {
  readonly names: readonly string[];
  /** ms */
  readonly at: number;
  /** ms */
  readonly since: number;
}

const RecentItem = z.object({ names: z.array(z.string()), at: z.number(), since: z.number() });
/** Bytes of the names: some are long, and a list of twice as many is read twice as dear. */
const namesBytes = 16_000;
/** ms; a sender who has read the user just before a new list may note a conversation for the old one so much later */
const slowSenderMs = 60_000;
const notedSeconds = 366 * daySeconds;

function recentKey(username: string): Key {
  return { pk: userPartition(username), sk: 'RECENT' };
}

const activePrefix = 'ACTIVE#';

/** A consistent read. */
export async function getRecentList({ table }: Store, username: string): Promise<RecentList | undefined> {
  const item = await getItem(table, recentKey(username), { consistent: true });
  return item && z.parse(RecentItem, item);
}

/** The conversations that were active since the list was written, at most half as many as are read at once. One read unit for about 50. */
export async function activeSince({ table }: Store, username: string, { since }: RecentList): Promise<string[]> {
  const items = await queryOnce(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': userPartition(username),
      ':from': `${activePrefix}${since}`,
      ':to': `${activePrefix}~`,
    },
    // The newest list comes first.
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: limits.inboxConversations / 2,
  });
  return items.map(({ sk }) => String(sk).slice(activePrefix.length).replace(/^\d+#/, ''));
}

/**
 * Writes a new list.
 * @param names latest first
 * @param before the list that it replaces
 */
export async function putRecentList(
  { table, now }: TimedStore,
  username: string,
  names: readonly string[],
  before: RecentList | undefined,
): Promise<void> {
  let bytes = 0;
  const fitting = names.filter((name) => {
    bytes += Buffer.byteLength(name);
    return bytes <= namesBytes;
  });
  const at = now();
  const since = before ? (before.at < at - slowSenderMs ? before.at : before.since) : at;
  await putItem(table, { ...recentKey(username), names: fitting, at, since });
  await updateItem(table, {
    Key: userKey(username),
    UpdateExpression: 'SET recent = :at',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':at': at },
  });
}

/** From now on nothing is noted for this user: they have few conversations again. */
export async function forgetRecentList({ table }: Store, username: string): Promise<void> {
  await updateItem(table, {
    Key: userKey(username),
    UpdateExpression: 'REMOVE recent',
    ConditionExpression: 'attribute_exists(pk)',
  });
}

/** Empties the list of somebody who has deleted their account. Their notes of active conversations expire. */
export async function endRecentList({ table, now }: TimedStore, username: string): Promise<void> {
  const list = await getRecentList({ table }, username);
  if (!list) return;
  await putItem(table, { ...recentKey(username), ...list, names: [], expires: ttl(now(), daySeconds) });
}

/** What this process has noted: it need not be noted again. */
const noted = new WeakMap<Table, Map<string, number>>();
const notedMaximum = 10_000;

/**
 * Notes that a conversation is active, for those of the users who have a list: one write unit for each of them, and none once it has been noted
 * by this process since the list was written.
 */
export async function putActive(
  { table, now }: TimedStore,
  conversation: string,
  users: readonly Pick<User, 'username' | 'recentAt'>[],
): Promise<void> {
  const known = noted.get(table) ?? new Map<string, number>();
  noted.set(table, known);
  await Promise.all(
    users.map(async ({ username, recentAt }) => {
      const key = `${username}#${conversation}`;
      if (recentAt === undefined || known.get(key) === recentAt) return;
      const sk = `${activePrefix}${recentAt}#${conversation}`;
      await putItem(table, { pk: userPartition(username), sk, expires: ttl(now(), notedSeconds) });
      known.delete(key);
      known.set(key, recentAt);
      const [oldest] = known.keys();
      if (known.size > notedMaximum && oldest !== undefined) known.delete(oldest);
    }),
  );
}
