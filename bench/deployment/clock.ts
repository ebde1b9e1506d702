import type { Clock } from '@parley/client';

/** A client's clock whose time can be moved on, so that a day of a client takes a few seconds. Between the moves it runs like the system's. */
export interface MovableClock extends Clock {
  /** Moves the time to the next timer, at most by `ms`, and runs what is due. @returns the milliseconds that were left out */
  skip(ms: number): number;
}

export function movableClock(): MovableClock {
  let ahead = 0;
  const timers = new Set<{ readonly due: number; cancel(): void; run(): void }>();
  const now = () => Date.now() + ahead;

  return {
    now,
    after(ms, callback) {
      const timer = {
        due: now() + ms,
        run() {
          timer.cancel();
          callback();
        },
        cancel() {
          timers.delete(timer);
          clearTimeout(handle);
        },
      };
      const handle = setTimeout(timer.run, ms);
      timers.add(timer);
      return timer.cancel;
    },
    skip(ms) {
      const next = Math.min(...[...timers].map(({ due }) => due));
      const step = Math.max(0, Math.min(ms, next - now()));
      ahead += step;
      for (const timer of [...timers].sort((a, b) => a.due - b.due)) if (timer.due <= now()) timer.run();
      return step;
    },
  };
}
