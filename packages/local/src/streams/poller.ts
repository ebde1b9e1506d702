import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '#context';
import type { EngineClient } from '#dynamodb/engine-client';
import type { Queues } from '#sqs/start';
import { type BatchWorker, startBatchWorker } from './batch-worker.ts';
import { earliest, type openCheckpoint } from './checkpoint.ts';
import { deliverBatch } from './deliver-batch.ts';
import type { FailureDocument } from './failure-document.ts';
import { createIdleTracker } from './idle-tracker.ts';
import type { Mapping } from './mapping.ts';
import { openReader, type Reader, type StreamPosition } from './reader.ts';
import { readRecord, retention, type StreamRecord } from './record.ts';
import { createWakeableTimer } from './wakeable-timer.ts';

/** Lambda polls a stream's shards four times a second. */
export const pollIntervalMs = 250;
/** The pause after a read, however many writes wake the poller: a read of many records costs the engine as much as a read of one. */
const minPauseMs = 5;
const maxPending = 10_000;
/** DynamoDB ends a read of records at 1 MB, so that after a read of half that size others may be left. */
const largeReadBytes = 500_000;

export interface Poller {
  wake(): void;
  /** Resolves when everything written before is handled or discarded, or if the poller is not allowed to read. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs one event source mapping: reads the stream, filters the records, and hands them to the batch workers. */
export function startPoller(options: {
  context: Context;
  mapping: Mapping;
  engine: Pick<EngineClient, 'call'>;
  checkpoint: ReturnType<typeof openCheckpoint>;
  queues: Queues;
  /** Milliseconds until the next read if nothing wakes the poller. */
  readEveryMs: number;
}): Poller {
  const { context, mapping, engine, checkpoint, queues, readEveryMs } = options;
  const { counters, timeScale } = context;
  const timer = createWakeableTimer();
  const idleTracker = createIdleTracker();
  const aborter = new AbortController();
  const stopped = () => aborter.signal.aborted;
  let lastProblem = '';

  /** Logs a problem once, until it changes. An empty reason means that there is none. */
  const reportProblem = (reason: string) => {
    if (reason !== lastProblem && reason !== '')
      context.log(`the stream trigger ${mapping.id} does not run: ${reason}`);
    lastProblem = reason;
  };

  const sendFailure = async (document: FailureDocument) => {
    const { batchSize } = document.DDBStreamBatchInfo;
    context.log(`${mapping.functionId}: gave up ${batchSize} stream records (${document.requestContext.condition})`);
    if (!mapping.failureQueueArn) return;
    try {
      await queues.send(mapping.failureQueueArn, JSON.stringify(document), mapping.principal);
      counters.count('streams.dead-letters');
    } catch (error) {
      // As on AWS, a destination that cannot be reached blocks nothing: the batch is lost.
      context.log(`${mapping.functionId}: unable to keep the failed batch; ${String(error)}`);
    }
  };

  let reader: Reader | undefined;
  let positions: StreamPosition[] = [];
  /** The last record that the workers got. After an error the reader is opened again and starts before it. */
  let lastTaken: { label: string; position: bigint } | undefined;
  /** When a read last found nothing: later records are younger than that. DynamoDB Local rounds a record's time to the minute. */
  let allReadAt = 0;
  const pause = (milliseconds: number) => wait(milliseconds, undefined, { signal: aborter.signal }).catch(() => {});
  const pending = () => workers.flatMap((worker) => worker.pending());
  const save = () => {
    if (!reader) return;
    const readTo = reader.position();
    // A worker without pending records has come as far as the reader.
    positions = positions.map((position, at) => (workers[at]?.pending().length === 0 ? readTo : position));
    checkpoint.save({ streamLabel: reader.streamLabel, positions });
  };
  const workers: BatchWorker[] = Array.from({ length: mapping.parallelBatches }, (_, at) => {
    const worker: BatchWorker = startBatchWorker({
      batchSize: mapping.batchSize,
      windowMs: (mapping.windowSeconds * 1000) / timeScale,
      deliver: (batch) =>
        deliverBatch(
          {
            context,
            mapping,
            stopped,
            sendFailure,
            sleep: pause,
            onDone: (last) => {
              worker.finish(last);
              positions[at] = { shardId: last.shardId, position: last.position };
              save();
              idleTracker.finished(pending());
            },
          },
          batch,
        ).catch(async (error: unknown) => {
          reportProblem(String(error));
          await pause(1_000);
        }),
    });
    return worker;
  });

  const open = async (): Promise<Reader> => {
    const known = checkpoint.load();
    const [first, ...others] = known?.positions ?? [];
    const from = known && first ? { label: known.streamLabel, position: earliest([first, ...others]) } : undefined;
    const opened = await openReader(engine, mapping.tableName, from ?? mapping.startingPosition);
    const continues = known?.streamLabel === opened.streamLabel && known.positions.length === workers.length;
    positions = continues ? [...known.positions] : workers.map(() => opened.position());
    return opened;
  };

  const take = (record: StreamRecord, label: string) => {
    if (lastTaken?.label === label && record.position <= lastTaken.position) return;
    lastTaken = { label, position: record.position };
    if (context.clock.now() - record.createdAt > retention) return counters.count('streams.trimmed');
    const at = workerIndex(record, mapping.partitionKey, workers.length);
    // This worker may have been ahead of the others when the runtime stopped.
    if (record.position <= (positions[at]?.position ?? -1n)) return;
    if (!mapping.matches(record.delivered)) return counters.count('streams.filtered');
    workers[at]?.push(record);
  };

  const poll = async (): Promise<'more' | 'all read'> => {
    reader ??= await open();
    counters.count('streams.reads');
    const allRead = idleTracker.beginRead();
    const startedAt = context.clock.now();
    const { shardId, records, more } = await reader.read();
    const stream = { arn: mapping.streamArn, region: context.stack.region, shardId };
    const { streamLabel } = reader;
    let bytes = 0;
    for (const raw of records) {
      const record = readRecord(raw, stream);
      bytes += record?.size ?? 0;
      if (record) take({ ...record, createdAt: Math.max(record.createdAt, allReadAt) }, streamLabel);
    }
    if (records.length > 0) save();
    if (more || bytes >= largeReadBytes) return 'more';
    allReadAt = startedAt;
    allRead(pending());
    return 'all read';
  };

  const run = async () => {
    while (!stopped()) {
      const denied = deniedMessage(context, mapping);
      reportProblem(denied ?? '');
      if (denied !== undefined) idleTracker.release();
      const mayRead = denied === undefined && pending().length < maxPending;
      try {
        if (mayRead) {
          const outcome = await poll();
          if (!idleTracker.needsRead()) await pause(minPauseMs);
          if (outcome === 'more') continue;
        }
      } catch (error) {
        reportProblem(String(error));
        reader = undefined;
        idleTracker.release();
        await pause(pollIntervalMs);
        continue;
      }
      await timer.sleep(mayRead ? readEveryMs : pollIntervalMs);
    }
  };
  const running = run();

  return {
    wake: timer.wake,
    async idle() {
      if (stopped()) return;
      const done = idleTracker.wait();
      timer.wake();
      await done;
    },
    async stop() {
      aborter.abort();
      try {
        checkpoint.end();
      } catch (error) {
        // Stop even if the disk is full: records handled since the last write are delivered again.
        reportProblem(String(error));
      }
      // Stop the workers before waiting for the poll: a worker that keeps running would retry its batch in a loop and block everything else.
      const ended = workers.map((worker) => worker.stop());
      timer.wake();
      await running;
      await Promise.all(ended);
      idleTracker.release();
    },
  };
}

/** Records of one partition key go to the same worker, so that they keep their order. */
function workerIndex({ keys }: StreamRecord, partitionKey: string, workers: number): number {
  if (workers === 1) return 0;
  const digest = createHash('md5')
    .update(JSON.stringify(keys[partitionKey] ?? null))
    .digest();
  return digest.readUInt32BE(0) % workers;
}

/**
 * Lambda reads a stream with the function's role, which needs these four actions on the stream.
 * Returns the message of the first denied one. Source: the managed policy AWSLambdaDynamoDBExecutionRole.
 */
function deniedMessage({ policies }: Context, { principal, streamArn }: Mapping): string | undefined {
  for (const action of ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams']) {
    const decision = policies.authorize(principal, `dynamodb:${action}`, streamArn);
    if (!decision.allowed) return decision.message;
  }
  return undefined;
}
