/**
 * A notification marker: it asks the stream to send unread counts to members who watch them. The sender writes it only if somebody watches,
 * so other messages cost nothing more. The stream does not lose it, and the sender does not have to wait.
 *
 * key    pk `CONV#<conversation>`, sk `NOTICE#<seq>`. In a large conversation each chunk of members has its own: `NOTICE#<seq>#<part>`.
 * holds  `users`: the members who watch. `expires` (s).
 * read   From the stream, when it is inserted. The same marker again is a modification, which the stream's filter drops.
 */
import * as z from 'zod/mini';
import type { TimedStore } from '../runtime/services.ts';
import { daySeconds, type Item, putItem, ttl } from './item.ts';
import { conversationOf, conversationPartition } from './keys.ts';

/** The stream's filter recognises markers by it. */
export const notificationMarkerPrefix = 'NOTICE#';

export interface NotificationMarker {
  readonly conversation: string;
  readonly seq: number;
  readonly users: readonly string[];
  /** The chunk of members that `users` belong to. */
  readonly part?: number | undefined;
}

const MarkerItem = z.object({ pk: z.string(), sk: z.string(), users: z.array(z.string()) });

export function isNotificationMarker({ sk }: Item): boolean {
  return String(sk).startsWith(notificationMarkerPrefix);
}

export function toNotificationMarker(item: Item): NotificationMarker {
  const { pk, sk, users } = z.parse(MarkerItem, item);
  const [, seq, part] = sk.split('#');
  return {
    conversation: conversationOf(pk),
    seq: Number(seq),
    users,
    part: part === undefined ? undefined : Number(part),
  };
}

export async function putNotificationMarker(
  { table, now }: TimedStore,
  { conversation, seq, users, part }: NotificationMarker,
): Promise<void> {
  await putItem(table, {
    pk: conversationPartition(conversation),
    sk: `${notificationMarkerPrefix}${part === undefined ? seq : `${seq}#${part}`}`,
    users,
    // The stream keeps its records for as long.
    expires: ttl(now(), daySeconds),
  });
}
