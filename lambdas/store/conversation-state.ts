/**
 * The state of a conversation: the sequencer that gives numbers to the log's entries, and what lists show.
 *
 * key    pk `CONV#<conversation>`, sk `HEAD`.
 * holds  `seq`: the number of the newest entry.
 *        `count`: messages so far.
 *        `at` (ms): when the newest number was allocated.
 *        `last_seq`, `last`: the newest message, its text cut.
 *        `gone`: the uncounted numbers, see uncounted.ts.
 *        `gone_from`, `forgotten`: no number up to `gone_from` is in `gone` any more, and `forgotten` is how many were. Today's words are
 *        uncounted floor and trimmed count.
 *        `title`: of a group.
 *        `left#<user>` (ms): when this user left, for a moment.
 *        Of a conversation that is named by its members, also what its members send with, see named-sends.ts.
 * write  One atomic update for each entry, one write unit. So the item should stay under 1 KB.
 * read   By key, and in batches for an inbox.
 */
import * as z from 'zod/mini';
import { ContentType } from '#protocol/message';
import type { Store } from '../runtime/services.ts';
import { attributesWithPrefix, getItem, getItems, type Item, updateItemIf } from './item.ts';
import { conversationOf, conversationPartition, type Key } from './keys.ts';

const Last = z.object({
  user: z.string(),
  text: z.string(),
  content_type: ContentType,
  at: z.number(),
  deleted: z.optional(z.boolean()),
  /** The number of the last edit or deletion that is shown. */
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
  /** `uncounted` does not contain the numbers up to here any more. */
  readonly uncountedFloor: number;
  /** How many numbers `uncounted` once contained and does not contain any more. */
  readonly trimmedCount: number;
  readonly title: string | undefined;
  /** Users who left, and when (ms): the index of members may still list them. */
  readonly left: ReadonlyMap<string, number>;
  /** Where members of a conversation that is named by them were moved by their own newest message. Use `readCursor`. */
  readonly sent: ReadonlyMap<string, Cursor>;
}

const StateItem = z.looseObject({
  pk: z.string(),
  seq: z.number(),
  count: z.number(),
  at: z.number(),
  last_seq: z.optional(z.number()),
  last: z.optional(Last),
  gone: z.optional(z.set(z.number())),
  gone_from: z._default(z.number(), 0),
  forgotten: z._default(z.number(), 0),
  title: z.optional(z.string()),
});

export const leftPrefix = 'left#';

export function conversationStateKey(conversation: string): Key {
  return { pk: conversationPartition(conversation), sk: 'HEAD' };
}

export function toConversationState(item: Item): ConversationState {
  const { pk, seq, count, at, last, last_seq, title, ...fields } = z.parse(StateItem, item);
  const left = attributesWithPrefix(item, leftPrefix);
  return {
    conversation: conversationOf(pk),
    seq,
    count,
    at,
    last: last && last_seq !== undefined ? { ...last, seq: last_seq } : undefined,
    uncounted: fields.gone ?? new Set(),
    uncountedFloor: fields.gone_from,
    trimmedCount: fields.forgotten,
    title,
    sent: new Map(sentCursors(conversationOf(pk), item)),
    left: new Map(left.map(([username, leftAt]) => [username, z.parse(z.number(), leftAt)])),
  };
}

/** A place in a log: the number of an entry, and how many messages there are up to it. */
export interface Cursor {
  readonly seq: number;
  readonly count: number;
}

const SentCursor = z.tuple([z.number(), z.number()]);

function sentCursors(conversation: string, item: Item): [username: string, sent: Cursor][] {
  if (item.w0 === undefined) return [];
  return conversation.split('_').flatMap((username, index): [string, Cursor][] => {
    const place = index.toString(36);
    if (item[`s${place}`] === undefined) return [];
    const [seq, count] = z.parse(SentCursor, [item[`s${place}`], item[`c${place}`]]);
    return [[username, { seq, count }]];
  });
}

/** The state of a conversation without entries. */
export function emptyConversationState(conversation: string): ConversationState {
  return toConversationState({ ...conversationStateKey(conversation), seq: 0, count: 0, at: 0 });
}

export async function getConversationState({ table }: Store, conversation: string): Promise<ConversationState> {
  const item = await getItem(table, conversationStateKey(conversation), { consistent: true });
  return item ? toConversationState(item) : emptyConversationState(conversation);
}

/** The states of the conversations that have entries, in no order. */
export async function getConversationStates(
  { table }: Store,
  conversations: readonly string[],
): Promise<ConversationState[]> {
  return (await getItems(table, conversations.map(conversationStateKey))).map(toConversationState);
}

/** Shows an edited or deleted message in lists as it is now, if they still show this message, and no later change of it. */
export async function updateLast(
  { table }: Store,
  conversation: string,
  { seq, text, deleted, changed = 0 }: { seq: number; text: string; deleted?: boolean; changed?: number },
): Promise<void> {
  const deletion = deleted ? ', #last.deleted = :yes' : '';
  await updateItemIf(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: `SET #last.#text = :text, #last.changed = :changed${deletion}`,
    ConditionExpression: 'last_seq = :seq AND (attribute_not_exists(#last.changed) OR #last.changed < :changed)',
    ExpressionAttributeNames: { '#last': 'last', '#text': 'text' },
    ExpressionAttributeValues: {
      ':seq': seq,
      ':text': previewOf(conversation, text),
      ':changed': changed,
      ':yes': deleted ? true : undefined,
    },
  });
}

/** Corrects the newest message in lists after the number that they showed (`empty`) turned out to have no message. */
export async function replaceLast(
  { table }: Store,
  conversation: string,
  empty: number,
  last: (LastMessage & { seq: number }) | undefined,
): Promise<void> {
  const { seq, ...shown } = last ?? { seq: undefined };
  await updateItemIf(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: last ? 'SET last_seq = :seq, #last = :last' : 'REMOVE last_seq, #last',
    ConditionExpression: 'last_seq = :empty',
    ExpressionAttributeNames: { '#last': 'last' },
    ExpressionAttributeValues: {
      ':empty': empty,
      ':seq': seq,
      ':last': last && { ...shown, text: previewOf(conversation, last.text) },
    },
  });
}

/** Characters of the newest message that lists show. */
const previewLength = 100;

/** Bytes of them in a conversation that is named by its members: its state has little room, see named-sends.ts. */
const namedPreviewBytes = 150;

/** The beginning of a text, as lists show it. */
export function previewOf(conversation: string, text: string): string {
  const most = isNamed(conversation) ? namedPreviewBytes : Number.POSITIVE_INFINITY;
  if (text.length <= previewLength && Buffer.byteLength(text) <= most) return text;
  const characters = [...text].slice(0, previewLength);
  if (characters.join('') === text && Buffer.byteLength(text) <= most) return text;
  let shown = characters.slice(0, previewLength - 1).join('');
  while (Buffer.byteLength(`${shown}…`) > most) shown = [...shown].slice(0, -1).join('');
  return `${shown}…`;
}

/** Rooms and groups have a `:` in their ids, and user names have none. */
export function isNamed(conversation: string): boolean {
  return !conversation.includes(':');
}
