/**
 * One entry of a conversation's log: a cell that is written once.
 *
 * key    pk `LOG#<conversation>#<segment>`, sk `<seq>` with twelve digits, so that keys sort as numbers. A segment is 1,000 entries. So a long
 *        or busy conversation has many partitions: DynamoDB does not split a collection of items whose sort keys only grow.
 * holds  A message; a change of message `target` (`edit`, `delete` or `reaction`); a system entry (`system`); or nothing (`sealed`).
 *        All but sealed ones have `count`: how many messages there are up to this entry. Some sealed ones have `counted`.
 *        Messages also have `edited_at` (ms), `deleted`, `changed` (the number of the last edit or deletion), `sent` (since then, the
 *        fingerprint of what was sent), an attribute `react#<emoji>#<user>` for each reaction, and `dropped_to`, see set-reaction.ts.
 *        `erase`: all messages of `user` up to `up_to` were erased together with their account.
 * write  On condition that the cell is empty. A writer that comes second gets the entry that is there. Only messages are updated later, by
 *        their changes (apply-change.ts).
 * read   By key, and by a range of numbers with one query for each segment.
 */
import * as z from 'zod/mini';
import { ContentType, ConversationChange } from '#protocol/message';
import type { Services, Store } from '../runtime/services.ts';
import {
  attributesWithPrefix,
  countItems,
  daySeconds,
  getItem,
  getItems,
  type Item,
  putItemIf,
  queryPages,
  ttl,
} from './item.ts';
import { type Key, segmentOf } from './keys.ts';

export const File = z.object({
  id: z.string(),
  filename: z.string(),
  content_type: z.string(),
  size: z.number(),
  /** pixels, if the uploader said so; always together with `height` */
  width: z.optional(z.number()),
  height: z.optional(z.number()),
  /** The id of its object in the bucket, which other files may share; undefined for files from before they could. */
  object: z.optional(z.string()),
});
/** A file of a message. */
export type File = z.infer<typeof File>;

const MessageFields = z.object({
  type: z.literal('message'),
  id: z.string(),
  user: z.string(),
  text: z.string(),
  content_type: ContentType,
  files: z.array(File),
  reply_to: z.nullable(z.number()),
  /** Missing if nobody is mentioned. */
  mentions: z.optional(z.array(z.string())),
  client_id: z.string(),
  /** This is the n-th message of the conversation. */
  count: z.number(),
  /** ms */
  at: z.number(),
  /** ms */
  edited_at: z.optional(z.number()),
  deleted: z.optional(z.boolean()),
  /** The number of the last edit or deletion. */
  changed: z.optional(z.number()),
  /** The fingerprint of what was sent, since the first edit or deletion. See chat/same-send.ts. */
  sent: z.optional(z.string()),
});
/** A change of message `target` by `user`. `count`: messages up to here. */
const ChangeFields = {
  target: z.number(),
  user: z.string(),
  client_id: z.string(),
  count: z.number(),
  at: z.number(),
};
const EditFields = z.object({
  type: z.literal('edit'),
  ...ChangeFields,
  text: z.string(),
  mentions: z.optional(z.array(z.string())),
});
const DeleteFields = z.object({ type: z.literal('delete'), ...ChangeFields });
const ReactionFields = z.object({
  type: z.literal('reaction'),
  ...ChangeFields,
  emoji: z.string(),
  removed: z.boolean(),
});
/** History shows it as a message of `user`. Its text is made from `change` when it is read, with the names that people have then. */
const SystemFields = z.object({
  type: z.literal('system'),
  id: z.string(),
  user: z.string(),
  change: ConversationChange,
  /** Of the first entry of a group: whom its creation has invited. Only the server sees it. */
  invited: z.optional(z.array(z.string())),
  /** Messages up to here. This entry is not a message, and nobody has it as unread. */
  count: z.number(),
  /** ms */
  at: z.number(),
});
/** All messages of `user` up to number `up_to` were erased with their account. */
const EraseFields = z.object({
  type: z.literal('erase'),
  user: z.string(),
  up_to: z.number(),
  /** Messages up to here. */
  count: z.number(),
  /** ms */
  at: z.number(),
});
const SealedFields = z.object({
  type: z.literal('sealed'),
  at: z.number(),
  /** Whether the number was allocated for a message, if the sealer knew. Otherwise the entries around it tell, see chat/log.ts. */
  counted: z.optional(z.boolean()),
});
const keys = { pk: z.string(), sk: z.string() };
const EntryItem = z.discriminatedUnion('type', [
  // Loose, because of the reactions.
  z.looseObject({ ...MessageFields.shape, ...keys }),
  z.extend(EditFields, keys),
  z.extend(DeleteFields, keys),
  z.extend(ReactionFields, keys),
  z.extend(SystemFields, keys),
  z.extend(EraseFields, keys),
  z.extend(SealedFields, keys),
]);

interface Place {
  readonly conversation: string;
  readonly seq: number;
}
export type MessageEntry = z.infer<typeof MessageFields> & Place & { readonly reactions: readonly Reaction[] };
export type SystemEntry = z.infer<typeof SystemFields> & Place;
export type EraseEntry = z.infer<typeof EraseFields> & Place;
export type SealedEntry = z.infer<typeof SealedFields> & Place;
type EditEntry = z.infer<typeof EditFields> & Place;
export type DeleteEntry = z.infer<typeof DeleteFields> & Place;
export type ReactionEntry = z.infer<typeof ReactionFields> & Place;
export type ChangeEntry = EditEntry | DeleteEntry | ReactionEntry;
/** The entries that history shows. */
export type ShownEntry = MessageEntry | SystemEntry;
/** The entries that members send. Each has a `client_id`. */
export type SentEntry = MessageEntry | ChangeEntry;
/** The entries that the log itself shows. */
export type LoggedEntry = ShownEntry | ChangeEntry | EraseEntry;
export type Entry = LoggedEntry | SealedEntry;

/** A user's reaction to a message. One that was taken back is kept as a mark for a while, see set-reaction.ts. */
export interface Reaction {
  readonly emoji: string;
  readonly user: string;
  readonly stands: boolean;
  /** The number of the change that gave it, or took it back. */
  readonly since: number;
}

function sortKey(seq: number): string {
  return String(seq).padStart(12, '0');
}

function partition(conversation: string, segment: number): string {
  return `LOG#${conversation}#${segment}`;
}

export function entryKey({ conversation, seq }: Place): Key {
  return { pk: partition(conversation, segmentOf(seq)), sk: sortKey(seq) };
}

export function toEntry(item: Item): Entry {
  const { pk, sk, ...fields } = z.parse(EntryItem, item);
  const place = { conversation: pk.slice('LOG#'.length, pk.lastIndexOf('#')), seq: Number(sk) };
  return fields.type === 'message'
    ? { ...z.parse(MessageFields, fields), ...place, reactions: reactionsOf(item) }
    : { ...fields, ...place };
}

const reactionPrefix = 'react#';

export function reactionName(emoji: string, user: string): string {
  return `${reactionPrefix}${emoji}#${user}`;
}

/** Twice the number of the change, and one more if the reaction stands after it. So the later of two changes has the larger value. */
export function reactionValue(change: ReactionEntry): number {
  return change.seq * 2 + (change.removed ? 0 : 1);
}

export function reactionsOf(item: Item): Reaction[] {
  return attributesWithPrefix(item, reactionPrefix)
    .map(([name, value]) => {
      // There is an emoji that contains `#`, but no user name does.
      const end = name.lastIndexOf('#');
      const number = z.parse(z.number(), value);
      const [stands, since] = [number % 2 === 1, Math.floor(number / 2)];
      return { emoji: name.slice(0, end), user: name.slice(end + 1), stands, since };
    })
    .sort((a, b) => (a.user < b.user ? -1 : 1));
}

/** Writes the entry into its cell, or returns the entry that is there already. */
export async function putEntry(
  { table, config }: Pick<Services, 'table' | 'config'>,
  entry: Entry,
): Promise<{ stored: true } | { stored: false; existing: Entry }> {
  const { conversation, seq, ...fields } = { ...entry, reactions: undefined };
  const { ok, item } = await putItemIf(table, {
    Item: {
      ...entryKey({ conversation, seq }),
      ...fields,
      expires: config.retentionDays > 0 ? ttl(entry.at, config.retentionDays * daySeconds) : undefined,
    },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  return ok ? { stored: true } : { stored: false, existing: toEntry(item ?? {}) };
}

export async function getEntry({ table }: Store, conversation: string, seq: number): Promise<Entry | undefined> {
  const item = await getItem(table, entryKey({ conversation, seq }), { consistent: true });
  return item && toEntry(item);
}

/** The entries with these numbers, in no order. @param options.consistent one read unit for each 4 KB of each, otherwise half of one */
export async function getEntriesAt(
  { table }: Store,
  conversation: string,
  seqs: readonly number[],
  options: { readonly consistent?: boolean } = {},
): Promise<Entry[]> {
  const keys = seqs.map((seq) => entryKey({ conversation, seq }));
  return (await getItems(table, keys, options)).map(toEntry);
}

/**
 * The entries from number `first` to `last`, both included, in order. The read is consistent: an entry that is missing did not exist when the
 * read began.
 */
export async function getEntries(
  { table }: Store,
  conversation: string,
  first: number,
  last: number,
): Promise<Entry[]> {
  const segments = rangesOf(conversation, first, last).map(async (range) => {
    const entries: Entry[] = [];
    for await (const items of queryPages(table, { ...range, ConsistentRead: true }))
      entries.push(...items.map(toEntry));
    return entries;
  });
  return (await Promise.all(segments)).flat();
}

/** A query for each segment. */
function rangesOf(conversation: string, first: number, last: number) {
  const ranges = [];
  for (let segment = segmentOf(first); first <= last && segment <= segmentOf(last); segment++) {
    ranges.push({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': partition(conversation, segment),
        ':first': sortKey(first),
        ':last': sortKey(last),
      },
    });
  }
  return ranges;
}

/** How many messages from number `first` to `last` are not deleted. It reads all of them, so it is only for where no cursor tells the number. */
export async function countMessages(
  { table }: Store,
  conversation: string,
  first: number,
  last: number,
): Promise<number> {
  let count = 0;
  for (const { KeyConditionExpression, ExpressionAttributeValues } of rangesOf(conversation, first, last)) {
    count += await countItems(table, {
      KeyConditionExpression,
      FilterExpression: '#type = :message AND attribute_not_exists(deleted)',
      ExpressionAttributeNames: { '#type': 'type' },
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ':message': 'message' },
    });
  }
  return count;
}

export function isMessage(entry: Entry): entry is MessageEntry {
  return entry.type === 'message';
}

/** Messages and system entries, which history shows among them. */
export function isShown(entry: Entry): entry is ShownEntry {
  return entry.type === 'message' || entry.type === 'system';
}

/** All entries except sealed ones have a count of the messages up to them. */
export function isNotSealed(entry: Entry): entry is Exclude<Entry, SealedEntry> {
  return entry.type !== 'sealed';
}

/** How many messages were allocated before an entry. */
export function countBefore(entry: Exclude<Entry, SealedEntry>): number {
  return entry.count - (isMessage(entry) ? 1 : 0);
}
