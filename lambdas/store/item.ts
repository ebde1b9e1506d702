/** Reading and writing items of the table, whatever their kind. */
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  paginateQuery,
  type QueryCommandInput,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
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
    new GetCommand({ TableName: table.name, Key: key, ConsistentRead: consistent }),
  );
  return Item;
}

/** DynamoDB's limit for one BatchGetItem. */
const batchSize = 100;

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
  let request: NonNullable<BatchGetCommandInput['RequestItems']> = {
    [table.name]: { Keys: keys.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: consistent },
  };
  while (request[table.name]?.Keys?.length) {
    const answer = await table.client.send(new BatchGetCommand({ RequestItems: request }));
    items.push(...(answer.Responses?.[table.name] ?? []));
    // Keys that did not fit into the answer (16 MB) or were throttled.
    request = answer.UnprocessedKeys ?? {};
  }
  return items;
}

/** The items of a query, a page of the table (1 MB) at a time. */
export async function* queryPages(table: Table, query: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<Item[]> {
  const pages = paginateQuery({ client: table.client }, { TableName: table.name, ...query });
  for await (const { Items = [] } of pages) yield Items;
}

export async function putItem(table: Table, item: Item): Promise<void> {
  await table.client.send(new PutCommand({ TableName: table.name, Item: item }));
}

export async function putItemIf(table: Table, put: Omit<PutCommandInput, 'TableName'>): Promise<ConditionalWrite> {
  return conditionally(table.client.send(new PutCommand({ TableName: table.name, ...put, ...returnExisting })));
}

/** @returns what `ReturnValues` asks for */
export async function updateItem(table: Table, update: ItemUpdate): Promise<Item> {
  const { Attributes } = await table.client.send(new UpdateCommand({ TableName: table.name, ...update }));
  return Attributes ?? {};
}

export async function updateItemIf(table: Table, update: ItemUpdate): Promise<ConditionalWrite> {
  return conditionally(table.client.send(new UpdateCommand({ TableName: table.name, ...update, ...returnExisting })));
}

/** The item that did not meet the condition comes with the error; it costs no read units. */
const returnExisting = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

async function conditionally(write: Promise<{ Attributes?: Item | undefined }>): Promise<ConditionalWrite> {
  try {
    return { ok: true, item: (await write).Attributes };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { ok: false, item: error.Item && unmarshall(error.Item) };
  }
}

/**
 * Several updates in one transaction: two write units an item.
 * @param checks conditions on items that are not written
 * @returns `false` when a condition failed, or when another transaction is changing one of the items
 */
export async function updateTogether(
  table: Table,
  updates: readonly ItemUpdate[],
  checks: readonly { readonly Key: Key; readonly ConditionExpression: string }[] = [],
): Promise<boolean> {
  try {
    await table.client.send(
      new TransactWriteCommand({
        TransactItems: [
          ...updates.map((update) => ({ Update: { TableName: table.name, ...update } })),
          ...checks.map((check) => ({ ConditionCheck: { TableName: table.name, ...check } })),
        ],
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof TransactionCanceledException && error.CancellationReasons?.every(isConflict)) return false;
    throw error;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
function isConflict({ Code }: { readonly Code?: string | undefined }): boolean {
  return Code === 'None' || Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict';
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
