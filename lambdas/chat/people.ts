/** Profiles and the search for people. A user does not see the presence of somebody who has blocked them. */
import { ChatError } from '#protocol/errors';
import type { Profile } from '#protocol/message';
import { type NamedConversation, parseConversation } from '#protocol/names';
import type { Services, Store } from '../runtime/services.ts';
import { signAvatar } from '../store/bucket.ts';
import { getMemberships } from '../store/membership.ts';
import { beginningsOf, getListings, getUserNames, type Listing } from '../store/people-index.ts';
import { type Avatar, getUsers, type User } from '../store/user.ts';
import { presenceOf } from './presence-of.ts';
import { asSeenBy } from './presence-seen.ts';

type Reader = Pick<Services, 'table' | 'bucket' | 'now' | 'config'>;

/** @throws ChatError `invalid_frame` for oneself */
export function directConversationWith(me: string, other: string): NamedConversation {
  const conversation = parseConversation(other, me);
  if ('members' in conversation) return conversation;
  throw new ChatError('invalid_frame', `${conversation.id} is no user`);
}

/** @throws ChatError `unknown_user` @param task see `ChatError` */
export async function assertUsersExist(services: Store, names: readonly string[], task?: string): Promise<void> {
  const existing = new Set((await getUsers(services, names)).filter(isNotDeleted).map(({ username }) => username));
  const unknown = names.filter((name) => !existing.has(name));
  if (unknown.length > 0) throw new ChatError('unknown_user', `there is no user ${unknown.join(', ')}`, { task });
}

/** Nothing begins with somebody who has deleted their account. */
export function isNotDeleted({ deletedAt }: User): boolean {
  return deletedAt === undefined;
}

/** @throws ChatError `unknown_user` */
export async function getProfile(services: Reader, viewer: string, username: string): Promise<Profile> {
  const [profile] = await getProfiles(services, viewer, [username]);
  if (profile) return profile;
  throw new ChatError('unknown_user', `there is no user ${username}`);
}

/** The profiles of those users who exist, in this order. Costs half a unit for each, and half a unit for whether they have blocked the viewer. */
export async function getProfiles(services: Reader, viewer: string, names: readonly string[]): Promise<Profile[]> {
  return (await viewUsers(services, viewer, names)).map(({ profile }) => profile);
}

async function viewUsers(
  services: Reader,
  viewer: string,
  names: readonly string[],
): Promise<{ readonly user: User; readonly profile: Profile }[]> {
  const directs = names
    .filter((name) => name !== viewer)
    .map((name) => ({ username: viewer, conversation: directConversationWith(viewer, name).id }));
  const [users, memberships] = await Promise.all([getUsers(services, names), getMemberships(services, directs)]);
  const blocking = new Set(memberships.filter(({ blocked }) => blocked).map(({ conversation }) => conversation));
  const blocksViewer = (name: string) => name !== viewer && blocking.has(directConversationWith(viewer, name).id);
  const seen = await asSeenBy(services, viewer, users);
  const byName = new Map(seen.map((user) => [user.username, user]));
  const existing = names.flatMap((name) => byName.get(name) ?? []);
  return Promise.all(
    existing.map(async (user) => ({
      user,
      profile: {
        username: user.username,
        name: user.name,
        avatar: await avatarUrl(services, user.avatar),
        ...presenceOf(user, services.now(), blocksViewer(user.username)),
      },
    })),
  );
}

export async function avatarUrl(
  services: Pick<Services, 'bucket'>,
  avatar: Avatar | undefined,
): Promise<string | null> {
  return avatar ? signAvatar(services, avatar) : null;
}

export interface PeoplePage {
  readonly people: Profile[];
  /** Where the next and the previous page begin; undefined if there is none. */
  readonly after: Listing | undefined;
  readonly before: Listing | undefined;
}

/**
 * People with a name that begins with this text: their user name, their shown name, or their name as the identity provider writes it. Without a
 * text: everybody except the viewer, by user name. One query of the index, or two, and one batch of users, however many people there are. A user
 * with several such names, as alice and Alice, is returned once, so a page may have fewer than `limit`.
 */
export async function findPeople(
  services: Reader,
  viewer: string,
  query: string | undefined,
  place: { readonly after?: Listing | undefined; readonly before?: Listing | undefined; readonly limit: number },
): Promise<PeoplePage> {
  const { after, before, limit } = place;
  const beginnings = query === undefined ? undefined : beginningsOf(query);
  const backwards = before !== undefined;
  const from = { from: before ?? after, backwards, limit };
  const read = await (beginnings ? getListings(services, beginnings, from) : getUserNames(services, from));
  const listings = read.slice(0, limit);
  if (backwards) listings.reverse();

  const usernames = [...new Set(listings.map(({ username }) => username))];
  const viewed = new Map((await viewUsers(services, viewer, usernames)).map((one) => [one.user.username, one]));
  const people = listings.flatMap((listing) => {
    const { user, profile } = viewed.get(listing.username) ?? {};
    if (!user || !profile) return [];
    const isIncluded = beginnings ? isFirstMatch(listing, user, beginnings) : user.username !== viewer;
    return isIncluded ? [profile] : [];
  });
  const more = read.length > limit;
  return {
    people,
    after: backwards || more ? listings.at(-1) : undefined,
    before: (backwards ? more : after !== undefined) ? listings.at(0) : undefined,
  };
}

/** Is this the first of the user's listings that match? Only the listings decide, so the answer is the same on every page. */
function isFirstMatch({ by }: Listing, { username, listed }: User, beginnings: readonly string[]): boolean {
  const [first] = Object.entries({ name: listed.name, account: listed.account, username })
    .map(([kind, text = '']) => ({ kind, text, range: beginnings.findIndex((one) => text.startsWith(one)) }))
    .filter(({ range }) => range >= 0)
    .sort((a, b) => a.range - b.range || byteOrder(a.text, b.text));
  return first?.kind === by;
}

/** The index sorts by the bytes of UTF-8. */
function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
