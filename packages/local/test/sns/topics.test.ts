import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
} from '@aws-sdk/client-sns';
import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notServed } from '#assembly/not-served';
import { stackFromTemplate } from '#assembly/stack';
import { createAsyncQueue } from '#lambda/async-queue';
import { startSns } from '#sns/start';
import { readTopics } from '#sns/topics';
import { startSqs } from '#sqs/start';
import { createDestinations } from '#targets/destinations';
import { createTargets } from '#targets/targets';
import { eventually } from '../dynamodb/eventually.ts';
import { lambda, role } from '../dynamodb/template.ts';
import { startContext } from '../sqs/fixture.ts';

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const topic = (Properties: object = {}) => ({ Type: 'AWS::SNS::Topic', Properties });
const queue = (Properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties });
const subscribe = (Topic: string, Protocol: string, target: string, more: object = {}) => ({
  Type: 'AWS::SNS::Subscription',
  Properties: { TopicArn: { Ref: Topic }, Protocol, Endpoint: arnOf(target), ...more },
});
const mayBeSentTo = (queues: string[]) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: queues.map((Ref) => ({ Ref })),
    PolicyDocument: {
      Statement: queues.map((id) => ({
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arnOf(id),
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } },
      })),
    },
  },
});
const mayBeInvoked = (FunctionName: string, SourceArn: object) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: arnOf(FunctionName),
    Principal: 'sns.amazonaws.com',
    SourceArn,
  },
});

let fixture: Awaited<ReturnType<typeof startContext>>;
let sqs: SQSClient;
let sns: SNSClient;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  fixture = await startContext(
    ({ seen, plan }) => ({
      Resources: {
        News: topic(),
        Letters: topic(),
        Orders: topic(),
        Failing: topic(),
        Steps: topic({ FifoTopic: true, ContentBasedDeduplication: true }),
        Wrapped: queue(),
        Raw: queue(),
        Big: queue(),
        Body: queue(),
        Lost: queue(),
        Closed: queue(),
        Walked: queue({ FifoQueue: true }),
        // What it allows is its own queue alone.
        WidePolicy: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [{ Ref: 'Raw' }],
            PolicyDocument: {
              Statement: {
                Effect: 'Allow',
                Principal: { Service: 'sns.amazonaws.com' },
                Action: 'sqs:*',
                Resource: '*',
              },
            },
          },
        },
        Policy: mayBeSentTo(['Wrapped', 'Big', 'Body', 'Lost', 'Walked']),
        NewsToWorker: subscribe('News', 'lambda', 'Worker'),
        NewsToWrapped: subscribe('News', 'sqs', 'Wrapped'),
        NewsToRaw: subscribe('News', 'sqs', 'Raw', { RawMessageDelivery: true }),
        LettersByMail: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: { Ref: 'Letters' }, Protocol: 'email', Endpoint: 'ann@example.com' },
        },
        LettersBySms: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: { Ref: 'Letters' }, Protocol: 'sms', Endpoint: '+15550100' },
        },
        OrdersToBig: subscribe('Orders', 'sqs', 'Big', {
          RawMessageDelivery: true,
          FilterPolicy: { kind: ['order'], price: [{ numeric: ['>=', 100] }], tags: [{ 'anything-but': ['test'] }] },
        }),
        OrdersToBody: subscribe('Orders', 'sqs', 'Body', {
          RawMessageDelivery: true,
          FilterPolicyScope: 'MessageBody',
          FilterPolicy: { order: { to: [{ prefix: 'B' }] } },
        }),
        FailingToClosed: subscribe('Failing', 'sqs', 'Closed', {
          RawMessageDelivery: true,
          RedrivePolicy: { deadLetterTargetArn: arnOf('Lost') },
        }),
        FailingToStranger: subscribe('Failing', 'lambda', 'Stranger'),
        StepsToWalked: subscribe('Steps', 'sqs', 'Walked', { RawMessageDelivery: true }),
        WorkerRole: role([], { more: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: 'News' } }] }),
        Worker: lambda('WorkerRole', { SEEN: seen, PLAN: plan }),
        Stranger: lambda('WorkerRole', { SEEN: seen, PLAN: plan }),
        WorkerPermission: mayBeInvoked('Worker', { Ref: 'News' }),
      },
    }),
    60,
  );
  const { context } = fixture;
  const queues = await startSqs(context);
  const bus = { putAs: () => Promise.reject(new Error('there is no bus')) };
  const events = createAsyncQueue(
    context,
    createDestinations(() => ({ targets, topics, bus })),
  );
  const targets = createTargets(context, { events, queues });
  const topics = await startSns(context, targets);
  fixture.serve('/_aws/sqs', queues);
  fixture.serve('/_aws/sns', topics);
  const { origin, stack } = context;
  const options = { region: stack.region, credentials: fixture.root() };
  sqs = new SQSClient({ ...options, endpoint: `${origin}/_aws/sqs` });
  sns = new SNSClient({ ...options, endpoint: `${origin}/_aws/sns` });
  ends.push(
    () => events.stop(),
    fixture.stop,
    () => sqs.destroy(),
    () => sns.destroy(),
  );
});
afterAll(async () => {
  for (const end of ends) await end();
});

const ref = (id: string) => fixture.context.stack.ref(id);
const publish = (topicId: string, Message: string, more: Partial<PublishCommandInput> = {}) =>
  sns.send(new PublishCommand({ TopicArn: ref(topicId), Message, ...more }));
async function take(queueId: string): Promise<Message[]> {
  const input = { QueueUrl: ref(queueId), MaxNumberOfMessages: 10, VisibilityTimeout: 600 };
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ ...input, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] }),
  );
  return Messages;
}
const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const named = (name: string, message = '') =>
  expect.objectContaining({ name, message: expect.stringContaining(message) });

test('a message reaches a function as an event, a queue wrapped in JSON, and a queue with raw delivery as it is', async () => {
  const attributes = { colour: text('blue'), size: { DataType: 'Number', StringValue: '3' } };
  const { MessageId } = await publish('News', 'Hello', { Subject: 'Greeting', MessageAttributes: attributes });
  const [topicArn, fields] = [
    ref('News'),
    { colour: { Type: 'String', Value: 'blue' }, size: { Type: 'Number', Value: '3' } },
  ];
  const notification = {
    Type: 'Notification',
    MessageId,
    TopicArn: topicArn,
    Subject: 'Greeting',
    Message: 'Hello',
    Timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    SignatureVersion: '1',
    Signature: expect.any(String),
    MessageAttributes: fields,
  };
  const [wrapped] = await take('Wrapped');
  expect(wrapped?.MessageAttributes).toBeUndefined();
  expect(JSON.parse(wrapped?.Body ?? '')).toEqual({
    ...notification,
    SigningCertURL: expect.any(String),
    UnsubscribeURL: expect.stringContaining(ref('NewsToWrapped')),
  });
  expect(await take('Raw')).toMatchObject([{ Body: 'Hello', MessageAttributes: attributes }]);
  const event = await eventually(() => {
    const [first] = fixture.batches();
    if (!first) throw new Error('no event');
    return first;
  });
  expect(event).toEqual({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: ref('NewsToWorker'),
        Sns: { ...notification, SigningCertUrl: expect.any(String), UnsubscribeUrl: expect.any(String) },
      },
    ],
  });
});

test('with MessageStructure json, each protocol has its text, and there must be a default', async () => {
  const json = (texts: object) => publish('News', JSON.stringify(texts), { MessageStructure: 'json' });
  await json({ default: 'for all', sqs: 'for queues' });
  expect(await take('Raw')).toMatchObject([{ Body: 'for queues' }]);
  await expect(json({ sqs: 'for queues' })).rejects.toThrow(named('InvalidParameterException', 'No default entry'));
});

test('who is subscribed by mail gets a file in the mail folder', async () => {
  await publish('Letters', 'Hello by mail', { Subject: 'Post' });
  const folder = join(fixture.dataDirectory, 'mail');
  const mails = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(mails).toContainEqual(
    expect.stringMatching(/^To: ann@example\.com\nSubject: Post\nDate: .*\n\nHello by mail\n$/),
  );
});

test('who is subscribed by SMS hears nothing here, and the start says so', async () => {
  expect(notServed(fixture.context.stack)).toEqual(['not served here: AWS::SNS::Subscription (sms) LettersBySms']);
});

describe('a filter policy', () => {
  test('of attributes compares strings, numbers and lists; all of its keys must match', async () => {
    const order = (price: string, tags: string[], kind = 'order') =>
      publish('Orders', `${kind} ${price} ${tags}`, {
        MessageAttributes: {
          kind: text(kind),
          price: { DataType: 'Number', StringValue: price },
          tags: { DataType: 'String.Array', StringValue: JSON.stringify(tags) },
        },
      });
    await order('99', ['a']);
    await order('100', ['test']);
    await order('100', ['a'], 'return');
    await order('100.5', ['test', 'a']);
    await publish('Orders', 'no attributes');
    expect((await take('Big')).map(({ Body }) => Body)).toEqual(['order 100.5 test,a']);
  });

  test('of the body reads JSON, and lets nothing else pass', async () => {
    for (const to of ['Ann', 'Bob']) await publish('Orders', JSON.stringify({ order: { to } }));
    await publish('Orders', 'Bob');
    expect((await take('Body')).map(({ Body }) => Body)).toEqual(['{"order":{"to":"Bob"}}']);
  });

  test('of attributes that is nested is refused at the start', () => {
    const template = {
      Resources: {
        News: topic(),
        Raw: queue(),
        Sub: subscribe('News', 'sqs', 'Raw', { FilterPolicy: { order: { to: ['x'] } } }),
      },
    };
    const stack = stackFromTemplate({ template, name: 'Try', origin: 'http://127.0.0.1:1' });
    expect(() => readTopics(stack)).toThrow('does not support nested filter policy');
  });
});

test('a message that a queue or function does not allow goes to the dead-letter queue of the subscription, or is lost', async () => {
  await publish('Failing', 'nobody may');
  expect(await take('Closed')).toEqual([]);
  expect(await take('Lost')).toMatchObject([{ Body: 'nobody may' }]);
  expect(fixture.log.join('\n')).toMatch(/no resource-based policy allows sns\.amazonaws\.com/);
  expect(fixture.log.join('\n')).toMatch(/Stranger has no permission in the template/);
});

test('a FIFO topic needs a group, keeps the order, and takes a message once in five minutes', async () => {
  await expect(publish('Steps', 'x')).rejects.toThrow(named('InvalidParameterException', 'MessageGroupId'));
  const first = await publish('Steps', 'one', { MessageGroupId: 'g' });
  const second = await publish('Steps', 'one', { MessageGroupId: 'g' });
  expect(second).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
  await publish('Steps', 'two', { MessageGroupId: 'g' });
  const walked = await take('Walked');
  expect(walked).toMatchObject([
    {
      Body: 'one',
      Attributes: { MessageGroupId: 'g', MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
    { Body: 'two' },
  ]);
});

test('a FIFO queue cannot be subscribed to a standard topic', () => {
  const template = {
    Resources: { News: topic(), Walked: queue({ FifoQueue: true }), Sub: subscribe('News', 'sqs', 'Walked') },
  };
  const stack = stackFromTemplate({ template, name: 'Try', origin: 'http://127.0.0.1:1' });
  expect(() => readTopics(stack)).toThrow('FIFO SQS Queues can not be subscribed to standard SNS topics');
});

test('PublishBatch publishes each entry by itself, and refuses batches that SNS refuses', async () => {
  const batch = (...entries: { Id: string; Message: string }[]) =>
    sns.send(new PublishBatchCommand({ TopicArn: ref('News'), PublishBatchRequestEntries: entries }));
  const answer = await batch({ Id: 'a', Message: 'first' }, { Id: 'b', Message: '' }, { Id: 'c', Message: 'third' });
  expect(answer.Successful).toMatchObject([{ Id: 'a', MessageId: expect.any(String) }, { Id: 'c' }]);
  expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }]);
  expect((await take('Raw')).map(({ Body }) => Body)).toEqual(['first', 'third']);
  await expect(batch({ Id: 'a', Message: 'x' }, { Id: 'a', Message: 'y' })).rejects.toThrow(
    named('BatchEntryIdsNotDistinctException'),
  );
});

test('a function publishes what its role allows; an unknown topic and an empty message are refused', async () => {
  const own = new SNSClient({
    region: fixture.context.stack.region,
    endpoint: `${fixture.context.origin}/_aws/sns`,
    credentials: fixture.worker(),
  });
  ends.push(() => own.destroy());
  await own.send(new PublishCommand({ TopicArn: ref('News'), Message: 'allowed' }));
  await expect(own.send(new PublishCommand({ TopicArn: ref('Orders'), Message: 'x' }))).rejects.toThrow(
    named('AuthorizationErrorException', 'is not authorized to perform: sns:Publish on resource'),
  );
  await expect(sns.send(new PublishCommand({ TopicArn: `${ref('News')}x`, Message: 'x' }))).rejects.toThrow(
    named('NotFoundException', 'Topic does not exist'),
  );
  await expect(publish('News', '')).rejects.toThrow(named('InvalidParameterException', 'Empty message'));
});

test('topics and subscriptions are listed', async () => {
  const { Topics } = await sns.send(new ListTopicsCommand({}));
  expect(Topics).toContainEqual({ TopicArn: ref('Steps') });
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: ref('Steps') }));
  expect(Subscriptions).toMatchObject([{ Protocol: 'sqs', Endpoint: fixture.context.stack.arn('Walked') }]);
});
