import { join } from 'node:path';
import type { Context } from '#context';
import { createEngineClient, type EngineAddress } from '#dynamodb/engine-client';
import { runPollers } from '#lambda/run-pollers';
import type { Queues } from '#sqs/start';
import { openCheckpoint } from './checkpoint.ts';
import { readMappings } from './mapping.ts';
import { pollIntervalMs, startPoller } from './poller.ts';
import { shareReads } from './shared-reads.ts';

export interface Streams {
  /** Resolves when every record written before is handled or discarded. Does not wait for records that functions write meanwhile. */
  idle(): Promise<void>;
  /** Runs the mappings of the current stack. Each continues at its checkpoint. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Milliseconds. If every write wakes the pollers, nothing is read while nothing is written; this is for a write whose answer was lost. */
const rarelyMs = 10_000;

/**
 * Runs the template's event source mappings on table streams.
 * @param options.onWrite subscribes to writes and returns the unsubscriber; without it, a record waits up to 250 ms for the next poll
 * @param options.seesAllWrites nothing writes to the engine without a call of `onWrite`'s listeners
 * @throws Error, one sentence, for a mapping that is not served locally
 */
export async function startStreams(
  context: Context,
  options: {
    engine: EngineAddress;
    queues: Queues;
    onWrite?: (listener: () => void) => () => void;
    seesAllWrites?: boolean;
  },
): Promise<Streams> {
  const engine = createEngineClient(options.engine);
  const reads = shareReads(engine);
  const folder = join(context.dataDirectory, 'streams');
  const pollers = runPollers(
    () => readMappings(context.stack),
    (mapping) =>
      startPoller({
        context,
        mapping,
        // A write that is not seen here could be missing in a read that began before.
        engine: options.seesAllWrites ? reads : engine,
        checkpoint: openCheckpoint(folder, mapping.id),
        queues: options.queues,
        readEveryMs: options.onWrite && options.seesAllWrites ? rarelyMs : pollIntervalMs,
      }),
  );
  const unsubscribe = options.onWrite?.(() => {
    reads.forget();
    for (const poller of pollers.current()) poller.wake();
  });
  return {
    ...pollers,
    async stop() {
      unsubscribe?.();
      await pollers.stop();
      engine.stop();
    },
  };
}
