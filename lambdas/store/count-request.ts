/**
 * A request to count who is online in a large conversation. Functions that cannot reach the queue of counts write it, and the stream, which
 * does not lose it, plans the count.
 *
 * key    pk `CONV#<conversation>`, sk `COUNT`.
 * holds  `asked` (ms). `expires` (s).
 * read   From the stream, whenever it is written: a later request replaces the earlier one.
 */
import type { TimedStore } from '../runtime/services.ts';
import { daySeconds, type Item, putItem, ttl } from './item.ts';
import { conversationOf, conversationPartition } from './keys.ts';

/** The stream's filter recognises requests by it. */
export const countRequestSortKey = 'COUNT';

export function isCountRequest({ sk }: Item): boolean {
  return sk === countRequestSortKey;
}

/** The conversation that is to be counted. */
export function conversationToCount({ pk }: Item): string {
  return conversationOf(pk);
}

export async function putCountRequest({ table, now }: TimedStore, conversation: string): Promise<void> {
  await putItem(table, {
    pk: conversationPartition(conversation),
    sk: countRequestSortKey,
    asked: now(),
    expires: ttl(now(), daySeconds),
  });
}
