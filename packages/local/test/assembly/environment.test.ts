import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadStack } from '#assembly/stack';
import { type LocalRuntime, startLocal } from '#start';
import { writeAssembly } from './write-assembly.ts';

let folder: string;
let runtime: LocalRuntime;

const getAtt = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const template = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      },
    },
    Queue: { Type: 'AWS::SQS::Queue' },
    Bucket: { Type: 'AWS::S3::Bucket' },
    Pool: { Type: 'AWS::Cognito::UserPool' },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [
          {
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: ['dynamodb:PutItem', 'sqs:SendMessage', 'sqs:GetQueueAttributes', 's3:PutObject'],
                  Resource: [getAtt('Table'), getAtt('Queue'), { 'Fn::Sub': '$' + '{Bucket.Arn}/*' }],
                },
              ],
            },
          },
        ],
      },
    },
    Writer: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Key: 'writer.zip' },
        Role: getAtt('Role'),
        Timeout: 20,
        Environment: { Variables: { TABLE: { Ref: 'Table' }, QUEUE: { Ref: 'Queue' }, BUCKET: { Ref: 'Bucket' } } },
      },
    },
  },
  Outputs: { Place: { Value: { 'Fn::Sub': '$' + '{AWS::Region} $' + '{AWS::AccountId}' } } },
};
const inFrankfurt = { Try: { template, environment: 'aws://123456789012/eu-central-1' } };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-environment-'));
  const assemblyDirectory = await writeAssembly(join(folder, 'frankfurt'), inFrankfurt);
  runtime = await startLocal({ assemblyDirectory, dataDirectory: join(folder, 'data'), port: 0 });
});
afterAll(async () => {
  await runtime.stop();
  await rm(folder, { recursive: true });
});

const load = async (environment: string) => {
  const directory = await writeAssembly(join(folder, 'other'), { Try: { template, environment } });
  return loadStack({ assemblyDirectory: directory, origin: 'http://127.0.0.1:1' });
};
const table = (region: string) =>
  new DynamoDBClient({
    region,
    endpoint: `${runtime.origin}/_aws/dynamodb`,
    credentials: runtime.rootCredentials,
    maxAttempts: 1,
  });

describe('a stack whose env is an account and a region', () => {
  test('has them in its pseudo parameters, ARNs and ids', () => {
    const { stack } = runtime;
    expect([stack.region, stack.account]).toEqual(['eu-central-1', '123456789012']);
    expect(runtime.outputs.Place).toBe('eu-central-1 123456789012');
    expect(stack.arn('Table')).toBe('arn:aws:dynamodb:eu-central-1:123456789012:table/Table');
    expect(stack.ref('Pool')).toMatch(/^eu-central-1_/);
    expect(stack.ref('Queue')).toMatch(/^https:\/\/sqs\.eu-central-1\.amazonaws\.com\/123456789012\//);
  });

  test('lets its functions sign for that region, and write', async () => {
    const result = await runtime.functions.invoke('Writer', {});
    expect(result).toMatchObject({
      ok: true,
      payload: {
        region: 'eu-central-1',
        arn: runtime.stack.arn('Writer'),
        queue: runtime.stack.arn('Queue'),
      },
    });
    const client = table('eu-central-1');
    const key = { TableName: 'Table', Key: { pk: { S: 'a' } } };
    expect((await client.send(new GetItemCommand(key))).Item).toEqual({ pk: { S: 'a' } });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Table' }));
    expect(Table?.TableArn).toBe(runtime.stack.arn('Table'));
    client.destroy();
  });

  test('refuses a signature for another region', async () => {
    const client = table('us-east-1');
    await expect(client.send(new DescribeTableCommand({ TableName: 'Table' }))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    client.destroy();
  });

  test('cannot move while it is served', async () => {
    const moved = { Try: { template, environment: 'aws://123456789012/eu-west-1' } };
    await expect(runtime.reload(await writeAssembly(join(folder, 'moved'), moved))).rejects.toThrow(
      'unable to reload; the stack has moved from 123456789012/eu-central-1 to 123456789012/eu-west-1, so it must be served anew',
    );
    expect(runtime.stack.region).toBe('eu-central-1');
  });
});

test.each([
  ['aws://unknown-account/unknown-region', ['us-east-1', '000000000000']],
  ['aws://unknown-account/eu-west-1', ['eu-west-1', '000000000000']],
  ['aws://123456789012/unknown-region', ['us-east-1', '123456789012']],
])('of %s, what the app leaves open is us-east-1 and 000000000000', async (environment, expected) => {
  const { region, account } = await load(environment);
  expect([region, account]).toEqual(expected);
});

test('one sentence for a region of another partition', async () => {
  await expect(load('aws://123456789012/cn-north-1')).rejects.toThrow(
    'unable to serve Try; cn-north-1 is in another partition than aws, whose regions alone are served here',
  );
});
