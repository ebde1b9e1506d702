import { backoff } from './backoff.ts';
import { type Clock, pause } from './clock.ts';
import { isRetryable } from './errors.ts';

export interface ReadCursor {
  /** The last `seq` that the user has read, also before the server knows it. */
  readonly upTo: number;
  /** Moves forward only. */
  move(upTo: number): void;
  /** The server knows that the user has read up to here. */
  confirm(upTo: number): void;
  stop(): void;
}

/** Moves within this time become one request, for example while the user scrolls. */
const batchMs = 500;

/** Tells the server how far the user has read: many moves become one request, and a failed request is repeated. */
export function createReadCursor(options: {
  readonly clock: Clock;
  readonly random: () => number;
  /** Where the cursor is on the server. */
  readonly start: number;
  send(upTo: number): Promise<unknown>;
  onChange(): void;
}): ReadCursor {
  const { clock, random } = options;
  let upTo = options.start;
  let confirmed = options.start;
  let running = false;
  let stopped = false;

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    await pause(clock, batchMs);
    for (let tries = 0; upTo > confirmed && !stopped; ) {
      const target = upTo;
      try {
        await options.send(target);
        confirmed = Math.max(confirmed, target);
        tries = 0;
      } catch (error) {
        // A final refusal, for example after the user left: do not send it again.
        if (!isRetryable(error)) confirmed = Math.max(confirmed, target);
        else await pause(clock, backoff(tries++, random));
      }
    }
    running = false;
  }

  function advance(to: number): boolean {
    if (to <= upTo) return false;
    upTo = to;
    options.onChange();
    return true;
  }

  return {
    get upTo() {
      return upTo;
    },
    move(to) {
      if (advance(to)) void run();
    },
    confirm(to) {
      confirmed = Math.max(confirmed, to);
      advance(to);
    },
    stop() {
      stopped = true;
    },
  };
}
