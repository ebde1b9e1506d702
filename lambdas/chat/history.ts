/** Pages of a conversation's messages. A page is a range of the log: what is in it is complete, whatever numbers hold no message. */
import { limits } from '#protocol/limits';
import { hasWords } from '#protocol/search';
import type { Services } from '../runtime/services.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import type { ChangeEntry, Entry, MessageEntry, ShownEntry } from '../store/entry.ts';
import { isMessage, isShown, readLog } from './log.ts';
import { type Viewer, visibleTo } from './visible.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config'>;

export interface MessagePage<E extends Entry = ShownEntry> {
  readonly entries: readonly E[];
  /** Messages older than the page: those before this number; null when the page reaches the log's beginning. */
  readonly before: number | null;
  /** Messages newer than the page: those after this number; null when the page reaches the log's end. */
  readonly after: number | null;
}

/** The newest messages below `before`, newest first. */
export async function pageBefore(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  before: number,
  limit: number,
): Promise<MessagePage> {
  const beginning = viewer.cleared.seq + 1;
  const end = Math.max(beginning, Math.min(before, state.seq + 1));
  const entries: ShownEntry[] = [];
  let lowest = end;
  while (lowest > beginning && entries.length < limit) {
    const first = Math.max(beginning, lowest - (limit - entries.length));
    const read = await readLog(services, state, { first, last: lowest - 1, complete: false });
    entries.push(...(await visibleTo(services, viewer, read.filter(isShown))).reverse());
    lowest = first;
  }
  return { entries, before: lowest > beginning ? lowest : null, after: end <= state.seq ? end - 1 : null };
}

/** Entries that a search reads at once: it may find enough in the newest ones. */
const searchStep = 100;

/**
 * The newest messages below `before` that have all of these words, newest first. Reads `limits.searchEntries` entries at most, so the
 * page may have none although there are older ones.
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
  const entries: MessageEntry[] = [];
  let lowest = end;
  while (lowest > stop && entries.length < limit) {
    const first = Math.max(stop, lowest - searchStep);
    const read = await readLog(services, state, { first, last: lowest - 1, complete: false });
    const having = read.filter(isMessage).filter((entry) => isFoundBy(entry, words));
    const found = (await visibleTo(services, viewer, having)).reverse();
    const taken = found.slice(0, limit - entries.length);
    entries.push(...taken);
    lowest = taken.length < found.length ? (taken.at(-1)?.seq ?? first) : first;
  }
  return { entries, before: lowest > beginning ? lowest : null };
}

function isFoundBy({ text, files }: MessageEntry, words: readonly string[]): boolean {
  return hasWords([text, ...files.map(({ filename }) => filename)], words);
}

/**
 * The oldest messages above `after`, oldest first. The page ends before a number whose message may still come, so that who asks on
 * from its end misses nothing.
 */
export async function pageAfter(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  after: number,
  limit: number,
): Promise<MessagePage> {
  return forward(services, state, viewer, { after, limit, wanted: isShown });
}

/** The same with every entry of the log that says something: messages and their changes. */
export async function changesAfter(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  after: number,
  limit: number,
): Promise<MessagePage<ShownEntry | ChangeEntry>> {
  return forward(services, state, viewer, { after, limit, wanted: saysSomething });
}

function saysSomething(entry: Entry): entry is ShownEntry | ChangeEntry {
  return entry.type !== 'sealed';
}

async function forward<E extends ShownEntry | ChangeEntry>(
  services: Reader,
  state: ConversationState,
  viewer: Viewer,
  { after, limit, wanted }: { after: number; limit: number; wanted: (entry: Entry) => entry is E },
): Promise<MessagePage<E>> {
  const entries: E[] = [];
  let highest = Math.min(Math.max(after, viewer.cleared.seq), state.seq);
  while (highest < state.seq && entries.length < limit) {
    const last = Math.min(state.seq, highest + (limit - entries.length));
    const read = await readLog(services, state, { first: highest + 1, last, complete: true });
    entries.push(...(await visibleTo(services, viewer, read.filter(wanted))));
    highest = read.at(-1)?.seq ?? highest;
    if (highest < last) break;
  }
  return { entries, before: after > 0 ? after + 1 : null, after: highest < state.seq ? highest : null };
}

/** Half a page to each side of a message, newest first. */
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

/** The newest messages, for a socket that has just been opened. */
export async function snapshot(services: Reader, state: ConversationState, viewer: Viewer): Promise<MessagePage> {
  return pageBefore(services, state, viewer, state.seq + 1, limits.snapshotMessages);
}
