/** The connections of a user, in the user's own item (user.ts). */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { scopeToText } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import { conditional } from './item.ts';
import { type Connection, connectionPrefix, createUser, key, toUser, type User } from './user.ts';

/**
 * Writes a connection down, and the user before it when this is their first.
 * @param issued ms; when its token was issued
 * @returns the user as they are now; undefined when the token is from before they signed out everywhere, and nothing is written
 */
export async function addConnection(
  services: Pick<Services, 'table' | 'now'>,
  user: { username: string; name: string },
  connection: Connection,
  issued: number,
): Promise<User | undefined> {
  const known = await addToKnown(services, user.username, connection, issued);
  if (known !== 'unknown') return known;
  await createUser(services, user);
  const made = await addToKnown(services, user.username, connection, issued);
  if (made === 'unknown') throw new Error(`unable to connect ${user.username}; the user was made and is not there`);
  return made;
}

async function addToKnown(
  { table }: Pick<Services, 'table'>,
  username: string,
  connection: Connection,
  issued: number,
): Promise<User | 'unknown' | undefined> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username),
        UpdateExpression: 'SET #connection = :connection',
        ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(signed_out) OR signed_out <= :issued)',
        ExpressionAttributeNames: { '#connection': connectionPrefix + connection.id },
        ExpressionAttributeValues: {
          ':connection': {
            scope: scopeToText(connection.scope),
            since: connection.openedAt,
            expires: connection.expires,
          },
          ':issued': issued,
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  if (write.ok) return toUser(write.answer.Attributes ?? {});
  return write.item ? undefined : 'unknown';
}

/**
 * Takes a connection away and notes when its user was last here, and, of one for everything, until when it received. Again for the same
 * connection: nothing happens.
 * @param at ms; the latest moment at which somebody can have been there. One in the future counts as now, and nothing goes back
 */
export async function removeConnection(
  { table, now }: Pick<Services, 'table' | 'now'>,
  { username, id, scope }: Pick<Connection, 'username' | 'id' | 'scope'>,
  at: number,
): Promise<void> {
  const ended = Math.min(at, now());
  const times = ['last_seen', ...(scope.kind === 'user' ? ['reached'] : [])];
  const remove = (noted: readonly string[]) =>
    conditional(
      table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: key(username),
          UpdateExpression: `REMOVE #connection${noted.length > 0 ? ` SET ${noted.map((time) => `${time} = :at`).join(', ')}` : ''}`,
          ConditionExpression: [
            'attribute_exists(#connection)',
            ...noted.map((time) => `(attribute_not_exists(${time}) OR ${time} < :at)`),
          ].join(' AND '),
          ExpressionAttributeNames: { '#connection': connectionPrefix + id },
          ...(noted.length > 0 ? { ExpressionAttributeValues: { ':at': ended } } : {}),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
  let noted = times;
  // Others may end at the same time, a few at most; the last try notes nothing.
  for (let tries = 0; tries < 5; tries++) {
    const write = await remove(tries < 4 ? noted : []);
    if (write.ok || write.item?.[connectionPrefix + id] === undefined) return;
    const { item } = write;
    noted = times.filter((time) => (z.parse(z.optional(z.number()), item[time]) ?? 0) < ended);
  }
}
