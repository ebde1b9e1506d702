/**
 * Messages that a user has deleted for themselves. The other members still see them.
 *
 * key    pk `USER#<user>`, sk `HIDDEN#<conversation>#<segment>`. A segment is 1,000 numbers, so that the item stays small.
 * holds  `numbers`: a set. `system`: those of them that are system entries, which no count has. Not of what was hidden before this was noted.
 * read   With a page of history and for its count, if the membership says that the user has ever deleted a message for themselves.
 */
import * as z from 'zod/mini';
import type { Store } from '../runtime/services.ts';
import type { ShownEntry } from './entry.ts';
import { getItems, queryPages, updateItem } from './item.ts';
import { type Key, segmentOf, userPartition } from './keys.ts';

const HiddenItem = z.object({ numbers: z.set(z.number()), system: z.optional(z.set(z.number())) });

function hiddenPrefix(conversation: string): string {
  return `HIDDEN#${conversation}#`;
}

function hiddenKey(username: string, conversation: string, segment: number): Key {
  return { pk: userPartition(username), sk: hiddenPrefix(conversation) + segment };
}

/** Nothing changes if the message was hidden before. */
export async function hideMessage(
  { table }: Store,
  username: string,
  { conversation, seq, type }: Pick<ShownEntry, 'conversation' | 'seq' | 'type'>,
): Promise<void> {
  await updateItem(table, {
    Key: hiddenKey(username, conversation, segmentOf(seq)),
    UpdateExpression: `ADD numbers :numbers${type === 'system' ? ', #system :numbers' : ''}`,
    ExpressionAttributeNames: type === 'system' ? { '#system': 'system' } : undefined,
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

/** The numbers of all messages that the user has hidden in a conversation, without system entries. */
export async function allHiddenMessages(
  { table }: Store,
  { username, conversation }: { readonly username: string; readonly conversation: string },
): Promise<ReadonlySet<number>> {
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': userPartition(username), ':sk': hiddenPrefix(conversation) },
    ConsistentRead: true,
  });
  const hidden = new Set<number>();
  for await (const items of pages) {
    for (const item of items) {
      const { numbers, system } = z.parse(HiddenItem, item);
      for (const seq of numbers) if (!system?.has(seq)) hidden.add(seq);
    }
  }
  return hidden;
}
