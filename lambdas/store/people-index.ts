/**
 * The index `people`, which finds users by the beginning of a name. Each user has two listings in it, or three.
 *
 * key    The listing by user name: pk `USER#<user>`, sk `USERNAME`. The listing by shown name is the user's own item (user.ts), so that
 *        one write changes the name and its listing. A user name with `%` has a third one, by the name as the identity provider writes it:
 *        sk `ACCOUNT`.
 * holds  `listed_in`: the first character. `listed_as`: the name in the form in which names are compared.
 * index  `people`: partition `listed_in`, sort `listed_as`. It contains keys only, so only new users and new names write to it.
 * read   A search is one query of one partition, or two: see `beginningsOf`. A list of everybody queries up to 39 partitions, one for each
 *        character with which a user name can begin.
 */
import * as z from 'zod/mini';
import { fold } from '#protocol/fold';
import { limits } from '#protocol/limits';
import { decodeUserName } from '#protocol/names';
import type { Store } from '../runtime/services.ts';
import { type Item, putItemIf, queryOnce } from './item.ts';
import { type Key, usernameOf, userPartition } from './keys.ts';

const sortKeys = { username: 'USERNAME', name: 'USER', account: 'ACCOUNT' } as const;

export interface Listing {
  readonly username: string;
  readonly by: keyof typeof sortKeys;
  readonly text: string;
}

const listingKinds = ['username', 'name', 'account'] as const;
const ListingItem = z.object({ pk: z.string(), sk: z.enum(sortKeys), listed_as: z.string() });

/** A name in the form in which names are compared. */
export function foldName(text: string): string {
  return cut(fold(text).replace(/\s+/g, ' '));
}

/** The same as it was before accents and all forms of a letter's case counted as one: some users are still listed so. */
function foldNameAsBefore(text: string): string {
  return cut(text.normalize('NFKC').toLowerCase());
}

/** A key has at most 1,024 bytes. */
function cut(text: string): string {
  return [...text.trim()].slice(0, limits.nameLength).join('');
}

/** The beginnings of the listings that a search is about: today's form, and where it differs, that of users who have not come since. */
export function beginningsOf(query: string): readonly string[] {
  const today = foldName(query);
  const before = foldNameAsBefore(query);
  return before.startsWith(today) || today.startsWith(before) ? [today] : [today, before];
}

/** The attributes that put an item into the index. @returns undefined for a name of nothing that counts, which no search finds */
export function listedAs(name: string): { readonly listed_in: string; readonly listed_as: string } | undefined {
  const folded = foldName(name);
  const [first] = folded;
  return first === undefined ? undefined : { listed_in: first, listed_as: folded };
}

export function usernameListingKey(username: string): Key {
  return { pk: userPartition(username), sk: sortKeys.username };
}

export function accountListingKey(username: string): Key {
  return { pk: userPartition(username), sk: sortKeys.account };
}

/** The listing by the name as the identity provider writes it, where that is another one than the user name. */
export function accountListing(username: string): ReturnType<typeof listedAs> {
  return username.includes('%') ? listedAs(decodeUserName(username)) : undefined;
}

/** Lists a user by their user name, and by their account where that is another name. Nothing changes if they are listed already. */
export async function putUsernameListings({ table }: Store, username: string): Promise<void> {
  const account = accountListing(username);
  const listings: Item[] = [{ ...usernameListingKey(username), listed_in: username[0], listed_as: username }];
  if (account) listings.push({ ...accountListingKey(username), ...account });
  for (const listing of listings) {
    // Whoever has deleted their account is listed no more.
    const ConditionExpression = 'attribute_not_exists(pk) OR attribute_exists(listed_in)';
    await putItemIf(table, { Item: listing, ConditionExpression });
  }
}

interface Range {
  /** The listing after which the result begins. */
  readonly from: Listing | undefined;
  readonly backwards: boolean;
  readonly limit: number;
}

/**
 * The listings with one of these beginnings, those of the first beginning first; with `backwards` in reverse order.
 * @returns one more than `limit` if there are more
 */
export async function getListings(
  services: Store,
  beginnings: readonly string[],
  { from, backwards, limit }: Range,
): Promise<Listing[]> {
  const inOrder = backwards ? beginnings.toReversed() : beginnings;
  const found: Listing[] = [];
  for (const beginning of inOrder.slice(from ? inOrder.findIndex((one) => from.text.startsWith(one)) : 0)) {
    const last = from?.text.startsWith(beginning) ? from : undefined;
    found.push(...(await queryListings(services, beginning, { from: last, backwards, limit: limit - found.length })));
    if (found.length > limit) break;
  }
  return found;
}

/** @param text folded, not empty @returns one more than `limit` if there are more */
async function queryListings({ table }: Store, text: string, { from, backwards, limit }: Range): Promise<Listing[]> {
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
    const by = listingKinds.find((kind) => sortKeys[kind] === sk) ?? 'username';
    return { username: usernameOf(pk), by, text: listed_as };
  });
}

/** The characters with which user names can begin, in the index's order. */
const firstCharacters = [...'%-.0123456789abcdefghijklmnopqrstuvwxyz'];

/**
 * The listings of all users by user name, in order; with `backwards` in reverse order. This takes one query if many names begin alike, and one
 * for each character if there are few users.
 * @returns one more than `limit` if there are more
 */
export async function getUserNames(services: Store, { from, backwards, limit }: Range): Promise<Listing[]> {
  const inOrder = backwards ? firstCharacters.toReversed() : firstCharacters;
  const found: Listing[] = [];
  for (const character of inOrder.slice(from ? inOrder.indexOf(from.text.slice(0, 1)) : 0)) {
    let last = from?.text.startsWith(character) ? from : undefined;
    for (let more = true; more; ) {
      const listings = await queryListings(services, character, { from: last, backwards, limit });
      found.push(...listings.filter(({ by }) => by === 'username'));
      if (found.length > limit) return found.slice(0, limit + 1);
      more = listings.length > limit;
      last = listings.at(-1);
    }
  }
  return found;
}
