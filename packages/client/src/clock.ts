import { Internal } from './errors.ts';

/** The client's source of time; a test passes its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds. @returns a function that cancels the timer */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock whose timers may end all at once. */
export interface Timers extends Clock {
  /** @param isPause something waits for it: at the end it is called at once, and not dropped */
  after(ms: number, callback: () => void, isPause?: boolean): () => void;
}

/** Timers of something that is closed some day: one that is left keeps a program in Node from ending. */
export function createTimers(clock: Clock): Timers & { end(): void } {
  const ends = new Set<() => void>();
  let ended = false;
  return {
    now: () => clock.now(),
    after(ms, callback, isPause) {
      const cancel = () => {
        ends.delete(end);
        stop();
      };
      const end = () => {
        cancel();
        if (isPause) callback();
      };
      const stop = clock.after(ms, () => {
        ends.delete(end);
        callback();
      });
      ends.add(end);
      if (ended) end();
      return cancel;
    },
    end() {
      ended = true;
      for (const end of ends) end();
    },
  };
}

/** Resolves after `ms` milliseconds, or when the timers end. */
export function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(ms, resolve, true);
  });
}

/** What is asked of a chat after its `close()`, and what still waits then. The next chat may do it. */
export const closed = () => new Internal('internal', 'unable to reach the server; the chat is closed');
