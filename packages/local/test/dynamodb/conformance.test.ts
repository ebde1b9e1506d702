/**
 * What DynamoDB does, as tables, asked through everything that the runtime has before the engine: signature, permissions, capacity, faults.
 * The rules are those of https://github.com/nubo-db/dynamodb-conformance (MIT), each of which its authors have seen on DynamoDB.
 */
import * as dynamodb from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Runtime, startRuntime } from './runtime.ts';

let runtime: Runtime;
let client: ReturnType<Runtime['root']>;
const schema = (hash: string, range?: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range ? [{ AttributeName: range, KeyType: 'RANGE' }] : []),
];
const all = { ProjectionType: 'ALL' };
const template = {
  Resources: {
    Things: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'Things',
        AttributeDefinitions: ['pk:S', 'sk:S', 'place:S', 'rank:N'].map((one) => ({
          AttributeName: one.slice(0, -2),
          AttributeType: one.slice(-1),
        })),
        KeySchema: schema('pk', 'sk'),
        GlobalSecondaryIndexes: [{ IndexName: 'places', KeySchema: schema('place', 'rank'), Projection: all }],
        LocalSecondaryIndexes: [{ IndexName: 'ranks', KeySchema: schema('pk', 'rank'), Projection: all }],
      },
    },
  },
};

beforeAll(async () => {
  runtime = await startRuntime({ template });
  client = runtime.root();
});
afterAll(() => runtime?.stop());

// biome-ignore lint/suspicious/noExplicitAny: a row has the input of its operation, and the SDK sends what it gets
type Any = any;
/** Sends the SDK's command of that name, with values as DynamoDB writes them. */
const call = (operation: string, input: Any): Promise<Any> =>
  client.send(new (dynamodb as Any)[`${operation}Command`](input));
const TableName = 'Things';
const put = (Item: Any) => call('PutItem', { TableName, Item });

let rows = 0;
/** A key that no other row has. */
const ownKey = () => ({ pk: { S: `row ${++rows}` }, sk: { S: 'x' } });

const item = {
  n: { N: '5' },
  s: { S: 'hello' },
  set: { SS: ['a', 'b'] },
  li: { L: [{ N: '1' }, { S: 'two' }] },
  map: { M: { deep: { M: { x: { N: '1' } } } } },
  nl: { NULL: true },
  yes: { BOOL: true },
  bytes: { B: Buffer.from('abc') },
};
const values = {
  ':n': { N: '2' },
  ':five': { N: '5' },
  ':s': { S: 'ell' },
  ':h': { S: 'hel' },
  ':a': { S: 'a' },
  ':set': { SS: ['b', 'c'] },
  ':l': { L: [{ N: '3' }] },
  ':str': { S: 'S' },
  ':null': { S: 'NULL' },
};
const namesIn = (text: string) => new Set(text.match(/:\w+/g));
const used = (text: string) => {
  const ExpressionAttributeValues = Object.fromEntries(
    Object.entries(values).filter(([name]) => namesIn(text).has(name)),
  );
  return Object.keys(ExpressionAttributeValues).length > 0 ? { ExpressionAttributeValues } : {};
};

describe('UpdateItem', () => {
  test.each([
    ['SET o1 = :s', { o1: { S: 'ell' } }],
    ['SET n = n + :n', { n: { N: '7' } }],
    ['SET n = n - :n', { n: { N: '3' } }],
    ['SET n = :n, o1 = n', { n: { N: '2' }, o1: { N: '5' } }],
    ['SET n = if_not_exists(n, :n)', { n: { N: '5' } }],
    ['SET o1 = if_not_exists(o1, :n)', { o1: { N: '2' } }],
    ['SET li = list_append(li, :l)', { li: { L: [{ N: '1' }, { S: 'two' }, { N: '3' }] } }],
    ['SET li = list_append(:l, li)', { li: { L: [{ N: '3' }, { N: '1' }, { S: 'two' }] } }],
    ['SET #map.deep.x = :n', { map: { M: { deep: { M: { x: { N: '2' } } } } } }],
    ['REMOVE s', { s: undefined }],
    ['REMOVE m1', {}],
    ['REMOVE li[0]', { li: { L: [{ S: 'two' }] } }],
    ['REMOVE #map.deep', { map: { M: {} } }],
    ['ADD n :n', { n: { N: '7' } }],
    ['ADD c1 :n', { c1: { N: '2' } }],
    ['ADD #set :set', { set: { SS: ['a', 'b', 'c'] } }],
    ['DELETE #set :set', { set: { SS: ['a'] } }],
    ['SET o1 = :s REMOVE s ADD n :n', { o1: { S: 'ell' }, s: undefined, n: { N: '7' } }],
  ])('%s', async (UpdateExpression, changed) => {
    const Key = ownKey();
    await put({ ...Key, ...item });
    const aliases = [...(UpdateExpression.match(/#\w+/g) ?? [])].map((name) => [name, name.slice(1)]);
    await call('UpdateItem', {
      TableName,
      Key,
      UpdateExpression,
      ...(aliases.length > 0 && { ExpressionAttributeNames: Object.fromEntries(aliases) }),
      ...used(UpdateExpression),
    });
    const { Item } = await call('GetItem', { TableName, Key });
    Item.set?.SS.sort();
    Item.bytes = item.bytes;
    const expected = { ...Key, ...item, ...changed } as Record<string, unknown>;
    for (const name of Object.keys(expected)) if (expected[name] === undefined) delete expected[name];
    expect(Item).toEqual(expected);
  });

  test.each([
    ['ALL_OLD', { ...item }],
    ['UPDATED_OLD', { n: { N: '5' } }],
    ['ALL_NEW', { ...item, n: { N: '7' } }],
    ['UPDATED_NEW', { n: { N: '7' } }],
    ['NONE', undefined],
  ])('ReturnValues %s', async (ReturnValues, expected) => {
    const Key = ownKey();
    await put({ ...Key, ...item });
    const add = { UpdateExpression: 'ADD n :n', ...used(':n') };
    const { Attributes } = await call('UpdateItem', { TableName, Key, ReturnValues, ...add });
    if (Attributes?.bytes) Attributes.bytes = item.bytes;
    expect(Attributes).toEqual(ReturnValues.startsWith('ALL') ? { ...Key, ...expected } : expected);
  });

  test('makes an item where there is none, unless its condition fails', async () => {
    const Key = ownKey();
    const set = { TableName, Key, UpdateExpression: 'SET n = :n', ...used(':n') };
    await expect(call('UpdateItem', { ...set, ConditionExpression: 'n < :n' })).rejects.toThrow();
    expect((await call('GetItem', { TableName, Key })).Item).toBeUndefined();
    await call('UpdateItem', set);
    expect((await call('GetItem', { TableName, Key })).Item).toEqual({ ...Key, n: { N: '2' } });
  });
});

describe('a condition, as condition and as filter', () => {
  test.each([
    ['n = :five', true],
    ['n <> :five', false],
    ['m1 <> :five', true],
    ['n > :n AND n <= :five', true],
    ['n < :n OR s = :s', false],
    ['NOT n = :n', true],
    ['(n = :n) OR (n = :five)', true],
    ['n BETWEEN :n AND :five', true],
    ['n IN (:n, :five)', true],
    ['n < :s', false],
    ['attribute_exists(s)', true],
    ['attribute_exists(m1)', false],
    ['attribute_not_exists(m1)', true],
    ['attribute_exists(#map.deep.x)', true],
    ['attribute_type(s, :str)', true],
    ['attribute_type(nl, :null)', true],
    ['begins_with(s, :h)', true],
    ['contains(s, :s)', true],
    ['contains(#set, :a)', true],
    ['contains(#set, :s)', false],
    ['size(s) = :five', true],
    ['size(#set) = :n', true],
    ['size(li) = :n', true],
    ['li[0] < :n', true],
  ])('%s is %s', async (expression, holds) => {
    const Key = ownKey();
    await put({ ...Key, ...item });
    const aliases = [...(expression.match(/#\w+/g) ?? [])].map((name) => [name, name.slice(1)]);
    const parts = {
      ...(aliases.length > 0 && { ExpressionAttributeNames: Object.fromEntries(aliases) }),
      ...used(expression),
    };
    const written = call('DeleteItem', { TableName, Key, ConditionExpression: expression, ...parts });
    if (holds) await written;
    else {
      await expect(written).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
      });
    }
    await put({ ...Key, ...item });
    const filter = {
      FilterExpression: expression,
      KeyConditionExpression: 'pk = :pk',
      ...parts,
      ExpressionAttributeValues: { ...used(expression).ExpressionAttributeValues, ':pk': Key.pk },
    };
    expect(await call('Query', { TableName, ...filter })).toMatchObject({ Count: holds ? 1 : 0, ScannedCount: 1 });
  });
});

describe('Query', () => {
  const pk = { S: 'sorted' };
  beforeAll(async () => {
    for (const [at, sk] of ['a1', 'a2', 'b1', 'c1'].entries()) {
      await put({ pk, sk: { S: sk }, place: { S: 'here' }, rank: { N: `${[10, 9, 100, 1][at]}` } });
    }
    await put({ pk, sk: { S: 'd1' } });
  });
  const places = { IndexName: 'places', KeyConditionExpression: 'place = :p' };
  const here = { ':p': { S: 'here' } };

  test.each([
    ['in the order of the sort key', {}, {}, ['a1', 'a2', 'b1', 'c1', 'd1']],
    ['backwards', { ScanIndexForward: false }, {}, ['d1', 'c1', 'b1', 'a2', 'a1']],
    ['Limit', { Limit: 2 }, {}, ['a1', 'a2']],
    ['after a start key', { ExclusiveStartKey: { pk, sk: { S: 'b1' } } }, {}, ['c1', 'd1']],
    ['sk =', { KeyConditionExpression: 'pk = :pk AND sk = :k' }, { ':k': { S: 'a2' } }, ['a2']],
    ['sk <', { KeyConditionExpression: 'pk = :pk AND sk < :k' }, { ':k': { S: 'b1' } }, ['a1', 'a2']],
    ['begins_with', { KeyConditionExpression: 'pk = :pk AND begins_with(sk, :k)' }, { ':k': { S: 'a' } }, ['a1', 'a2']],
    [
      'BETWEEN',
      { KeyConditionExpression: 'pk = :pk AND sk BETWEEN :k AND :l' },
      { ':k': { S: 'a2' }, ':l': { S: 'c1' } },
      ['a2', 'b1', 'c1'],
    ],
    ['a local index: numbers in their order', { IndexName: 'ranks' }, {}, ['c1', 'a2', 'a1', 'b1']],
  ])('%s', async (_, query, more, expected) => {
    const { Items } = await call('Query', {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk, ...more },
      ...query,
    });
    expect(Items.map((one: Any) => one.sk.S)).toEqual(expected);
  });

  test('of a global index finds items that have its key, page by page', async () => {
    const pages: string[][] = [];
    for (let start: Any; pages.length === 0 || start; ) {
      const input = { TableName, ...places, ExpressionAttributeValues: here, Limit: 3, ExclusiveStartKey: start };
      const { Items, LastEvaluatedKey } = await call('Query', input);
      pages.push(Items.map((one: Any) => one.sk.S));
      start = LastEvaluatedKey;
    }
    expect(pages).toEqual([['c1', 'a2', 'a1'], ['b1']]);
  });

  test('Select COUNT has no items, and a projection only what it names', async () => {
    const keys = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
    const counted = await call('Query', { ...keys, Select: 'COUNT' });
    expect([counted.Count, counted.Items]).toEqual([5, undefined]);
    const { Items } = await call('Query', { ...keys, ProjectionExpression: 'sk', Limit: 1 });
    expect(Items).toEqual([{ sk: { S: 'a1' } }]);
  });
});

describe('numbers', () => {
  const digits = '9'.repeat(38);
  test.each([
    ['1.50', '1.5'],
    ['1E2', '100'],
    ['-0', '0'],
    ['007', '7'],
    [digits, digits],
    ['1E-130', undefined],
    ['9.9E+125', undefined],
  ])('%s is stored', async (written, read) => {
    const Key = ownKey();
    await put({ ...Key, n: { N: written } });
    const { Item } = await call('GetItem', { TableName, Key });
    if (read === undefined) expect(Number(Item.n.N)).toBeCloseTo(Number(written));
    else expect(Item.n.N).toBe(read);
  });

  test.each([
    ['1E126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['1E-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
    [`${digits}9`, 'Attempting to store more than 38 significant digits in a Number'],
    ['two', 'The parameter cannot be converted to a numeric value: two'],
  ])('%s is refused', async (written, message) => {
    const refused = { name: 'ValidationException', message: expect.stringContaining(message) };
    await expect(put({ ...ownKey(), n: { N: written } })).rejects.toMatchObject(refused);
  });
});

describe('a request that is refused', () => {
  const Key = { pk: { S: 'a' }, sk: { S: 'b' } };
  const keyed = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'a' } } };
  const twice = [{ Put: { TableName, Item: Key } }, { Delete: { TableName, Key } }];
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ pk: { S: `${at}` }, sk: { S: 'x' } }));
  test.each([
    ['PutItem', { Item: Key }, "Value null at 'tableName' failed to satisfy constraint: Member must not be null"],
    ['CreateTable', {}, "The parameter 'TableName' is required but was not present in the request"],
    ['GetItem', { TableName: 'Other', Key }, 'Requested resource not found', 'ResourceNotFoundException'],
    ['GetItem', { TableName, Key: { pk: Key.pk } }, 'The provided key element does not match the schema'],
    ['PutItem', { TableName, Item: { pk: Key.pk } }, 'Missing the key sk in the item'],
    ['PutItem', { TableName, Item: { ...Key, sk: { N: '1' } } }, 'Type mismatch for key sk expected: S actual: N'],
    ['PutItem', { TableName, Item: { ...Key, sk: { S: '' } } }, 'empty string value. Key: sk'],
    ['PutItem', { TableName, Item: { ...Key, s: { SS: [] } } }, 'An string set  may not be empty'],
    ['PutItem', { TableName, Item: { ...Key, s: { SS: ['a', 'a'] } } }, 'contains duplicates'],
    [
      'PutItem',
      { TableName, Item: { ...Key, s: { S: 'x'.repeat(400 * 1024) } } },
      'size has exceeded the maximum allowed',
    ],
    ['PutItem', { TableName, Item: Key, ReturnValues: 'ALL_NEW' }, 'ReturnValues can only be ALL_OLD or NONE'],
    [
      'UpdateItem',
      { TableName, Key, UpdateExpression: 'SET sk = :n', ...used(':n') },
      'This attribute is part of the key',
    ],
    ['UpdateItem', { TableName, Key, UpdateExpression: 'SET a = :v' }, 'attribute value: :v'],
    ['UpdateItem', { TableName, Key, UpdateExpression: 'SET name = :n', ...used(':n') }, 'reserved keyword: name'],
    ['UpdateItem', { TableName, Key, UpdateExpression: 'INVALID SYNTAX' }, 'token: "INVALID", near: "INVALID SYNTAX"'],
    [
      'UpdateItem',
      { TableName, Key, UpdateExpression: 'SET a = :n', ...used(':n :s') },
      'unused in expressions: keys: {:s}',
    ],
    ['Query', { TableName }, 'KeyConditions or KeyConditionExpression parameter must be specified'],
    ['Query', { ...keyed, KeyConditionExpression: 'sk = :pk' }, 'Query condition missed key schema element: pk'],
    ['Query', { ...keyed, Limit: 0 }, 'greater than or equal to 1'],
    ['Query', { ...keyed, IndexName: 'none' }, 'The table does not have the specified index: none'],
    [
      'Query',
      { ...keyed, IndexName: 'places', KeyConditionExpression: 'place = :pk', ConsistentRead: true },
      'Consistent reads are not supported on global secondary indexes',
    ],
    ['Scan', { TableName, Segment: 5, TotalSegments: 5 }, 'Segment: 5 is not less than TotalSegments: 5'],
    ['Scan', { TableName, Segment: 0 }, 'The TotalSegments parameter is required'],
    ['BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key, Key] } } }, 'contains duplicates'],
    [
      'BatchGetItem',
      { RequestItems: { [TableName]: { Keys: many(101) } } },
      'Member must have length less than or equal to 100',
    ],
    [
      'BatchWriteItem',
      { RequestItems: { [TableName]: many(26).map((Item) => ({ PutRequest: { Item } })) } },
      'Member must have length less than or equal to 25',
    ],
    ['TransactWriteItems', { TransactItems: [] }, 'Member must have length greater than or equal to 1'],
    [
      'TransactWriteItems',
      { TransactItems: twice },
      'Transaction request cannot include multiple operations on one item',
    ],
  ])('%s %o', async (operation, input, message, name = 'ValidationException') => {
    await expect(call(operation, input)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('a transaction', () => {
  test('whose condition fails does nothing, and has a reason for each part', async () => {
    const [first, second] = [ownKey(), ownKey()];
    await put({ ...second, n: { N: '1' } });
    const ConditionExpression = 'attribute_not_exists(pk)';
    const transact = call('TransactWriteItems', {
      TransactItems: [
        { Put: { TableName, Item: first } },
        { Put: { TableName, Item: second, ConditionExpression, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
      ],
    });
    await expect(transact).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { ...second, n: { N: '1' } } }],
    });
    expect((await call('GetItem', { TableName, Key: first })).Item).toBeUndefined();
  });

  test('with the same token is done once', async () => {
    const Key = ownKey();
    const Update = { TableName, Key, UpdateExpression: 'ADD n :n', ...used(':n') };
    const input = { TransactItems: [{ Update }], ClientRequestToken: 'once' };
    await call('TransactWriteItems', input);
    await call('TransactWriteItems', input);
    expect((await call('GetItem', { TableName, Key })).Item.n).toEqual({ N: '2' });
    const other = { ...input, TransactItems: [{ Delete: { TableName, Key } }] };
    await expect(call('TransactWriteItems', other)).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
  });
});

describe('consumed capacity', () => {
  const large = { text: { S: 'x'.repeat(5_000) } };
  test.each([
    ['PutItem', (Key: Any) => ({ TableName, Item: { ...Key, ...large } }), 5],
    ['GetItem', (Key: Any) => ({ TableName, Key }), 1],
    ['GetItem', (Key: Any) => ({ TableName, Key, ConsistentRead: true }), 2],
    ['GetItem', () => ({ TableName, Key: ownKey(), ConsistentRead: true }), 1],
    ['DeleteItem', (Key: Any) => ({ TableName, Key }), 5],
    ['TransactWriteItems', (Key: Any) => ({ TransactItems: [{ Put: { TableName, Item: { ...Key, ...large } } }] }), 10],
    ['TransactGetItems', (Key: Any) => ({ TransactItems: [{ Get: { TableName, Key } }] }), 4],
    ['BatchGetItem', (Key: Any) => ({ RequestItems: { [TableName]: { Keys: [Key] } } }), 1],
  ])('%s', async (operation, inputOf, units) => {
    const Key = ownKey();
    await put({ ...Key, ...large });
    const answer = await call(operation, { ...inputOf(Key), ReturnConsumedCapacity: 'TOTAL' });
    expect([answer.ConsumedCapacity].flat()).toEqual([{ TableName, CapacityUnits: units }]);
    const without = await call(operation, inputOf(Key));
    expect(without.ConsumedCapacity).toBeUndefined();
  });
});
