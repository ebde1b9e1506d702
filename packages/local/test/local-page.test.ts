import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRefusals } from '#iam/refusals';
import { redact } from '#local-page/redact';
import type { LocalState } from '#local-page/state';
import { type LocalRuntime, startLocal } from '#start';
import { writeAssembly } from './assembly/write-assembly.ts';

const getAtt = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const keySchema = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];
const template = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keySchema('pk'),
        AttributeDefinitions: [attribute('pk'), attribute('owner')],
        GlobalSecondaryIndexes: [
          { IndexName: 'owners', KeySchema: keySchema('owner'), Projection: { ProjectionType: 'ALL' } },
        ],
      },
    },
    Letters: { Type: 'AWS::SQS::Queue' },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: { RedrivePolicy: { deadLetterTargetArn: getAtt('Letters'), maxReceiveCount: 3 } },
    },
    // It may log, and nothing else.
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['logs:*'], Resource: ['*'] }] } }],
      },
    },
    Writer: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Key: 'writer.zip' },
        Role: getAtt('Role'),
        Timeout: 20,
        Environment: { Variables: { TABLE: { Ref: 'Table' }, PASSWORD: 'of-the-environment' } },
      },
    },
    // Nobody permits it to invoke the function.
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP', Name: 'api' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: getAtt('Writer'),
        PayloadFormatVersion: '2.0',
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'GET /',
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      },
    },
    Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: {} },
    Writes: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmDescription: 'Somebody writes',
        Namespace: 'AWS/DynamoDB',
        MetricName: 'ConsumedWriteCapacityUnits',
        Dimensions: [{ Name: 'TableName', Value: { Ref: 'Table' } }],
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      },
    },
    Traces: { Type: 'AWS::XRay::Group', Properties: {} },
  },
};

let folder: string;
let runtime: LocalRuntime;
let key: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-page-'));
  const assemblyDirectory = await writeAssembly(join(folder, 'cdk.out'), { Try: { template } });
  runtime = await startLocal({ assemblyDirectory, dataDirectory: join(folder, 'data'), port: 0 });
  key = new URL(runtime.page).searchParams.get('key') ?? '';
});
afterAll(async () => {
  await runtime.stop();
  await rm(folder, { recursive: true });
});

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${runtime.origin}${path}`, { method, headers: { authorization: `Bearer ${key}`, ...headers } });
const state = async (query = ''): Promise<LocalState> => (await ask(`/_local/state${query}`)).json();

describe('what the page is told', () => {
  test('which resources are served, which are needless, and which are not served', async () => {
    const { resources, stack } = await state();
    expect(stack).toMatchObject({ name: 'Try', region: runtime.stack.region, account: runtime.stack.account });
    expect(resources[0]).toMatchObject({
      name: 'Machine',
      type: 'AWS::StepFunctions::StateMachine',
      part: 'not served',
    });
    expect(resources.find(({ name }) => name === 'Table')).toMatchObject({
      part: 'served',
      id: runtime.stack.ref('Table'),
    });
    expect(resources.find(({ name }) => name === 'Traces')).toMatchObject({
      part: 'needless',
      why: expect.any(String),
    });
  });

  test('calls and units of a table and its index', async () => {
    const { origin, rootCredentials: credentials } = runtime;
    const { region } = runtime.stack;
    const client = new DynamoDBClient({ endpoint: `${origin}/_aws/dynamodb`, region, credentials });
    const TableName = runtime.stack.ref('Table');
    await client.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' }, owner: { S: 'alice' } } }));
    await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'owners',
        KeyConditionExpression: '#owner = :alice',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':alice': { S: 'alice' } },
      }),
    );
    client.destroy();
    const { tables, calls, alarms } = await state();
    expect(alarms).toEqual([
      {
        name: 'Writes',
        state: 'ALARM',
        reason: expect.stringContaining('Threshold Crossed'),
        description: 'Somebody writes',
        since: expect.any(Number),
      },
    ]);
    expect(tables).toEqual([
      { name: 'Table', calls: expect.any(Number), reads: 0, writes: 1 },
      { name: 'Table / owners', calls: 2, reads: 0.5, writes: 1 },
    ]);
    expect(calls).toContainEqual({ service: 'dynamodb', operation: 'PutItem', calls: 1 });
  });

  test('what is in queues, and whose dead letters they hold', async () => {
    const { origin, rootCredentials: credentials, stack } = runtime;
    const client = new SQSClient({ endpoint: `${origin}/_aws/sqs`, region: stack.region, credentials });
    await client.send(new SendMessageCommand({ QueueUrl: stack.ref('Queue'), MessageBody: 'a' }));
    client.destroy();
    expect((await state()).queues).toEqual([
      { name: 'Letters', waiting: 0, hidden: 0, deadLettersOf: ['Queue'] },
      { name: 'Queue', waiting: 1, hidden: 0, deadLettersOf: [] },
    ]);
  });

  test('invocations and errors of a function, its last lines, and what IAM refused it', async () => {
    const result = await runtime.functions.invoke('Writer', {});
    expect(result.ok).toBe(false);
    await expect.poll(async () => (await state()).functions[0]?.lastLines.length).toBeGreaterThan(0);
    const { functions, refused } = await state();
    expect(functions).toEqual([
      expect.objectContaining({ name: 'Writer', invocations: 1, errors: 1, running: 0, averageMs: expect.any(Number) }),
    ]);
    expect(functions[0]?.lastLines.join('\n')).toContain('not authorized');
    expect(refused).toContainEqual(
      expect.objectContaining({
        who: 'Writer',
        action: 'dynamodb:PutItem',
        resource: runtime.stack.arn('Table'),
        times: 1,
        message: expect.stringContaining('no identity-based policy allows'),
      }),
    );
    const [log] = (await state()).logs;
    const read = await state(`?log=${log?.name}`);
    expect(read.log?.lines.some((line) => line.startsWith('REPORT RequestId'))).toBe(true);
  });

  test('what the permissions of a function refuse to a service', async () => {
    expect((await ask(`/_aws/execute-api/${runtime.stack.ref('Api')}/`)).status).toBe(500);
    expect((await state()).refused[0]).toMatchObject({
      who: 'apigateway.amazonaws.com',
      action: 'lambda:InvokeFunction',
      resource: 'Writer',
      message: expect.stringContaining('no AWS::Lambda::Permission of Writer allows the source arn:aws:execute-api:'),
    });
  });

  test('the mail of user pools, the latest first', async () => {
    const mail = join(folder, 'data/mail');
    await mkdir(mail, { recursive: true });
    const text = (to: string) => `To: ${to}\nSubject: Welcome\nDate: 2026-01-01T00:00:00.000Z\n\nYour code is 123456\n`;
    await writeFile(join(mail, '2026-01-01T00-00-00.000Z-alice-confirm.txt'), text('alice@example.com'));
    await writeFile(join(mail, '2026-01-02T00-00-00.000Z-bob-confirm.txt'), text('bob@example.com'));
    expect((await state()).mail.map(({ to, subject, text }) => [to, subject, text])).toEqual([
      ['bob@example.com', 'Welcome', 'Your code is 123456'],
      ['alice@example.com', 'Welcome', 'Your code is 123456'],
    ]);
  });

  test('no variables of functions, no keys, and no file outside of the logs', async () => {
    const text = await (await ask('/_local/state')).text();
    expect(text).not.toContain('of-the-environment');
    expect(text).not.toContain(runtime.rootCredentials.secretAccessKey);
    await writeFile(join(folder, 'data/secret.log'), 'x');
    for (const name of ['../secret', '..%2Fsecret', 'secret', '']) {
      expect((await state(`?log=${name}`)).log).toBeUndefined();
    }
  });
});

describe('who is told', () => {
  test('whoever has the key, which stays with the data folder', async () => {
    expect(runtime.page).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_local\?key=[\w-]{22}$/);
    expect((await ask('/_local/state')).status).toBe(200);
    expect((await ask('/_local/state', { authorization: 'Bearer other' })).status).toBe(401);
    expect((await ask('/_local/state', { authorization: '' })).status).toBe(401);
  });

  test.each([
    ['a page of another origin', { origin: 'http://evil.example' }, 403],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['a link of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
  ])('%s is answered as it should be', async (_, headers, status) => {
    // `fetch` sets some of these headers itself.
    const answered = new Promise((resolve, reject) => {
      const { hostname, port } = new URL(runtime.origin);
      get({ hostname, port, path: '/_local', headers }, (response) => resolve(response.resume().statusCode)).on(
        'error',
        reject,
      );
    });
    expect(await answered).toBe(status);
  });

  test('the page may not be framed, cached, or load anything of others', async () => {
    const { headers } = await ask('/_local');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test('only its own paths exist, and only reading', async () => {
    const statuses = async (path: string, method?: string) => (await ask(path, {}, method)).status;
    expect(await statuses('/_local/')).toBe(200);
    expect(await statuses('/_local/page.js')).toBe(200);
    expect(await statuses('/_local/page.css')).toBe(200);
    expect(await statuses('/_local/other')).toBe(404);
    expect(await statuses('/_local', 'POST')).toBe(405);
    expect(await statuses('/_local', 'HEAD')).toBe(200);
  });
});

test.each([
  ['Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln', 'Bearer [hidden]'],
  ['{"password":"hunter22","user":"alice"}', '{"password":"[hidden]","user":"alice"}'],
  ["{ clientSecret: 'abcdefgh' }", "{ clientSecret: '[hidden]' }"],
  ['GET /?ticket=abcdefgh&x=1', 'GET /?ticket=[hidden]&x=1'],
  ['key AKIA0123456789ABCDEF', 'key [hidden]'],
  ['authorization: Bearer abcdefgh', 'authorization: Bearer [hidden]'],
  ['no tokens here, 3 secrets', 'no tokens here, 3 secrets'],
])('of the line %j a reader sees %j', (line, shown) => {
  expect(redact(line)).toBe(shown);
});

test('equal refusals are one, and the oldest are forgotten', () => {
  let now = 1;
  const refusals = createRefusals({ now: () => now }, 2);
  const root = { kind: 'root', arn: 'arn:aws:iam::000000000000:root' } as const;
  for (const action of ['a', 'b', 'a', 'c']) {
    refusals.add(root, action, '*', `no ${action}`);
    now += 1;
  }
  expect(refusals.list().map(({ action, times, first, last }) => [action, times, first, last])).toEqual([
    ['c', 1, 4, 4],
    ['a', 2, 1, 3],
  ]);
});
