/** Reading and writing items of the table, whatever their kind. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  type KeysAndAttributes,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { PutCommandInput, QueryCommandInput, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Table } from '../runtime/services.ts';
import type { Key } from './keys.ts';

export type Item = Record<string, unknown>;
export type ItemUpdate = Omit<UpdateCommandInput, 'TableName'> & { readonly UpdateExpression: string };

/** How a conditional write ended. A failed condition is a value, not an exception: so a writer learns that another was first. */
interface ConditionalWrite {
  readonly ok: boolean;
  /** After a success: what `ReturnValues` asked for. After a failure: the item that did not meet the condition, if there is one. */
  readonly item: Item | undefined;
}

/** @param consistent costs one read unit for each 4 KB, otherwise half */
export async function getItem(
  table: Table,
  key: Key,
  { consistent }: { readonly consistent: boolean },
): Promise<Item | undefined> {
  const { Item } = await table.client.send(
    new GetItemCommand({ TableName: table.name, Key: marshall(key), ConsistentRead: consistent }),
  );
  return Item && unmarshall(Item);
}

/** DynamoDB's limit for one BatchGetItem. */
const batchSize = 100;

/**
 * ms; at most this before the keys that a batch left are asked for again, then twice as much each time. AWS recommends pauses, because what
 * throttled the batch would throttle the next one: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** The items that exist, in no order. @param consistent costs one read unit for each item of up to 4 KB, otherwise half */
export async function getItems(
  table: Table,
  keys: readonly Key[],
  { consistent = false }: { consistent?: boolean } = {},
): Promise<Item[]> {
  const batches = [];
  for (let start = 0; start < keys.length; start += batchSize) {
    batches.push(getBatch(table, keys.slice(start, start + batchSize), consistent));
  }
  return (await Promise.all(batches)).flat();
}

async function getBatch(table: Table, keys: readonly Key[], consistent: boolean): Promise<Item[]> {
  const items: Item[] = [];
  let request: Record<string, KeysAndAttributes> = {
    [table.name]: { Keys: keys.map(({ pk, sk }) => marshall({ pk, sk })), ConsistentRead: consistent },
  };
  let pauseMs = firstPauseMs;
  while (request[table.name]?.Keys?.length) {
    const answer = await table.client.send(new BatchGetItemCommand({ RequestItems: request }));
    for (const item of answer.Responses?.[table.name] ?? []) items.push(unmarshall(item));
    // Keys that did not fit into the answer (16 MB) or were throttled.
    request = answer.UnprocessedKeys ?? {};
    if (request[table.name]?.Keys?.length) await sleep(Math.random() * pauseMs);
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }
  return items;
}

type Query = Omit<QueryCommandInput, 'TableName'>;

/** The items of a query, a page of the table (1 MB, or `Limit` items) at a time. */
export async function* queryPages(table: Table, query: Query): AsyncGenerator<Item[]> {
  for await (const { Items = [] } of pagesOf(table, query)) yield Items.map((item) => unmarshall(item));
}

/** The first page of a query. */
export async function queryOnce(table: Table, query: Query): Promise<Item[]> {
  const { value = [] } = await queryPages(table, query).next();
  return value;
}

/** At most `Limit` items of a query, and whether there may be more. */
export async function queryPage(table: Table, query: Query): Promise<{ items: Item[]; more: boolean }> {
  for await (const { Items = [], LastEvaluatedKey } of pagesOf(table, query)) {
    return { items: Items.map((item) => unmarshall(item)), more: LastEvaluatedKey !== undefined };
  }
  return { items: [], more: false };
}

/** How many items a query finds. It costs as many read units as the items. */
export async function countItems(table: Table, query: Query): Promise<number> {
  let count = 0;
  for await (const { Count = 0 } of pagesOf(table, { ...query, Select: 'COUNT' })) count += Count;
  return count;
}

async function* pagesOf({ client, name }: Table, query: Query): AsyncGenerator<QueryCommandOutput> {
  let start = query.ExclusiveStartKey && marshalled(query.ExclusiveStartKey);
  do {
    const page = await client.send(
      new QueryCommand({ TableName: name, ...withValues(query), ExclusiveStartKey: start }),
    );
    yield page;
    start = page.LastEvaluatedKey;
  } while (start);
}

export async function putItem(table: Table, item: Item): Promise<void> {
  await table.client.send(new PutItemCommand({ TableName: table.name, Item: marshalled(item) }));
}

/** @returns the item that was there before */
export async function replaceItem(table: Table, item: Item): Promise<Item | undefined> {
  const { Attributes } = await table.client.send(
    new PutItemCommand({ TableName: table.name, Item: marshalled(item), ReturnValues: 'ALL_OLD' }),
  );
  return Attributes && unmarshall(Attributes);
}

export async function putItemIf(
  table: Table,
  { Item, ...put }: Omit<PutCommandInput, 'TableName'>,
): Promise<ConditionalWrite> {
  const item = marshalled(Item ?? {});
  return conditionally(
    table.client.send(new PutItemCommand({ TableName: table.name, ...withValues(put), Item: item, ...returnExisting })),
  );
}

/** @returns what `ReturnValues` asks for */
export async function updateItem(table: Table, update: ItemUpdate): Promise<Item> {
  const { Attributes } = await table.client.send(new UpdateItemCommand(toUpdate(table, update)));
  return Attributes ? unmarshall(Attributes) : {};
}

export async function updateItemIf(table: Table, update: ItemUpdate): Promise<ConditionalWrite> {
  return conditionally(table.client.send(new UpdateItemCommand({ ...toUpdate(table, update), ...returnExisting })));
}

function toUpdate({ name }: Table, { Key = {}, ...update }: ItemUpdate) {
  return { TableName: name, ...withValues(update), Key: marshalled(Key) };
}

/** Undefined values are left out. */
function marshalled(item: Item): Record<string, AttributeValue> {
  return marshall(item, { removeUndefinedValues: true });
}

/** An operation's input with its values as DynamoDB wants them. */
function withValues<Input extends { ExpressionAttributeValues?: Item | undefined }>({
  ExpressionAttributeValues: values,
  ...input
}: Input) {
  return { ...input, ExpressionAttributeValues: values && marshalled(values) };
}

/** The item that did not meet the condition comes with the error; it costs no read units. */
const returnExisting = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

async function conditionally(
  write: Promise<{ Attributes?: Record<string, AttributeValue> | undefined }>,
): Promise<ConditionalWrite> {
  try {
    const { Attributes } = await write;
    return { ok: true, item: Attributes && unmarshall(Attributes) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { ok: false, item: error.Item && unmarshall(error.Item) };
  }
}

/** A condition on an item that a transaction does not write. */
export interface ItemCheck {
  readonly Key: Key;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Item;
}

/**
 * Several updates in one transaction: two write units an item. While another transaction is changing one of the items, it is tried again.
 * @param checks conditions on items that are not written
 * @returns `false` when a condition failed
 */
export async function updateTogether(
  table: Table,
  updates: readonly ItemUpdate[],
  checks: readonly ItemCheck[] = [],
): Promise<boolean> {
  const command = new TransactWriteItemsCommand({
    // The same for every try: a try whose answer was lost counts.
    ClientRequestToken: randomUUID(),
    TransactItems: [
      ...updates.map((update) => ({ Update: toUpdate(table, update) })),
      ...checks.map(({ Key, ...check }) => ({
        ConditionCheck: { TableName: table.name, ...withValues(check), Key: marshall(Key) },
      })),
    ],
  });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await table.client.send(command);
      return true;
    } catch (error) {
      const reasons = reasonsOf(error);
      if (reasons.has('ConditionalCheckFailed')) return false;
      if (!reasons.has('TransactionConflict') || attempt === mostAttempts) throw error;
    }
    await sleep(Math.random() * Math.min(firstPauseMs * 2 ** attempt, longestPauseMs));
  }
}

const mostAttempts = 6;

/** Why a transaction was cancelled. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
function reasonsOf(error: unknown): Set<string | undefined> {
  const reasons = error instanceof TransactionCanceledException ? error.CancellationReasons : undefined;
  return new Set(reasons?.map(({ Code }) => Code));
}

/**
 * The attributes whose names begin with a prefix, by the rest of their names. Such attributes take the place of a map, because an update
 * of a path into a map fails where the map does not exist yet.
 */
export function attributesWithPrefix(item: Item, prefix: string): [name: string, value: unknown][] {
  return Object.entries(item)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value]);
}

export const daySeconds = 86_400;

/** A value of the TTL attribute `expires`. @param at ms @returns s */
export function ttl(at: number, seconds = 0): number {
  return Math.ceil(at / 1_000) + seconds;
}
