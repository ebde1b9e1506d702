import { crc32 } from 'node:zlib';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Runtime, startRuntime } from './runtime.ts';
import { lambda, role, table } from './template.ts';

let runtime: Runtime;
let TableName: string;

beforeAll(async () => {
  runtime = await startRuntime({
    template: {
      Resources: {
        Table: table,
        WriterRole: role(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], {
          indexes: true,
        }),
        Writer: lambda('WriterRole'),
        ReaderRole: role(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query']),
        Reader: lambda('ReaderRole'),
      },
    },
  });
  TableName = runtime.context.stack.ref('Table');
});
afterAll(() => runtime?.stop());

const key = (sk: string) => ({ pk: 'USER#ann', sk });

describe('permissions of a role', () => {
  test('an item that one function writes is read by another', async () => {
    await runtime.client('Writer').send(new PutCommand({ TableName, Item: { ...key('PROFILE'), name: 'Ann' } }));
    const { Item } = await runtime.client('Reader').send(new GetCommand({ TableName, Key: key('PROFILE') }));
    expect(Item).toEqual({ ...key('PROFILE'), name: 'Ann' });
  });

  test("an action that the role lacks is AccessDenied with AWS's sentence, and nothing is stored", async () => {
    const put = runtime.client('Reader').send(new PutCommand({ TableName, Item: key('DENIED') }));
    const { stack } = runtime.context;
    await expect(put).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
      message: `User: arn:aws:sts::000000000000:assumed-role/${stack.ref('ReaderRole')}/${stack.ref('Reader')} is not authorized to perform: dynamodb:PutItem on resource: ${stack.arn('Table')} because no identity-based policy allows the dynamodb:PutItem action`,
    });
    const { Item } = await runtime.client('Reader').send(new GetCommand({ TableName, Key: key('DENIED') }));
    expect(Item).toBeUndefined();
  });

  test('a query on an index needs the index, not the table', async () => {
    const query = new QueryCommand({
      TableName,
      IndexName: 'members',
      KeyConditionExpression: 'member_of = :c',
      ExpressionAttributeValues: { ':c': 'room' },
    });
    await expect(runtime.client('Writer').send(query)).resolves.toMatchObject({ Count: 0 });
    await expect(runtime.client('Reader').send(query)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`${runtime.context.stack.arn('Table')}/index/members`),
    });
  });

  test('a batch needs its own action: PutItem does not allow BatchWriteItem', async () => {
    const batch = new BatchWriteCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: key('BATCH') } }] } });
    await expect(runtime.client('Writer').send(batch)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('dynamodb:BatchWriteItem'),
    });
    const read = new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [key('PROFILE')] } } });
    await expect(runtime.client('Reader').send(read)).resolves.toMatchObject({ Responses: { [TableName]: [{}] } });
  });

  test('a transaction needs the action of each of its parts: a condition check needs ConditionCheckItem', async () => {
    const put = { Put: { TableName, Item: key('TX') } };
    const check = { ConditionCheck: { TableName, Key: key('PROFILE'), ConditionExpression: 'attribute_exists(pk)' } };
    const writer = runtime.client('Writer');
    await writer.send(new TransactWriteCommand({ TransactItems: [put] }));
    await expect(
      writer.send(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: key('TX2') } }, check] })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('ConditionCheckItem') });
  });

  test('a permission can be revoked at run time and given back', async () => {
    const writer = runtime.client('Writer');
    const restore = runtime.context.policies.revoke({ roleId: 'WriterRole', action: 'dynamodb:PutItem' });
    const put = () => writer.send(new PutCommand({ TableName, Item: key('REVOKED') }));
    await expect(put()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    restore();
    await expect(put()).resolves.toBeDefined();
  });

  test('root may describe the table, which has the ARN of the stack', async () => {
    const { Table } = await runtime.root().send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ TableArn: runtime.context.stack.arn('Table'), TableStatus: 'ACTIVE' });
  });
});

describe('the signature', () => {
  const get = () => new GetCommand({ TableName, Key: key('PROFILE') });

  test('an unsigned request is MissingAuthenticationToken', async () => {
    const response = await fetch(`${runtime.context.origin}/_aws/dynamodb`, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({ TableName, Key: { pk: { S: 'a' }, sk: { S: 'b' } } }),
    });
    expect(response.status).toBe(400);
    const text = await response.text();
    // The Java and Python SDKs refuse an answer whose checksum is wrong.
    expect(response.headers.get('x-amz-crc32')).toBe(`${crc32(text)}`);
    expect(JSON.parse(text)).toEqual({
      __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
      message: 'Request is missing Authentication Token',
    });
  });

  test('unknown keys and a forged session token are UnrecognizedClient', async () => {
    const real = runtime.functionCredentials('Writer');
    for (const forged of [
      { ...real, accessKeyId: 'ASIAFORGEDFORGEDFORG' },
      { ...real, sessionToken: 'forged' },
    ]) {
      await expect(runtime.clientWith(forged).send(get())).rejects.toMatchObject({
        name: 'UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      });
    }
  });

  test('a wrong secret is InvalidSignature', async () => {
    const forged = { ...runtime.functionCredentials('Writer'), secretAccessKey: 'wrong' };
    await expect(runtime.clientWith(forged).send(get())).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });

  test('streams have no public address here, and a call for them says so', async () => {
    const client = runtime.root();
    client.middlewareStack.add(
      (next) => (args) => {
        const headers: unknown = Object(args.request).headers;
        Object.assign(Object(headers), { 'x-amz-target': 'DynamoDBStreams_20120810.ListStreams' });
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    await expect(client.send(get())).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});

describe('consumed capacity', () => {
  const item = () => ({ ...key(`CONV#${Math.random()}`), member_of: 'capacity' });

  test('is returned as the caller asks for it', async () => {
    const writer = runtime.client('Writer');
    const put = (ReturnConsumedCapacity?: 'NONE' | 'TOTAL' | 'INDEXES') =>
      writer.send(new PutCommand({ TableName, Item: item(), ReturnConsumedCapacity }));
    expect((await put()).ConsumedCapacity).toBeUndefined();
    expect((await put('NONE')).ConsumedCapacity).toBeUndefined();
    expect((await put('TOTAL')).ConsumedCapacity).toEqual({ TableName, CapacityUnits: 2 });
    expect((await put('INDEXES')).ConsumedCapacity).toMatchObject({
      CapacityUnits: 2,
      Table: { CapacityUnits: 1 },
      GlobalSecondaryIndexes: { members: { CapacityUnits: 1 } },
    });
  });

  test('is counted by function, operation, table and index, even when the caller does not ask for it', async () => {
    runtime.context.counters.reset();
    const writer = runtime.client('Writer');
    await writer.send(new PutCommand({ TableName, Item: item() }));
    await writer.send(
      new UpdateCommand({
        TableName,
        Key: key('HEAD'),
        UpdateExpression: 'ADD seq :one',
        ExpressionAttributeValues: { ':one': 1 },
      }),
    );
    await writer.send(new GetCommand({ TableName, Key: key('HEAD'), ConsistentRead: true }));
    await runtime.client('Reader').send(new GetCommand({ TableName, Key: key('HEAD') }));
    expect(runtime.context.counters.snapshot()).toEqual({
      'dynamodb.GetItem': 2,
      'dynamodb.PutItem': 1,
      'dynamodb.UpdateItem': 1,
      'dynamodb.calls/Table': 4,
      'dynamodb.calls/Table/members': 1,
      'dynamodb.read-units': 1.5,
      'dynamodb.read-units.GetItem': 1.5,
      [`dynamodb.read-units/${TableName}`]: 1.5,
      'dynamodb.read-units:Reader': 0.5,
      'dynamodb.read-units:Writer': 1,
      'dynamodb.write-units': 3,
      'dynamodb.write-units.PutItem': 2,
      'dynamodb.write-units.UpdateItem': 1,
      [`dynamodb.write-units/${TableName}`]: 2,
      [`dynamodb.write-units/${TableName}/members`]: 1,
      'dynamodb.write-units:Writer': 3,
    });
  });

  test('of a write whose condition fails is that of the existing item, and at least one unit', async () => {
    const writer = runtime.client('Writer');
    const [large, none] = [key('LARGE'), key('NONE')];
    await writer.send(new PutCommand({ TableName, Item: { ...large, text: 'x'.repeat(2_500) } }));
    runtime.context.counters.reset();
    const refused = { name: 'ConditionalCheckFailedException', Item: undefined };
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    await expect(writer.send(new PutCommand({ TableName, Item: large, ...condition }))).rejects.toMatchObject(refused);
    expect(runtime.context.counters.snapshot()).toEqual({
      'dynamodb.PutItem': 1,
      'dynamodb.calls/Table': 1,
      'dynamodb.error:ConditionalCheckFailedException': 1,
      'dynamodb.write-units': 3,
      'dynamodb.write-units.PutItem': 3,
      [`dynamodb.write-units/${TableName}`]: 3,
      'dynamodb.write-units:Writer': 3,
    });
    const update = { UpdateExpression: 'SET a = :a', ConditionExpression: 'attribute_exists(pk)' };
    await expect(
      writer.send(new UpdateCommand({ TableName, Key: none, ...update, ExpressionAttributeValues: { ':a': 1 } })),
    ).rejects.toMatchObject(refused);
    expect(runtime.context.counters.snapshot()['dynamodb.write-units.UpdateItem']).toBe(1);
  });

  test('a condition that fails gives DynamoDB’s own error, with the old item if the caller asks for it', async () => {
    const put = new PutCommand({
      TableName,
      Item: key('PROFILE'),
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(runtime.client('Writer').send(put)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { name: { S: 'Ann' } },
    });
  });
});

test('a client that goes away in the middle of its request disturbs no other', async () => {
  const gone = new AbortController();
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"TableName":'));
      setTimeout(() => gone.abort(), 20);
    },
  });
  const url = `${runtime.context.origin}/_aws/dynamodb`;
  const request: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half', signal: gone.signal };
  await expect(fetch(url, request)).rejects.toThrow();
  await expect(
    runtime.client('Reader').send(new GetCommand({ TableName, Key: key('PROFILE') })),
  ).resolves.toBeDefined();
});
