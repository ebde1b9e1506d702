/** Pages of a conversation's messages. A page covers a range of the log completely, although not every number in it has a message. */
import { limits } from '#protocol/limits';
import { hasWords } from '#protocol/search';
import type { Services } from '../runtime/services.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import type { Entry, LoggedEntry, MessageEntry, ShownEntry } from '../store/entry.ts';
import { isMessage, isShown } from '../store/entry.ts';
import { type AtPending, readLog } from './log.ts';
import type { LogRange } from './log-counts.ts';
import { type Viewer, visibleTo } from './visible.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config' | 'pause' | 'log'>;

export interface MessagePage<E extends Entry = ShownEntry> {
  readonly entries: readonly E[];
  /** Older messages are those before this number; null when the page reaches the beginning of the log. */
  readonly before: number | null;
  /** Newer messages are those after this number; null when the page reaches the end of the log. */
  readonly after: number | null;
  /** What was read of the log for it. */
  readonly range: LogRange;
}

/** The newest messages below `before`, newest first. */
export async function pageBefore(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  before: number,
  limit: number,
  atPending: AtPending = 'skip',
): Promise<MessagePage> {
  const beginning = viewer.cleared.seq + 1;
  const end = Math.max(beginning, Math.min(before, state.seq + 1));
  const entries: ShownEntry[] = [];
  const noted = new Set<number>();
  let all: Entry[] = [];
  let lowest = end;
  while (lowest > beginning && entries.length < limit) {
    const first = Math.max(beginning, lowest - (limit - entries.length));
    const read = await readLog(services, state, { first, last: lowest - 1, atPending, noted });
    all = [...read, ...all];
    entries.push(...(await visibleTo(services, viewer, read.filter(isShown))).reverse());
    lowest = first;
  }
  return {
    entries,
    before: lowest > beginning ? lowest : null,
    after: end <= state.seq ? end - 1 : null,
    range: { first: lowest, last: end - 1, entries: all, noted },
  };
}

/** A search reads so many entries at once, because the newest ones may already have enough results. */
const searchStep = 100;

/**
 * The newest messages below `before` that have all of these words, newest first. It ends after `limits.searchEntries` entries or
 * `limits.searchMilliseconds`, so the page may be empty although there are older results.
 */
export async function searchBefore(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  { before, limit, words }: { before: number; limit: number; words: readonly string[] },
): Promise<Pick<MessagePage<MessageEntry>, 'entries' | 'before'>> {
  const beginning = viewer.cleared.seq + 1;
  const end = Math.max(beginning, Math.min(before, state.seq + 1));
  const stop = Math.max(beginning, end - limits.searchEntries);
  const until = services.now() + limits.searchMilliseconds;
  const isOver = () => services.now() >= until;
  const entries: MessageEntry[] = [];
  let lowest = end;
  let characters = 0;
  const isFull = () => entries.length >= limit || characters >= limits.searchCharacters;
  while (lowest > stop && !isFull() && !(lowest < end && isOver())) {
    const first = Math.max(stop, lowest - searchStep);
    const read = await readLog(services, state, { first, last: lowest - 1, atPending: 'skip' });
    characters += read.reduce((sum, entry) => sum + ('text' in entry ? entry.text.length : 0), 0);
    const { matching, complete, through } = matchNewest(read, words, isOver);
    const results = await visibleTo(services, viewer, matching);
    const included = results.slice(0, limit - entries.length);
    entries.push(...included);
    lowest = included.length < results.length ? (included.at(-1)?.seq ?? first) : complete ? first : through;
  }
  return { entries, before: lowest > beginning ? lowest : null };
}

/** The matching messages, newest first, of at least one entry, and of all before the time is over. @returns also the oldest entry looked at */
function matchNewest(entries: readonly Entry[], words: readonly string[], isOver: () => boolean) {
  const matching: MessageEntry[] = [];
  for (const entry of entries.toReversed()) {
    if (isMessage(entry) && matches(entry, words)) matching.push(entry);
    if (isOver()) return { matching, complete: false, through: entry.seq };
  }
  return { matching, complete: true, through: 0 };
}

function matches({ text, files }: MessageEntry, words: readonly string[]): boolean {
  return hasWords([text, ...files.map(({ filename }) => filename)], words);
}

/**
 * The oldest entries above `after`, oldest first. The page ends before a number whose entry may still be written, so that a reader who
 * continues from its end misses nothing.
 * @param isIncluded `isShown` for messages; `isNotSealed` for changes, too
 */
export async function pageAfter<E extends LoggedEntry>(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  after: number,
  limit: number,
  isIncluded: (entry: Entry) => entry is E,
): Promise<MessagePage<E>> {
  const entries: E[] = [];
  const all: Entry[] = [];
  const noted = new Set<number>();
  const start = Math.min(Math.max(after, viewer.cleared.seq), state.seq);
  let highest = start;
  while (highest < state.seq && entries.length < limit) {
    const last = Math.min(state.seq, highest + (limit - entries.length));
    const read = await readLog(services, state, { first: highest + 1, last, atPending: 'stop', noted });
    all.push(...read);
    entries.push(...(await visibleTo(services, viewer, read.filter(isIncluded))));
    highest = read.at(-1)?.seq ?? highest;
    if (highest < last) break;
  }
  return {
    entries,
    before: after > 0 ? after + 1 : null,
    after: highest < state.seq ? highest : null,
    range: { first: start + 1, last: highest, entries: all, noted },
  };
}

/** A page with a message in its middle, newest first. */
export async function pageAround(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  around: number,
  limit: number,
): Promise<MessagePage> {
  const newer = Math.floor(limit / 2);
  const last = Math.min(state.seq, around + newer);
  return pageBefore(services, state, viewer, last + 1, limit);
}

/**
 * The newest messages, for a connection that has just been opened. A sender may have looked for connections before this one was stored, and
 * may still be writing the message: so the snapshot waits for it.
 */
export async function snapshot(services: Reader, state: ConversationState, viewer: Viewer): Promise<MessagePage> {
  return pageBefore(services, state, viewer, state.seq + 1, limits.snapshotMessages, 'wait');
}
