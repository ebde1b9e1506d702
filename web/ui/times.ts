import type { Presence } from '@parley/client';

/** Times for people, in the device's time zone. The formats are created once, because that is slow. */
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short' });

/** `14:05` @param at ISO 8601 */
export function clockTime(at: string): string {
  return clock.format(new Date(at));
}

/** `Friday, 12 November 2027 at 14:05` */
export function exactTime(at: string): string {
  return whole.format(new Date(at));
}

/** `Today`, `Yesterday`, `Friday` within a week, else `12 Nov`, with the year if it is not this year. @param now ms since 1970 */
export function dayName(at: string, now: number): string {
  const then = new Date(at);
  const days = daysBetween(then, new Date(now));
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return weekday.format(then);
  return (then.getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(then);
}

/** Short, for lists: `14:05` today, else the day. @param now ms since 1970 */
export function shortTime(at: string, now: number): string {
  const name = dayName(at, now);
  return name === 'Today' ? clockTime(at) : name;
}

/** `last seen 14:05`, `last seen yesterday at 14:05`, `last seen 12 Nov`. @param now ms since 1970 */
export function lastSeenText(at: string, now: number): string {
  const name = dayName(at, now);
  if (name === 'Today') return `last seen ${clockTime(at)}`;
  if (name === 'Yesterday') return `last seen yesterday at ${clockTime(at)}`;
  return `last seen ${name}`;
}

/** `online`, or when the user was last online; empty if nothing is known. */
export function presenceText(presence: Presence | undefined): string {
  if (presence?.online) return 'online';
  return presence?.last_seen ? lastSeenText(presence.last_seen, Date.now()) : '';
}

/** Calendar days, so that at 00:01 a time at 23:59 is yesterday. */
function daysBetween(a: Date, b: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (midnight(b) - midnight(a)) / 86_400_000;
}
