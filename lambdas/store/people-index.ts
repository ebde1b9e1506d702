/**
 * The index `people`, which finds users by the beginning of their user name or of their shown name. Each user has two listings in it.
 *
 * key    The listing by user name: pk `USER#<user>`, sk `USERNAME`. The listing by shown name is the user's own item (user.ts), so that
 *        one write changes the name and its listing.
 * holds  `listed_in`: the first character. `listed_as`: the name in lower case and one form of Unicode.
 * index  `people`: partition `listed_in`, sort `listed_as`. It contains keys only, so only new users and new names write to it.
 * read   A search is one query of one partition. A list of everybody queries up to 39 partitions, one for each character with which a user
 *        name can begin.
 */
import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import type { Store } from '../runtime/services.ts';
import { putItemIf, queryOnce } from './item.ts';
import { type Key, usernameOf, userPartition } from './keys.ts';

export interface Listing {
  readonly username: string;
  readonly by: 'username' | 'name';
  readonly text: string;
}

const sortKeys = { username: 'USERNAME', name: 'USER' } as const;

const ListingItem = z.object({ pk: z.string(), sk: z.enum(['USERNAME', 'USER']), listed_as: z.string() });

/** One form for the many ways to write the same letters. It is cut, because a key has at most 1,024 bytes. */
export function foldName(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().trim();
  return [...folded].slice(0, limits.nameLength).join('');
}

/** The attributes that put an item into the index. @returns undefined for a name of nothing but spaces, which no search finds */
export function listedAs(name: string): { readonly listed_in: string; readonly listed_as: string } | undefined {
  const folded = foldName(name);
  const [first] = folded;
  return first === undefined ? undefined : { listed_in: first, listed_as: folded };
}

export function usernameListingKey(username: string): Key {
  return { pk: userPartition(username), sk: sortKeys.username };
}

/** Lists a user by their user name. Nothing changes if they are listed already, or were and have deleted their account. */
export async function putUsernameListing({ table }: Store, username: string): Promise<void> {
  await putItemIf(table, {
    Item: { ...usernameListingKey(username), ...listedAs(username) },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
}

/**
 * The listings that begin with a text, in order; with `backwards` in reverse order.
 * @param text folded, not empty
 * @param from the listing after which the result begins
 * @returns one more than `limit` if there are more
 */
export async function getListings(
  { table }: Store,
  text: string,
  { from, backwards, limit }: { from: Listing | undefined; backwards: boolean; limit: number },
): Promise<Listing[]> {
  const [first] = text;
  const items = await queryOnce(table, {
    IndexName: 'people',
    KeyConditionExpression: 'listed_in = :first AND begins_with(listed_as, :text)',
    ExpressionAttributeValues: { ':first': first, ':text': text },
    ScanIndexForward: !backwards,
    Limit: limit + 1,
    ExclusiveStartKey: from && {
      pk: userPartition(from.username),
      sk: sortKeys[from.by],
      listed_in: first,
      listed_as: from.text,
    },
  });
  return items.map((item) => {
    const { pk, sk, listed_as } = z.parse(ListingItem, item);
    return { username: usernameOf(pk), by: sk === sortKeys.name ? 'name' : 'username', text: listed_as };
  });
}

/** The characters with which user names can begin, in the index's order. */
const firstCharacters = [...'%-.0123456789abcdefghijklmnopqrstuvwxyz'];

/**
 * The listings of all users by user name, in order; with `backwards` in reverse order. This takes one query if many names begin alike, and one
 * for each character if there are few users.
 * @param from the listing after which the result begins
 * @returns one more than `limit` if there are more
 */
export async function getUserNames(
  services: Store,
  { from, backwards, limit }: { from: Listing | undefined; backwards: boolean; limit: number },
): Promise<Listing[]> {
  const inOrder = backwards ? firstCharacters.toReversed() : firstCharacters;
  const found: Listing[] = [];
  for (const character of inOrder.slice(from ? inOrder.indexOf(from.text.slice(0, 1)) : 0)) {
    let last = from?.text.startsWith(character) ? from : undefined;
    for (let more = true; more; ) {
      const listings = await getListings(services, character, { from: last, backwards, limit });
      found.push(...listings.filter(({ by }) => by === 'username'));
      if (found.length > limit) return found.slice(0, limit + 1);
      more = listings.length > limit;
      last = listings.at(-1);
    }
  }
  return found;
}
