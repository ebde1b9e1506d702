/**
 * How people are found: by how their user name begins, or the name that others are shown. Two entries of one index, so that one query
 * of one partition finds both. User names begin with one of 39 characters, so everybody can be listed by asking as many partitions at most.
 *
 * key    pk `USER#<user>`  sk `USERNAME`, for the user name; the shown name is listed by the user's own item, so that both change in one write
 * holds  listed_in, listed_as
 * index  `people`: partition `listed_in` = the first character, sort `listed_as` = the text in lower case; keys only, so that nothing but a
 *        new user or a new name writes it
 */
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';

/** The attributes that put an item into the index. */
export type Listed = { readonly listed_in: string; readonly listed_as: string };

export interface Listing {
  readonly username: string;
  readonly by: 'username' | 'name';
  readonly text: string;
}

const sortKeys = { username: 'USERNAME', name: 'USER' } as const;

const ListingItem = z.object({ pk: z.string(), sk: z.enum(['USERNAME', 'USER']), listed_as: z.string() });

/** What is compared: one form for the many ways to write the same letters. Cut, because a key has at most 1,024 bytes. */
export function foldName(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().trim();
  return [...folded].slice(0, limits.nameLength).join('');
}

/** @returns nothing for what consists of spaces: it is not found by that */
export function listedAs(text: string): Listed | undefined {
  const folded = foldName(text);
  const [first] = folded;
  return first === undefined ? undefined : { listed_in: first, listed_as: folded };
}

/** Lists a user by the user name. Again: nothing changes, and nothing but the write itself is paid. */
export async function listUsername({ table }: Pick<Services, 'table'>, username: string): Promise<void> {
  const Item = { pk: `USER#${username}`, sk: sortKeys.username, ...listedAs(username) };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
}

/**
 * The listings that begin with a text, in their order; backwards from a place, the ones just before it, in the same order.
 * @param text folded, not empty
 * @returns one more than `limit` where there are more in that direction
 */
export async function getListings(
  { table }: Pick<Services, 'table'>,
  text: string,
  { from, backwards, limit }: { from: Listing | undefined; backwards: boolean; limit: number },
): Promise<Listing[]> {
  const [bucket] = text;
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: 'people',
      KeyConditionExpression: 'listed_in = :bucket AND begins_with(listed_as, :text)',
      ExpressionAttributeValues: { ':bucket': bucket, ':text': text },
      ScanIndexForward: !backwards,
      Limit: limit + 1,
      ...(from && {
        ExclusiveStartKey: {
          pk: `USER#${from.username}`,
          sk: sortKeys[from.by],
          listed_in: bucket,
          listed_as: from.text,
        },
      }),
    }),
  );
  return Items.map((item) => {
    const { pk, sk, listed_as: listed } = z.parse(ListingItem, item);
    return { username: pk.slice('USER#'.length), by: sk === 'USER' ? 'name' : 'username', text: listed };
  });
}

/** What a user name can begin with, as the index sorts. */
const beginnings = [...'%-.0123456789abcdefghijklmnopqrstuvwxyz'];

/**
 * The listings of all user names, in their order; backwards from a place, the ones just before it, nearest first.
 * One query where many people's names begin alike; of a handful of people, one for each character.
 * @returns one more than `limit` where there are more in that direction
 */
export async function getUserNames(
  services: Pick<Services, 'table'>,
  { from, backwards, limit }: { from: Listing | undefined; backwards: boolean; limit: number },
): Promise<Listing[]> {
  const inOrder = backwards ? beginnings.toReversed() : beginnings;
  const found: Listing[] = [];
  for (const beginning of inOrder.slice(from ? inOrder.indexOf(from.text.slice(0, 1)) : 0)) {
    let at = from?.text.startsWith(beginning) ? from : undefined;
    for (let more = true; more; ) {
      const read = await getListings(services, beginning, { from: at, backwards, limit });
      found.push(...read.filter(({ by }) => by === 'username'));
      if (found.length > limit) return found.slice(0, limit + 1);
      more = read.length > limit;
      at = read.at(-1);
    }
  }
  return found;
}
