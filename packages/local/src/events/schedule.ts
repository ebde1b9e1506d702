import { Cron } from 'croner';

/** When something happens again and again, or once. */
export interface Schedule {
  readonly expression: string;
  /**
   * The first time after `after`. Undefined: never again.
   * @param created when the schedule was made, from which rates count. All times are milliseconds since the epoch.
   */
  next(after: number, created: number): number | undefined;
}

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `rate(5 minutes)`, `cron(0 12 * * ? *)` and `at(2026-12-24T18:00:00)`.
 * Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html,
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @param timezone an IANA name; UTC by default
 * @throws Error, one sentence, for an expression that AWS refuses
 */
export function readSchedule(expression: string, timezone = 'UTC'): Schedule {
  const fail = (reason: string) => new Error(`the schedule ${expression} is not valid: ${reason}`);
  const [, kind, inner = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') {
    const [, number, unit = '', plural = ''] = /^(\d+) (minute|hour|day)(s?)$/.exec(inner) ?? [];
    const count = Number(number);
    const milliseconds = units[unit];
    if (!milliseconds || !(count > 0)) throw fail('a rate is a number and minutes, hours or days');
    if ((count === 1) !== (plural === '')) throw fail(`it should be ${count} ${unit}${count === 1 ? '' : 's'}`);
    const period = count * milliseconds;
    const next = (after: number, created: number) =>
      created + Math.max(1, Math.floor((after - created) / period) + 1) * period;
    return { expression, next };
  }
  try {
    if (kind === 'at') {
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner)) throw fail('at needs a time like 2026-12-24T18:00:00');
      const once = new Cron(inner, { paused: true, timezone });
      return { expression, next: (after) => once.nextRun(new Date(after))?.getTime() };
    }
    if (kind === 'cron') {
      const cron = new Cron(toCroner(inner, fail), {
        paused: true,
        timezone,
        alternativeWeekdays: true,
        mode: '7-part',
      });
      return { expression, next: (after) => cron.nextRun(new Date(after))?.getTime() };
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw reason.includes(expression) ? error : fail(reason);
  }
  throw fail('it is neither rate(…) nor cron(…) nor at(…)');
}

/** AWS's six fields in the spelling of croner, which has seconds too, and writes the last Friday `FRI#L` instead of `FRIL`. */
function toCroner(inner: string, fail: (reason: string) => Error): string {
  const fields = inner.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || !dayOfMonth || !dayOfWeek) throw fail('cron needs six fields');
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw fail('exactly one of day-of-month and day-of-week must be ?');
  }
  const weekday = dayOfWeek === 'L' ? 'SAT' : dayOfWeek.replace(/^(\w+?)L$/, '$1#L');
  // `5/20` means: from 5 on.
  const from = (field: string, index: number) => field.replace(/^(\d+)\//, `$1-${largest[index]}/`);
  return ['0', ...[minute, hour, dayOfMonth, month, weekday, year].map((field = '', index) => from(field, index))]
    .map((field) => (field === '?' ? '*' : field))
    .join(' ');
}

/** The largest value of each field. */
const largest = [59, 23, 31, 12, 7, 2199];
