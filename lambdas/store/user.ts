/**
 * A user: their profile, their open connections and the devices that get pushes. One read tells whether a user is online, and on which
 * connections.
 *
 * key    pk `USER#<user>`, sk `USER`.
 * holds  `name`, `avatar`, `created` (ms).
 *        `last_seen` (ms): the end of the connection that ended last.
 *        `reached` (ms): the same for connections for everything. Today's word is delivered until.
 *        `issuer`, `sub`: whose the user name is. Only tokens with both may use it. A user from before has neither; the first token seen sets them.
 *        `deleted` (ms): the person has deleted their account. The item stays without name and picture, so that the user name is nobody's again.
 *        `signed_out` (ms): tokens that were issued earlier do nothing.
 *        `connects` (ms): the bucket of opened connections, see connection.ts. `profiles` (ms): that of changes of the profile. The others are in
 *        user-rates.ts.
 *        `recent` (ms): the user has a list of the conversations that were active last, see recent.ts.
 *        `presence_hidden`: nobody sees whether this user is online.
 *        `listed_in`, `listed_as`, `listed_account`: see people-index.ts.
 *        `live#<connectionId>`: a connection, `{scope, since (ms), expires (ms)}`, see connection.ts. Today's word for `since` is opened at.
 *        `device#<id>` (s): a push device and when it expires, see user-push-devices.ts.
 * write  After the item that lists the user by user name, so that every user can be found.
 * read   By key, and in batches for the members of a conversation.
 */
import * as z from 'zod/mini';
import { limits, rates } from '#protocol/limits';
import { deletedUserName } from '#protocol/names';
import { receives, type Scope, scopeFromText } from '#protocol/scope';
import type { Store, TimedStore } from '../runtime/services.ts';
import {
  attributesWithPrefix,
  daySeconds,
  getItem,
  getItems,
  type Item,
  putItemIf,
  updateItem,
  updateItemIf,
} from './item.ts';
import { type Key, usernameOf, userPartition } from './keys.ts';
import { accountListing, listedAs, putUsernameListings } from './people-index.ts';
import { takeToken, tokenWaitMs } from './token-bucket.ts';

/** One open WebSocket of a user. */
export interface Connection {
  readonly username: string;
  readonly id: string;
  readonly scope: Scope;
  /** ms */
  readonly openedAt: number;
  /** ms; nothing is sent to it from then on: its token has expired, its user signed out everywhere, or API Gateway closed it after two hours */
  readonly expires: number;
  /** It takes over from another one of its client, so it needs no first events. */
  readonly resumes?: true | undefined;
}

const Avatar = z.object({ id: z.string(), content_type: z.string() });
/** A picture of a user. The key of its object in the bucket follows from its id. */
export type Avatar = z.infer<typeof Avatar>;

/** A push device as the user's item lists it; push-device.ts has the rest. */
export interface UserPushDevice {
  readonly id: string;
  /** s; the moment of a sign-out everywhere that came after its registration, or of the account's deletion, if that is earlier */
  readonly expires: number;
}

/** Who owns a user name: issuer and `sub` of their tokens. */
export interface Owner {
  readonly issuer: string;
  readonly sub: string;
}

/** Is the owner an account of the stack's pool? Then its issuer is an id. An issuer of one's own is an address. */
export function isOfPool({ issuer }: Owner): boolean {
  return !issuer.includes('/');
}

export interface User {
  readonly username: string;
  /** `deletedUserName` when the account was deleted. */
  readonly name: string;
  /** Undefined for a user from before whose token has not been seen since. */
  readonly owner: Owner | undefined;
  /** ms; when the account was deleted */
  readonly deletedAt: number | undefined;
  readonly avatar: Avatar | undefined;
  /** Nobody else sees whether this user is online. */
  readonly hidesPresence: boolean;
  /** Whoever looks does not see it (chat/presence-seen.ts). */
  readonly concealed?: boolean;
  /** ms; undefined for a user whose connections have never ended */
  readonly lastSeen: number | undefined;
  /** ms; when they last signed out everywhere. Connections that were opened earlier have expired. */
  readonly signedOutAt: number | undefined;
  /** ms; when the last connection for everything ended */
  readonly deliveredUntil: number | undefined;
  /** ms; when the list of their active conversations was written last. Only users with very many conversations have one. */
  readonly recentAt: number | undefined;
  /** The bucket of changes of the profile, see token-bucket.ts. ms */
  readonly profileSpentUntil: number | undefined;
  /** How searches find the user besides by the user name: people-index.ts. Undefined: not at all, or by the rules from before. */
  readonly listed: { readonly name: string | undefined; readonly account: string | undefined };
  /** Includes expired ones. */
  readonly connections: readonly Connection[];
  /** Includes expired ones. */
  readonly pushDevices: readonly UserPushDevice[];
}

/** The stream's filter recognises users by it. */
export const userSortKey = 'USER';
export const connectionPrefix = 'live#';
export const pushDevicePrefix = 'device#';

const UserItem = z.looseObject({
  pk: z.string(),
  name: z.optional(z.string()),
  issuer: z.optional(z.string()),
  sub: z.optional(z.string()),
  deleted: z.optional(z.number()),
  avatar: z.optional(Avatar),
  presence_hidden: z._default(z.boolean(), false),
  last_seen: z.optional(z.number()),
  signed_out: z.optional(z.number()),
  reached: z.optional(z.number()),
  profiles: z.optional(z.number()),
  recent: z.optional(z.number()),
  listed_as: z.optional(z.string()),
  listed_account: z.optional(z.string()),
});
const ConnectionValue = z.object({
  scope: z.string(),
  since: z.number(),
  expires: z.number(),
  resumes: z.optional(z.literal(true)),
});

export function userKey(username: string): Key {
  return { pk: userPartition(username), sk: userSortKey };
}

export function isUserItem(item: Item): boolean {
  return item.sk === userSortKey;
}

export function toUser(item: Item): User {
  const {
    pk,
    name,
    issuer,
    sub,
    deleted,
    avatar,
    presence_hidden,
    last_seen,
    profiles,
    reached,
    recent,
    signed_out,
    listed_as,
    listed_account,
  } = z.parse(UserItem, item);
  const username = usernameOf(pk);
  return {
    username,
    name: deleted === undefined && name !== undefined ? name : deletedUserName,
    owner: issuer !== undefined && sub !== undefined ? { issuer, sub } : undefined,
    deletedAt: deleted,
    avatar,
    hidesPresence: presence_hidden,
    lastSeen: last_seen,
    deliveredUntil: reached,
    recentAt: recent,
    profileSpentUntil: profiles,
    signedOutAt: signed_out,
    listed: { name: listed_as, account: listed_account },
    connections: attributesWithPrefix(item, connectionPrefix).map(([id, value]) => {
      const { scope, since: openedAt, expires, resumes } = z.parse(ConnectionValue, value);
      return {
        username,
        id,
        scope: scopeFromText(scope),
        openedAt,
        expires: isBeforeSignOut(signed_out, openedAt) ? Math.min(expires, signed_out) : expires,
        ...(resumes && { resumes }),
      };
    }),
    pushDevices: attributesWithPrefix(item, pushDevicePrefix).map(([id, value]) => {
      const expires = z.parse(z.number(), value);
      const registered = (expires - limits.deviceDays * daySeconds) * 1_000;
      const over = deleted ?? (isBeforeSignOut(signed_out, registered) ? signed_out : undefined);
      return { id, expires: over === undefined ? expires : Math.min(expires, Math.floor(over / 1_000)) };
    }),
  };
}

/** Whether a token was issued, or a connection opened, before its user signed out everywhere. */
export function isBeforeSignOut(signedOutAt: number | undefined, at: number): signedOutAt is number {
  return signedOutAt !== undefined && at < signedOutAt;
}

/** The connections that have not expired. */
export function openConnectionsOf(user: User, now: number): Connection[] {
  return user.connections.filter((connection) => connection.expires > now);
}

/**
 * Messages of the conversation up to this time (ms) were delivered to a connection of this user, as far as the user's own item tells.
 * It is `now` while a connection that receives the conversation is open. A connection whose end nobody noticed counts until it expired.
 */
export function userDeliveredUntil(
  { deliveredUntil = 0, connections }: User,
  conversation: string,
  now: number,
): number {
  const receiving = connections.filter(({ scope }) => receives(scope, conversation));
  return Math.max(deliveredUntil, ...receiving.map(({ expires }) => Math.min(expires, now)));
}

/** @param consistent costs a whole read unit instead of half of one */
export async function getUser(
  { table }: Store,
  username: string,
  { consistent = false }: { consistent?: boolean } = {},
): Promise<User | undefined> {
  const item = await getItem(table, userKey(username), { consistent });
  return item && toUser(item);
}

/** The users who exist, in no order. */
export async function getUsers({ table }: Store, usernames: readonly string[]): Promise<User[]> {
  return (await getItems(table, usernames.map(userKey))).map(toUser);
}

/** A user as a token or the sign-up names them. Without an owner, the first token seen sets it. */
export interface NewUser extends Partial<Owner> {
  readonly username: string;
  readonly name: string;
}

/** A user as their token names them. */
export type Known = NewUser & Owner;

/** Creates the user unless they exist, or have existed: a deleted user's name is never given again. */
export async function createUser({ table, now }: TimedStore, { username, name, issuer, sub }: NewUser): Promise<void> {
  await putUsernameListings({ table }, username);
  await putItemIf(table, {
    Item: {
      ...userKey(username),
      name,
      issuer,
      sub,
      created: now(),
      ...listedAs(name),
      listed_account: accountListing(username)?.listed_as,
    },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
}

/** The condition under which a token with `:issuer` and `:sub` may use a user, who is its own or nobody's yet, and not deleted. `#sub`: the word is reserved. */
export const ownedCondition =
  'attribute_exists(pk) AND attribute_not_exists(deleted) AND (attribute_not_exists(#sub) OR (#sub = :sub AND issuer = :issuer))';

/** Makes a user from before the token's own. @returns the user as they are now, whoever owns them; undefined if there is none */
export async function claimUser(
  { table }: Store,
  { username, issuer, sub }: Owner & { readonly username: string },
): Promise<User | undefined> {
  const { item } = await updateItemIf(table, {
    Key: userKey(username),
    UpdateExpression: 'SET issuer = :issuer, #sub = :sub',
    ConditionExpression: ownedCondition,
    ExpressionAttributeNames: { '#sub': 'sub' },
    ExpressionAttributeValues: { ':issuer': issuer, ':sub': sub },
    ReturnValues: 'ALL_NEW',
  });
  return item && toUser(item);
}

/**
 * Lists a user by today's rules who is listed by those from before, and whom a search may therefore miss. Nothing is written for others, nor
 * when the name has just been changed.
 */
export async function renewListings({ table }: Store, { username, name, listed }: User): Promise<void> {
  const byName = listedAs(name);
  const byAccount = accountListing(username);
  if (byName?.listed_as === listed.name && byAccount?.listed_as === listed.account) return;
  await putUsernameListings({ table }, username);
  const set = Object.entries({ ...byName, ...(byAccount && { listed_account: byAccount.listed_as }) });
  const remove = byName ? [] : ['listed_in', 'listed_as'];
  await updateItemIf(table, {
    Key: userKey(username),
    UpdateExpression: updateExpression(
      set.map(([attribute]) => attribute),
      remove,
    ),
    ConditionExpression: '#name = :name',
    ExpressionAttributeNames: { '#name': 'name', ...namesFor([...set.map(([attribute]) => attribute), ...remove]) },
    ExpressionAttributeValues: { ':name': name, ...valuesFor(set) },
  });
}

/**
 * Signs a user out everywhere: tokens that were issued before `at` open no connection, and connections that were opened before it expire.
 * The stream sees this and closes them.
 * @param at ms
 */
export async function signOutUser({ table }: Store, username: string, at: number): Promise<void> {
  await updateItem(table, {
    Key: userKey(username),
    UpdateExpression: 'SET signed_out = :at',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':at': at },
  });
}

/**
 * Changes the profile of a user who exists. The same write takes a token of their bucket.
 * @param avatar `null` removes the picture
 * @param profileSpentUntil the bucket, as far as the caller knows
 * @returns the user as they are now; or how long (ms) until there is a token, and nothing has changed
 */
export async function updateProfile(
  { table, now }: TimedStore,
  { username, profileSpentUntil }: { readonly username: string; readonly profileSpentUntil?: number | undefined },
  {
    name,
    avatar,
    hidesPresence,
  }: {
    readonly name?: string | undefined;
    readonly avatar?: Avatar | null | undefined;
    readonly hidesPresence?: boolean | undefined;
  },
): Promise<{ readonly user: User } | { readonly user?: undefined; readonly waitMs: number }> {
  const listing = name === undefined ? undefined : listedAs(name);
  const set = Object.entries({
    ...(hidesPresence === undefined ? {} : { presence_hidden: hidesPresence }),
    ...(name === undefined ? {} : { name, ...listing }),
    ...(avatar ? { avatar } : {}),
  });
  const remove = [
    ...(avatar === null ? ['avatar'] : []),
    // A name that no search can find must not be found by the one before.
    ...(name !== undefined && !listing ? ['listed_in', 'listed_as'] : []),
  ];
  const attributes = set.map(([attribute]) => attribute);
  let spentUntil = profileSpentUntil;
  for (;;) {
    const token = takeToken('profiles', rates.profile, spentUntil, now());
    const { ok, item } = await updateItemIf(table, {
      Key: userKey(username),
      UpdateExpression: updateExpression(attributes, remove, token?.set),
      ConditionExpression: `attribute_exists(pk) AND ${token?.condition}`,
      ExpressionAttributeNames: namesFor([...attributes, ...remove]),
      ExpressionAttributeValues: { ...valuesFor(set), ...token?.values },
      ReturnValues: 'ALL_NEW',
    });
    if (!item) throw new Error(`unable to change ${username}; there is no such user`);
    const user = toUser(item);
    if (ok) return { user };
    spentUntil = user.profileSpentUntil;
    const waitMs = tokenWaitMs(rates.profile, spentUntil, now());
    if (waitMs > 0) return { waitMs };
  }
}

/** @param more what else is set */
function updateExpression(set: readonly string[], remove: readonly string[], more?: string): string {
  const all = [...set.map((attribute) => `#${attribute} = :${attribute}`), ...(more === undefined ? [] : [more])];
  return [
    all.length > 0 ? `SET ${all.join(', ')}` : '',
    remove.length > 0 ? `REMOVE ${remove.map((attribute) => `#${attribute}`).join(', ')}` : '',
  ]
    .join(' ')
    .trim();
}

const namesFor = (attributes: readonly string[]) =>
  Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute]));
const valuesFor = (set: readonly (readonly [string, unknown])[]) =>
  Object.fromEntries(set.map(([attribute, value]) => [`:${attribute}`, value]));
