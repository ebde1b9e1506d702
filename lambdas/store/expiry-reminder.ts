/**
 * A reminder that a connection is over by then, for those whose end nobody tells: its expiry by TTL arrives in the stream.
 * docs/decisions/0017-expired-connections.md
 *
 * key    pk `USER#<user>`  sk `LIVE#<connectionId>`
 * holds  expires (s), when the connection is over
 * write  with the connection; nobody changes or deletes it but DynamoDB, days late at worst
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import type { Item } from './item.ts';

/** Also the beginning of the sort key by which the stream's filter knows a reminder. */
export const reminderPrefix = 'LIVE#';

export interface ExpiryReminder {
  readonly username: string;
  readonly connectionId: string;
}

/** @param expires ms */
export async function putExpiryReminder(
  { table }: Pick<Services, 'table'>,
  { username, connectionId, expires }: ExpiryReminder & { readonly expires: number },
): Promise<void> {
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: { pk: `USER#${username}`, sk: reminderPrefix + connectionId, expires: Math.ceil(expires / 1_000) },
    }),
  );
}

export function isExpiryReminder({ sk }: Item): boolean {
  return String(sk).startsWith(reminderPrefix);
}

export function toExpiryReminder({ pk, sk }: Item): ExpiryReminder {
  return { username: String(pk).slice('USER#'.length), connectionId: String(sk).slice(reminderPrefix.length) };
}
