import { backoff } from './backoff.ts';
import { pause, type Timers } from './clock.ts';
import { isRetryable } from './errors.ts';
import { batchMs } from './times.ts';

/** Tells the server how far the user has read: many moves become one request, and a failed request is repeated. */
export function createReadCursor(options: {
  readonly clock: Timers;
  readonly random: () => number;
  /** Where the cursor is on the server. */
  readonly start: number;
  send(upTo: number): Promise<unknown>;
  onChange(): void;
}) {
  const { clock, random } = options;
  let upTo = options.start;
  let confirmed = options.start;
  let running = false;
  let stopped = false;
  let closed = false;

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
    /** The last `seq` that the user has read, also before the server knows it. */
    get upTo() {
      return upTo;
    },
    /** Moves forward only. */
    move(to: number): void {
      if (advance(to)) void run();
    },
    /** The server knows that the user has read up to here. */
    confirm(to: number): void {
      confirmed = Math.max(confirmed, to);
      advance(to);
    },
    /** The server says where the cursor is. It may have lost a move. */
    stored(to: number): void {
      confirmed = to;
      if (!advance(to)) void run();
    },
    stop() {
      stopped = true;
    },
    /** Sends at once what waits, and nothing more. */
    close() {
      if (upTo > confirmed && !stopped) options.send(upTo).catch(() => {});
      stopped = closed = true;
    },
    resume() {
      stopped = closed;
      void run();
    },
  };
}
