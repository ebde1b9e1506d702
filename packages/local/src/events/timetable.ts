import { systemClock } from '#clock';
import type { Context } from '#context';
import type { Schedule } from './schedule.ts';

/** Something that happens at the times of a schedule. */
export interface Entry {
  readonly logicalId: string;
  readonly schedule: Schedule;
  /** When the schedule was made: rates count from there. */
  readonly created: number;
  /** @param time the time of the schedule, in milliseconds since the epoch */
  fire(time: number): Promise<void>;
}

export interface Timetable {
  stop(): void;
}

/** A timer that is longer is set again: Node's are at most 24 days long. */
const longestMs = 3_600_000;
/** A test's clock may move without timers. */
const lookEveryMs = 50;

/**
 * Fires schedules, at least one of which must be there. With a time scale, their time runs faster than the clock, and starts with it: at 60,
 * `rate(5 minutes)` fires every five seconds, and noon comes sixty times as soon. Of the times that a clock jumped over, one fires.
 */
export function startTimetable(
  context: Pick<Context, 'clock' | 'timeScale' | 'log'>,
  entries: readonly Entry[],
): Timetable {
  const { clock, timeScale } = context;
  const startedAt = clock.now();
  /** The time of the schedules. */
  const now = () => startedAt + (clock.now() - startedAt) * timeScale;
  const next = new Map(entries.map((entry) => [entry, entry.schedule.next(now(), entry.created)]));
  let timer: NodeJS.Timeout | undefined;

  for (const [{ logicalId, schedule }, time] of next) {
    const at =
      time === undefined ? 'never' : `at ${new Date(startedAt + (time - startedAt) / timeScale).toISOString()}`;
    context.log(`${logicalId} (${schedule.expression}) fires next ${at}`);
  }
  const look = () => {
    for (const [entry, time] of next) {
      if (time === undefined || time > now()) continue;
      next.set(entry, entry.schedule.next(now(), entry.created));
      void entry.fire(time).catch((error: unknown) => context.log(`${entry.logicalId}: not fired; ${String(error)}`));
    }
    const times = [...next.values()].filter((time) => time !== undefined);
    if (times.length === 0) return;
    const wait = Math.max(0, (Math.min(...times) - now()) / timeScale);
    timer = setTimeout(look, Math.min(wait, clock === systemClock ? longestMs : lookEveryMs));
  };
  look();
  return { stop: () => clearTimeout(timer) };
}
