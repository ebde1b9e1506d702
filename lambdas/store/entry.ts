/**
 * One entry of a conversation's log: a write-once cell.
 *
 * key    pk `LOG#<conversation>#<segment>`  sk `<seq>`, twelve digits; 1,000 entries a segment, so that a long or busy conversation
 *        is many partitions (DynamoDB does not split a collection whose sort key only grows)
 * holds  a message, or nothing (`sealed`: a number was taken and its message never came)
 * write  once, on condition that nothing stands there; whoever comes second learns what does
 */
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ContentType } from '#protocol/message';
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
});
const SealedFields = z.object({ type: z.literal('sealed'), at: z.number() });
const EntryItem = z.discriminatedUnion('type', [
  z.extend(MessageFields, { pk: z.string(), sk: z.string() }),
  z.extend(SealedFields, { pk: z.string(), sk: z.string() }),
]);

interface Place {
  readonly conversation: string;
  readonly seq: number;
}
export type MessageEntry = z.infer<typeof MessageFields> & Place;
export type SealedEntry = z.infer<typeof SealedFields> & Place;
export type Entry = MessageEntry | SealedEntry;

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
  return { ...fields, conversation: pk.slice('LOG#'.length, pk.lastIndexOf('#')), seq: Number(sk) };
}

/** Writes the entry into its cell, or says what stands there already. */
export async function putEntry(
  { table, config }: Pick<Services, 'table' | 'config'>,
  entry: Entry,
): Promise<{ stored: true } | { stored: false; standing: Entry }> {
  const { conversation, seq, ...fields } = entry;
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
