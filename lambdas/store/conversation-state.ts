/**
 * A conversation's state: the sequencer that gives the log its numbers, and what lists show.
 *
 * key    pk `CONV#<conversation>`  sk `HEAD`
 * holds  seq (of the newest entry), count (messages so far), at (ms, of the newest entry), last_seq and last (the newest message, its
 *        text cut), gone (numbers that count no longer: sealed holes and deleted messages) and gone_from (no number up to here stands in
 *        gone any more) with forgotten (how many did), title (of a group), and an attribute `left#<user>` (ms) for who left a moment ago
 * write  one atomic update a message, one unit: nothing in it may grow past 1 KB
 */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ContentType } from '#protocol/message';
import type { Services } from '../runtime/services.ts';
import { conditional, getItems, type Item, type Key } from './item.ts';

const Last = z.object({
  user: z.string(),
  text: z.string(),
  content_type: ContentType,
  at: z.number(),
  deleted: z.optional(z.boolean()),
  /** The number of the last edit or delete that is shown. */
  changed: z.optional(z.number()),
});
/** The newest message as lists show it. `at` in ms. */
export type LastMessage = z.infer<typeof Last>;

export interface ConversationState {
  readonly conversation: string;
  readonly seq: number;
  readonly count: number;
  /** ms */
  readonly at: number;
  readonly last: (LastMessage & { readonly seq: number }) | undefined;
  readonly uncounted: ReadonlySet<number>;
  /** For who has read less than up to here, `gone` does not tell all. */
  readonly uncountedFloor: number;
  /** How many numbers `gone` held once and does not any more. */
  readonly trimmedCount: number;
  readonly title: string | undefined;
  /** Who left, and when (ms): those whom the index of members may still list. */
  readonly left: ReadonlyMap<string, number>;
}

const HeadItem = z.looseObject({
  pk: z.string(),
  seq: z.number(),
  count: z.number(),
  at: z.number(),
  last_seq: z.optional(z.number()),
  last: z.optional(Last),
  gone: z.optional(z.set(z.number())),
  gone_from: z.optional(z.number()),
  forgotten: z.optional(z.number()),
  title: z.optional(z.string()),
});

export function key(conversation: string): Key {
  return { pk: `CONV#${conversation}`, sk: 'HEAD' };
}

export function toConversationState(item: Item): ConversationState {
  const parsed = z.parse(HeadItem, item);
  const { pk, seq, count, at, last_seq: lastSeq, last, title, gone, ...more } = parsed;
  const { gone_from: uncountedFloor = 0, forgotten: trimmedCount = 0, ...others } = more;
  return {
    conversation: pk.slice('CONV#'.length),
    seq,
    count,
    at,
    last: last && lastSeq !== undefined ? { ...last, seq: lastSeq } : undefined,
    uncounted: gone ?? new Set(),
    uncountedFloor,
    trimmedCount,
    title,
    left: leftOf(others),
  };
}

/** An attribute for each name, because a path into a map needs the map to exist first. */
export const leftPrefix = 'left#';

function leftOf(item: Item): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(item)
      .filter(([name]) => name.startsWith(leftPrefix))
      .map(([name, at]) => [name.slice(leftPrefix.length), z.parse(z.number(), at)]),
  );
}

/** The state of a conversation in which nothing has been said. */
export function emptyConversationState(conversation: string): ConversationState {
  return {
    ...{ conversation, seq: 0, count: 0, at: 0, last: undefined },
    ...{ uncounted: new Set(), uncountedFloor: 0, trimmedCount: 0, title: undefined, left: new Map() },
  };
}

export async function getConversationState(
  { table }: Pick<Services, 'table'>,
  conversation: string,
): Promise<ConversationState> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(conversation), ConsistentRead: true }),
  );
  return Item ? toConversationState(Item) : emptyConversationState(conversation);
}

/** The states of those conversations in which something was said, in no order. */
export async function getConversationStates(
  { table }: Pick<Services, 'table'>,
  conversations: readonly string[],
): Promise<ConversationState[]> {
  return (await getItems(table, conversations.map(key))).map(toConversationState);
}

/** Shows an edited or deleted message in lists as it now is, if they still show it, and no later change of it. */
export async function updateLast(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  { seq, text, deleted, changed = 0 }: { seq: number; text: string; deleted?: boolean; changed?: number },
): Promise<void> {
  const deletion = deleted ? ', #last.deleted = :yes' : '';
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(conversation),
        UpdateExpression: `SET #last.#text = :text, #last.changed = :changed${deletion}`,
        ConditionExpression: 'last_seq = :seq AND (attribute_not_exists(#last.changed) OR #last.changed < :changed)',
        ExpressionAttributeNames: { '#last': 'last', '#text': 'text' },
        ExpressionAttributeValues: {
          ':seq': seq,
          ':text': preview(text),
          ':changed': changed,
          ...(deleted ? { ':yes': true } : {}),
        },
      }),
    ),
  );
}

/** Puts the right newest message into lists after the number that they showed turned out to be empty. */
export async function replaceLast(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  empty: number,
  last: (LastMessage & { seq: number }) | undefined,
): Promise<void> {
  const { seq, ...shown } = last ?? { seq: 0 };
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(conversation),
        UpdateExpression: last ? 'SET last_seq = :seq, #last = :last' : 'REMOVE last_seq, #last',
        ConditionExpression: 'last_seq = :empty',
        ExpressionAttributeNames: { '#last': 'last' },
        ExpressionAttributeValues: {
          ':empty': empty,
          ...(last ? { ':seq': seq, ':last': { ...shown, text: preview(last.text) } } : {}),
        },
      }),
    ),
  );
}

/** Characters of the newest message that lists show. */
const previewLength = 100;

export function preview(text: string): string {
  const characters = [...text];
  return characters.length > previewLength ? `${characters.slice(0, previewLength - 1).join('')}…` : text;
}
