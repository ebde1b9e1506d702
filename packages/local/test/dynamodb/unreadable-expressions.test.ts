import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Runtime, startRuntime } from './runtime.ts';
import { table } from './template.ts';

let runtime: Runtime;
let client: ReturnType<Runtime['root']>;
let TableName: string;
let died = false;

beforeAll(async () => {
  runtime = await startRuntime({ template: { Resources: { Table: table } } });
  void runtime.dynamodb.died.then(() => {
    died = true;
  });
  client = runtime.root();
  TableName = runtime.context.stack.ref('Table');
  await client.send(new PutItemCommand({ TableName, Item: Key }));
});
afterAll(() => runtime?.stop());

const Key = { pk: { S: 'a' }, sk: { S: 'b' } };
const values = (names: string) => Object.fromEntries(names.split(' ').map((name) => [name, { S: 'x' }]));

const update = (UpdateExpression: string, more: object = {}) =>
  client.send(
    new UpdateItemCommand({ TableName, Key, UpdateExpression, ExpressionAttributeValues: values(':v'), ...more }),
  );
const put = (ConditionExpression: string) =>
  client.send(
    new PutItemCommand({ TableName, Item: Key, ConditionExpression, ExpressionAttributeValues: values(':v') }),
  );
const scan = (FilterExpression: string) =>
  client.send(new ScanCommand({ TableName, FilterExpression, ExpressionAttributeValues: values(':v') }));
const query = (KeyConditionExpression: string) =>
  client.send(new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues: values(':p') }));
const get = (ProjectionExpression: string) => client.send(new GetItemCommand({ TableName, Key, ProjectionExpression }));
const batchGet = (ProjectionExpression: string) =>
  client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [Key], ProjectionExpression } } }));
const transactGet = (ProjectionExpression: string) =>
  client.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key, ProjectionExpression } }] }));
const transactUpdate = (UpdateExpression: string) => {
  const Update = { TableName, Key, UpdateExpression, ExpressionAttributeValues: values(':v') };
  return client.send(new TransactWriteItemsCommand({ TransactItems: [{ Update }] }));
};
const transactCheck = (ConditionExpression: string) => {
  const ConditionCheck = { TableName, Key, ConditionExpression, ExpressionAttributeValues: values(':v') };
  return client.send(new TransactWriteItemsCommand({ TransactItems: [{ ConditionCheck }] }));
};

// Each sentence is DynamoDB's, recorded in eu-west-2 and us-east-1 in October 2026 for é, €, 😀 and the no-break space.
describe.each(['é', '€', '😀', '\u00a0'])('an expression with %s is a ValidationException', (c) => {
  const one = '1 validation error detected: ';
  test.each([
    [update, `${c}SET a = :v`, `${one}Invalid UpdateExpression`, `${c}SET`],
    [update, `SET ${c} a = :v`, `${one}Invalid UpdateExpression`, `SET ${c} a`],
    [update, `SET a = :v ${c}`, `${one}Invalid UpdateExpression`, `:v ${c}`],
    [update, `SET a = :v${c}`, `${one}Invalid UpdateExpression`, `:v${c}`],
    [update, `SET a${c} = :v`, `${one}Invalid UpdateExpression`, `a${c} =`],
    [put, `${c}a = :v`, `${one}Invalid ConditionExpression`, `${c}a`],
    [put, `a ${c} = :v`, `${one}Invalid ConditionExpression`, `a ${c} =`],
    [scan, `a = :v ${c}`, 'Invalid FilterExpression', `:v ${c}`],
    [scan, `a${c} = :v`, 'Invalid FilterExpression', `a${c} =`],
    [query, `${c}pk = :p`, 'Invalid KeyConditionExpression', `${c}pk`],
    [query, `pk ${c} = :p`, 'Invalid KeyConditionExpression', `pk ${c} =`],
    [get, `${c}a, b`, 'Invalid ProjectionExpression', `${c}a`],
    [get, `a, ${c} b`, 'Invalid ProjectionExpression', `, ${c} b`],
    [get, `a${c}, b`, 'Invalid ProjectionExpression', `a${c},`],
    [batchGet, `a, b ${c}`, 'Invalid ProjectionExpression', `b ${c}`],
    [transactGet, `a, b ${c}`, 'Invalid ProjectionExpression', `b ${c}`],
    [transactUpdate, `SET a${c} = :v`, 'Invalid UpdateExpression', `a${c} =`],
    [transactCheck, `${c}a = :v`, 'Invalid ConditionExpression', `${c}a`],
  ])('%o %s', async (send, expression, sentence, near) => {
    await expect(send(expression)).rejects.toMatchObject({
      name: 'ValidationException',
      message: `${sentence}: Syntax error; token: "${c}", near: "${near}"`,
    });
  });

  test('a placeholder with it is named first', async () => {
    const more = { ExpressionAttributeValues: values(`:v${c}`) };
    await expect(update(`SET a = :v${c}`, more)).rejects.toMatchObject({
      message: `${one}ExpressionAttributeValues contains invalid key: Syntax error; key: ":v${c}"`,
    });
    await expect(update(`SET #n${c} = :v`, { ExpressionAttributeNames: { [`#n${c}`]: 'a' } })).rejects.toMatchObject({
      message: `${one}ExpressionAttributeNames contains invalid key: Syntax error; key: "#n${c}"`,
    });
  });
});

test('names and values may have any character', async () => {
  const names = { ExpressionAttributeNames: { '#n': '€uro' } };
  await update('SET #n = :v', { ...names, ExpressionAttributeValues: { ':v': { S: '😀' } } });
  const { Item } = await client.send(
    new GetItemCommand({ TableName, Key, ProjectionExpression: '#n', ExpressionAttributeNames: { '#n': '€uro' } }),
  );
  expect(Item).toEqual({ '€uro': { S: '😀' } });
});

test('no made-up expression ends the engine', async () => {
  const word = fc.constantFrom(
    ...['SET', 'REMOVE', 'ADD', 'DELETE', 'a', 'l', '#n', ':v', '=', '<>', '+', '-', ',', '.', '(', ')', '[', ']'],
    ...[
      '[0]',
      '[99999999999999999999]',
      'AND',
      'NOT',
      'OR',
      'IN',
      'BETWEEN',
      'size(',
      'if_not_exists(',
      '!',
      '€',
      '\0',
    ],
    ...['list_append(', 'attribute_exists(', 'begins_with(', '"', "'", '\\', '\ud800', '\u2028', '#', ':', '0', '1e9'],
  );
  const expression = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
  const send = fc.constantFrom(
    ...[update, put, scan, query, get, batchGet, transactGet, transactUpdate, transactCheck],
    (text: string) => update(`SET ${text}`),
  );
  await fc.assert(
    fc.asyncProperty(send, expression, async (call, text) => {
      const status = await call(text).then(
        () => 200,
        ({ $metadata }) => $metadata?.httpStatusCode,
      );
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 500 },
  );
  expect(died).toBe(false);
});
