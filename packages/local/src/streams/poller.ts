import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { EngineClient } from '../dynamodb/engine-client.ts';
import type { Queues } from '../sqs/start.ts';
import { createCaughtUp } from './caught-up.ts';
import { type checkpointFile, covers, earliest } from './checkpoint.ts';
import { deliverBatch } from './deliver-batch.ts';
import type { FailureDocument } from './failure-document.ts';
import { type Lane, startLane } from './lane.ts';
import type { Mapping } from './mapping.ts';
import { openReader, type Place, type Reader } from './reader.ts';
import { readRecord, retention, type StreamRecord } from './record.ts';
import { createSleeper } from './sleeper.ts';

/** Lambda polls a stream's shards four times a second; a write that the runtime saw wakes the poller before that. */
const pollEvery = 250;
/** However many writes wake it: a read of many records costs the engine as much as one of a single record. */
const shortestPause = 5;
const mostPending = 10_000;

export interface Poller {
  wake(): void;
  /** Resolves when everything written before was handled or discarded, or cannot be because the poller may not read. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs one event source mapping: reads the stream, filters, and keeps a batch under way for each of its parallel lanes. */
export function startPoller(options: {
  context: Context;
  mapping: Mapping;
  engine: EngineClient;
  checkpoint: ReturnType<typeof checkpointFile>;
  queues: Queues;
}): Poller {
  const { context, mapping, engine, checkpoint, queues } = options;
  const { counters, timeScale } = context;
  const sleeper = createSleeper();
  const caughtUp = createCaughtUp();
  const ending = new AbortController();
  const stopped = () => ending.signal.aborted;
  let complaint = '';

  /** Says it once, until something else is wrong or all is well again. */
  const complain = (reason: string) => {
    if (reason !== complaint && reason !== '') context.log(`the stream trigger ${mapping.id} does not run: ${reason}`);
    complaint = reason;
  };

  const sendFailure = async (document: FailureDocument) => {
    const { batchSize } = document.DDBStreamBatchInfo;
    context.log(`${mapping.functionId}: gave up ${batchSize} stream records (${document.requestContext.condition})`);
    if (!mapping.failureQueueArn) return;
    try {
      await queues.send(mapping.failureQueueArn, JSON.stringify(document), mapping.principal);
      counters.count('streams.dead-letters');
    } catch (error) {
      // As on AWS a destination that cannot be reached holds nothing up: the batch is gone.
      context.log(`${mapping.functionId}: unable to keep the failed batch; ${String(error)}`);
    }
  };

  let reader: Reader | undefined;
  let places: Place[] = [];
  /** Records up to here are in the lanes or past them: a reader that was opened anew, after an error, begins before that. */
  let taken: { label: string; position: bigint } | undefined;
  /** When a read last found nothing more: what comes later is younger than that. DynamoDB Local says of a record's time only the minute. */
  let allReadAt = 0;
  const pending = () => lanes.flatMap((lane) => lane.pending());
  const save = () => {
    if (!reader) return;
    const readTo = reader.place();
    // A lane with nothing under way has come as far as the reader has read.
    places = places.map((place, at) => (lanes[at]?.pending().length === 0 ? readTo : place));
    checkpoint.save({ streamLabel: reader.streamLabel, lanes: places });
  };
  const lanes: Lane[] = Array.from({ length: mapping.parallelBatches }, (_, at) => {
    const lane: Lane = startLane({
      batchSize: mapping.batchSize,
      window: (mapping.windowSeconds * 1000) / timeScale,
      deliver: (batch) =>
        deliverBatch(
          {
            context,
            mapping,
            stopped,
            sendFailure,
            sleep: (milliseconds) => wait(milliseconds, undefined, { signal: ending.signal }).catch(() => {}),
            onDone: (last) => {
              lane.finish(last);
              places[at] = { shardId: last.shardId, position: last.position };
              save();
              caughtUp.finished(pending());
            },
          },
          batch,
        ).catch(async (error: unknown) => {
          complain(String(error));
          await wait(1_000, undefined, { signal: ending.signal }).catch(() => {});
        }),
    });
    return lane;
  });

  const open = async (): Promise<Reader> => {
    const known = checkpoint.load();
    const [first, ...others] = known?.lanes ?? [];
    const from = known && first ? { label: known.streamLabel, place: earliest([first, ...others]) } : undefined;
    const opened = await openReader(engine, mapping.tableName, from ?? mapping.startingPosition);
    const continues = known?.streamLabel === opened.streamLabel && known.lanes.length === lanes.length;
    places = continues ? [...known.lanes] : lanes.map(() => opened.place());
    return opened;
  };

  const take = (record: StreamRecord, label: string) => {
    if (taken?.label === label && record.position <= taken.position) return;
    taken = { label, position: record.position };
    if (context.clock.now() - record.createdAt > retention) return counters.count('streams.trimmed');
    const at = laneOf(record, mapping.partitionKey, lanes.length);
    // A lane may have been ahead of the others when the runtime ended.
    const place = places[at];
    if (place && covers(place, record.position)) return;
    if (!mapping.passes(record.delivered)) return counters.count('streams.filtered');
    lanes[at]?.push(record);
  };

  const poll = async (): Promise<'more' | 'all read'> => {
    reader ??= await open();
    const allRead = caughtUp.reading();
    const asked = context.clock.now();
    const { shardId, records } = await reader.read();
    const stream = { arn: mapping.streamArn, region: context.stack.region, shardId };
    const { streamLabel } = reader;
    for (const raw of records) {
      const record = readRecord(raw, stream);
      if (record) take({ ...record, createdAt: Math.max(record.createdAt, allReadAt) }, streamLabel);
    }
    if (records.length > 0) {
      save();
    } else {
      allReadAt = asked;
      allRead(pending());
    }
    return records.length === 0 ? 'all read' : 'more';
  };

  const run = async () => {
    while (!stopped()) {
      const denied = refusal(context, mapping);
      complain(denied ?? '');
      if (denied !== undefined) caughtUp.release();
      try {
        if (denied === undefined && pending().length < mostPending && (await poll()) === 'more') {
          if (!caughtUp.waiting()) await wait(shortestPause, undefined, { signal: ending.signal }).catch(() => {});
          continue;
        }
      } catch (error) {
        complain(String(error));
        reader = undefined;
        caughtUp.release();
        await wait(pollEvery, undefined, { signal: ending.signal }).catch(() => {});
        continue;
      }
      await sleeper.sleep(pollEvery);
    }
  };
  const running = run();

  return {
    wake: sleeper.wake,
    async idle() {
      if (stopped()) return;
      const done = caughtUp.wait();
      sleeper.wake();
      await done;
    },
    async stop() {
      ending.abort();
      try {
        checkpoint.end();
      } catch (error) {
        // A full disk is no reason to go on: what was handled since comes again.
        complain(String(error));
      }
      // Told at once: a lane that went on would be handed the same batch again and again, and nothing else would get a turn.
      const ended = lanes.map((lane) => lane.stop());
      sleeper.wake();
      await running;
      await Promise.all(ended);
      caughtUp.release();
    },
  };
}

/** Records of one partition key keep their order: they are in the same lane. */
function laneOf({ keys }: StreamRecord, partitionKey: string, lanes: number): number {
  if (lanes === 1) return 0;
  const digest = createHash('md5')
    .update(JSON.stringify(keys[partitionKey] ?? null))
    .digest();
  return digest.readUInt32BE(0) % lanes;
}

/**
 * Lambda reads a stream with the function's role, and wants these four "on your stream", as its own refusal says; `*` or all streams of
 * the table will do too. Returns why it may not. Source: the managed policy AWSLambdaDynamoDBExecutionRole.
 */
function refusal({ policies }: Context, { principal, streamArn }: Mapping): string | undefined {
  const needs = [
    ['dynamodb:GetRecords', streamArn],
    ['dynamodb:GetShardIterator', streamArn],
    ['dynamodb:DescribeStream', streamArn],
    ['dynamodb:ListStreams', streamArn],
  ] as const;
  for (const [action, resource] of needs) {
    const decision = policies.authorize(principal, action, resource);
    if (!decision.allowed) return decision.message;
  }
  return undefined;
}
