import type { StreamRecord } from './record.ts';
import { createWakeableTimer } from './wakeable-timer.ts';

/** Lambda sends at most 6 MB in one invocation. */
const maxBatchBytes = 6 * 1024 * 1024;

/** One of a mapping's `ParallelizationFactor` workers: it keeps records in order and delivers one batch at a time. */
export interface BatchWorker {
  push(record: StreamRecord): void;
  /** Removes the records up to and including this one. */
  finish(last: StreamRecord): void;
  /** The records that are not finished, oldest first. */
  pending(): readonly StreamRecord[];
  stop(): Promise<void>;
}

/**
 * @param options.windowMs how long to gather records for one batch, counted from its first record
 * @param options.deliver resolves when the batch is finished; calls `finish` for the finished records
 */
export function startBatchWorker(options: {
  batchSize: number;
  windowMs: number;
  deliver: (batch: [StreamRecord, ...StreamRecord[]]) => Promise<void>;
}): BatchWorker {
  const queue: StreamRecord[] = [];
  const timer = createWakeableTimer();
  let stopped = false;

  const full = () => {
    let size = 0;
    for (const [at, record] of queue.entries()) {
      size += record.size;
      if (at + 1 >= options.batchSize || size > maxBatchBytes) return true;
    }
    return false;
  };
  const gather = async () => {
    const deadline = performance.now() + options.windowMs;
    for (let left = options.windowMs; left > 0 && !full() && !stopped; left = deadline - performance.now()) {
      await timer.sleep(left);
    }
  };
  const nextBatch = (): StreamRecord[] => {
    let size = 0;
    const end = queue.findIndex((record, at) => {
      size += record.size;
      return at >= options.batchSize || (at > 0 && size > maxBatchBytes);
    });
    return queue.slice(0, end === -1 ? queue.length : end);
  };
  const run = async () => {
    while (!stopped) {
      if (queue.length === 0) {
        await timer.sleep(Number.POSITIVE_INFINITY);
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
      timer.wake();
    },
    finish({ position }) {
      const next = queue.findIndex((record) => record.position > position);
      queue.splice(0, next === -1 ? queue.length : next);
    },
    pending: () => queue,
    async stop() {
      stopped = true;
      timer.wake();
      await running;
    },
  };
}
