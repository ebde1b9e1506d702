/**
 * One entry of a conversation's log: a write-once cell.
 *
 * key    pk `LOG#<conversation>#<segment>`  sk `<seq>`, twelve digits; 1,000 entries a segment, so that a long or busy conversation
 *        is many partitions (DynamoDB does not split a collection whose sort key only grows)
 * holds  a message; a change of one (`edit`, `delete`, `reaction`), which names its `target`; what became of the conversation itself
 *        (`system`: who joined, left, was invited …); or nothing (`sealed`: a number was taken and what it was taken for never came)
 * write  once, on condition that nothing stands there; whoever comes second learns what does. A change is also applied to the message
 *        itself, so that history shows the message as it now is without reading on: text, edited_at, deleted, and for each emoji
 *        an attribute `react#<emoji>`, the set of who reacted with it
 */
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ContentType, ConversationChange } from '#protocol/message';
import type { Services } from '../runtime/services.ts';
import { conditional, type Item, type Key } from './item.ts';

const File = z.object({ id: z.string(), filename: z.string(), content_type: z.string(), size: z.number() });
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
  client_id: z.string(),
  /** The message's ordinal among the conversation's messages. */
  count: z.number(),
  /** ms */
  at: z.number(),
  /** ms */
  edited_at: z.optional(z.number()),
  deleted: z.optional(z.boolean()),
});
/** A change of message `target` by `user`. */
const ChangeFields = { target: z.number(), user: z.string(), at: z.number() };
const EditFields = z.object({ type: z.literal('edit'), ...ChangeFields, text: z.string() });
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
  // Loose, for the sets of who reacted.
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
export type MessageEntry = z.infer<typeof MessageFields> & Place & { readonly reactions: Reactions };
export type SystemEntry = z.infer<typeof SystemFields> & Place;
export type SealedEntry = z.infer<typeof SealedFields> & Place;
export type EditEntry = z.infer<typeof EditFields> & Place;
export type DeleteEntry = z.infer<typeof DeleteFields> & Place;
export type ReactionEntry = z.infer<typeof ReactionFields> & Place;
export type ChangeEntry = EditEntry | DeleteEntry | ReactionEntry;
/** What history shows. */
export type ShownEntry = MessageEntry | SystemEntry;
export type Entry = ShownEntry | ChangeEntry | SealedEntry;

/** emoji → who reacted with it */
export type Reactions = Readonly<Record<string, readonly string[]>>;

const segmentSize = 1_000;

function segmentOf(seq: number): number {
  return Math.floor(seq / segmentSize);
}

function sortKey(seq: number): string {
  return String(seq).padStart(12, '0');
}

function key({ conversation, seq }: Place): Key {
  return { pk: `LOG#${conversation}#${segmentOf(seq)}`, sk: sortKey(seq) };
}

function toEntry(item: Item): Entry {
  const { pk, sk, ...fields } = z.parse(EntryItem, item);
  const place = { conversation: pk.slice('LOG#'.length, pk.lastIndexOf('#')), seq: Number(sk) };
  return fields.type === 'message'
    ? { ...z.parse(MessageFields, fields), ...place, reactions: reactionsOf(item) }
    : { ...fields, ...place };
}

/** An attribute for each emoji, because a set inside a map cannot be added to in one atomic step. */
const reactionPrefix = 'react#';

function reactionsOf(item: Item): Reactions {
  const sets = Object.entries(item).filter(([name, value]) => name.startsWith(reactionPrefix) && value instanceof Set);
  return Object.fromEntries(
    sets.map(([name, users]) => [name.slice(reactionPrefix.length), [...(users as Set<string>)].sort()]),
  );
}

/** Writes the entry into its cell, or says what stands there already. */
export async function putEntry(
  { table, config }: Pick<Services, 'table' | 'config'>,
  entry: Entry,
): Promise<{ stored: true } | { stored: false; standing: Entry }> {
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
  return write.ok ? { stored: true } : { stored: false, standing: toEntry(write.item ?? {}) };
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
  let from: Item | undefined;
  do {
    const answer: { Items?: Item[] | undefined; LastEvaluatedKey?: Item | undefined } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':pk': `LOG#${conversation}#${segment}`,
          ':first': sortKey(first),
          ':last': sortKey(last),
        },
        ConsistentRead: true,
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    );
    entries.push(...(answer.Items ?? []).map(toEntry));
    from = answer.LastEvaluatedKey;
  } while (from);
  return entries;
}

/**
 * Applies a change to its message, unless a later change of the same kind was faster. Again: nothing changes.
 * @returns the message as it now is; undefined when the target is no message any more
 */
export async function applyChange(
  { table }: Pick<Services, 'table'>,
  change: ChangeEntry,
): Promise<MessageEntry | undefined> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key({ conversation: change.conversation, seq: change.target }),
        ...expressionOf(change),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  const item = write.ok ? write.answer.Attributes : write.item;
  const entry = item && toEntry(item);
  return entry?.type === 'message' ? entry : undefined;
}

function expressionOf(change: ChangeEntry) {
  const isMessage = '#type = :message';
  const names = { '#type': 'type' };
  const values = { ':message': 'message', ':seq': change.seq };
  if (change.type === 'reaction') {
    return {
      UpdateExpression: `${change.removed ? 'DELETE' : 'ADD'} #emoji :user`,
      ConditionExpression: isMessage,
      ExpressionAttributeNames: { ...names, '#emoji': reactionPrefix + change.emoji },
      ExpressionAttributeValues: { ':message': 'message', ':user': new Set([change.user]) },
    };
  }
  const latest = '(attribute_not_exists(changed) OR changed < :seq)';
  if (change.type === 'edit') {
    return {
      UpdateExpression: 'SET #text = :text, edited_at = :at, changed = :seq',
      ConditionExpression: `${isMessage} AND attribute_not_exists(deleted) AND ${latest}`,
      ExpressionAttributeNames: { ...names, '#text': 'text' },
      ExpressionAttributeValues: { ...values, ':text': change.text, ':at': change.at },
    };
  }
  return {
    UpdateExpression: 'SET #text = :none, files = :no_files, deleted = :yes, changed = :seq',
    ConditionExpression: isMessage,
    ExpressionAttributeNames: { ...names, '#text': 'text' },
    ExpressionAttributeValues: { ...values, ':none': '', ':no_files': [], ':yes': true },
  };
}
