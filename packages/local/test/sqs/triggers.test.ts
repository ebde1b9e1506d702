import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, test } from 'vitest';
import { readQueueMappings } from '#sqs/mapping';
import { startQueueTriggers } from '#sqs/poller';
import { startSqs } from '#sqs/start';
import { eventually } from '../dynamodb/eventually.ts';
import { queueTemplate, startContext } from './fixture.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const reports = { FunctionResponseTypes: ['ReportBatchItemFailures'] };

async function start(mapping: object = reports, options: { timeScale?: number; may?: string[] } = {}) {
  const fixture = await startContext((files) => queueTemplate(files, mapping, options.may), options.timeScale);
  stops.push(fixture.stop);
  const sqs = await startSqs(fixture.context);
  fixture.serve('/_aws/sqs', sqs);
  const { origin, stack } = fixture.context;
  const client = new SQSClient({ region: stack.region, endpoint: `${origin}/_aws/sqs`, credentials: fixture.root() });
  stops.push(() => client.destroy());
  const feed = async () => {
    const triggers = await startQueueTriggers(fixture.context, sqs);
    stops.push(triggers.stop);
    return triggers;
  };
  return { ...fixture, client, work: stack.ref('Work'), lost: stack.ref('Lost'), feed };
}

type Started = Awaited<ReturnType<typeof start>>;

async function put({ client, work }: Started, ...bodies: string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
  expect((await client.send(new SendMessageBatchCommand({ QueueUrl: work, Entries }))).Failed ?? []).toEqual([]);
}

const bodies = (started: Started) => started.batches().map(({ Records }) => Records.map(({ body }) => String(body)));

describe('a function that a queue triggers', () => {
  test('gets a message again that it has handled, with the fault repeatMessage', async () => {
    const started = await start();
    const { faults } = started.context;
    const chances = [0, 1];
    Object.assign(faults, { repeatMessage: 0.5, random: () => chances.shift() ?? 1 });
    await put(started, 'a');
    await (await started.feed()).idle();
    expect(bodies(started)).toEqual([['a'], ['a']]);
    expect(started.context.counters.snapshot()['faults.repeatMessage']).toBe(1);
  });

  test('gets visible messages, at most BatchSize at once, as records of SQS', async () => {
    const started = await start({ ...reports, BatchSize: 2 });
    await put(started, 'a', 'b', 'c');
    await (await started.feed()).idle();
    expect(bodies(started).flat().sort()).toEqual(['a', 'b', 'c']);
    expect(Math.max(...bodies(started).map(({ length }) => length))).toBe(2);
    const records = started.batches().flatMap(({ Records }) => Records);
    expect(records.find(({ body }) => body === 'a')).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'a',
      attributes: expect.objectContaining({ ApproximateReceiveCount: '1', SentTimestamp: expect.any(String) }),
      messageAttributes: {},
      md5OfBody: '0cc175b9c0f1b6a831c399e269772661',
      eventSource: 'aws:sqs',
      eventSourceARN: started.context.stack.arn('Work'),
      awsRegion: 'us-east-1',
    });
  });

  test('gets only the messages again that it reports as failed, after the visibility timeout', async () => {
    const started = await start(reports, { timeScale: 600 });
    started.plan({ fail: ['b'] });
    await put(started, 'a', 'b');
    await started.feed();
    await eventually(() => expect(bodies(started)).toEqual([['a', 'b'], ['b']]));
  });

  test.each([
    ['throws', { throws: true }],
    ['names a message that is not in the batch', { answer: { batchItemFailures: [{ itemIdentifier: 'x' }] } }],
    ['names none', { answer: { batchItemFailures: [{ itemIdentifier: '' }] } }],
  ])('gets the whole batch again when it %s', async (_, plan) => {
    const started = await start(reports, { timeScale: 600 });
    started.plan(plan);
    await put(started, 'a', 'b');
    await started.feed();
    await eventually(() => {
      const [first = [], ...more] = bodies(started);
      expect(first).toEqual(['a', 'b']);
      expect(more.flat().sort()).toEqual(['a', 'b']);
    });
  });

  test.each([
    ['null', null],
    ['an empty list', { batchItemFailures: [] }],
    ['no list', {}],
  ])('has handled the batch when it answers %s', async (_, answer) => {
    const started = await start();
    started.plan({ answer });
    await put(started, 'a');
    await (await started.feed()).idle();
    expect((await started.client.send(new ReceiveMessageCommand({ QueueUrl: started.work }))).Messages).toBeUndefined();
    expect(started.context.counters.snapshot()).not.toHaveProperty('sqs.failed');
  });

  test('is not called a third time with maxReceiveCount 2: the message becomes a dead letter and keeps its id', async () => {
    const started = await start(reports, { timeScale: 600 });
    started.plan({ fail: ['poison'] });
    await put(started, 'poison');
    await started.feed();
    const letter = await eventually(async () => {
      const { Messages } = await started.client.send(new ReceiveMessageCommand({ QueueUrl: started.lost }));
      if (!Messages?.[0]) throw new Error('no dead letter');
      return Messages[0];
    });
    expect(letter.Body).toBe('poison');
    expect(letter.MessageId).toBe(started.batches()[0]?.Records[0]?.messageId);
    expect(started.batches()).toHaveLength(2);
  });

  test.each(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])(
    'needs %s in its role',
    async (action) => {
      const started = await start();
      const restore = started.context.policies.revoke({ action });
      await put(started, 'a');
      await started.feed();
      await eventually(() => expect(started.log.join()).toContain(`not authorized to perform: ${action}`));
      expect(started.batches()).toEqual([]);
      restore();
      await eventually(() => expect(bodies(started)).toEqual([['a']]));
    },
  );

  test.each([
    [
      'a visibility timeout shorter than its own',
      { Timeout: 90 },
      {},
      'Queue visibility timeout: 60 seconds is less than',
    ],
    ['more than ten messages and no window', {}, { BatchSize: 11 }, 'batch window in seconds must be greater than 0'],
    ['a filter that says nothing', {}, { FilterCriteria: { Filters: [{ Pattern: '{}' }] } }, 'says nothing'],
  ])('is refused at the start with %s', async (_, lambda, mapping, says) => {
    const { context, stop } = await startContext((files) => {
      const template = queueTemplate(files, mapping);
      Object.assign(template.Resources.Worker.Properties, lambda);
      return template;
    });
    stops.push(stop);
    expect(() => readQueueMappings(context.stack)).toThrow(says);
  });
});

describe('a queue', () => {
  test('refuses batches that are empty, too large or have an id twice, with the error names of SQS', async () => {
    const { client, work: QueueUrl } = await start();
    const batch = (ids: string[]) =>
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody: 'x' })) }));
    await expect(batch([])).rejects.toThrow(expect.objectContaining({ name: 'EmptyBatchRequest' }));
    await expect(batch(['a', 'a'])).rejects.toThrow(expect.objectContaining({ name: 'BatchEntryIdsNotDistinct' }));
    const eleven = Array.from({ length: 11 }, (_, index) => `${index}`);
    await expect(batch(eleven)).rejects.toThrow(expect.objectContaining({ name: 'TooManyEntriesInBatchRequest' }));
  });

  test('shows a received message again when ChangeMessageVisibility says, but not for an old receipt handle', async () => {
    const { client, work: QueueUrl } = await start();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const receive = async () => (await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0];
    const first = await receive();
    expect(await receive()).toBeUndefined();
    const hide = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    await hide(first?.ReceiptHandle, 0);
    await expect(hide(first?.ReceiptHandle, 0)).rejects.toThrow(
      expect.objectContaining({ name: 'MessageNotInflight' }),
    );
    expect((await receive())?.MessageId).toBe(first?.MessageId);
  });

  test('gives a message out when its DelaySeconds, at most 900, are over, shortened by the time scale', async () => {
    const { client, work: QueueUrl } = await start(reports, { timeScale: 50 });
    const send = (DelaySeconds: number) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a', DelaySeconds }));
    await expect(send(901)).rejects.toThrow('DelaySeconds');
    const receive = async () =>
      (await client.send(new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'] }))).Messages?.[0];
    const sentAt = Date.now();
    await send(20);
    expect(await receive()).toBeUndefined();
    let received: Awaited<ReturnType<typeof receive>>;
    await eventually(async () => {
      received = await receive();
      expect(received).toBeDefined();
    });
    expect(received?.Body).toBe('a');
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(400);
    expect(received?.Attributes?.ApproximateReceiveCount).toBe('1');
  });
});
