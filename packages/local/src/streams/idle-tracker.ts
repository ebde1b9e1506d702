import type { StreamRecord } from './record.ts';

/** Lets callers wait until everything that was written before is finished. */
export interface IdleTracker {
  wait(): Promise<void>;
  /** True while a waiter needs another read. */
  readonly needsRead: () => boolean;
  /** Call before a read. If that read finds nothing, call the returned function with the records that are still pending. */
  beginRead(): (pending: readonly StreamRecord[]) => void;
  finished(pending: readonly StreamRecord[]): void;
  /** Ends all waits, because nothing more will be read. */
  release(): void;
}

export function createIdleTracker(): IdleTracker {
  /** `missing` is undefined until a read that began after the call of `wait` came back empty. */
  interface Waiter {
    missing?: Set<StreamRecord>;
    resolve(): void;
  }
  let waiters: Waiter[] = [];
  const settle = () => {
    const ready = waiters.filter(({ missing }) => missing?.size === 0);
    waiters = waiters.filter(({ missing }) => missing?.size !== 0);
    for (const { resolve } of ready) resolve();
  };
  return {
    wait: () => new Promise<void>((resolve) => void waiters.push({ resolve })),
    needsRead: () => waiters.some(({ missing }) => missing === undefined),
    beginRead() {
      const waiting = waiters.filter(({ missing }) => missing === undefined);
      return (pending) => {
        for (const waiter of waiting) waiter.missing = new Set(pending);
        settle();
      };
    },
    finished(pending) {
      const unfinished = new Set(pending);
      for (const { missing } of waiters) {
        for (const record of missing ?? []) if (!unfinished.has(record)) missing?.delete(record);
      }
      settle();
    },
    release() {
      for (const { resolve } of waiters.splice(0)) resolve();
    },
  };
}
