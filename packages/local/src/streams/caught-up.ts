import type { StreamRecord } from './record.ts';

/** Lets somebody wait until everything that was written before is finished. */
export interface CaughtUp {
  wait(): Promise<void>;
  readonly waiting: () => boolean;
  /** Call before reading; what it returns is to be called when that read found nothing more, with what is still pending. */
  reading(): (pending: readonly StreamRecord[]) => void;
  finished(pending: readonly StreamRecord[]): void;
  /** Nothing will be read any more: nobody needs to wait. */
  release(): void;
}

export function createCaughtUp(): CaughtUp {
  /** `missing` is unknown until a read that began after the question has come back empty. */
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
    waiting: () => waiters.some(({ missing }) => missing === undefined),
    reading() {
      const asked = waiters.filter(({ missing }) => missing === undefined);
      return (pending) => {
        for (const waiter of asked) waiter.missing = new Set(pending);
        settle();
      };
    },
    finished(pending) {
      const still = new Set(pending);
      for (const { missing } of waiters) {
        for (const record of missing ?? []) if (!still.has(record)) missing?.delete(record);
      }
      settle();
    },
    release() {
      for (const { resolve } of waiters.splice(0)) resolve();
    },
  };
}
