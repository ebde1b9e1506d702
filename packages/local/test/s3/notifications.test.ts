import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CopyObjectCommand, DeleteObjectCommand, DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../dynamodb/eventually.ts';
import { bucketName as Bucket, type Fixture, startFixture, template } from './fixture.ts';

/** Records its event for the test. */
const code = `export const handler = async (event) => {
  await fetch(process.env.LISTENER, { method: 'POST', body: JSON.stringify(event) });
  if (event.Records[0].s3.object.key === 'in/again.png') throw new Error('planned');
};`;

const listener = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += String(part);
  response.end();
  listener.emit('heard', JSON.parse(text));
});
let directory: string;
let s3: Fixture;

const hearer = (permitted: boolean, name: string) => ({
  [name]: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Key: 'hear' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Auditor', 'Arn'] },
      Timeout: 10,
      Environment: { Variables: { LISTENER: `http://127.0.0.1:${(listener.address() as AddressInfo).port}` } },
    },
  },
  ...(permitted
    ? {
        [`${name}Permission`]: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: { 'Fn::GetAtt': [name, 'Arn'] },
            Principal: 's3.amazonaws.com',
            SourceArn: { 'Fn::GetAtt': ['Uploads', 'Arn'] },
          },
        },
      }
    : {}),
});

const allow = (Type: string, Action: string, Service: string, Resource: object) => ({
  Type,
  Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { Service }, Action, Resource }] } },
});

beforeAll(async () => {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  directory = await mkdtemp(join(tmpdir(), 'local-s3-code-'));
  await writeFile(join(directory, 'index.mjs'), code);
  const uploads = template.Resources.Uploads;
  s3 = await startFixture({
    template: {
      Resources: {
        ...template.Resources,
        ...hearer(true, 'Hear'),
        ...hearer(true, 'Mourn'),
        ...hearer(false, 'Stranger'),
        Incoming: { Type: 'AWS::SQS::Queue' },
        Told: { Type: 'AWS::SQS::Queue' },
        Bused: { Type: 'AWS::SQS::Queue' },
        Locked: { Type: 'AWS::SQS::Queue' },
        News: { Type: 'AWS::SNS::Topic' },
        NewsPolicy: allow('AWS::SNS::TopicPolicy', 'sns:Publish', 's3.amazonaws.com', { Ref: 'News' }),
        ...Object.fromEntries(
          [
            ['Incoming', 's3.amazonaws.com'],
            ['Told', 'sns.amazonaws.com'],
            ['Bused', 'events.amazonaws.com'],
          ].map(([id = '', service = '']) => [
            `${id}Policy`,
            allow('AWS::SQS::QueuePolicy', 'sqs:SendMessage', service, { 'Fn::GetAtt': [id, 'Arn'] }),
          ]),
        ),
        NewsToTold: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: { Ref: 'News' }, Protocol: 'sqs', Endpoint: { 'Fn::GetAtt': ['Told', 'Arn'] } },
        },
        OnObjects: {
          Type: 'AWS::Events::Rule',
          Properties: {
            EventPattern: { source: ['aws.s3'], detail: { object: { key: [{ prefix: 'queued/' }] } } },
            Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': ['Bused', 'Arn'] } }],
          },
        },
        Uploads: {
          ...uploads,
          Properties: {
            ...uploads.Properties,
            NotificationConfiguration: {
              LambdaConfigurations: [
                { Event: 's3:ObjectRemoved:*', Function: { 'Fn::GetAtt': ['Mourn', 'Arn'] } },
                { Event: 's3:ObjectCreated:Copy', Function: { 'Fn::GetAtt': ['Stranger', 'Arn'] } },
              ],
              QueueConfigurations: [
                {
                  Event: 's3:ObjectCreated:*',
                  Queue: { 'Fn::GetAtt': ['Incoming', 'Arn'] },
                  Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'queued/' }] } },
                },
                { Event: 's3:ObjectCreated:Copy', Queue: { 'Fn::GetAtt': ['Locked', 'Arn'] } },
              ],
              TopicConfigurations: [
                {
                  Event: 's3:ObjectCreated:*',
                  Topic: { Ref: 'News' },
                  Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'queued/' }] } },
                },
              ],
              EventBridgeConfiguration: { EventBridgeEnabled: true },
            },
          },
        },
        Notifications: {
          Type: 'Custom::S3BucketNotifications',
          Properties: {
            ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:handler',
            BucketName: { Ref: 'Uploads' },
            NotificationConfiguration: {
              LambdaFunctionConfigurations: [
                {
                  Id: 'pictures',
                  Events: ['s3:ObjectCreated:*'],
                  LambdaFunctionArn: { 'Fn::GetAtt': ['Hear', 'Arn'] },
                  Filter: {
                    Key: {
                      FilterRules: [
                        { Name: 'prefix', Value: 'in/' },
                        { Name: 'suffix', Value: '.png' },
                      ],
                    },
                  },
                },
              ],
            },
          },
        },
      },
    },
    codeDirectories: { Hear: directory, Mourn: directory, Stranger: directory },
  });
});
afterAll(async () => {
  await s3.stop();
  listener.closeAllConnections();
  listener.close();
  await rm(directory, { recursive: true, force: true });
});

const put = (Key: string) => s3.client().send(new PutObjectCommand({ Bucket, Key, Body: 'pixels' }));

test('a created object invokes the subscribed function if prefix and suffix match', async () => {
  const heard = once(listener, 'heard');
  await put('out/a.png');
  await put('in/a.txt');
  const { $metadata } = await put('in/é b.png');
  const [event] = await heard;
  expect(event).toEqual({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:arn:aws:iam::000000000000:root' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': $metadata.requestId, 'x-amz-id-2': $metadata.requestId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'pictures',
          bucket: { name: Bucket, ownerIdentity: { principalId: '000000000000' }, arn: `arn:aws:s3:::${Bucket}` },
          object: {
            key: 'in/%C3%A9+b.png',
            size: 6,
            eTag: createHash('md5').update('pixels').digest('hex'),
            sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
          },
        },
      },
    ],
  });
  expect(s3.counters.snapshot()['lambda.invoke:Hear']).toBe(1);
});

test('a removed object invokes the functions subscribed to removals; removing a missing object invokes none', async () => {
  await put('gone');
  const heard = once(listener, 'heard');
  await s3.client().send(new DeleteObjectCommand({ Bucket, Key: 'never-there' }));
  await s3.client().send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
  const [{ Records }] = await heard;
  expect(Records).toMatchObject([{ eventName: 'ObjectRemoved:Delete', s3: { object: { key: 'gone' } } }]);
  expect(s3.counters.snapshot()['lambda.invoke:Mourn']).toBe(1);
});

test('each object that DeleteObjects removes is an event of its own', async () => {
  await put('gone-1');
  await put('gone-2');
  const heard: unknown[] = [];
  const both = new Promise<void>((resolve) => {
    listener.on('heard', ({ Records: [record] }) => {
      if (heard.push(record.s3.object.key) === 2) resolve();
    });
  });
  const Objects = ['gone-1', 'never-there', 'gone-2'].map((Key) => ({ Key }));
  await s3.client().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  await both;
  expect(heard.sort()).toEqual(['gone-1', 'gone-2']);
});

test('a function without permission for S3 is not invoked, and the log says why', async () => {
  await put('source');
  await s3.client().send(new CopyObjectCommand({ Bucket, Key: 'target', CopySource: `${Bucket}/source` }));
  expect(s3.counters.snapshot()['lambda.invoke:Stranger']).toBeUndefined();
  await eventually(() => expect(s3.log).toContainEqual(expect.stringContaining('no permission in the template')));
});

test('a created object reaches a queue, a topic and EventBridge, as far as their policies let S3 in', async () => {
  await put('queued/a.txt');
  const body = async (id: string) => {
    const text = await eventually(() => s3.messages(id)[0]?.Body ?? Promise.reject(new Error(`${id} is empty`)));
    return JSON.parse(text);
  };
  const record = { eventName: 'ObjectCreated:Put', s3: { object: { key: 'queued/a.txt' } } };
  expect(await body('Incoming')).toMatchObject({ Records: [record] });
  const { Message, Subject } = await body('Told');
  expect(Subject).toBe('Amazon S3 Notification');
  expect(JSON.parse(Message)).toMatchObject({ Records: [record] });
  expect(await body('Bused')).toMatchObject({
    source: 'aws.s3',
    'detail-type': 'Object Created',
    resources: [`arn:aws:s3:::${Bucket}`],
    detail: { bucket: { name: Bucket }, object: { key: 'queued/a.txt', size: 6 }, reason: 'PutObject' },
  });
  expect(s3.messages('Locked')).toEqual([]);
  expect(s3.log.join()).toMatch(/because no resource-based policy allows s3\.amazonaws\.com the action/);
});

test('a function that fails is tried again, as Lambda does with asynchronous events', async () => {
  await put('in/again.png');
  await eventually(() => expect(s3.counters.snapshot()['lambda.event-retries']).toBe(1));
});
