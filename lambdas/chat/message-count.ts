/**
 * How many messages of a conversation one member can read: those that are on all pages together, without deleted ones and system entries.
 * The conversation's state counts the numbers that were allocated for messages. What has no message, or is hidden from this member, is
 * subtracted as a set of numbers, so nothing is subtracted twice.
 *
 * A number whose writer died is in no set before somebody has read past it. So the first reader of a page also looks at the entries that
 * nobody has looked at yet: each entry once in its life, and at most `entriesChecked` with one page.
 */
import type { Services } from '../runtime/services.ts';
import { advanceCheckedTo, getCheckedTo } from '../store/checked.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { countMessages } from '../store/entry.ts';
import { allHiddenMessages } from '../store/hidden.ts';
import { uncountedAfter } from '../store/uncounted.ts';
import { readLog } from './log.ts';
import { type LogRange, missingMessages } from './log-counts.ts';
import type { Viewer } from './visible.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config' | 'pause' | 'log'>;

const entriesChecked = 250;
/** How far it was checked is written once for so many numbers. */
const checkedStep = 50;

/**
 * @param page the entries of a page that was read with this state
 * @returns null where messages expire: nobody knows how many are still there
 */
export async function messageCount(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  page: LogRange,
): Promise<number | null> {
  if (services.config.retentionDays > 0) return null;
  const { cleared: from } = viewer;
  const [ranges, stored, hidden] = await Promise.all([
    checkFurther(services, state, page),
    uncountedAfter(services, state, from.seq),
    viewer.hiddenLast > from.seq ? allHiddenMessages(services, viewer) : new Set<number>(),
  ]);
  const absent = new Set(stored);
  for (const { noted, entries } of ranges) {
    for (const seq of noted) absent.add(seq);
    // A deletion is noted a moment after the message is deleted.
    for (const entry of entries) if (entry.type === 'message' && entry.deleted) absent.add(entry.seq);
  }
  const missing = await Promise.all(ranges.map((range) => missingMessages(services, state, range, from, absent)));
  for (const seq of hidden) absent.add(seq);
  const subtracted = [...absent].filter((seq) => seq > from.seq && seq <= state.seq).length;
  const allocated = await allocatedAfter(services, state, viewer);
  return Math.max(0, allocated - subtracted - missing.reduce((sum, one) => sum + one, 0));
}

/** Numbers that were allocated for messages behind the cleared ones. A state from before may have forgotten which of them are deleted. */
async function allocatedAfter(services: Reader, state: ConversationState, { cleared }: Viewer): Promise<number> {
  if (cleared.seq === 0) return state.count - state.trimmedCount;
  if (cleared.seq >= state.uncountedFloor) return state.count - cleared.count;
  const [there, uncounted] = await Promise.all([
    countMessages(services, state.conversation, cleared.seq + 1, state.seq),
    uncountedAfter(services, state, cleared.seq),
  ]);
  return there + uncounted.size;
}

/** Looks at entries outside of the page that nobody has looked at. @returns the page and what was read besides, in ranges without gaps */
async function checkFurther(services: Reader, state: ConversationState, page: LogRange): Promise<LogRange[]> {
  if (page.first <= 1 && page.last >= state.seq) return [page];
  const checked = await getCheckedTo(services, state.conversation);
  const end = Math.min(state.seq, checked + entriesChecked);
  const below = await readRange(services, state, checked + 1, Math.min(end, page.first - 1));
  const above = await readRange(services, state, Math.max(checked, page.last) + 1, end);
  const ranges = joined([below, page, above].filter(({ first, last }) => first <= last));
  const to = ranges.reduce((upTo, range) => completeFrom(range, upTo), checked);
  if (to >= checked + checkedStep) await advanceCheckedTo(services, state.conversation, to);
  return ranges;
}

async function readRange(services: Reader, state: ConversationState, first: number, last: number): Promise<LogRange> {
  const noted = new Set<number>();
  if (first > last) return { first, last, entries: [], noted };
  return { first, last, entries: await readLog(services, state, { first, last, atPending: 'skip', noted }), noted };
}

/** Ranges in order, those that touch each other as one. */
function joined([range, ...others]: readonly LogRange[]): LogRange[] {
  const [next, ...rest] = others;
  if (!range || !next) return range ? [range] : [];
  if (range.last + 1 < next.first) return [range, ...joined(others)];
  const [entries, noted] = [[...range.entries, ...next.entries], new Set([...range.noted, ...next.noted])];
  return joined([{ first: range.first, last: next.last, entries, noted }, ...rest]);
}

/** Up to which number every number has an entry. */
function completeFrom({ first, entries }: LogRange, upTo: number): number {
  const there = new Set(entries.map(({ seq }) => seq));
  let to = upTo;
  if (first <= upTo + 1) while (there.has(to + 1)) to++;
  return to;
}
