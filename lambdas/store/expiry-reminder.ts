/**
 * An expiry reminder: DynamoDB deletes it some time after a connection has expired. The stream then removes the connection, if nothing else
 * has removed it. See docs/decisions/0017-expired-connections.md.
 *
 * key    pk `USER#<user>`, sk `LIVE#<connectionId>`.
 * holds  `expires` (s): when the connection expires.
 * write  Together with the connection. Only DynamoDB deletes it, a few days late at worst.
 */
import type { Store } from '../runtime/services.ts';
import { type Item, putItem, ttl } from './item.ts';
import { usernameOf, userPartition } from './keys.ts';

/** The stream's filter recognises reminders by it. */
export const reminderPrefix = 'LIVE#';

export interface ExpiryReminder {
  readonly username: string;
  readonly connectionId: string;
}

/** @param expires ms */
export async function putExpiryReminder(
  { table }: Store,
  { username, connectionId, expires }: ExpiryReminder & { readonly expires: number },
): Promise<void> {
  await putItem(table, { pk: userPartition(username), sk: reminderPrefix + connectionId, expires: ttl(expires) });
}

export function isExpiryReminder({ sk }: Item): boolean {
  return String(sk).startsWith(reminderPrefix);
}

export function toExpiryReminder({ pk, sk }: Item): ExpiryReminder {
  return { username: usernameOf(pk), connectionId: String(sk).slice(reminderPrefix.length) };
}
