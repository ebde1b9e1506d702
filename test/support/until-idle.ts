import { setTimeout as pause } from 'node:timers/promises';
import type { LocalRuntime } from '@parley/local';

/**
 * Resolves when no function runs, no event and no visible message waits for one, and the table's stream has been followed to its end.
 * @throws Error after half a minute
 */
export async function untilIdle({
  counters,
  streams,
  queues,
}: Pick<LocalRuntime, 'counters' | 'streams' | 'queues'>): Promise<void> {
  const running = () =>
    Object.entries(counters.snapshot()).reduce((sum, [name, count]) => {
      if (/^lambda\.(invoke|event):/.test(name)) return sum + count;
      return /^lambda\.(done|event-done):/.test(name) ? sum - count : sum;
    }, 0);
  const deadline = Date.now() + 30_000;
  // A function's last write is in the stream when the function has ended, so wait for the stream after the functions.
  do {
    while (running() > 0) {
      if (Date.now() > deadline) throw new Error('the functions did not come to rest');
      await pause(2);
    }
    await streams.idle();
    await queues.idle();
  } while (running() > 0);
}
