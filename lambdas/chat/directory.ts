/**
 * Whom a user finds where the deployer has closed the directory: their contacts (contacts.ts), and with `exact` also those whom they name in
 * full. The list is made of what the user's own items say, so it costs as much as an inbox, and nothing for those who are not found.
 */
import { limits } from '#protocol/limits';
import type { Profile } from '#protocol/message';
import { decodeUserName, isUserName } from '#protocol/names';
import type { Services, Store } from '../runtime/services.ts';
import { usersListedAs } from '../store/exact-listings.ts';
import { friendshipsOf } from '../store/friendship.ts';
import { membershipsOf } from '../store/membership.ts';
import { beginningsOf, foldName } from '../store/people-index.ts';
import { getUsers, type User } from '../store/user.ts';
import { contactsAmong } from './contacts.ts';
import { getProfiles } from './people.ts';

export interface DirectoryPage {
  readonly people: Profile[];
  /** The user names after and before which the next and the previous page begin; undefined if there is none. */
  readonly after: string | undefined;
  readonly before: string | undefined;
}

/** Whether this user finds that one by name. */
export async function isFound(
  services: Pick<Services, 'table' | 'config'>,
  viewer: string,
  username: string,
): Promise<boolean> {
  if (services.config.directory !== 'contacts' || username === viewer) return true;
  return (await contactsAmong(services, viewer, [username])).has(username);
}

/** A page of those whom the viewer finds, by user name. @param query the beginning of a name; undefined: all contacts */
export async function findInDirectory(
  services: Pick<Services, 'table' | 'bucket' | 'now' | 'config'>,
  viewer: string,
  query: string | undefined,
  { after, before, limit }: { readonly after?: string; readonly before?: string; readonly limit: number },
): Promise<DirectoryPage> {
  const text = query === undefined ? undefined : foldName(query);
  const named: string[] | Promise<string[]> =
    query === undefined || services.config.directory !== 'exact' ? [] : namedInFull(services, query);
  const [exact, users] = await Promise.all([named, getUsers(services, await acquaintancesOf(services, viewer))]);
  const names = new Set([
    ...exact,
    ...users.filter((user) => user.deletedAt === undefined && matches(user, text)).map(({ username }) => username),
  ]);
  names.delete(viewer);
  const isBehind = (name: string) => (after === undefined || name > after) && (before === undefined || name < before);
  const inOrder = [...names].filter(isBehind).sort();
  if (before !== undefined) inOrder.reverse();
  // Only as many as the page needs are looked at.
  const found: string[] = [];
  for (let at = 0; at < inOrder.length && found.length <= limit; at += limit + 1) {
    const some = inOrder.slice(at, at + limit + 1);
    const contacts = await contactsAmong(
      services,
      viewer,
      some.filter((name) => !exact.includes(name)),
    );
    found.push(...some.filter((name) => exact.includes(name) || contacts.has(name)));
  }
  const page = found.slice(0, limit);
  if (before !== undefined) page.reverse();
  const more = found.length > limit;
  return {
    people: await getProfiles(services, viewer, page),
    after: before !== undefined || more ? page.at(-1) : undefined,
    before: (before !== undefined ? more : after !== undefined) ? page.at(0) : undefined,
  };
}

/** Those whom the user may know: friends, and the others in their direct conversations. */
async function acquaintancesOf(services: Store, username: string): Promise<string[]> {
  const names = new Set<string>();
  for await (const page of friendshipsOf(services, username)) {
    for (const { other, state } of page) if (state === 'friends') names.add(other);
  }
  for await (const page of membershipsOf(services, username)) {
    for (const { conversation } of page) {
      const members = conversation.includes(':') ? [] : conversation.split('_');
      if (members.length === 2) for (const name of members) names.add(name);
    }
  }
  return [...names];
}

/** Users with this user name, with this shown name, or with this name at the identity provider. */
async function namedInFull(services: Store, query: string): Promise<string[]> {
  const username = query.toLowerCase();
  const [users, ...listed] = await Promise.all([
    isUserName(username) ? getUsers(services, [username]) : [],
    ...beginningsOf(query).map((text) => usersListedAs(services, text, limits.pageMaximum)),
  ]);
  return [...new Set([...users.map((user) => user.username), ...listed.flat()])];
}

function matches({ username, name }: User, text: string | undefined): boolean {
  return text === undefined || [username, name, decodeUserName(username)].some((one) => foldName(one).startsWith(text));
}
