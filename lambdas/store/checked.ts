/**
 * How far the log has been looked through for numbers without an entry.
 *
 * key    pk `CONV#<conversation>`, sk `CHECKED`.
 * holds  `to`: every number up to here has an entry, and those without a message are noted (uncounted.ts).
 * write  By readers of the history, once for many numbers. It only grows.
 * read   With a page of history that does not show the whole log.
 */
import * as z from 'zod/mini';
import type { Store } from '../runtime/services.ts';
import { getItem, updateItemIf } from './item.ts';
import { conversationPartition, type Key } from './keys.ts';

const CheckedItem = z.object({ to: z.number() });

function checkedKey(conversation: string): Key {
  return { pk: conversationPartition(conversation), sk: 'CHECKED' };
}

/** It may be old, and then some entries are looked at again. */
export async function getCheckedTo({ table }: Store, conversation: string): Promise<number> {
  const item = await getItem(table, checkedKey(conversation), { consistent: false });
  return item ? z.parse(CheckedItem, item).to : 0;
}

export async function advanceCheckedTo({ table }: Store, conversation: string, to: number): Promise<void> {
  await updateItemIf(table, {
    Key: checkedKey(conversation),
    UpdateExpression: 'SET #to = :to',
    ConditionExpression: 'attribute_not_exists(#to) OR #to < :to',
    ExpressionAttributeNames: { '#to': 'to' },
    ExpressionAttributeValues: { ':to': to },
  });
}
