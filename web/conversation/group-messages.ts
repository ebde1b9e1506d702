import type { Message } from '@parley/client';
import { timeZone } from '../ui/now.ts';

/** Messages of one day in the device's time zone. */
export interface Day {
  /** `2026-11-20` */
  readonly date: string;
  readonly rows: readonly Row[];
}

/** A message and its place in a group of messages of the same author. */
export interface Row {
  readonly message: Message;
  /** Is it the first of the group? Then it has the author's name. */
  readonly first: boolean;
  /** Is it the last of the group? Then it has the author's picture, and the bubble has a corner. */
  readonly last: boolean;
}

/** A message that comes later begins a new group. */
const maxGapMs = 5 * 60_000;

/**
 * @param messages by `seq`
 * @param divider the last read `seq`: a group ends there
 */
export function groupMessages(messages: readonly Message[], divider?: number): Day[] {
  if (zoneOfDates !== timeZone.value) dates = new WeakMap();
  zoneOfDates = timeZone.value;
  const days: { date: string; rows: Row[] }[] = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const row = {
      message,
      first: !before || !continues(before, message, divider),
      last: !after || !continues(message, after, divider),
    };
    const date = dateOf(message);
    const day = days.at(-1);
    if (day?.date === date) day.rows.push(row);
    else days.push({ date, rows: [row] });
  });
  return days;
}

function continues(a: Message, b: Message, divider?: number): boolean {
  return (
    a.from_user.username === b.from_user.username &&
    a.content_type !== 'system' &&
    b.content_type !== 'system' &&
    !(divider !== undefined && a.seq <= divider && b.seq > divider) &&
    Date.parse(b.date_added) - Date.parse(a.date_added) < maxGapMs &&
    dateOf(a) === dateOf(b)
  );
}

/** A cache: all messages are grouped again whenever one arrives. It is of one time zone. */
let dates = new WeakMap<Message, string>();
let zoneOfDates = '';

function dateOf(message: Message): string {
  const known = dates.get(message);
  if (known !== undefined) return known;
  const at = new Date(message.date_added);
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  dates.set(message, date);
  return date;
}
