/**
 * The connections of a user: attributes `live#<connectionId>` of the user's own item (user.ts). `connects` of the same item is the bucket that
 * limits how often they are opened, see token-bucket.ts: so opening one writes nothing more.
 */
import * as z from 'zod/mini';
import { rates } from '#protocol/limits';
import { scopeToText } from '#protocol/scope';
import type { TimedStore } from '../runtime/services.ts';
import { updateItemIf } from './item.ts';
import { overfull, takeUnknown, tokenWaitMs } from './token-bucket.ts';
import {
  type Connection,
  connectionPrefix,
  isBeforeSignOut,
  type Owner,
  ownedCondition,
  toUser,
  type User,
  userKey,
} from './user.ts';

export interface AddedConnection {
  readonly added: boolean;
  /** As they are now. */
  readonly user: User;
  /** ms until the user may open another one; 0 when that is not why it was not added */
  readonly waitMs: number;
}

/**
 * Adds a connection. A user from before becomes the token's own with the same write.
 * @param owner as the connection's token names them
 * @param issued ms; when the connection's token was issued
 * @returns the user as they are now, undefined if they do not exist; with `added: false`, and nothing is written, when the user is another
 *   person's or deleted, or signed out everywhere after the token was issued, or when they have opened too many
 */
export async function addConnection(
  services: TimedStore,
  { issuer, sub }: Owner,
  { username, id, scope, openedAt, expires, resumes }: Connection,
  issued: number,
): Promise<AddedConnection | undefined> {
  const { table, now } = services;
  const token = takeUnknown('connects', rates.connects, now());
  const { ok, item } = await updateItemIf(table, {
    Key: userKey(username),
    UpdateExpression: `SET #connection = :connection, issuer = :issuer, #sub = :sub, ${token.set}`,
    ConditionExpression: `${ownedCondition} AND (attribute_not_exists(signed_out) OR signed_out <= :issued) AND ${token.condition}`,
    ExpressionAttributeNames: { '#connection': connectionPrefix + id, '#sub': 'sub' },
    ExpressionAttributeValues: {
      ':connection': { scope: scopeToText(scope), since: openedAt, expires, resumes },
      ':issued': issued,
      ':issuer': issuer,
      ':sub': sub,
      ...token.values,
    },
    ReturnValues: 'ALL_NEW',
  });
  if (!item) return undefined;
  const user = toUser(item);
  const spentUntil = z.parse(Time, item.connects);
  if (ok) await fillBucket(services, user, id, spentUntil);
  return { added: ok, user, waitMs: ok ? 0 : tokenWaitMs(rates.connects, spentUntil, now()) };
}

/**
 * Moves the expiry of a connection, for a new token of its user. It never moves back.
 * @param owner as the token names them
 * @param issued ms; when the token was issued
 * @returns when the connection expires now; undefined, and nothing is written, when it is not stored, or its user is another person's or deleted,
 *   or signed out everywhere after the token was issued
 */
export async function renewConnection(
  { table }: Pick<TimedStore, 'table'>,
  { issuer, sub }: Owner,
  { username, id }: Pick<Connection, 'username' | 'id'>,
  expires: number,
  issued: number,
): Promise<number | undefined> {
  const { ok, item } = await updateItemIf(table, {
    Key: userKey(username),
    UpdateExpression: 'SET #connection.expires = :expires',
    ConditionExpression: `attribute_exists(#connection) AND #connection.expires <= :expires AND ${ownedCondition} AND (attribute_not_exists(signed_out) OR signed_out <= :issued)`,
    ExpressionAttributeNames: { '#connection': connectionPrefix + id, '#sub': 'sub' },
    ExpressionAttributeValues: { ':expires': expires, ':issued': issued, ':issuer': issuer, ':sub': sub },
  });
  if (ok) return expires;
  const user = item && toUser(item);
  if (!user || user.deletedAt !== undefined || isBeforeSignOut(user.signedOutAt, issued)) return undefined;
  // A token that ends earlier than the one before changes nothing.
  const stored = user.connections.find((connection) => connection.id === id);
  return stored && stored.expires > expires ? stored.expires : undefined;
}

/** ms; who opens connections at such intervals opens fewer than the limit allows */
const burstMs = 60_000;

/**
 * Opening a connection does not know how full its bucket is, so a bucket that was full for long has too many tokens afterwards. That is set
 * right at the second connection of those that follow each other closely, so that one now and then remains one write.
 */
async function fillBucket(
  { table, now }: TimedStore,
  { username, connections, lastSeen = 0 }: User,
  newId: string,
  spentUntil: number | undefined,
): Promise<void> {
  const filled = overfull(rates.connects, spentUntil, now());
  const earlier = connections.filter(({ id }) => id !== newId).map(({ openedAt }) => openedAt);
  if (filled === undefined || Math.max(lastSeen, ...earlier) < now() - burstMs) return;
  await updateItemIf(table, {
    Key: userKey(username),
    UpdateExpression: 'SET connects = :filled',
    ConditionExpression: 'connects < :filled',
    ExpressionAttributeValues: { ':filled': filled },
  });
}

/** ms; undefined if none has ended. */
const Time = z.optional(z.number());

/**
 * Removes a connection and notes when its user was last seen. If the connection was for everything, also until when messages were delivered
 * to it. Both times only move forward. Nothing happens if the connection was removed before.
 * @param at ms; the latest time at which the connection can have been open. A time in the future counts as now.
 * @returns whether it was there
 */
export async function removeConnection(
  { table, now }: TimedStore,
  { username, id, scope }: Pick<Connection, 'username' | 'id' | 'scope'>,
  at: number,
): Promise<boolean> {
  const ended = Math.min(at, now());
  const times = scope.kind === 'user' ? ['last_seen', 'reached'] : ['last_seen'];
  const remove = (advanced: readonly string[]) =>
    updateItemIf(table, {
      Key: userKey(username),
      UpdateExpression: `REMOVE #connection${advanced.length > 0 ? ` SET ${advanced.map((time) => `${time} = :at`).join(', ')}` : ''}`,
      ConditionExpression: [
        'attribute_exists(#connection)',
        ...advanced.map((time) => `(attribute_not_exists(${time}) OR ${time} < :at)`),
      ].join(' AND '),
      ExpressionAttributeNames: { '#connection': connectionPrefix + id },
      // DynamoDB refuses values that are empty.
      ExpressionAttributeValues: advanced.length > 0 ? { ':at': ended } : undefined,
    });
  let advanced = times;
  // A few other connections of the user may end at the same time and advance the times. The last try leaves the times alone.
  for (let tries = 0; tries < 5; tries++) {
    const { ok, item } = await remove(tries < 4 ? advanced : []);
    if (ok || item?.[connectionPrefix + id] === undefined) return ok;
    advanced = times.filter((time) => (z.parse(Time, item[time]) ?? 0) < ended);
  }
  return false;
}
