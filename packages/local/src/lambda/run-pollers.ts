import { withTimeout } from '#timeout';

/** How long stopping waits for running batches. */
const stopTimeoutMs = 2_000;

/** Runs one poller for each event source mapping of the current stack. */
export function runPollers<Mapping, Poller extends { idle(): Promise<void>; stop(): Promise<void> }>(
  readMappings: () => readonly Mapping[],
  start: (mapping: Mapping) => Poller,
) {
  let pollers = readMappings().map((mapping) => start(mapping));
  const stopAll = () => Promise.all(pollers.map((poller) => poller.stop()));
  return {
    current: () => pollers,
    async idle() {
      await Promise.all(pollers.map((poller) => poller.idle()));
    },
    async reload() {
      // Read before stopping: if the new stack's mappings cannot be served, the old ones keep running.
      const mappings = readMappings();
      await stopAll();
      pollers = mappings.map((mapping) => start(mapping));
    },
    async stop() {
      // A batch that takes longer is abandoned. Its items are delivered again after the next start.
      await withTimeout(stopAll(), stopTimeoutMs, undefined);
    },
  };
}
