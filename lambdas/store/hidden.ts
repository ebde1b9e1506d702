/**
 * Messages that a user has deleted for themselves. The other members still see them.
 *
 * key    pk `USER#<user>`, sk `HIDDEN#<conversation>#<segment>`. A segment is 1,000 numbers, so that the item stays small.
 * holds  `numbers`: a set.
 * read   With a page of history, if the membership says that the user has ever deleted a message for themselves.
 */
import * as z from 'zod/mini';
import type { Store } from '../runtime/services.ts';
import { getItems, updateItem } from './item.ts';
import { type Key, segmentOf, userPartition } from './keys.ts';

const HiddenItem = z.object({ numbers: z.set(z.number()) });

function hiddenKey(username: string, conversation: string, segment: number): Key {
  return { pk: userPartition(username), sk: `HIDDEN#${conversation}#${segment}` };
}

/** Nothing changes if the message was hidden before. */
export async function hideMessage(
  { table }: Store,
  username: string,
  conversation: string,
  seq: number,
): Promise<void> {
  await updateItem(table, {
    Key: hiddenKey(username, conversation, segmentOf(seq)),
    UpdateExpression: 'ADD numbers :numbers',
    ExpressionAttributeValues: { ':numbers': new Set([seq]) },
  });
}

/** All hidden numbers of the segments to which these numbers belong: the hidden ones among these, and others near them. */
export async function getHiddenMessages(
  { table }: Store,
  { username, conversation }: { readonly username: string; readonly conversation: string },
  numbers: readonly number[],
): Promise<ReadonlySet<number>> {
  const segments = new Set(numbers.map(segmentOf));
  const keys = [...segments].map((segment) => hiddenKey(username, conversation, segment));
  const items = await getItems(table, keys, { consistent: true });
  return new Set(items.flatMap((item) => [...z.parse(HiddenItem, item).numbers]));
}
