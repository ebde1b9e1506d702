import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startQueueTriggers } from '#sqs/poller';
import { startSqs } from '#sqs/start';
import { eventually } from '../dynamodb/eventually.ts';
import { lambda, role } from '../dynamodb/template.ts';
import { startContext } from './fixture.ts';

const timeScale = 100;
const time = { offset: 0 };

const arnOf = (queue: string) => ({ 'Fn::GetAtt': [queue, 'Arn'] });
const feed = (queue: string, mapping: object) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: arnOf(queue),
    FunctionName: { Ref: 'Worker' },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ...mapping,
  },
});
const queue = (Properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties });
const fifo = (Properties: object = {}) => queue({ FifoQueue: true, ...Properties });

let fixture: Awaited<ReturnType<typeof startContext>>;
let sqs: Awaited<ReturnType<typeof startSqs>>;
let triggers: Awaited<ReturnType<typeof startQueueTriggers>>;
let client: SQSClient;
const urls = new Map<string, string>();

beforeAll(async () => {
  fixture = await startContext(
    ({ seen, plan }) => ({
      Resources: {
        Plain: queue(),
        Patient: queue({ ReceiveMessageWaitTimeSeconds: 20 }),
        Slow: queue({ DelaySeconds: 10 }),
        Small: queue({ MaximumMessageSize: 1024 }),
        Ordered: fifo({ QueueName: 'ordered.fifo' }),
        Hashed: fifo({ ContentBasedDeduplication: true }),
        PerGroup: fifo({ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' }),
        Polled: fifo({ ContentBasedDeduplication: true, VisibilityTimeout: 60 }),
        Gathered: queue(),
        Filtered: queue(),
        WorkerRole: role([], { more: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] }),
        Worker: lambda('WorkerRole', { SEEN: seen, PLAN: plan }),
        FeedPolled: feed('Polled', { BatchSize: 10 }),
        FeedGathered: feed('Gathered', { BatchSize: 12, MaximumBatchingWindowInSeconds: 300 }),
        FeedFiltered: feed('Filtered', {
          FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ body: { kind: ['order'] } }) }] },
        }),
      },
    }),
    timeScale,
    { now: () => Date.now() + time.offset },
  );
  sqs = await startSqs(fixture.context);
  triggers = await startQueueTriggers(fixture.context, sqs);
  fixture.serve('/_aws/sqs', sqs);
  const { origin, stack } = fixture.context;
  client = new SQSClient({ region: stack.region, endpoint: `${origin}/_aws/sqs`, credentials: fixture.root() });
  for (const { logicalId } of stack.ofType('AWS::SQS::Queue')) urls.set(logicalId, stack.ref(logicalId));
});
afterEach(() => fixture.plan({}));
afterAll(async () => {
  client?.destroy();
  await triggers?.stop();
  await sqs?.stop();
  await fixture?.stop();
});

const urlOf = (name: string) => urls.get(name) ?? '';
const send = (name: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  client.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody, ...more }));
const all: Partial<ReceiveMessageCommandInput> = {
  MessageSystemAttributeNames: ['All'],
  MessageAttributeNames: ['All'],
};
async function receive(name: string, more: Partial<ReceiveMessageCommandInput> = {}) {
  const input = { QueueUrl: urlOf(name), MaxNumberOfMessages: 10, ...more };
  return (await client.send(new ReceiveMessageCommand(input))).Messages ?? [];
}
const remove = (name: string, ReceiptHandle: string | undefined) =>
  client.send(new DeleteMessageCommand({ QueueUrl: urlOf(name), ReceiptHandle }));
const bodies = (messages: { Body?: string | undefined }[]) => messages.map(({ Body }) => Body);
const named = (name: string, message = '') =>
  expect.objectContaining({ name, message: expect.stringContaining(message) });

describe('message attributes', () => {
  const attributes: Record<string, MessageAttributeValue> = {
    timestamp: { DataType: 'Number', StringValue: '1493147359900' },
  };

  test('have the MD5 that SDKs check, in the answer to the sender and to the receiver', async () => {
    const sent = await send('Plain', 'a', { MessageAttributes: attributes });
    // Computed by AWS for this attribute.
    expect(sent.MD5OfMessageAttributes).toBe('235c5c510d26fb653d073faed50ae77c');
    const [message] = await receive('Plain', all);
    expect(message).toMatchObject({
      MessageAttributes: attributes,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    });
    await remove('Plain', message?.ReceiptHandle);
  });

  test('are given as far as the receiver asks for them, by name or beginning; so are system attributes', async () => {
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    await send('Plain', 'b', {
      MessageAttributes: {
        'order.id': text('1'),
        'order.kind': text('new'),
        size: { DataType: 'Binary', BinaryValue: Buffer.of(1, 2) },
      },
    });
    const look = async (more: Partial<ReceiveMessageCommandInput>) =>
      (await receive('Plain', { VisibilityTimeout: 0, ...more }))[0];
    expect(await look({})).toEqual({
      MessageId: expect.any(String),
      ReceiptHandle: expect.any(String),
      Body: 'b',
      MD5OfBody: expect.any(String),
    });
    const some = await look({
      MessageAttributeNames: ['order.*'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    expect(Object.keys(some?.MessageAttributes ?? {})).toEqual(['order.id', 'order.kind']);
    expect(some?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    const one = await look({ MessageAttributeNames: ['size'] });
    expect(one?.MessageAttributes?.size?.BinaryValue).toEqual(Uint8Array.of(1, 2));
    await remove('Plain', one?.ReceiptHandle);
  });

  test.each([
    ['no value', { a: { DataType: 'String', StringValue: '' } }, 'MissingParameter', "'a' must contain a non-empty"],
    ['an unknown type', { a: { DataType: 'Text', StringValue: 'x' } }, 'InvalidParameterValue', 'Binary, Number, and'],
    ['a name of AWS', { 'AWS.a': { DataType: 'String', StringValue: 'x' } }, 'InvalidParameterValue', 'name can only'],
    ['no number', { a: { DataType: 'Number', StringValue: 'x' } }, 'InvalidParameterValue', 'to number'],
  ])('with %s are refused', async (_, MessageAttributes, name, says) => {
    await expect(send('Plain', 'x', { MessageAttributes })).rejects.toThrow(named(name, says));
  });
});

describe('a queue', () => {
  test('refuses a message that is longer than MaximumMessageSize, attributes included, or has characters that XML has not', async () => {
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x'.repeat(100) } };
    await expect(send('Small', 'x'.repeat(1000), { MessageAttributes })).rejects.toThrow(
      named('InvalidParameterValue', 'Message must be shorter than 1024 bytes'),
    );
    await expect(send('Small', 'a\u0000')).rejects.toThrow(named('InvalidMessageContents'));
  });

  test('accepts the messages of a batch one by one: a wrong one is among the failed', async () => {
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: urlOf('Small'),
        Entries: [
          { Id: 'good', MessageBody: 'x' },
          { Id: 'long', MessageBody: 'x'.repeat(2000) },
        ],
      }),
    );
    expect(answer.Successful).toMatchObject([{ Id: 'good' }]);
    expect(answer.Failed).toMatchObject([{ Id: 'long', SenderFault: true, Code: 'InvalidParameterValue' }]);
    const [message] = await receive('Small');
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: urlOf('Small'),
        Entries: [
          { Id: 'a', ReceiptHandle: message?.ReceiptHandle },
          { Id: 'b', ReceiptHandle: 'never given' },
        ],
      }),
    );
    expect(deleted).toMatchObject({ Successful: [{ Id: 'a' }], Failed: [{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }] });
  });

  test('with DelaySeconds gives messages out later, and counts them as delayed meanwhile', async () => {
    await send('Slow', 'late');
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: urlOf('Slow'), AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1', DelaySeconds: '10' });
    expect(await receive('Slow')).toEqual([]);
    // A long poll ends with the delay.
    expect(bodies(await receive('Slow', { WaitTimeSeconds: 20 }))).toEqual(['late']);
  });

  test('lets a receiver wait for WaitTimeSeconds, or ReceiveMessageWaitTimeSeconds, and answers as soon as there is a message', async () => {
    const began = performance.now();
    expect(await receive('Plain', { WaitTimeSeconds: 10 })).toEqual([]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(99);
    const waiting = receive('Patient');
    await send('Patient', 'awaited');
    expect(bodies(await waiting)).toEqual(['awaited']);
  });
});

describe('a FIFO queue', () => {
  test('needs a group and a deduplication id, and no delay of its own for a message', async () => {
    await expect(send('Ordered', 'x')).rejects.toThrow(named('MissingParameter', 'MessageGroupId'));
    await expect(send('Ordered', 'x', { MessageGroupId: 'a' })).rejects.toThrow(
      named('InvalidParameterValue', 'ContentBasedDeduplication enabled or MessageDeduplicationId provided'),
    );
    const ids = { MessageGroupId: 'a', MessageDeduplicationId: 'a' };
    await expect(send('Ordered', 'x', { ...ids, DelaySeconds: 5 })).rejects.toThrow(
      named('InvalidParameterValue', 'for parameter DelaySeconds is invalid'),
    );
    await expect(send('Plain', 'x', { MessageDeduplicationId: 'a' })).rejects.toThrow(
      named('InvalidParameterValue', 'for this queue type'),
    );
  });

  test('gives no message of a group while another one of it is in flight, and other groups meanwhile', async () => {
    const put = (body: string) =>
      send('Ordered', body, { MessageGroupId: body.slice(0, 1), MessageDeduplicationId: body });
    const sent = [await put('a1'), await put('a2'), await put('b1'), await put('a3')];
    const numbers = sent.map(({ SequenceNumber }) => SequenceNumber ?? '');
    expect(numbers).toEqual([...numbers].sort());
    expect(numbers[0]).toMatch(/^\d{20}$/);
    const [first] = await receive('Ordered', { MaxNumberOfMessages: 1, ...all });
    expect(first).toMatchObject({
      Body: 'a1',
      Attributes: { MessageGroupId: 'a', MessageDeduplicationId: 'a1', SequenceNumber: numbers[0] },
    });
    expect(bodies(await receive('Ordered'))).toEqual(['b1']);
    expect(await receive('Ordered')).toEqual([]);
    await remove('Ordered', first?.ReceiptHandle);
    // One receiver may get several of a group, in order.
    expect(bodies(await receive('Ordered', { VisibilityTimeout: 0 }))).toEqual(['a2', 'a3']);
  });

  test('refuses to delete with a receipt handle whose visibility timeout is over', async () => {
    const [message] = await receive('Ordered', { VisibilityTimeout: 0 });
    await expect(remove('Ordered', message?.ReceiptHandle)).rejects.toThrow(
      named('InvalidParameterValue', 'The receipt handle has expired'),
    );
  });

  test('takes a message once in five minutes, by its deduplication id or its text, also after it was deleted', async () => {
    const put = () => send('Hashed', 'same', { MessageGroupId: 'a' });
    const first = await put();
    const [message] = await receive('Hashed', all);
    expect(message?.Attributes?.MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
    await remove('Hashed', message?.ReceiptHandle);
    const { MessageId, SequenceNumber } = await put();
    expect({ MessageId, SequenceNumber }).toEqual({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    expect(await receive('Hashed')).toEqual([]);
    time.offset += 300_000 / timeScale;
    expect((await put()).MessageId).not.toBe(first.MessageId);
  });

  test('with DeduplicationScope messageGroup takes the same id once in each group', async () => {
    const put = (MessageGroupId: string) => send('PerGroup', 'x', { MessageGroupId, MessageDeduplicationId: '1' });
    await put('a');
    await put('b');
    await put('a');
    expect(await receive('PerGroup')).toHaveLength(2);
  });
});

describe('a queue that triggers a function', () => {
  const events = (name: string) =>
    fixture.batches().filter(({ Records }) => Records[0]?.eventSourceARN === fixture.context.stack.arn(name));
  const texts = (name: string) => events(name).map(({ Records }) => Records.map(({ body }) => String(body)));

  test('gives it a FIFO group in order, and what failed before what came later', async () => {
    fixture.plan({ fail: ['1', '2', '3'] });
    for (const text of ['1', '2', '3']) await send('Polled', text, { MessageGroupId: 'g' });
    await eventually(() => expect(texts('Polled').length).toBeGreaterThan(1));
    fixture.plan({});
    await eventually(() => expect(texts('Polled').at(-1)).toContain('3'));
    const order = texts('Polled').flat();
    expect(order.indexOf('1')).toBeLessThan(order.indexOf('2'));
    expect(order.lastIndexOf('1')).toBeLessThan(order.lastIndexOf('3'));
    expect(events('Polled')[0]?.Records[0]?.attributes).toMatchObject({
      MessageGroupId: 'g',
      MessageDeduplicationId: expect.any(String),
      SequenceNumber: expect.any(String),
    });
  });

  test('gathers a batch of more than ten until it is full', async () => {
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: `${index}` }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: urlOf('Gathered'), Entries }));
    await send('Gathered', '10');
    await send('Gathered', '11', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'last' } } });
    await eventually(() => expect(texts('Gathered').map(({ length }) => length)).toEqual([12]));
    expect(events('Gathered')[0]?.Records[11]?.messageAttributes).toEqual({
      kind: { stringValue: 'last', stringListValues: [], binaryListValues: [], dataType: 'String' },
    });
  });

  test('deletes messages that match no filter', async () => {
    await send('Filtered', 'no JSON');
    await send('Filtered', '{"kind":"return"}');
    await send('Filtered', '{"kind":"order"}');
    await eventually(() => expect(texts('Filtered')).toEqual([['{"kind":"order"}']]));
    await eventually(async () => {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: urlOf('Filtered'), AttributeNames: ['All'] }),
      );
      expect(Attributes).toMatchObject({
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
      });
    });
  });
});
