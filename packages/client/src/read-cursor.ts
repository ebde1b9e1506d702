import { backoff } from './backoff.ts';
import { type Clock, pause } from './clock.ts';
import { isPassing } from './errors.ts';

export interface ReadCursor {
  /** How far one has read, also where the server does not know yet. */
  readonly upTo: number;
  /** Moves forward only. */
  move(upTo: number): void;
  /** The server knows of this. */
  confirm(upTo: number): void;
  stop(): void;
}

/** ms for which further moves are waited for: scrolling is one request. */
const together = 500;

/** Tells the server how far one has read: often moved, seldom told, never lost. */
export function createReadCursor(options: {
  readonly clock: Clock;
  readonly random: () => number;
  readonly known: number;
  tell(upTo: number): Promise<unknown>;
  onChange(): void;
}): ReadCursor {
  const { clock, random } = options;
  let upTo = options.known;
  let confirmed = options.known;
  let busy = false;
  let stopped = false;

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    await pause(clock, together);
    for (let tries = 0; upTo > confirmed && !stopped; ) {
      const telling = upTo;
      try {
        await options.tell(telling);
        confirmed = Math.max(confirmed, telling);
        tries = 0;
      } catch (error) {
        // Refused for good, such as after leaving: not to be told again and again.
        if (!isPassing(error)) confirmed = Math.max(confirmed, telling);
        else await pause(clock, backoff(tries++, random));
      }
    }
    busy = false;
  }

  return {
    get upTo() {
      return upTo;
    },
    move(to) {
      if (to <= upTo) return;
      upTo = to;
      options.onChange();
      void run();
    },
    confirm(to) {
      confirmed = Math.max(confirmed, to);
      if (to <= upTo) return;
      upTo = to;
      options.onChange();
    },
    stop() {
      stopped = true;
    },
  };
}
