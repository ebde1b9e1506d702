import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  TransactWriteCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Table } from '../runtime/services.ts';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Record<string, unknown>;

/** DynamoDB's limit for one BatchGetItem. */
const batchSize = 100;

/** The items of these keys, in no order, without those that do not exist. Reads are eventually consistent, half a unit each, unless asked otherwise. */
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
    // What came too much for one answer (16 MB) or was throttled is asked for again.
    request = answer.UnprocessedKeys ?? {};
  }
  return items;
}

/**
 * Runs a conditional write. A failed condition is a value, not an exception: it is how writers learn that another was first.
 * The item that stood in the way comes with it when the command asked for `ALL_OLD`.
 */
export async function conditional<T>(
  write: Promise<T>,
): Promise<{ ok: true; answer: T } | { ok: false; item: Item | undefined }> {
  try {
    return { ok: true, answer: await write };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { ok: false, item: error.Item && unmarshall(error.Item) };
  }
}

/** Several updates in one step; `false` when something was not as expected any more, or is just being changed. Two write units an item. */
export async function updateTogether(
  table: Table,
  updates: readonly Omit<UpdateCommandInput & { readonly UpdateExpression: string }, 'TableName'>[],
): Promise<boolean> {
  try {
    await table.client.send(
      new TransactWriteCommand({
        TransactItems: updates.map((update) => ({ Update: { TableName: table.name, ...update } })),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof TransactionCanceledException && error.CancellationReasons?.every(isOvertaken)) return false;
    throw error;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
function isOvertaken({ Code }: { readonly Code?: string | undefined }): boolean {
  return Code === 'None' || Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict';
}
