/** Time as the client sees it: passed in, so that tests decide what it is. */
export interface Clock {
  /** ms since 1970 */
  now(): number;
  /** Does something after so many ms. @returns what takes that back */
  after(ms: number, what: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, what) {
    const timer = setTimeout(what, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many ms. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
