/**
 * Uncounted numbers: they were counted as messages, and have no message to read, because they were sealed or the message was deleted. The
 * conversation state (conversation-state.ts) has the newest of them in its attribute `gone`. When there are many, the older ones move into
 * items of their own. Both are sets: noting a number again changes nothing, so what they say is exact however often it is said.
 *
 * key    pk `CONV#<conversation>`, sk `GONE#<segment>` with nine digits. A segment is 1,000 numbers, so that the item stays small.
 * holds  `numbers`: a set.
 * read   By a query, if the state says that numbers behind a cursor have moved there.
 */
import * as z from 'zod/mini';
import type { Store } from '../runtime/services.ts';
import { type ConversationState, conversationStateKey, isNamed, toConversationState } from './conversation-state.ts';
import { queryPages, updateItem, updateItemIf } from './item.ts';
import { conversationPartition, type Key, segmentOf } from './keys.ts';

/**
 * How many numbers `gone` has at most, and how many of the newest are kept when it is full. Nearly every reader has read past the others.
 * Fewer where the state has little room, see named-sends.ts.
 */
const inRoom = { most: 60, kept: 30 };
const inNamed = { most: 12, kept: 6 };

/** A set that has become empty is no attribute any more. */
const GoneItem = z.object({ numbers: z.optional(z.set(z.number())) });

function goneKey(conversation: string, segment: number): Key {
  return { pk: conversationPartition(conversation), sk: `GONE#${String(segment).padStart(9, '0')}` };
}

/**
 * Notes numbers that nobody has to read. Nothing changes for numbers that were noted before.
 * @param options.again they may have been noted long ago, when a state forgot the oldest: then those up to its floor are left alone
 */
export async function addUncounted(
  { table }: Store,
  conversation: string,
  numbers: readonly number[],
  { again = false }: { again?: boolean } = {},
): Promise<void> {
  const { ok, item } = await updateItemIf(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: 'ADD gone :numbers',
    ConditionExpression: again ? 'attribute_not_exists(gone_from) OR gone_from < :first' : undefined,
    ExpressionAttributeValues: {
      ':numbers': new Set(numbers),
      ':first': again ? Math.min(...numbers) : undefined,
    },
    ReturnValues: 'ALL_NEW',
  });
  if (ok && item) await storeOldest({ table }, toConversationState(item));
}

/** Moves the oldest numbers into items of their own if there are too many. If a writer dies in between, they are in both, and count once. */
async function storeOldest(
  { table }: Store,
  { conversation, uncounted, uncountedStoredTo: storedTo }: ConversationState,
): Promise<void> {
  const { most, kept } = isNamed(conversation) ? inNamed : inRoom;
  if (uncounted.size <= most) return;
  const oldest = [...uncounted].sort((a, b) => a - b).slice(0, -kept);
  for (const segment of new Set(oldest.map(segmentOf))) {
    await updateItem(table, {
      Key: goneKey(conversation, segment),
      UpdateExpression: 'ADD numbers :numbers',
      ExpressionAttributeValues: { ':numbers': new Set(oldest.filter((seq) => segmentOf(seq) === segment)) },
    });
  }
  await updateItemIf(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: 'SET gone_to = :to DELETE gone :oldest',
    // If several do this at once, one succeeds. The others have nothing left to do, or the next call does it.
    ConditionExpression: storedTo === 0 ? 'attribute_not_exists(gone_to)' : 'gone_to = :earlier',
    ExpressionAttributeValues: {
      ':to': Math.max(storedTo, ...oldest),
      ':oldest': new Set(oldest),
      ':earlier': storedTo === 0 ? undefined : storedTo,
    },
  });
}

/** All uncounted numbers behind `after`. Reads only if some of them have moved out of the state. */
export async function uncountedAfter(
  { table }: Store,
  { conversation, uncounted, uncountedStoredTo: storedTo }: ConversationState,
  after: number,
): Promise<Set<number>> {
  const numbers = new Set([...uncounted].filter((seq) => seq > after));
  if (after >= storedTo) return numbers;
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': conversationPartition(conversation),
      ':first': goneKey(conversation, segmentOf(after + 1)).sk,
      ':last': goneKey(conversation, segmentOf(storedTo)).sk,
    },
    // The state may have moved them there a moment ago.
    ConsistentRead: true,
  });
  for await (const items of pages) {
    for (const item of items)
      for (const seq of z.parse(GoneItem, item).numbers ?? []) if (seq > after) numbers.add(seq);
  }
  return numbers;
}

/** Takes a number back whose message is there again. */
export async function countAgain({ table }: Store, conversation: string, seq: number): Promise<void> {
  const ExpressionAttributeValues = { ':numbers': new Set([seq]) };
  const ConditionExpression = 'attribute_exists(pk)';
  for (const [Key, attribute] of [
    [conversationStateKey(conversation), 'gone'],
    [goneKey(conversation, segmentOf(seq)), 'numbers'],
  ] as const) {
    const UpdateExpression = `DELETE ${attribute} :numbers`;
    await updateItemIf(table, { Key, UpdateExpression, ConditionExpression, ExpressionAttributeValues });
  }
}
