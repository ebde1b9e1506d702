import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { createEngineClient } from '../dynamodb/engine-client.ts';
import type { Queues } from '../sqs/start.ts';
import { checkpointFile } from './checkpoint.ts';
import { type Mapping, readMappings } from './mapping.ts';
import { type Poller, startPoller } from './poller.ts';

export interface Streams {
  /** Resolves when every record written before was handled or given up. What the functions write meanwhile is not waited for. */
  idle(): Promise<void>;
  /** Runs the mappings as the stack has them now; each goes on where it was. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** ms that stopping waits for the batches that are being handled */
const stopGrace = 2_000;

/**
 * Runs the template's event source mappings on table streams.
 * @param options.onWrite how to hear of writes; without it a record waits for the next poll, up to a quarter of a second
 * @throws Error, one sentence, for a mapping that is not served locally
 */
export async function startStreams(
  context: Context,
  options: { engineUrl: string; queues: Queues; onWrite?: (listener: () => void) => () => void },
): Promise<Streams> {
  const engine = createEngineClient(options.engineUrl);
  const folder = join(context.dataDirectory, 'streams');
  let pollers: Poller[] = [];
  const begin = (mappings: readonly Mapping[]) => {
    pollers = mappings.map((mapping) =>
      startPoller({ context, mapping, engine, checkpoint: checkpointFile(folder, mapping.id), queues: options.queues }),
    );
  };
  const end = () => Promise.all(pollers.map((poller) => poller.stop()));
  begin(readMappings(context.stack));
  const deafen = options.onWrite?.(() => {
    for (const poller of pollers) poller.wake();
  });
  return {
    async idle() {
      await Promise.all(pollers.map((poller) => poller.idle()));
    },
    async reload() {
      // Read first: when the new stack's mappings cannot be served, the old ones go on.
      const mappings = readMappings(context.stack);
      await end();
      begin(mappings);
    },
    async stop() {
      deafen?.();
      // A batch that takes longer is given up: its records come again after the next start.
      await Promise.race([end(), wait(stopGrace, undefined, { ref: false })]);
      engine.stop();
    },
  };
}
