/**
 * A user: who they are and which of their devices are connected. One read tells who is online and where.
 *
 * key    pk `USER#<user>`  sk `USER`
 * holds  name, avatar, last_seen (ms, of the last disconnect), created (ms), listed_in and listed_as (see listing.ts) and an attribute
 *        `live#<connectionId>` for every connection: {scope, since (ms), expires (ms)}. An attribute each, not a map, because a path
 *        into a map needs the map to exist first.
 * read   by key, and in batches for the members of a conversation
 * write  whoever has this item is listed by the user name: that is written first
 */
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type Scope, scopeFromText, scopeToText } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import { conditional, getItems, type Item, type Key } from './item.ts';
import { listedAs, listUsername } from './listing.ts';

export interface Live {
  readonly id: string;
  readonly scope: Scope;
  /** ms */
  readonly since: number;
  /** ms; API Gateway closes a connection after two hours, whatever we hear of it */
  readonly expires: number;
}

const Avatar = z.object({ id: z.string(), content_type: z.string() });
/** A picture of a user; its object's key in the bucket follows from its id. */
export type Avatar = z.infer<typeof Avatar>;

export interface User {
  readonly username: string;
  readonly name: string;
  readonly avatar: Avatar | undefined;
  /** ms, or undefined for who was never here */
  readonly lastSeen: number | undefined;
  /** Every connection written down, expired ones too. */
  readonly live: readonly Live[];
}

const prefix = 'live#';
const UserItem = z.looseObject({
  pk: z.string(),
  name: z.string(),
  avatar: z.optional(Avatar),
  last_seen: z.optional(z.number()),
});
const LiveValue = z.object({ scope: z.string(), since: z.number(), expires: z.number() });

function key(username: string): Key {
  return { pk: `USER#${username}`, sk: 'USER' };
}

export function toUser(item: Item): User {
  const { pk, name, avatar, last_seen: lastSeen, ...rest } = z.parse(UserItem, item);
  const live = Object.entries(rest)
    .filter(([attribute]) => attribute.startsWith(prefix))
    .map(([attribute, value]) => {
      const { scope, since, expires } = z.parse(LiveValue, value);
      return { id: attribute.slice(prefix.length), scope: scopeFromText(scope), since, expires };
    });
  return { username: pk.slice('USER#'.length), name, avatar, lastSeen, live };
}

/** The connections that can still be open. */
export function liveNow(user: User, now: number): Live[] {
  return user.live.filter((live) => live.expires > now);
}

export async function getUser({ table }: Pick<Services, 'table'>, username: string): Promise<User | undefined> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: key(username) }));
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
  return { username: user.username, name: user.name, avatar: undefined, lastSeen: undefined, live: [] };
}

/** Writes a connection down, and the user before it when this is their first. */
export async function addConnection(
  services: Pick<Services, 'table' | 'now'>,
  user: { username: string; name: string },
  live: Live,
): Promise<User> {
  const known = await addToKnown(services, user.username, live);
  if (known) return known;
  await createUser(services, user);
  const made = await addToKnown(services, user.username, live);
  if (!made) throw new Error(`unable to connect ${user.username}; the user was made and is not there`);
  return made;
}

async function addToKnown({ table }: Pick<Services, 'table'>, username: string, live: Live): Promise<User | undefined> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username),
        UpdateExpression: 'SET #live = :live',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#live': prefix + live.id },
        ExpressionAttributeValues: {
          ':live': { scope: scopeToText(live.scope), since: live.since, expires: live.expires },
        },
        ReturnValues: 'ALL_NEW',
      }),
    ),
  );
  return write.ok ? toUser(write.answer.Attributes ?? {}) : undefined;
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

/** Takes a connection away and notes when the user was last here. Again for the same connection: nothing happens. */
export async function removeConnection(
  { table, now }: Pick<Services, 'table' | 'now'>,
  username: string,
  connectionId: string,
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username),
        UpdateExpression: 'REMOVE #live SET last_seen = :now',
        ConditionExpression: 'attribute_exists(#live)',
        ExpressionAttributeNames: { '#live': prefix + connectionId },
        ExpressionAttributeValues: { ':now': now() },
      }),
    ),
  );
}
