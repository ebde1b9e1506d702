/**
 * Messages that a user has deleted for themselves. The other members still see them.
 *
 * key    pk `USER#<user>`, sk `HIDDEN#<conversation>#<segment>`. A segment is 1,000 numbers, so that the item stays small.
 * holds  `numbers`: a set. `system`: those of them that are system entries, which no count has. Not of what was hidden before this was noted.
 *        `since`: the `hidden_since` of the membership that hides them. What a membership that has ended hid is shown again, and the first
 *        message that a new one hides in the segment replaces it. None in both: from before there was such a mark.
 * read   With a page of history and for its count, if the membership says that the user has ever deleted a message for themselves.
 */
import * as z from 'zod/mini';
import type { Store } from '../runtime/services.ts';
import type { ShownEntry } from './entry.ts';
import { getItems, queryPages, updateItem, updateItemIf } from './item.ts';
import { type Key, segmentOf, userPartition } from './keys.ts';
import { type Membership, membershipKey } from './membership.ts';

const Numbers = z.set(z.number());
const HiddenItem = z.object({ numbers: Numbers, system: z.optional(Numbers), since: z.optional(z.string()) });

type Hider = Pick<Membership, 'username' | 'conversation'> & Partial<Pick<Membership, 'hiddenSince'>>;

function hiddenPrefix(conversation: string): string {
  return `HIDDEN#${conversation}#`;
}

function hiddenKey({ username, conversation }: Hider, segment: number): Key {
  return { pk: userPartition(username), sk: hiddenPrefix(conversation) + segment };
}

/** Before the first message that a membership hides. If several come at once, they get the same mark. @param mark a new id @returns the mark */
export async function beginHiding({ table }: Store, { username, conversation }: Hider, mark: string): Promise<string> {
  const { hidden_since: since } = await updateItem(table, {
    Key: membershipKey(username, conversation),
    UpdateExpression: 'SET hidden_since = if_not_exists(hidden_since, :mark)',
    ConditionExpression: 'attribute_exists(#role)',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: { ':mark': mark },
    ReturnValues: 'ALL_NEW',
  });
  return z.parse(z.string(), since);
}

/** Nothing changes if the message was hidden before. */
export async function hideMessage(
  { table }: Store,
  hider: Hider,
  { seq, type }: Pick<ShownEntry, 'seq' | 'type'>,
): Promise<void> {
  const Key = hiddenKey(hider, segmentOf(seq));
  const { hiddenSince: since } = hider;
  const isSystem = type === 'system';
  const values = { ':numbers': new Set([seq]) };
  for (;;) {
    const added = await updateItemIf(table, {
      Key,
      UpdateExpression: `ADD numbers :numbers${isSystem ? ', #system :numbers' : ''}`,
      ConditionExpression: since === undefined ? 'attribute_not_exists(since)' : 'since = :since',
      ExpressionAttributeNames: isSystem ? { '#system': 'system' } : undefined,
      ExpressionAttributeValues: { ...values, ':since': since },
    });
    if (added.ok) return;
    const replaced = await updateItemIf(table, {
      Key,
      UpdateExpression: `SET numbers = :numbers, since = :since${isSystem ? ', #system = :numbers' : ' REMOVE #system'}`,
      ConditionExpression: 'attribute_not_exists(since) OR since <> :since',
      ExpressionAttributeNames: { '#system': 'system' },
      ExpressionAttributeValues: { ...values, ':since': since ?? '' },
    });
    if (replaced.ok) return;
  }
}

/** All hidden numbers of the segments to which these numbers belong: the hidden ones among these, and others near them. */
export async function getHiddenMessages(
  { table }: Store,
  hider: Hider,
  numbers: readonly number[],
): Promise<ReadonlySet<number>> {
  const segments = new Set(numbers.map(segmentOf));
  const keys = [...segments].map((segment) => hiddenKey(hider, segment));
  const items = (await getItems(table, keys, { consistent: true })).map((item) => z.parse(HiddenItem, item));
  return new Set(items.filter(({ since }) => since === hider.hiddenSince).flatMap((item) => [...item.numbers]));
}

/** The numbers of all messages that the user has hidden in a conversation, without system entries. */
export async function allHiddenMessages({ table }: Store, hider: Hider): Promise<ReadonlySet<number>> {
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': userPartition(hider.username), ':sk': hiddenPrefix(hider.conversation) },
    ConsistentRead: true,
  });
  const hidden = new Set<number>();
  for await (const items of pages) {
    for (const item of items) {
      const { numbers, system, since } = z.parse(HiddenItem, item);
      if (since !== hider.hiddenSince) continue;
      for (const seq of numbers) if (!system?.has(seq)) hidden.add(seq);
    }
  }
  return hidden;
}
