/**
 * A user: who they are and which of their devices are connected. One read tells who is online and where.
 *
 * key    pk `USER#<user>`  sk `USER`
 * holds  name, avatar, last_seen (ms, of the last connection to end), reached (ms, of the last one for everything to end), signed_out (ms, tokens from before open no socket), created (ms), begun and begun_hour (see begun.ts),
 *        listed_in and listed_as (see listing.ts) and an attribute `live#<connectionId>` for every connection: {scope, since (ms),
 *        expires (ms)}. An attribute each, not a map, because a path into a map needs the map to exist first. For every device
 *        that is pushed to `device#<id>`: when it expires (s), see device.ts; whoever has none costs no further read.
 * read   by key, and in batches for the members of a conversation
 * write  whoever has this item is listed by the user name: that is written first
 */
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { receives, type Scope, scopeFromText } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import { conditional, getItems, type Item, type Key } from './item.ts';
import { listedAs, listUsername } from './people-listing.ts';

/** One WebSocket connection of a user. */
export interface Connection {
  readonly username: string;
  readonly id: string;
  readonly scope: Scope;
  /** ms */
  readonly openedAt: number;
  /** ms; nothing is sent to it from then on: its token has expired, its user signed out everywhere, or API Gateway closed it after two hours */
  readonly expires: number;
}

const Avatar = z.object({ id: z.string(), content_type: z.string() });
/** A picture of a user; its object's key in the bucket follows from its id. */
export type Avatar = z.infer<typeof Avatar>;

/** A device to push to, of which device.ts knows more. */
export interface UserPushDevice {
  readonly id: string;
  /** s */
  readonly expires: number;
}

export interface User {
  readonly username: string;
  readonly name: string;
  readonly avatar: Avatar | undefined;
  /** ms, or undefined for who was never here */
  readonly lastSeen: number | undefined;
  /** ms; when they last signed out everywhere: connections from before are over */
  readonly signedOutAt: number | undefined;
  /** ms; when the last connection for everything to end ended */
  readonly deliveredUntil: number | undefined;
  /** Every connection written down, expired ones too. */
  readonly connections: readonly Connection[];
  /** Every device that is pushed to, expired ones too. */
  readonly pushDevices: readonly UserPushDevice[];
}

export const connectionPrefix = 'live#';
export const pushDevicePrefix = 'device#';
const UserItem = z.looseObject({
  pk: z.string(),
  name: z.string(),
  avatar: z.optional(Avatar),
  last_seen: z.optional(z.number()),
  signed_out: z.optional(z.number()),
  reached: z.optional(z.number()),
});
const ConnectionValue = z.object({ scope: z.string(), since: z.number(), expires: z.number() });

export function key(username: string): Key {
  return { pk: `USER#${username}`, sk: 'USER' };
}

export function toUser(item: Item): User {
  const { pk, name, avatar, last_seen: lastSeen, reached, signed_out: signedOutAt, ...rest } = z.parse(UserItem, item);
  const username = pk.slice('USER#'.length);
  const connections = Object.entries(rest)
    .filter(([attribute]) => attribute.startsWith(connectionPrefix))
    .map(([attribute, value]) => {
      const { scope, since: openedAt, expires } = z.parse(ConnectionValue, value);
      return {
        username,
        id: attribute.slice(connectionPrefix.length),
        scope: scopeFromText(scope),
        openedAt,
        expires: isBeforeSignOut(signedOutAt, openedAt) ? Math.min(expires, signedOutAt) : expires,
      };
    });
  const pushDevices = Object.entries(rest)
    .filter(([attribute]) => attribute.startsWith(pushDevicePrefix))
    .map(([attribute, expires]) => ({
      id: attribute.slice(pushDevicePrefix.length),
      expires: z.parse(z.number(), expires),
    }));
  return { username, name, avatar, lastSeen, deliveredUntil: reached, signedOutAt, connections, pushDevices };
}

/** Was a token issued, or a connection opened, before its user signed out everywhere? */
export function isBeforeSignOut(signedOut: number | undefined, at: number): signedOut is number {
  return signedOut !== undefined && at < signedOut;
}

/** The connections that can still be open. */
export function openConnectionsOf(user: User, now: number): Connection[] {
  return user.connections.filter((connection) => connection.expires > now);
}

/**
 * Until when (ms) what was said in a conversation reached a device of this user, as far as their own item tells: now, where one that
 * receives it is connected. A connection that ended unnoticed was there until it expired, or a post would have found out.
 */
export function userDeliveredUntil(
  { deliveredUntil = 0, connections }: User,
  conversation: string,
  now: number,
): number {
  const receiving = connections.filter(({ scope }) => receives(scope, conversation));
  return Math.max(deliveredUntil, ...receiving.map(({ expires }) => Math.min(expires, now)));
}

/** @param consistent a whole unit instead of half of one, for who must not miss the last write */
export async function getUser(
  { table }: Pick<Services, 'table'>,
  username: string,
  { consistent = false }: { consistent?: boolean } = {},
): Promise<User | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(username), ConsistentRead: consistent }),
  );
  return Item && toUser(Item);
}

/** Those of the users who exist, in no order. */
export async function getUsers({ table }: Pick<Services, 'table'>, usernames: readonly string[]): Promise<User[]> {
  return (await getItems(table, usernames.map(key))).map(toUser);
}

/** Makes the user unless they exist. */
export async function createUser(
  { table, now }: Pick<Services, 'table' | 'now'>,
  { username, name }: { username: string; name: string },
): Promise<void> {
  await listUsername({ table }, username);
  await conditional(
    table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...key(username), name, created: now(), ...listedAs(name) },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    ),
  );
}

/** The user, made if they do not exist. */
export async function ensureUser(
  services: Pick<Services, 'table' | 'now'>,
  user: { username: string; name: string },
): Promise<User> {
  const known = await getUser(services, user.username);
  if (known) return known;
  await createUser(services, user);
  return {
    username: user.username,
    name: user.name,
    avatar: undefined,
    lastSeen: undefined,
    signedOutAt: undefined,
    deliveredUntil: undefined,
    connections: [],
    pushDevices: [],
  };
}

/**
 * From now on tokens that were issued before `at` open no socket, and sockets that were opened before it are over; the stream sees this
 * and has them closed.
 * @param at ms
 */
export async function signOutUser({ table }: Pick<Services, 'table'>, username: string, at: number): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(username),
      UpdateExpression: 'SET signed_out = :at',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':at': at },
    }),
  );
}

/** Changes what others are shown of a user who exists. @param avatar null takes it away */
export async function updateProfile(
  { table }: Pick<Services, 'table'>,
  username: string,
  { name, avatar }: { readonly name?: string | undefined; readonly avatar?: Avatar | null | undefined },
): Promise<User> {
  const values = {
    ...(name === undefined ? {} : { name, ...listedAs(name) }),
    ...(avatar ? { avatar } : {}),
  };
  const set = Object.keys(values).map((attribute) => `#${attribute} = :${attribute}`);
  const expressions = [set.length > 0 ? `SET ${set.join(', ')}` : '', avatar === null ? 'REMOVE #avatar' : ''];
  const changed = [...Object.keys(values), ...(avatar === null ? ['avatar'] : [])];
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(username),
      UpdateExpression: expressions.join(' ').trim(),
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: Object.fromEntries(changed.map((attribute) => [`#${attribute}`, attribute])),
      ...(set.length > 0 && {
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([attribute, value]) => [`:${attribute}`, value]),
        ),
      }),
      ReturnValues: 'ALL_NEW',
    }),
  );
  return toUser(Attributes ?? {});
}
