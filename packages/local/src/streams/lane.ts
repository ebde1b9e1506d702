import type { StreamRecord } from './record.ts';
import { createSleeper } from './sleeper.ts';

/** Lambda sends at most 6 MB in one invocation. */
const largestBatch = 6 * 1024 * 1024;

/** One of a mapping's parallel batches: records wait here in order, and one batch at a time is delivered. */
export interface Lane {
  push(record: StreamRecord): void;
  /** Removes what is finished: everything up to this record. */
  finish(last: StreamRecord): void;
  /** The records that are not finished, oldest first. */
  pending(): readonly StreamRecord[];
  stop(): Promise<void>;
}

/**
 * @param options.window milliseconds to gather records for one batch, from its first record on
 * @param options.deliver takes a batch to its end and calls `finish` meanwhile
 */
export function startLane(options: {
  batchSize: number;
  window: number;
  deliver: (batch: [StreamRecord, ...StreamRecord[]]) => Promise<void>;
}): Lane {
  const queue: StreamRecord[] = [];
  const arrivals = createSleeper();
  let stopped = false;

  const full = () => {
    let size = 0;
    for (const [at, record] of queue.entries()) {
      size += record.size;
      if (at + 1 >= options.batchSize || size > largestBatch) return true;
    }
    return false;
  };
  const gather = async () => {
    const deadline = performance.now() + options.window;
    for (let left = options.window; left > 0 && !full() && !stopped; left = deadline - performance.now()) {
      await arrivals.sleep(left);
    }
  };
  const nextBatch = (): StreamRecord[] => {
    let size = 0;
    const end = queue.findIndex((record, at) => {
      size += record.size;
      return at >= options.batchSize || (at > 0 && size > largestBatch);
    });
    return queue.slice(0, end === -1 ? queue.length : end);
  };
  const run = async () => {
    while (!stopped) {
      if (queue.length === 0) {
        await arrivals.sleep(Number.POSITIVE_INFINITY);
        continue;
      }
      await gather();
      if (stopped) return;
      const [head, ...rest] = nextBatch();
      if (head) await options.deliver([head, ...rest]);
    }
  };
  const running = run();

  return {
    push(record) {
      queue.push(record);
      arrivals.wake();
    },
    finish({ position }) {
      const next = queue.findIndex((record) => record.position > position);
      queue.splice(0, next === -1 ? queue.length : next);
    },
    pending: () => queue,
    async stop() {
      stopped = true;
      arrivals.wake();
      await running;
    },
  };
}
