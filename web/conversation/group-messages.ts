import type { Message } from '@parley/client';

/** Messages of one day, by the calendar of the device. */
export interface Day {
  /** `2026-11-20` */
  readonly date: string;
  readonly rows: readonly Row[];
}

/** A message as it stands among its neighbours. */
export interface Row {
  readonly message: Message;
  /** Does it begin what somebody says at a stretch? Then it has the name. */
  readonly first: boolean;
  /** Does it end it? Then it has the picture, and the corner. */
  readonly last: boolean;
}

/** ms within which the same author goes on */
const stretch = 5 * 60_000;

/**
 * @param messages by `seq`
 * @param divider behind this number are the new ones; a stretch ends there
 */
export function groupMessages(messages: readonly Message[], divider?: number): Day[] {
  const days: { date: string; rows: Row[] }[] = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const behind = messages[index + 1];
    const row = {
      message,
      first: !before || !goesOn(before, message, divider),
      last: !behind || !goesOn(message, behind, divider),
    };
    const date = dateOf(message);
    const day = days.at(-1);
    if (day?.date === date) day.rows.push(row);
    else days.push({ date, rows: [row] });
  });
  return days;
}

function goesOn(a: Message, b: Message, divider?: number): boolean {
  return (
    a.from_user.username === b.from_user.username &&
    a.content_type !== 'system' &&
    b.content_type !== 'system' &&
    !(divider !== undefined && a.seq <= divider && b.seq > divider) &&
    Date.parse(b.date_added) - Date.parse(a.date_added) < stretch &&
    dateOf(a) === dateOf(b)
  );
}

/** Asked for each message whenever one comes. */
const dates = new WeakMap<Message, string>();

function dateOf(message: Message): string {
  const known = dates.get(message);
  if (known !== undefined) return known;
  const at = new Date(message.date_added);
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  dates.set(message, date);
  return date;
}
