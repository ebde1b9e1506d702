import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../dynamodb/eventually.ts';
import { temporaryFolder } from '../dynamodb/runtime.ts';
import { type Fixture, startFixture, streamReads } from './fixture.ts';

let fixture: Fixture;
afterEach(() => fixture?.stop());

/** Puts all records in one batch: the window is longer than the test needs to write them. */
const oneBatch = { MaximumBatchingWindowInSeconds: 20 };

describe('a record', () => {
  test("has Lambda's shape when an item is inserted, changed and removed", async () => {
    fixture = await startFixture();
    const { runtime, put } = fixture;
    const { stack } = runtime.context;
    await put('1', { n: 1 });
    await put('1', { n: 2 });
    const TableName = stack.ref('Table');
    await runtime.root().send(new DeleteCommand({ TableName, Key: { pk: 'room', sk: '1' } }));
    await runtime.streams.idle();
    const records = fixture.events().flatMap(({ Records }) => Records);
    const image = (n: string) => ({ pk: { S: 'room' }, sk: { S: '1' }, n: { N: n } });
    const record = (eventName: string, images: object) => ({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { pk: { S: 'room' }, sk: { S: '1' } },
        ...images,
        SequenceNumber: expect.stringMatching(/^\d{21,}$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: Object(stack.find('Mapping')?.properties).EventSourceArn,
    });
    expect(records).toEqual([
      record('INSERT', { NewImage: image('1') }),
      record('MODIFY', { OldImage: image('1'), NewImage: image('2') }),
      record('REMOVE', { OldImage: image('2') }),
    ]);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(3);
  });

  test('is not made for a write that changed nothing', async () => {
    fixture = await startFixture();
    await fixture.put('1', { n: 1 });
    await fixture.put('1', { n: 1 });
    await fixture.put('2');
    await fixture.runtime.streams.idle();
    expect(fixture.batches().flat()).toEqual(['1', '2']);
  });

  test('of an expired item names the DynamoDB service as its user', async () => {
    fixture = await startFixture();
    await fixture.put('old', { expires: 1_000 });
    await fixture.put('new', { expires: Math.ceil(Date.now() / 1000) + 3600 });
    await fixture.put('other', { n: 1 });
    await eventually(() => {
      const removed = fixture
        .events()
        .flatMap(({ Records }) => Records.filter(({ eventName }) => eventName === 'REMOVE'));
      expect(removed).toEqual([
        expect.objectContaining({
          dynamodb: expect.objectContaining({ Keys: { pk: { S: 'room' }, sk: { S: 'old' } } }),
          userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
        }),
      ]);
    });
    expect(fixture.runtime.context.counters.snapshot()).toMatchObject({ 'dynamodb.expired': 1 });
  });

  test('reaches the function only if one of the filter patterns matches', async () => {
    const patterns = [
      { eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['message'] } } } },
      { dynamodb: { Keys: { sk: { S: [{ prefix: 'HUB' }] } } } },
    ];
    const Filters = patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) }));
    fixture = await startFixture({ FilterCriteria: { Filters } });
    await fixture.put('1', { kind: 'message' });
    await fixture.put('1', { kind: 'message', edited: true });
    await fixture.put('2', { kind: 'receipt' });
    await fixture.put('HUB#ann');
    await fixture.runtime.streams.idle();
    expect(fixture.batches().flat()).toEqual(['1', 'HUB#ann']);
    expect(fixture.runtime.context.counters.snapshot()).toMatchObject({ 'streams.filtered': 2, 'streams.records': 2 });
  });

  test('is delivered soon after its write, not at the next poll', async () => {
    fixture = await startFixture();
    await fixture.put('warm');
    await fixture.runtime.streams.idle();
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      await fixture.put(`${n}`);
      const began = performance.now();
      await eventually(() => expect(fixture.batches().flat()).toContain(`${n}`));
      waits.push(performance.now() - began);
    }
    // With polls alone the average would be 125 ms.
    expect(waits.sort((a, b) => a - b)[4]).toBeLessThan(60);
  });

  test('is read once for all writes of the same moment, and nothing is read while nothing is written', async () => {
    fixture = await startFixture();
    const { counters } = fixture.runtime.context;
    await fixture.put('warm');
    await fixture.runtime.streams.idle();
    const reads = () => counters.snapshot()['streams.reads'] ?? 0;
    const before = reads();
    // Three polls of Lambda.
    await pause(750);
    expect(reads()).toBe(before);
    await Promise.all(Array.from({ length: 40 }, (_, n) => fixture.put(`${n}`)));
    await eventually(() => expect(fixture.batches().flat()).toHaveLength(41));
    expect(reads() - before).toBeLessThan(40);
  });

  test('of a large backlog comes without a further write', async () => {
    fixture = await startFixture();
    await fixture.pause();
    const { folder } = fixture;
    fixture = await startFixture({}, { folder, statements: [] });
    const text = 'x'.repeat(50_000);
    for (let n = 0; n < 30; n += 1) await fixture.put(`${n}`, { text });
    await fixture.pause();
    fixture = await startFixture({}, { folder });
    await eventually(() => expect(fixture.batches().flat()).toHaveLength(30));
  });
});

describe('a batch', () => {
  test('holds up to BatchSize records and gathers for as long as the window', async () => {
    fixture = await startFixture({ ...oneBatch, BatchSize: 3 });
    await fixture.putTogether('1', '2', '3', '4');
    await fixture.runtime.streams.idle();
    expect(fixture.batches()).toEqual([['1', '2', '3'], ['4']]);
  });

  test('that fails is retried unchanged, and later records wait', async () => {
    fixture = await startFixture({ BatchSize: 1 });
    fixture.plan({ throwOn: ['poison'] });
    await fixture.put('poison');
    await fixture.put('next');
    await eventually(() => expect(fixture.batches().length).toBeGreaterThan(3));
    expect(new Set(fixture.batches().flat())).toEqual(new Set(['poison']));
    fixture.plan({});
    await fixture.runtime.streams.idle();
    expect(fixture.batches().slice(-2)).toEqual([['poison'], ['next']]);
    expect(fixture.runtime.context.counters.snapshot()['streams.retries']).toBeGreaterThan(2);
  });

  test("that used up its retries goes to the failure queue as Lambda's document, and the next one runs", async () => {
    fixture = await startFixture({ ...oneBatch, BatchSize: 2, MaximumRetryAttempts: 2 });
    fixture.plan({ throwOn: ['poison'] });
    await fixture.putTogether('poison', 'beside', 'next');
    await fixture.runtime.streams.idle();
    const batch = ['poison', 'beside'];
    expect(fixture.batches()).toEqual([batch, batch, batch, ['next']]);
    const { stack } = fixture.runtime.context;
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const numbers = fixture.events()[0]?.Records.map(({ dynamodb }) => Object(dynamodb).SequenceNumber) ?? [];
    expect(await fixture.deadLetters()).toEqual([
      {
        requestContext: {
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          functionArn: stack.arn('Notify'),
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 3,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        DDBStreamBatchInfo: {
          shardId: expect.stringMatching(/^shardId-/),
          startSequenceNumber: numbers[0],
          endSequenceNumber: numbers[1],
          approximateArrivalOfFirstRecord: time,
          approximateArrivalOfLastRecord: time,
          batchSize: 2,
          streamArn: Object(stack.find('Mapping')?.properties).EventSourceArn,
        },
      },
    ]);
    expect(fixture.runtime.context.counters.snapshot()).toMatchObject({
      'streams.batches': 2,
      'streams.retries': 2,
      'streams.dead-letters': 1,
    });
  });

  test('that is older than MaximumRecordAgeInSeconds is discarded', async () => {
    fixture = await startFixture({ BatchSize: 1, MaximumRecordAgeInSeconds: 60 }, { timeScale: 60 });
    fixture.plan({ throwOn: ['poison'] });
    await fixture.put('poison');
    await fixture.runtime.streams.idle();
    await fixture.put('next');
    await fixture.runtime.streams.idle();
    expect(fixture.batches().at(-1)).toEqual(['next']);
    expect(await fixture.deadLetters()).toMatchObject([{ requestContext: { condition: 'RecordAgeExceeded' } }]);
  });

  test('is split in two on error with BisectBatchOnFunctionError, so that only the poison record is lost', async () => {
    fixture = await startFixture({ ...oneBatch, MaximumRetryAttempts: 1, BisectBatchOnFunctionError: true });
    fixture.plan({ throwOn: ['3'] });
    await fixture.putTogether('1', '2', '3', '4');
    await fixture.runtime.streams.idle();
    // Splitting uses up no retry: the poison record alone still has one.
    expect(fixture.batches()).toEqual([['1', '2', '3', '4'], ['1', '2'], ['3', '4'], ['3'], ['3'], ['4']]);
    expect(await fixture.deadLetters()).toMatchObject([{ DDBStreamBatchInfo: { batchSize: 1 } }]);
  });
});

describe('ReportBatchItemFailures', () => {
  const reporting = { ...oneBatch, MaximumRetryAttempts: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] };
  const write = async () => {
    await fixture.putTogether('1', '2', '3', '4');
    await fixture.runtime.streams.idle();
  };

  test('retries from the lowest failed record on, and does not repeat the records before it', async () => {
    fixture = await startFixture(reporting);
    fixture.plan({ report: ['4', '3'] });
    await write();
    expect(fixture.batches()).toEqual([
      ['1', '2', '3', '4'],
      ['3', '4'],
    ]);
    expect(await fixture.deadLetters()).toMatchObject([
      { responseContext: { functionError: null }, DDBStreamBatchInfo: { batchSize: 2 } },
    ]);
  });

  test.each([
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['an identifier of no record', { batchItemFailures: [{ itemIdentifier: '42' }] }],
    ['a wrong key', { batchItemFailures: [{ id: 'x' }] }],
    ['a string instead of a list', { batchItemFailures: 'all' }],
    ['a string', 'ok'],
  ])('reads %s as a failure of the whole batch', async (_, answer) => {
    fixture = await startFixture(reporting);
    fixture.plan({ answer });
    await write();
    expect(fixture.batches()).toEqual(Array(2).fill(['1', '2', '3', '4']));
  });

  test.each([
    ['null', null],
    ['an empty object', {}],
    ['an empty list', { batchItemFailures: [] }],
    ['a null list', { batchItemFailures: null }],
  ])('reads %s as success', async (_, answer) => {
    fixture = await startFixture(reporting);
    fixture.plan({ answer });
    await write();
    expect(fixture.batches()).toEqual([['1', '2', '3', '4']]);
  });

  test('is ignored unless the mapping asks for it', async () => {
    fixture = await startFixture(oneBatch);
    fixture.plan({ report: ['1'] });
    await write();
    expect(fixture.batches()).toEqual([['1', '2', '3', '4']]);
  });
});

describe('a mapping', () => {
  test('does not run without permission to read the stream, logs that once, and runs when it gets the permission', async () => {
    fixture = await startFixture();
    const restore = fixture.runtime.context.policies.revoke({ roleId: 'NotifyRole', action: 'dynamodb:GetRecords' });
    await fixture.put('1');
    await eventually(() => expect(fixture.runtime.log).toHaveLength(1));
    await fixture.put('2');
    await fixture.runtime.streams.idle();
    expect(fixture.batches()).toEqual([]);
    expect(fixture.runtime.log).toEqual([
      expect.stringMatching(
        /^the stream trigger Mapping does not run: User: .+ is not authorized to perform: dynamodb:GetRecords on resource: .+\/stream\//,
      ),
    ]);
    restore();
    await eventually(() => expect(fixture.batches().flat()).toEqual(['1', '2']));
  });

  test("needs ListStreams on the stream, or on everything, as CDK's own grant gives it", async () => {
    fixture = await startFixture({}, { statements: [streamReads] });
    const { stack } = fixture.runtime.context;
    await eventually(() =>
      expect(fixture.runtime.log.join()).toContain(`dynamodb:ListStreams on resource: ${stack.arn('Table')}/stream/`),
    );
    await fixture.stop();
    const everywhere = { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' };
    fixture = await startFixture({}, { statements: [streamReads, everywhere] });
    await fixture.put('1');
    await fixture.runtime.streams.idle();
    expect(fixture.batches()).toEqual([['1']]);
  });

  test('whose role may not send to the failure queue loses the discarded records, and continues', async () => {
    fixture = await startFixture({ BatchSize: 1, MaximumRetryAttempts: 0 });
    fixture.runtime.context.policies.revoke({ action: 'sqs:SendMessage' });
    fixture.plan({ throwOn: ['poison'] });
    await fixture.put('poison');
    await fixture.put('next');
    await fixture.runtime.streams.idle();
    expect(fixture.batches()).toEqual([['poison'], ['next']]);
    expect(fixture.runtime.log.join('\n')).toContain('not authorized to perform: sqs:SendMessage');
  });

  test('keeps the order within a partition key while it runs several batches at once', async () => {
    fixture = await startFixture({ ParallelizationFactor: 4, BatchSize: 1 });
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    fixture.plan({ throwOn: [] });
    for (let n = 0; n < 5; n += 1) {
      await Promise.all(keys.map((pk) => fixture.put(`${pk}${n}`, { pk })));
    }
    await fixture.runtime.streams.idle();
    const seen = fixture.batches().flat();
    expect(seen).toHaveLength(30);
    for (const pk of keys)
      expect(seen.filter((sk) => sk.startsWith(pk))).toEqual([0, 1, 2, 3, 4].map((n) => `${pk}${n}`));
  });

  test('keeps delivering its other parallel batches while a poison record blocks one', async () => {
    fixture = await startFixture({ ParallelizationFactor: 10, BatchSize: 1 });
    fixture.plan({ throwOn: ['poison'] });
    await fixture.put('poison');
    await Promise.all(Array.from({ length: 12 }, (_, n) => fixture.put(`${n}`, { pk: `other${n}` })));
    await eventually(() => expect(new Set(fixture.batches().flat()).size).toBeGreaterThan(6));
    fixture.plan({});
  });
});

describe('after a restart', () => {
  test('a mapping continues at its checkpoint: no handled record comes again, and no record is lost', async () => {
    const folder = temporaryFolder();
    fixture = await startFixture({ BatchSize: 1 }, { folder });
    fixture.plan({ throwOn: ['3'] });
    await fixture.putTogether('1', '2', '3', '4');
    await eventually(() => expect(fixture.batches().length).toBeGreaterThan(3));
    await fixture.pause();
    const before = fixture.batches();
    expect(new Set(before.flat())).toEqual(new Set(['1', '2', '3']));
    fixture = await startFixture({ BatchSize: 1 }, { folder });
    fixture.plan({});
    await fixture.put('5');
    await fixture.runtime.streams.idle();
    const after = fixture.batches().slice(before.length);
    expect([...new Set(after.flat())]).toEqual(['3', '4', '5']);
    rmSync(folder, { recursive: true, force: true });
  });

  test('in the middle of a read, with records waiting behind a poison record, no record is lost and none waits', async () => {
    fixture = await startFixture({ BatchSize: 10 }, { timeScale: 1 });
    fixture.plan({ throwOn: ['poison'] });
    await fixture.put('poison');
    const written: string[] = [];
    let writing = true;
    const write = async (who: number) => {
      for (let item = 0; writing; item++) {
        await fixture.put(`${who}.${item}`);
        written.push(`${who}.${item}`);
      }
    };
    const writes = Promise.all([1, 2, 3, 4].map(write));
    for (let times = 0; times < 20; times++) {
      // The poison record was retried: the worker has records, and the reader is running.
      const tried = fixture.batches().length;
      await eventually(() => expect(fixture.batches().length).toBeGreaterThan(tried));
      await fixture.runtime.streams.reload();
    }
    writing = false;
    await writes;
    fixture.plan({});
    await fixture.runtime.streams.idle();
    expect(new Set(fixture.batches().flat())).toEqual(new Set(['poison', ...written]));
  });

  test('LATEST begins with records written after the start, and then uses its checkpoint', async () => {
    const folder = temporaryFolder();
    fixture = await startFixture({ Enabled: false }, { folder });
    await fixture.put('before');
    await fixture.pause();
    fixture = await startFixture({ StartingPosition: 'LATEST' }, { folder });
    await fixture.runtime.streams.idle();
    await fixture.put('after');
    await fixture.runtime.streams.idle();
    expect(fixture.batches()).toEqual([['after']]);
    await fixture.pause();
    fixture = await startFixture({ StartingPosition: 'LATEST' }, { folder });
    await fixture.runtime.streams.idle();
    expect(fixture.batches()).toEqual([['after']]);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('a reload', () => {
  test('continues at the checkpoint, with the records written meanwhile', async () => {
    fixture = await startFixture({ BatchSize: 1 });
    await fixture.put('1');
    await fixture.runtime.streams.idle();
    const reloaded = fixture.runtime.streams.reload();
    await fixture.put('2');
    await reloaded;
    await fixture.put('3');
    await fixture.runtime.streams.idle();
    expect(fixture.batches()).toEqual([['1'], ['2'], ['3']]);
  });
});

describe('faults', () => {
  test('repeatBatch delivers a handled batch once more, with the same event ids', async () => {
    fixture = await startFixture({ BatchSize: 1 }, { faults: { repeatBatch: 1 } });
    await fixture.put('1');
    await fixture.put('2');
    await fixture.runtime.streams.idle();
    expect(fixture.batches()).toEqual([['1'], ['1'], ['2'], ['2']]);
    const [first, second] = fixture.events();
    expect(second).toEqual(first);
  });

  test('delayBatch delays batches', async () => {
    fixture = await startFixture({ BatchSize: 1 }, { faults: { delayBatch: 300, random: () => 0.9 } });
    const began = performance.now();
    await fixture.put('1');
    await fixture.runtime.streams.idle();
    expect(performance.now() - began).toBeGreaterThan(260);
  });
});
