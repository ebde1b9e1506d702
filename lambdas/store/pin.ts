/**
 * A pinned message.
 *
 * key    pk `CONV#<conversation>`, sk `PIN#<seq>` with twelve digits.
 * holds  `by`, `at` (ms): who has pinned it, and when. What is left of one that was taken down has neither, and `expires`.
 * write  In one transaction with the state, which counts them in `pins`.
 * read   All of a conversation by one query.
 */
import * as z from 'zod/mini';
import type { Store, TimedStore } from '../runtime/services.ts';
import { daySeconds, type Item, type ItemUpdate, queryPages, ttl } from './item.ts';
import { conversationPartition, type Key } from './keys.ts';

export interface Pin {
  /** The message's number. */
  readonly seq: number;
  readonly by: string;
  /** ms */
  readonly at: number;
}

const prefix = 'PIN#';

function pinKey(conversation: string, seq: number): Key {
  return { pk: conversationPartition(conversation), sk: prefix + String(seq).padStart(12, '0') };
}

const PinItem = z.object({ sk: z.string(), by: z.optional(z.string()), at: z.optional(z.number()) });

function toPin(item: Item): Pin[] {
  const { sk, by, at } = z.parse(PinItem, item);
  return by === undefined || at === undefined ? [] : [{ seq: Number(sk.slice(prefix.length)), by, at }];
}

/** All of them, by number. About one read unit for fifty; twice that if it is consistent. */
export async function getPins(
  { table }: Store,
  conversation: string,
  { consistent = false }: { readonly consistent?: boolean } = {},
): Promise<Pin[]> {
  const pins: Pin[] = [];
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': conversationPartition(conversation), ':prefix': prefix },
    ConsistentRead: consistent,
  });
  for await (const items of pages) pins.push(...items.flatMap(toPin));
  return pins;
}

/** On condition that it is not pinned. */
export function pinUpdate(conversation: string, { seq, by, at }: Pin): ItemUpdate {
  return {
    Key: pinKey(conversation, seq),
    UpdateExpression: 'SET #by = :by, #at = :at REMOVE expires',
    ConditionExpression: 'attribute_not_exists(#by)',
    ExpressionAttributeNames: { '#by': 'by', '#at': 'at' },
    ExpressionAttributeValues: { ':by': by, ':at': at },
  };
}

/** On condition that it is pinned. */
export function unpinUpdate({ now }: Pick<TimedStore, 'now'>, conversation: string, seq: number): ItemUpdate {
  return {
    Key: pinKey(conversation, seq),
    UpdateExpression: 'REMOVE #by, #at SET expires = :expires',
    ConditionExpression: 'attribute_exists(#by)',
    ExpressionAttributeNames: { '#by': 'by', '#at': 'at' },
    ExpressionAttributeValues: { ':expires': ttl(now(), daySeconds) },
  };
}
