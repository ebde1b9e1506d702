/** People as somebody sees them. Whom they have blocked sees neither whether they are here nor when they were. */
import { ChatError } from '#protocol/errors';
import type { Profile } from '#protocol/message';
import { type Conversation, isUserName, parseConversation } from '#protocol/names';
import { toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { signAvatar } from '../store/bucket.ts';
import { getMemberships } from '../store/membership.ts';
import { foldName, getListings, getUserNames, type Listing } from '../store/people-index.ts';
import { type Avatar, getUsers, openConnectionsOf, type User } from '../store/user.ts';
import { lastSeenAt } from './inbox.ts';

type Reader = Pick<Services, 'table' | 'bucket' | 'now'>;

/**
 * A user name as somebody may write it; upper case is folded.
 * @throws ChatError `invalid_frame`
 */
export function readUserName(text: string): string {
  const name = text.toLowerCase();
  if (isUserName(name)) return name;
  throw new ChatError('invalid_frame', 'a user name consists of a-z 0-9 . - and %xx');
}

/** @throws ChatError `invalid_frame` for oneself */
export function directConversationWith(me: string, other: string): Conversation {
  return parseConversation(other, me);
}

/** @throws ChatError `unknown_user` */
export async function getProfile(services: Reader, viewer: string, username: string): Promise<Profile> {
  const [profile] = await getProfiles(services, viewer, [username]);
  if (profile) return profile;
  throw new ChatError('unknown_user', `there is no user ${username}`);
}

/** Those of these people who exist, in this order. Costs half a unit for each, and as much for whether they have blocked the viewer. */
export async function getProfiles(services: Reader, viewer: string, names: readonly string[]): Promise<Profile[]> {
  const directs = names
    .filter((name) => name !== viewer)
    .map((name) => ({ username: viewer, conversation: directConversationWith(viewer, name).id }));
  const [users, memberships] = await Promise.all([getUsers(services, names), getMemberships(services, directs)]);
  const closed = new Set(memberships.filter(({ blocked }) => blocked).map(({ conversation }) => conversation));
  const isClosed = (name: string) => name !== viewer && closed.has(directConversationWith(viewer, name).id);
  const byName = new Map(users.map((user) => [user.username, user]));
  const known = names.flatMap((name) => byName.get(name) ?? []);
  return Promise.all(known.map((user) => toProfile(services, user, isClosed(user.username))));
}

async function toProfile(services: Reader, user: User, closed: boolean): Promise<Profile> {
  const online = !closed && openConnectionsOf(user, services.now()).length > 0;
  const lastSeen = closed || online ? undefined : lastSeenAt(user);
  return {
    username: user.username,
    name: user.name,
    avatar: await avatarUrl(services, user.avatar),
    online,
    last_seen: lastSeen === undefined ? null : toTime(lastSeen),
  };
}

export async function avatarUrl(
  services: Pick<Services, 'bucket'>,
  avatar: Avatar | undefined,
): Promise<string | null> {
  return avatar ? signAvatar(services, avatar) : null;
}

export interface PeopleFound {
  readonly people: Profile[];
  /** From where to go on, either way; undefined at the end. */
  readonly after: Listing | undefined;
  readonly before: Listing | undefined;
}

/**
 * People whose user name or shown name begins with this text; without a text, everybody but the viewer, by user name. One query of the index and one batch of users, whatever the number of people.
 * Who is listed twice, as alice and as Alice, is shown once, so a page may have fewer than `limit`.
 */
export async function findPeople(
  services: Reader,
  viewer: string,
  query: string | undefined,
  place: { readonly after?: Listing | undefined; readonly before?: Listing | undefined; readonly limit: number },
): Promise<PeopleFound> {
  const { after, before, limit } = place;
  const text = query === undefined ? undefined : foldName(query);
  const backwards = before !== undefined;
  const from = { from: before ?? after, backwards, limit };
  const read = await (text === undefined ? getUserNames(services, from) : getListings(services, text, from));
  const listings = read.slice(0, limit);
  if (backwards) listings.reverse();

  const people = new Map(
    (await getProfiles(services, viewer, [...new Set(listings.map(({ username }) => username))])).map((profile) => [
      profile.username,
      profile,
    ]),
  );
  const shown = listings.flatMap((listing) => {
    const profile = people.get(listing.username);
    if (!profile) return [];
    const isShown = text === undefined ? profile.username !== viewer : isFirst(listing, profile, text);
    return isShown ? [profile] : [];
  });
  const more = read.length > limit;
  return {
    people: shown,
    after: backwards || more ? listings.at(-1) : undefined,
    before: (backwards ? more : after !== undefined) ? listings.at(0) : undefined,
  };
}

/** Is this the listing by which somebody is found first? Told by the names alone, so that it is the same on every page. */
function isFirst(listing: Listing, { username, name }: Profile, text: string): boolean {
  const byUsername = foldName(username);
  const byName = foldName(name);
  if (!byName.startsWith(text)) return listing.by === 'username';
  if (!byUsername.startsWith(text)) return listing.by === 'name';
  return listing.by === (byteOrder(byUsername, byName) < 0 ? 'username' : 'name');
}

/** As the index sorts: by the bytes of UTF-8. */
function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
