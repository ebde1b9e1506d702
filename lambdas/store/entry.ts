/**
 * One entry of a conversation's log: a write-once cell.
 *
 * key    pk `LOG#<conversation>#<segment>`  sk `<seq>`, twelve digits; 1,000 entries a segment, so that a long or busy conversation
 *        is many partitions (DynamoDB does not split a collection whose sort key only grows)
 * holds  a message; a change of one (`edit`, `delete`, `reaction`), which names its `target`; what became of the conversation itself
 *        (`system`: who joined, left, was invited …); or nothing (`sealed`: a number was taken and what it was taken for never came).
 *        All but the sealed know how many messages there were up to them, `count`
 * write  once, on condition that nothing stands there; whoever comes second learns what does. A change is also applied to the message
 *        itself, so that history shows the message as it now is without reading on: text, edited_at, deleted, `changed` (the number of
 *        the last edit or delete), and for each emoji and user an attribute `react#<emoji>#<user>`. Whatever order changes are applied
 *        in, and however often, the one with the highest number holds
 */
import { GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ContentType, ConversationChange } from '#protocol/message';
import type { Services } from '../runtime/services.ts';
import { conditional, type Item, type Key } from './item.ts';

export const File = z.object({
  id: z.string(),
  filename: z.string(),
  content_type: z.string(),
  size: z.number(),
  /** pixels, as the uploader said, if anything; with `height` */
  width: z.optional(z.number()),
  height: z.optional(z.number()),
});
/** A file of a message; its object's key in the bucket follows from its id. */
export type File = z.infer<typeof File>;

const MessageFields = z.object({
  type: z.literal('message'),
  id: z.string(),
  user: z.string(),
  text: z.string(),
  content_type: ContentType,
  files: z.array(File),
  reply_to: z.nullable(z.number()),
  /** Left out where nobody is mentioned. */
  mentions: z.optional(z.array(z.string())),
  client_id: z.string(),
  /** The message's ordinal among the conversation's messages. */
  count: z.number(),
  /** ms */
  at: z.number(),
  /** ms */
  edited_at: z.optional(z.number()),
  deleted: z.optional(z.boolean()),
  /** The number of the last edit or delete. */
  changed: z.optional(z.number()),
});
/** A change of message `target` by `user`; `count`: messages up to here. */
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
/** History shows it as a message of `user`, made from `change` when it is read, so that it names people as they are called now. */
const SystemFields = z.object({
  type: z.literal('system'),
  id: z.string(),
  user: z.string(),
  change: ConversationChange,
  /** Messages up to here; this is none that anybody has to read. */
  count: z.number(),
  /** ms */
  at: z.number(),
});
const SealedFields = z.object({ type: z.literal('sealed'), at: z.number() });
const keys = { pk: z.string(), sk: z.string() };
const EntryItem = z.discriminatedUnion('type', [
  // Loose, for who reacted.
  z.looseObject({ ...MessageFields.shape, ...keys }),
  z.extend(EditFields, keys),
  z.extend(DeleteFields, keys),
  z.extend(ReactionFields, keys),
  z.extend(SystemFields, keys),
  z.extend(SealedFields, keys),
]);

interface Place {
  readonly conversation: string;
  readonly seq: number;
}
export type MessageEntry = z.infer<typeof MessageFields> & Place & { readonly reactions: readonly Reaction[] };
export type SystemEntry = z.infer<typeof SystemFields> & Place;
export type SealedEntry = z.infer<typeof SealedFields> & Place;
type EditEntry = z.infer<typeof EditFields> & Place;
export type DeleteEntry = z.infer<typeof DeleteFields> & Place;
type ReactionEntry = z.infer<typeof ReactionFields> & Place;
export type ChangeEntry = EditEntry | DeleteEntry | ReactionEntry;
/** What history shows. */
export type ShownEntry = MessageEntry | SystemEntry;
/** What a member sent: each has a `client_id`. */
export type SentEntry = MessageEntry | ChangeEntry;
export type Entry = ShownEntry | ChangeEntry | SealedEntry;

/** What a user made of an emoji on a message: put there, or taken back again, which is remembered so that no earlier change can undo it. */
export interface Reaction {
  readonly emoji: string;
  readonly user: string;
  readonly stands: boolean;
}

const segmentSize = 1_000;

function segmentOf(seq: number): number {
  return Math.floor(seq / segmentSize);
}

function sortKey(seq: number): string {
  return String(seq).padStart(12, '0');
}

export function key({ conversation, seq }: Place): Key {
  return { pk: `LOG#${conversation}#${segmentOf(seq)}`, sk: sortKey(seq) };
}

export function toEntry(item: Item): Entry {
  const { pk, sk, ...fields } = z.parse(EntryItem, item);
  const place = { conversation: pk.slice('LOG#'.length, pk.lastIndexOf('#')), seq: Number(sk) };
  return fields.type === 'message'
    ? { ...z.parse(MessageFields, fields), ...place, reactions: reactionsOf(item) }
    : { ...fields, ...place };
}

/** An attribute for each emoji and user, because a path into a map needs the map to exist first. */
const reactionPrefix = 'react#';

export function reactionName(emoji: string, user: string): string {
  return `${reactionPrefix}${emoji}#${user}`;
}

/** The change's number, and whether the reaction stands after it: odd. Of two changes the later has the larger value. */
export function reactionValue(change: ReactionEntry): number {
  return change.seq * 2 + (change.removed ? 0 : 1);
}

/** User names have no `#`; one emoji does. */
function reactionsOf(item: Item): Reaction[] {
  return Object.entries(item)
    .filter(([name]) => name.startsWith(reactionPrefix))
    .map(([name, value]) => {
      const end = name.lastIndexOf('#');
      const stands = z.parse(z.number(), value) % 2 === 1;
      return { emoji: name.slice(reactionPrefix.length, end), user: name.slice(end + 1), stands };
    })
    .sort((a, b) => (a.user < b.user ? -1 : 1));
}

/** Writes the entry into its cell, or says what stands there already. */
export async function putEntry(
  { table, config }: Pick<Services, 'table' | 'config'>,
  entry: Entry,
): Promise<{ stored: true } | { stored: false; existing: Entry }> {
  const { conversation, seq, ...fields } = { ...entry, reactions: undefined };
  const expires =
    config.retentionDays > 0 ? { expires: Math.ceil(entry.at / 1000) + config.retentionDays * 86_400 } : {};
  const write = await conditional(
    table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...key({ conversation, seq }), ...fields, ...expires },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  return write.ok ? { stored: true } : { stored: false, existing: toEntry(write.item ?? {}) };
}

export async function getEntry(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  seq: number,
): Promise<Entry | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key({ conversation, seq }), ConsistentRead: true }),
  );
  return Item && toEntry(Item);
}

/** The entries from number `first` to `last`, both included, in order. Read strongly: a number that is missing was missing. */
export async function getEntries(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  first: number,
  last: number,
): Promise<Entry[]> {
  if (last < first) return [];
  const segments = [];
  for (let segment = segmentOf(first); segment <= segmentOf(last); segment++) {
    segments.push(getFromSegment({ table }, conversation, segment, first, last));
  }
  return (await Promise.all(segments)).flat();
}

async function getFromSegment(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  segment: number,
  first: number,
  last: number,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const pages = paginateQuery(
    { client: table.client },
    { TableName: table.name, ...range(conversation, segment, first, last), ConsistentRead: true },
  );
  for await (const { Items = [] } of pages) entries.push(...Items.map(toEntry));
  return entries;
}

function range(conversation: string, segment: number, first: number, last: number) {
  return {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': `LOG#${conversation}#${segment}`,
      ':first': sortKey(first),
      ':last': sortKey(last),
    },
  };
}

/** Messages from number `first` to `last` that were not deleted. Reads them all: for where no cursor tells. */
export async function countMessages(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  first: number,
  last: number,
): Promise<number> {
  let count = 0;
  for (let segment = segmentOf(first); segment <= segmentOf(last); segment++) {
    const { KeyConditionExpression, ExpressionAttributeValues } = range(conversation, segment, first, last);
    const pages = paginateQuery(
      { client: table.client },
      {
        TableName: table.name,
        KeyConditionExpression,
        FilterExpression: '#type = :message AND attribute_not_exists(deleted)',
        ExpressionAttributeNames: { '#type': 'type' },
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ':message': 'message' },
        Select: 'COUNT',
      },
    );
    for await (const page of pages) count += page.Count ?? 0;
  }
  return count;
}
