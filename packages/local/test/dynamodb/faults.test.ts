import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createFaults } from '#faults';
import { eventually } from './eventually.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { table } from './template.ts';

let runtime: Runtime;
let client: DynamoDBDocumentClient;
let TableName: string;
const items = (pk: string, count: number) => Array.from({ length: count }, (_, at) => ({ pk, sk: `${at}` }));

beforeAll(async () => {
  runtime = await startRuntime({ template: { Resources: { Table: table } } });
  client = runtime.root();
  TableName = runtime.context.stack.ref('Table');
});
afterEach(() => {
  Object.assign(runtime.context.faults, createFaults());
  runtime.context.counters.reset();
});
afterAll(() => runtime?.stop());

const on = (faults: Partial<typeof runtime.context.faults>) => Object.assign(runtime.context.faults, faults);
const counted = (name: string) => runtime.context.counters.snapshot()[`faults.${name}`] ?? 0;
const put = (Item: object, more: object = {}) => client.send(new PutCommand({ TableName, Item: { ...Item }, ...more }));

describe('tableThrottled', () => {
  test("refuses a request with DynamoDB's error, and nothing is stored", async () => {
    on({ tableThrottled: 1 });
    await expect(put({ pk: 'a', sk: '1' })).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      $metadata: { httpStatusCode: 400 },
      ThrottlingReasons: [
        { reason: 'TableWriteKeyRangeThroughputExceeded', resource: runtime.context.stack.arn('Table') },
      ],
    });
    on({ tableThrottled: 0 });
    const { Item } = await client.send(new GetCommand({ TableName, Key: { pk: 'a', sk: '1' } }));
    expect(Item).toBeUndefined();
    expect(counted('tableThrottled')).toBe(1);
  });

  test('cancels a transaction with the reason ThrottlingError', async () => {
    on({ tableThrottled: 1 });
    const TransactItems = items('t', 2).map((Item) => ({ Put: { TableName, Item } }));
    await expect(client.send(new TransactWriteCommand({ TransactItems }))).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ThrottlingError' }, { Code: 'None' }],
    });
  });
});

describe('partitionUnits', () => {
  test('a partition key that takes more write units in a second is throttled, and no other', async () => {
    on({ partitionUnits: 10 });
    await put({ pk: 'hot', sk: '1', text: 'x'.repeat(13_000) });
    await expect(put({ pk: 'hot', sk: 'x' })).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    await put({ pk: 'cold', sk: 'x' });
    expect(counted('partitionUnits')).toBe(1);
    // The units come back with time.
    await eventually(() => put({ pk: 'hot', sk: 'x' }), 2_000);
  });

  test('reads have three times as many units, and a query takes those of its partition', async () => {
    await put({ pk: 'large', sk: '1', text: 'x'.repeat(40_000) });
    on({ partitionUnits: 3 });
    const query = (pk: string) =>
      client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: '#p = :p',
          ExpressionAttributeNames: { '#p': 'pk' },
          ExpressionAttributeValues: { ':p': pk },
          ConsistentRead: true,
        }),
      );
    await query('large');
    await expect(query('large')).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      ThrottlingReasons: [{ reason: 'TableReadKeyRangeThroughputExceeded' }],
    });
    await query('cold');
  });

  test('of a batch, what is throttled is left unprocessed', async () => {
    on({ partitionUnits: 2 });
    await put({ pk: 'full', sk: '1', text: 'x'.repeat(3_500) });
    const requests = [
      { PutRequest: { Item: { pk: 'full', sk: 'x' } } },
      { PutRequest: { Item: { pk: 'empty', sk: 'x' } } },
    ];
    const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
    expect(UnprocessedItems).toEqual({ [TableName]: [requests[0]] });
  });
});

describe('leftUnprocessed', () => {
  test('keys of a batch come back as unprocessed, but one is processed', async () => {
    const all = items('batch', 5);
    on({ leftUnprocessed: 1 });
    const RequestItems = { [TableName]: all.map((Item) => ({ PutRequest: { Item } })) };
    const written = await client.send(new BatchWriteCommand({ RequestItems }));
    expect(written.UnprocessedItems?.[TableName]).toHaveLength(4);
    on({ leftUnprocessed: 0 });
    await client.send(new BatchWriteCommand({ RequestItems: written.UnprocessedItems }));

    on({ leftUnprocessed: 1 });
    let left = all;
    const read: unknown[] = [];
    while (left.length > 0) {
      const keys = { [TableName]: { Keys: left, ConsistentRead: true } };
      const answer = await client.send(new BatchGetCommand({ RequestItems: keys }));
      read.push(...(answer.Responses?.[TableName] ?? []));
      expect(answer.UnprocessedKeys?.[TableName]?.ConsistentRead ?? true).toBe(true);
      left = (answer.UnprocessedKeys?.[TableName]?.Keys ?? []) as typeof all;
    }
    expect(read).toHaveLength(5);
    expect(counted('leftUnprocessed')).toBe(5 + 5 + 4 + 3 + 2 + 1);
  });
});

describe('transactionConflict', () => {
  const [Item] = items('conflict', 1);
  const transact = () => client.send(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item } }] }));

  test('cancels a transaction as if another one were changing an item', async () => {
    on({ transactionConflict: 1 });
    const cancelled = {
      name: 'TransactionCanceledException',
      message: 'Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]',
      CancellationReasons: [{ Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }],
    };
    await expect(transact()).rejects.toMatchObject(cancelled);
    const read = new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key: Item } }] });
    await expect(client.send(read)).rejects.toMatchObject(cancelled);
  });

  test('refuses single writes of items that have been in a transaction, and no others', async () => {
    on({ transactionConflict: 1 });
    await expect(transact()).rejects.toThrow();
    const conflict = { name: 'TransactionConflictException', message: 'Transaction is ongoing for the item' };
    const update = { TableName, Key: Item, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': 1 } };
    await expect(put({ ...Item })).rejects.toMatchObject(conflict);
    await expect(client.send(new UpdateCommand(update))).rejects.toMatchObject(conflict);
    await expect(client.send(new DeleteCommand({ TableName, Key: Item }))).rejects.toMatchObject(conflict);
    await put({ pk: 'conflict', sk: 'other' });
    await client.send(new GetCommand({ TableName, Key: Item }));
  });
});

describe('delayIndex', () => {
  const members = async (member_of: string) => {
    const { Items, Count } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'members',
        KeyConditionExpression: 'member_of = :m',
        ExpressionAttributeValues: { ':m': member_of },
      }),
    );
    expect(Count).toBe(Items?.length);
    return Items?.map(({ pk }) => pk);
  };

  test('an index shows a new item later, and one that has moved neither here nor there', async () => {
    await put({ pk: 'old', sk: '1', member_of: 'room' });
    on({ delayIndex: 500, random: () => 0.9 });
    await put({ pk: 'new', sk: '1', member_of: 'room' });
    expect(await members('room')).toEqual(['old']);
    await eventually(async () => expect(await members('room')).toEqual(['new', 'old']), 2_000);
    await put({ pk: 'old', sk: '1', member_of: 'elsewhere' });
    expect(await members('elsewhere')).toEqual([]);
    await eventually(async () => expect(await members('elsewhere')).toEqual(['old']), 2_000);
    // The table itself shows every write at once.
    await put({ pk: 'table', sk: '1', member_of: 'room' });
    const { Item } = await client.send(new GetCommand({ TableName, Key: { pk: 'table', sk: '1' } }));
    expect(Item).toBeDefined();
  });
});

test('delayTable makes requests take longer', async () => {
  on({ delayTable: 100, random: () => 0.9 });
  const began = performance.now();
  await client.send(new GetCommand({ TableName, Key: { pk: 'a', sk: 'b' } }));
  expect(performance.now() - began).toBeGreaterThan(80);
});

test('killEngine ends the engine, which is started again', async () => {
  on({ killEngine: 1 });
  await put({ pk: 'killed', sk: '1' }).catch(({ name }) => expect(name).toBe('InternalServerError'));
  on({ killEngine: 0 });
  await eventually(() => expect(runtime.context.counters.snapshot()['dynamodb.restarts']).toBe(1));
  await put({ pk: 'killed', sk: '2' });
});
