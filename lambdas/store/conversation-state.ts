/**
 * The state of a conversation: the sequencer that gives numbers to the log's entries, and what lists show.
 *
 * key    pk `CONV#<conversation>`, sk `HEAD`.
 * holds  `seq`: the number of the newest entry.
 *        `count`: messages so far.
 *        `at` (ms): when the newest number was allocated.
 *        `last_seq`, `last`: the newest message, its text cut.
 *        `gone`: the newest uncounted numbers, see uncounted.ts. `gone_to`: others, up to this number, are in items of their own.
 *        `gone_from`, `forgotten`: of a state from before there were such items. Numbers up to `gone_from` were forgotten, `forgotten` of
 *        them. Today's words are uncounted floor and trimmed count.
 *        `title`: of a group or room. `owner`: of a room, see room-owner.ts; of a group, see chat/group-owner.ts.
 *        `picture`: the id of a group's or room's picture. `about`: it has a description, see description.ts. `pins`: how many messages are
 *        pinned, see pin.ts.
 *        `left#<user>` (ms): when this user left, for a moment.
 *        `online_total`, `member_total`, `count_due`, `counted_at`: of a large conversation, see online-count.ts.
 *        Of a conversation that is named by its members, also what its members send with, see named-sends.ts, and how far they have read
 *        and received, see named-cursors.ts, and who has left it, see named-departures.ts.
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
  /** The newest uncounted numbers. Use `uncountedAfter`. */
  readonly uncounted: ReadonlySet<number>;
  /** Others, up to this number, are in items of their own. */
  readonly uncountedStoredTo: number;
  /** Of a state from before there were such items: numbers up to here were forgotten. */
  readonly uncountedFloor: number;
  /** How many were forgotten. */
  readonly trimmedCount: number;
  readonly title: string | undefined;
  /** Of a room. */
  readonly owner: string | undefined;
  /** The id of a group's or room's picture. */
  readonly picture: string | undefined;
  /** It has a description. */
  readonly described: boolean;
  /** How many messages are pinned, those among them that were deleted since. */
  readonly pins: number;
  /** Users who left, and when (ms): the index of members may still list them. */
  readonly left: ReadonlyMap<string, number>;
  /** Members in the conversation's name who have left it. */
  readonly departed: ReadonlySet<string>;
  /**
   * How far the members of a conversation that is named by them have read. Empty in a state from before their cursors were in it: then the
   * memberships have them. Use `readCursor`.
   */
  readonly cursors: ReadonlyMap<string, Cursor>;
  /** ms; when the last connection of these members for this conversation alone ended; like `cursors`. Use `memberDeliveredUntil`. */
  readonly deliveredUntil: ReadonlyMap<string, number>;
  /** Only of a large conversation in which somebody has come or gone. */
  readonly presence: OnlineCount | undefined;
}

/** Who is online in a large conversation, as it was counted last. */
export interface OnlineCount {
  /** Undefined before the first count; then, as of `members`, the number that was told to the members. */
  readonly online: number | undefined;
  readonly members: number | undefined;
  /** ms; a count is planned for then. 0: none is. */
  readonly due: number;
}

const StateItem = z.looseObject({
  pk: z.string(),
  seq: z.number(),
  count: z.number(),
  at: z.number(),
  last_seq: z.optional(z.number()),
  last: z.optional(Last),
  gone: z.optional(z.set(z.number())),
  gone_to: z._default(z.number(), 0),
  gone_from: z._default(z.number(), 0),
  forgotten: z._default(z.number(), 0),
  title: z.optional(z.string()),
  owner: z.optional(z.string()),
  picture: z.optional(z.string()),
  about: z._default(z.boolean(), false),
  pins: z._default(z.number(), 0),
  online_total: z.optional(z.number()),
  member_total: z.optional(z.number()),
  count_due: z.optional(z.number()),
  counted_at: z.optional(z.number()),
});

export const leftPrefix = 'left#';

export function conversationStateKey(conversation: string): Key {
  return { pk: conversationPartition(conversation), sk: 'HEAD' };
}

export function toConversationState(item: Item): ConversationState {
  const { pk, seq, count, at, last, last_seq, title, owner, picture, about, pins, ...fields } = z.parse(
    StateItem,
    item,
  );
  const left = attributesWithPrefix(item, leftPrefix);
  return {
    conversation: conversationOf(pk),
    seq,
    count,
    at,
    last: last && last_seq !== undefined ? { ...last, seq: last_seq } : undefined,
    uncounted: fields.gone ?? new Set(),
    uncountedStoredTo: fields.gone_to,
    uncountedFloor: fields.gone_from,
    trimmedCount: fields.forgotten,
    title,
    owner,
    picture,
    described: about,
    pins,
    cursors: new Map(cursorsIn(item, conversationOf(pk))),
    deliveredUntil: new Map(deliveriesIn(item, conversationOf(pk))),
    departed: new Set(departedIn(item, conversationOf(pk))),
    left: new Map(left.map(([username, leftAt]) => [username, z.parse(z.number(), leftAt)])),
    presence: toOnlineCount(fields),
  };
}

type CountFields = Pick<z.infer<typeof StateItem>, 'online_total' | 'member_total' | 'count_due' | 'counted_at'>;

function toOnlineCount({ online_total, member_total, count_due, counted_at }: CountFields): OnlineCount | undefined {
  if (count_due === undefined && counted_at === undefined) return undefined;
  return { online: online_total, members: member_total, due: count_due ?? 0 };
}

/** A place in a log: the number of an entry, and how many messages there are up to it. */
export interface Cursor {
  readonly seq: number;
  readonly count: number;
}

const NamedCursor = z.tuple([z.number(), z.number()]);

function cursorsIn(item: Item, conversation: string): [username: string, read: Cursor][] {
  return membersIn(item, conversation).flatMap(([username, place]): [string, Cursor][] => {
    if (item[`s${place}`] === undefined) return [];
    const [seq, count] = z.parse(NamedCursor, [item[`s${place}`], item[`c${place}`]]);
    return [[username, { seq, count }]];
  });
}

function deliveriesIn(item: Item, conversation: string): [username: string, at: number][] {
  return membersIn(item, conversation).flatMap(([username, place]): [string, number][] =>
    item[`d${place}`] === undefined ? [] : [[username, z.parse(z.number(), item[`d${place}`])]],
  );
}

function departedIn(item: Item, conversation: string): string[] {
  if (!isNamed(conversation)) return [];
  return placesIn(conversation)
    .filter(([, place]) => item[`l${place}`] !== undefined)
    .map(([username]) => username);
}

/** The members by whom the conversation is named, with their places. Only such a conversation has windows (named-sends.ts). */
function membersIn(item: Item, conversation: string): [username: string, place: string][] {
  return item.w0 === undefined ? [] : placesIn(conversation);
}

function placesIn(conversation: string): [username: string, place: string][] {
  return conversation.split('_').map((username, index) => [username, index.toString(36)]);
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

/** Notes who owns a group of which it was not noted. Nothing happens if others have changed it. @param before who was noted */
export async function noteOwner(
  { table }: Store,
  group: string,
  owner: string,
  before: string | undefined,
): Promise<void> {
  await updateItemIf(table, {
    Key: conversationStateKey(group),
    UpdateExpression: 'SET #owner = :owner',
    ConditionExpression: before === undefined ? 'attribute_not_exists(#owner)' : '#owner = :before',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':owner': owner, ':before': before },
  });
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
