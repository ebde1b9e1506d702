/**
 * The description of a group or room. It is an item of its own, because each message pays for the size of the conversation's state.
 *
 * key    pk `CONV#<conversation>`, sk `ABOUT`.
 * holds  `text`; without it there is none.
 * write  In one transaction with the state, which notes in `about` whether there is one.
 * read   By key, only where the state says so.
 */
import * as z from 'zod/mini';
import type { Store } from '../runtime/services.ts';
import { getItem, type ItemUpdate } from './item.ts';
import { conversationPartition, type Key } from './keys.ts';

function descriptionKey(conversation: string): Key {
  return { pk: conversationPartition(conversation), sk: 'ABOUT' };
}

/** @param options.consistent one read unit, otherwise half of one; by default it is not */
export async function getDescription(
  { table }: Store,
  conversation: string,
  { consistent = false }: { readonly consistent?: boolean } = {},
): Promise<string | undefined> {
  const item = await getItem(table, descriptionKey(conversation), { consistent });
  return z.parse(z.optional(z.string()), item?.text);
}

/** @param text null: there is none any more */
export function descriptionUpdate(conversation: string, text: string | null): ItemUpdate {
  return {
    Key: descriptionKey(conversation),
    UpdateExpression: text === null ? 'REMOVE #text' : 'SET #text = :text',
    ExpressionAttributeNames: { '#text': 'text' },
    ExpressionAttributeValues: text === null ? undefined : { ':text': text },
  };
}
