/** How many messages are in a part of the log, although some of its numbers may have no entry. */
import type { Services } from '../runtime/services.ts';
import type { ConversationState, Cursor } from '../store/conversation-state.ts';
import { countBefore, type Entry, getEntry, isNotSealed } from '../store/entry.ts';
import { uncountedAfter } from '../store/uncounted.ts';
import { readTo, searchRange } from './log-search.ts';

type Reader = Pick<Services, 'table' | 'config'>;

/** A range of the log that was read completely, although some numbers may have no entry yet. */
export interface LogRange {
  readonly first: number;
  readonly last: number;
  /** In order; of all types. */
  readonly entries: readonly Entry[];
  /** Uncounted numbers that were found while it was read: an earlier state does not have them. */
  readonly noted: ReadonlySet<number>;
}

/**
 * How many numbers of a range were allocated for messages whose entries are not there: they may still be written. The entries around them
 * tell.
 * @param from the range counts behind this cursor only
 * @param uncounted all uncounted numbers behind it
 */
export async function missingMessages(
  services: Reader,
  state: ConversationState,
  { first, last, entries }: LogRange,
  from: Cursor,
  uncounted: ReadonlySet<number>,
): Promise<number> {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  let before: Cursor | undefined = first <= from.seq + 1 ? from : undefined;
  let isIncomplete = false;
  let sum = 0;
  for (let seq = Math.max(first, from.seq + 1); seq <= last + 1; seq++) {
    const entry = bySeq.get(seq);
    const isEnd = seq > last;
    isIncomplete ||= !entry && !isEnd;
    const isTold = entry && isNotSealed(entry);
    if (!isTold && !isEnd) continue;
    if (isIncomplete) {
      const start = before ?? (await lastCursorBefore(services, state, first));
      const end = isTold ? { seq, count: countBefore(entry) } : await countAfter(services, state, last);
      const noted = [...uncounted].filter((one) => one > (start?.seq ?? 0) && one < (end?.seq ?? 0)).length;
      if (start && end) sum += Math.max(0, end.count - start.count - noted);
    }
    isIncomplete = false;
    if (isTold) before = { seq, count: entry.count };
  }
  return sum;
}

async function lastCursorBefore(services: Reader, state: ConversationState, seq: number): Promise<Cursor | undefined> {
  const [entry] = await readTo(services, state, seq, -1, isNotSealed);
  return entry && isNotSealed(entry) ? { seq: entry.seq, count: entry.count } : undefined;
}

/** The next entry, and how many messages were allocated before it. */
async function countAfter(services: Reader, state: ConversationState, seq: number): Promise<Cursor | undefined> {
  const entry = seq < state.seq ? (await readTo(services, state, seq, 1, isNotSealed)).at(-1) : undefined;
  if (!entry) return { seq: state.seq + 1, count: state.count };
  return isNotSealed(entry) ? { seq: entry.seq, count: countBefore(entry) } : undefined;
}

/**
 * The cursor of a member who has read up to entry `seq`. A sealed number has no count, so the entry before it tells; if that has expired, the
 * entry after it does.
 */
export async function cursorAt(services: Reader, state: ConversationState, seq: number): Promise<Cursor> {
  if (seq >= state.seq) return { seq: state.seq, count: state.count };
  const entry = await getEntry(services, state.conversation, seq);
  if (entry && isNotSealed(entry)) return { seq, count: entry.count };
  const [before] = await readTo(services, state, seq, -1, isNotSealed);
  if (before && isNotSealed(before)) return { seq: before.seq, count: before.count };
  const isBeginning = services.config.retentionDays === 0 && seq <= searchRange;
  if (isBeginning) return { seq: 0, count: 0 };
  const following = await readTo(services, state, seq, 1, isNotSealed);
  const after = following.at(-1);
  if (!after || !isNotSealed(after)) return { seq: 0, count: 0 };
  // Numbers in between were allocated for messages if they are uncounted, or if their entries may still be written.
  const between = following.slice(0, -1);
  const uncounted = await uncountedAfter(services, state, seq);
  const sealedMessages = between.filter((entry) => uncounted.has(entry.seq)).length;
  const pending = after.seq - seq - 1 - between.length;
  return { seq, count: countBefore(after) - sealedMessages - pending };
}
