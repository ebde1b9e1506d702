import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stackFromTemplate } from '#assembly/stack';
import { type Engine, startEngine } from '#dynamodb/engine';
import { createEngineClient, type EngineClient } from '#dynamodb/engine-client';
import { ensureTables } from '#dynamodb/tables';
import { temporaryFolder } from './runtime.ts';
import { table } from './template.ts';

let folder: string;
let engine: Engine;
let client: EngineClient;
beforeAll(async () => {
  folder = temporaryFolder();
  engine = await startEngine({ dataDirectory: folder });
  client = createEngineClient({ url: engine.url });
});
afterAll(async () => {
  client?.stop();
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});

let TableName = '';
const call = (name: string, input: object = {}) => client.call(`DynamoDB_20120810.${name}`, { TableName, ...input });
const deploy = (Properties: object, Type = 'AWS::DynamoDB::Table') => {
  const template = { Resources: { Table: { Type, Properties: { ...Properties, TableName } } } };
  return ensureTables(stackFromTemplate({ template, name: 'Try', origin: 'http://127.0.0.1:1' }), client);
};
let tables = 0;
beforeEach(() => {
  tables += 1;
  TableName = `Chat-${tables}`;
});
afterEach(() => call('DeleteTable'));

const { Properties } = table;
const [members] = Properties.GlobalSecondaryIndexes;
const byName = {
  IndexName: 'by-name',
  KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
};
const withName = [...Properties.AttributeDefinitions, { AttributeName: 'name', AttributeType: 'S' }];

describe('a table of the template', () => {
  test('is made with keys, index, stream and time to live, and a second start changes nothing', async () => {
    await deploy(Properties);
    await deploy(Properties);
    expect(await call('DescribeTable')).toMatchObject({
      Table: {
        KeySchema: Properties.KeySchema,
        GlobalSecondaryIndexes: [members],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      },
    });
    expect(await call('DescribeTimeToLive')).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
    });
  });

  test('is made from a GlobalTable too, which is what TableV2 synthesizes', async () => {
    const { BillingMode, ...rest } = Properties;
    await deploy({ ...rest, BillingMode, Replicas: [{ Region: 'us-east-1' }] }, 'AWS::DynamoDB::GlobalTable');
    expect(await call('DescribeTable')).toMatchObject({ Table: { GlobalSecondaryIndexes: [members] } });
  });

  test('that exists gets a missing index, filled with its items, and loses an index that the template no longer has', async () => {
    await deploy(Properties);
    await call('PutItem', { Item: { pk: { S: 'a' }, sk: { S: 'b' }, name: { S: 'Ann' } } });
    await deploy({ ...Properties, AttributeDefinitions: withName, GlobalSecondaryIndexes: [byName] });
    expect(Object(Object(await call('DescribeTable')).Table).GlobalSecondaryIndexes).toEqual([
      expect.objectContaining(byName),
    ]);
    const query = {
      IndexName: 'by-name',
      KeyConditionExpression: '#n = :n',
      ExpressionAttributeNames: { '#n': 'name' },
      ExpressionAttributeValues: { ':n': { S: 'Ann' } },
    };
    expect(await call('Query', query)).toMatchObject({ Count: 1 });
  });

  test('gets another time to live attribute, and a stream if it had none', async () => {
    const { StreamSpecification, TimeToLiveSpecification, ...plain } = Properties;
    await deploy({ ...plain, TimeToLiveSpecification: { AttributeName: 'other', Enabled: true } });
    await deploy({ ...plain, StreamSpecification, TimeToLiveSpecification });
    expect(await call('DescribeTable')).toMatchObject({ Table: { StreamSpecification: { StreamEnabled: true } } });
    expect(await call('DescribeTimeToLive')).toMatchObject({ TimeToLiveDescription: { AttributeName: 'expires' } });
  });

  test('whose key or index changed is refused with one sentence, because AWS would replace it', async () => {
    await deploy(Properties);
    await expect(deploy({ ...Properties, KeySchema: [Properties.KeySchema[0]] })).rejects.toThrow(
      /^unable to update table Chat-\d+; its key differs/,
    );
    const changed = { ...members, Projection: { ProjectionType: 'ALL' } };
    await expect(deploy({ ...Properties, GlobalSecondaryIndexes: [changed] })).rejects.toThrow(
      /^unable to update index members of table Chat-\d+; as on AWS an index cannot change/,
    );
  });
});
