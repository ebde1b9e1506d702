import type { Presence } from '@parley/client';
import { computed } from '@preact/signals';
import { locale, t } from '../words/words.ts';
import { now as present, timeZone } from './now.ts';

/**
 * Times for people, in the device's time zone and as the reader's locale writes them. The formats are created once, because that is slow; they
 * keep the zone in which they were created.
 */
const formats = computed(() => {
  void timeZone.value;
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale(), options);
  return {
    clock: format({ timeStyle: 'short' }),
    weekday: format({ weekday: 'long' }),
    day: format({ day: 'numeric', month: 'short' }),
    dayOfYear: format({ day: 'numeric', month: 'short', year: 'numeric' }),
    whole: format({ dateStyle: 'full', timeStyle: 'short' }),
    relative: new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }),
  };
});

/** `14:05` @param at ISO 8601 */
export function clockTime(at: string): string {
  return formats.value.clock.format(new Date(at));
}

/** `Friday, 12 November 2027 at 14:05` */
export function exactTime(at: string): string {
  return formats.value.whole.format(new Date(at));
}

/** `Today`, `Yesterday`, `Friday` within a week, else `12 Nov`, with the year if it is not this year. @param now ms since 1970 */
export function dayName(at: string, now: number): string {
  const name = dayInSentence(at, now);
  return name.charAt(0).toLocaleUpperCase(locale()) + name.slice(1);
}

/** Short, for lists: `14:05` today, else the day. @param now ms since 1970 */
export function shortTime(at: string, now: number): string {
  return daysAgo(at, now) <= 0 ? clockTime(at) : dayName(at, now);
}

/** `Last seen at 14:05`, `Last seen yesterday at 14:05`, `Last seen on 12 Nov`. @param now ms since 1970 */
export function lastSeenText(at: string, now: number): string {
  const days = daysAgo(at, now);
  if (days <= 0) return t('Last seen at {time}', { time: clockTime(at) });
  if (days === 1) return t('Last seen yesterday at {time}', { time: clockTime(at) });
  return t('Last seen on {day}', { day: dayInSentence(at, now) });
}

/** `Online`, or when the user was last online; empty if nothing is known. */
export function presenceText(presence: Presence | undefined): string {
  if (presence?.online) return t('Online');
  return presence?.last_seen ? lastSeenText(presence.last_seen, present.value) : '';
}

function dayInSentence(at: string, now: number): string {
  const then = new Date(at);
  const days = daysAgo(at, now);
  const { relative, weekday, day, dayOfYear } = formats.value;
  if (days <= 1) return relative.format(-Math.max(0, days), 'day');
  if (days < 7) return weekday.format(then);
  return (then.getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(then);
}

/** Calendar days, so that at 00:01 a time at 23:59 is yesterday. */
function daysAgo(at: string, now: number): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (midnight(new Date(now)) - midnight(new Date(at))) / 86_400_000;
}
