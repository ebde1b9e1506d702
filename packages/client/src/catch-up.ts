import type { ChangesPage } from '../../../protocol/http.ts';
import { backoff } from './backoff.ts';
import { type Clock, pause } from './clock.ts';
import { isPassing, type ParleyError } from './errors.ts';
import { type Http, pathOf, queryOf } from './http.ts';
import type { LogEvent, Timeline } from './timeline.ts';

export interface CatchUp {
  /** Fetches until nothing is missing; resolves also when that cannot be, which `onEnd` is told. */
  now(): Promise<void>;
  /** Looks in a moment whether something is missing by then, and fetches it. */
  soon(): void;
  stop(): void;
}

/** ms that a number may come late before it is asked for; the spread keeps the members of a room from asking all at once. */
const grace = { least: 200, spread: 600 };
/** ms after which to ask again for a number whose entry may still come: the server seals it after five seconds. */
const settling = 1_000;

/** Closes the gaps of one timeline. Source: docs/protocol.md, "Gaps". */
export function createCatchUp(options: {
  readonly id: string;
  readonly http: Http;
  readonly timeline: Timeline;
  readonly clock: Clock;
  readonly random: () => number;
  onEvent(event: LogEvent): void;
  /** The conversation cannot be read any more. */
  onEnd(error: ParleyError): void;
}): CatchUp {
  const { id, http, timeline, clock, random } = options;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let cancel: (() => void) | undefined;

  /** @returns whether there may be more, and whether this page brought any of it */
  async function page(): Promise<{ more: boolean; moved: boolean }> {
    const before = timeline.complete;
    const { results, next, count } = await http<ChangesPage>(
      'GET',
      `${pathOf(id)}/messages?after=${before}&changes=true&limit=100`,
    );
    if (stopped) return { more: false, moved: false };
    for (const event of results) options.onEvent(event);
    // The page is whole up to where the next one begins.
    timeline.settle(next === null ? count : Number(queryOf(next).get('after')));
    return { more: next !== null, moved: timeline.complete > before };
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      try {
        again = false;
        const { more, moved } = await page();
        failures = 0;
        if (!more && !again) return;
        if (more && !moved) await pause(clock, settling);
      } catch (error) {
        if (!isPassing(error)) {
          stopped = true;
          return options.onEnd(error as ParleyError);
        }
        await pause(clock, backoff(failures++, random, { first: 500, most: 30_000 }));
      }
    }
  }

  function now(): Promise<void> {
    // What is asked for now may be newer than the page that is under way.
    again = true;
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    now,
    soon() {
      cancel ??= clock.after(grace.least + random() * grace.spread, () => {
        cancel = undefined;
        if (timeline.head > timeline.complete) void now();
      });
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
