import { join } from 'node:path';
import type { Context } from '#context';
import { createEngineClient } from '#dynamodb/engine-client';
import type { Queues } from '#sqs/start';
import { withTimeout } from '#timeout';
import { openCheckpoint } from './checkpoint.ts';
import { type Mapping, readMappings } from './mapping.ts';
import { type Poller, startPoller } from './poller.ts';

export interface Streams {
  /** Resolves when every record written before is handled or discarded. Does not wait for records that functions write meanwhile. */
  idle(): Promise<void>;
  /** Runs the mappings of the current stack. Each continues at its checkpoint. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** How long stopping waits for running batches. */
const stopTimeoutMs = 2_000;

/**
 * Runs the template's event source mappings on table streams.
 * @param options.onWrite subscribes to writes and returns the unsubscriber; without it, a record waits up to 250 ms for the next poll
 * @throws Error, one sentence, for a mapping that is not served locally
 */
export async function startStreams(
  context: Context,
  options: { engineUrl: string; queues: Queues; onWrite?: (listener: () => void) => () => void },
): Promise<Streams> {
  const engine = createEngineClient(options.engineUrl);
  const folder = join(context.dataDirectory, 'streams');
  let pollers: Poller[] = [];
  const startPollers = (mappings: readonly Mapping[]) => {
    pollers = mappings.map((mapping) =>
      startPoller({ context, mapping, engine, checkpoint: openCheckpoint(folder, mapping.id), queues: options.queues }),
    );
  };
  const stopPollers = () => Promise.all(pollers.map((poller) => poller.stop()));
  startPollers(readMappings(context.stack));
  const unsubscribe = options.onWrite?.(() => {
    for (const poller of pollers) poller.wake();
  });
  return {
    async idle() {
      await Promise.all(pollers.map((poller) => poller.idle()));
    },
    async reload() {
      // Read before stopping: if the new stack's mappings cannot be served, the old ones keep running.
      const mappings = readMappings(context.stack);
      await stopPollers();
      startPollers(mappings);
    },
    async stop() {
      unsubscribe?.();
      // A batch that takes longer is abandoned. Its records are delivered again after the next start.
      await withTimeout(stopPollers(), stopTimeoutMs, undefined);
      engine.stop();
    },
  };
}
