import { join } from 'node:path';
import type { Context } from '#context';
import { createEngineClient } from '#dynamodb/engine-client';
import { runPollers } from '#lambda/run-pollers';
import type { Queues } from '#sqs/start';
import { openCheckpoint } from './checkpoint.ts';
import { readMappings } from './mapping.ts';
import { startPoller } from './poller.ts';

export interface Streams {
  /** Resolves when every record written before is handled or discarded. Does not wait for records that functions write meanwhile. */
  idle(): Promise<void>;
  /** Runs the mappings of the current stack. Each continues at its checkpoint. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

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
  const pollers = runPollers(
    () => readMappings(context.stack),
    (mapping) =>
      startPoller({ context, mapping, engine, checkpoint: openCheckpoint(folder, mapping.id), queues: options.queues }),
  );
  const unsubscribe = options.onWrite?.(() => {
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
