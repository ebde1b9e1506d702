import { backoff } from './backoff.ts';
import { pause, type Timers } from './clock.ts';
import { isRetryable, type ParleyError } from './errors.ts';
import { type Http, pathOf, queryOf } from './http.ts';
import type { ChangesPage } from './protocol.ts';
import type { LogEvent, Timeline } from './timeline.ts';
import { graceMs, graceSpreadMs, pendingEntryPauseMs } from './times.ts';

/** Closes the gaps of one timeline. Source: docs/protocol.md, "Gaps". */
export function createCatchUp(options: {
  readonly id: string;
  readonly http: Http;
  readonly timeline: Timeline;
  readonly clock: Timers;
  readonly random: () => number;
  onEvent(event: LogEvent): void;
  /** The conversation cannot be read any more. */
  onEnd(error: ParleyError): void;
}) {
  const { id, http, timeline, clock, random } = options;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let cancel: (() => void) | undefined;

  /** @returns whether there may be more, and whether this page closed a gap */
  async function loadPage(): Promise<{ more?: boolean; moved?: boolean }> {
    const before = timeline.completeUpTo;
    const { results, next, count } = await http<ChangesPage>(
      'GET',
      `${pathOf(id)}/messages?after=${before}&changes=true&limit=100`,
    );
    if (stopped) return {};
    for (const event of results) options.onEvent(event);
    // The page is complete up to the start of the next one.
    timeline.markComplete(next === null ? count : Number(queryOf(next).get('after')));
    return { more: next !== null, moved: timeline.completeUpTo > before };
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      try {
        again = false;
        const { more, moved } = await loadPage();
        failures = 0;
        if (!more && !again) return;
        if (more && !moved) await pause(clock, pendingEntryPauseMs);
      } catch (error) {
        if (!isRetryable(error)) {
          stopped = true;
          return options.onEnd(error as ParleyError);
        }
        await pause(clock, backoff(failures++, random, { firstMs: 500, maxMs: 30_000 }));
      }
    }
  }

  /** Fetches until nothing is missing. Resolves also when the conversation cannot be read any more: then `onEnd` is called. */
  function now(): Promise<void> {
    // The page that is being loaded may be older than this call.
    again = true;
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    now,
    /** Fetches a little later, if something is still missing then. */
    soon(): void {
      cancel ??= clock.after(graceMs + random() * graceSpreadMs, () => {
        cancel = undefined;
        if (timeline.latestSeq > timeline.completeUpTo) void now();
      });
    },
    stop(): void {
      stopped = true;
      cancel?.();
    },
  };
}
