/**
 * A user: who they are and which of their devices are connected. One read tells who is online and where.
 *
 * key    pk `USER#<user>`  sk `USER`
 * holds  name, last_seen (ms, of the last disconnect), created (ms) and an attribute `live#<connectionId>` for every connection:
 *        {scope, since (ms), expires (ms)}. An attribute each, not a map, because a path into a map needs the map to exist first.
 * read   by key, and in batches for the members of a conversation
 */
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type Scope, scopeFromText, scopeToText } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import { conditional, getItems, type Item, type Key } from './item.ts';

export interface Live {
  readonly id: string;
  readonly scope: Scope;
  /** ms */
  readonly since: number;
  /** ms; API Gateway closes a connection after two hours, whatever we hear of it */
  readonly expires: number;
}

export interface User {
  readonly username: string;
  readonly name: string;
  /** ms, or undefined for who was never here */
  readonly lastSeen: number | undefined;
  /** Every connection written down, expired ones too. */
  readonly live: readonly Live[];
}

const prefix = 'live#';
const UserItem = z.looseObject({ pk: z.string(), name: z.string(), last_seen: z.optional(z.number()) });
const LiveValue = z.object({ scope: z.string(), since: z.number(), expires: z.number() });

function key(username: string): Key {
  return { pk: `USER#${username}`, sk: 'USER' };
}

export function toUser(item: Item): User {
  const { pk, name, last_seen: lastSeen, ...rest } = z.parse(UserItem, item);
  const live = Object.entries(rest)
    .filter(([attribute]) => attribute.startsWith(prefix))
    .map(([attribute, value]) => {
      const { scope, since, expires } = z.parse(LiveValue, value);
      return { id: attribute.slice(prefix.length), scope: scopeFromText(scope), since, expires };
    });
  return { username: pk.slice('USER#'.length), name, lastSeen, live };
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
  await conditional(
    table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...key(username), name, created: now() },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    ),
  );
}

/** Writes a connection down, and the user with it when this is their first. */
export async function addConnection(
  { table, now }: Pick<Services, 'table' | 'now'>,
  user: { username: string; name: string },
  live: Live,
): Promise<User> {
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(user.username),
      UpdateExpression:
        'SET #live = :live, #name = if_not_exists(#name, :name), created = if_not_exists(created, :now)',
      ExpressionAttributeNames: { '#live': prefix + live.id, '#name': 'name' },
      ExpressionAttributeValues: {
        ':live': { scope: scopeToText(live.scope), since: live.since, expires: live.expires },
        ':name': user.name,
        ':now': now(),
      },
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
