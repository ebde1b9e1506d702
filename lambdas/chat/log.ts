/**
 * Reading a conversation's log. A number is allocated before its entry is written, so a number may have no entry: for a moment, or for good if
 * its writer died. Readers seal such a hole when it is older than a few seconds. The cell's write-once condition decides between a reader and
 * a late writer; the writer then takes a new number. So all members see one log without gaps, and no transactions or locks are needed.
 * (The idea is CORFU's: a sequencer, write-once cells, hole filling.)
 */
import { type MessageRef, seqOfMessageId } from '#protocol/message-id';
import type { Services, Store } from '../runtime/services.ts';
import {
  type ConversationState,
  type Cursor,
  getConversationState,
  type LastMessage,
  replaceLast,
} from '../store/conversation-state.ts';
import {
  type Entry,
  getEntries,
  getEntry,
  type MessageEntry,
  putEntry,
  type SealedEntry,
  type ShownEntry,
} from '../store/entry.ts';
import { addUncounted, uncountedAfter } from '../store/uncounted.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config' | 'pause' | 'log'>;
/** The newest message of a conversation with its number, as lists show it. */
export type Last = LastMessage & { readonly seq: number };

/** ms between allocating a number and writing its entry, after which readers seal the number. */
const writeTimeoutMs = 5_000;
const dayMs = 86_400_000;
/** A search for an entry near a number reads this many entries at once, and gives up after this many reads. */
const searchStep = 50;
const searchSteps = 20;

/** ms between looks for an entry that may still be written. */
const pendingDelaysMs = [20, 40, 80, 160, 320, 640];

/**
 * What a reader does at a number whose entry may still be written. `stop`: the range ends before it, so that a reader who continues from its
 * end misses nothing. `skip`: it is left out. `wait`: for about a second, after which it is left out.
 */
export type AtPending = 'stop' | 'skip' | 'wait';

/**
 * The entries numbered `first` to `last`, in order.
 * @param range.noted gets the uncounted numbers that this call has found: `state` does not have them yet
 */
export async function readLog(
  services: Reader,
  state: ConversationState,
  {
    first,
    last,
    atPending,
    noted,
  }: { first: number; last: number; atPending: AtPending; noted?: Set<number> | undefined },
): Promise<Entry[]> {
  const stored = await getEntries(services, state.conversation, first, last);
  const bySeq = new Map(stored.map((entry) => [entry.seq, entry]));
  const entries: Entry[] = [];
  for (let seq = first; seq <= last; seq++) {
    const entry = bySeq.get(seq) ?? (await sealIfOld(services, state, seq, stored));
    if (entry === 'pending' && atPending === 'stop') break;
    const late = entry === 'pending' && atPending === 'wait' ? await waitForEntry(services, state, seq) : entry;
    if (typeof late === 'object') entries.push(late);
  }
  for (const seq of await countSealed(services, state, entries)) noted?.add(seq);
  return entries;
}

async function waitForEntry(
  services: Reader,
  { conversation }: ConversationState,
  seq: number,
): Promise<Entry | undefined> {
  for (const delay of pendingDelaysMs) {
    await services.pause(delay);
    const entry = await getEntry(services, conversation, seq);
    if (entry) return entry;
  }
  return undefined;
}

/** Seals a hole, unless its entry may still be written or has expired. The next entry tells the hole's age; a sealed one is younger than its number. */
async function sealIfOld(
  services: Reader,
  state: ConversationState,
  seq: number,
  stored: readonly Entry[],
): Promise<Entry | 'pending' | 'expired'> {
  const age = services.now() - (stored.find((entry) => entry.seq > seq && isNotSealed(entry))?.at ?? state.at);
  if (age < writeTimeoutMs) return 'pending';
  // Where messages expire, an old number without an entry had one before.
  if (services.config.retentionDays > 0 && age > dayMs) return 'expired';
  const entry = await seal(services, state.conversation, seq);
  if (entry.type === 'sealed') await correctLast(services, state.conversation, seq);
  return entry;
}

/** Seals the number's cell. Returns the entry in the cell: a late writer may have been faster. */
async function seal(services: Reader, conversation: string, seq: number, counted?: boolean): Promise<Entry> {
  const sealed: SealedEntry = { type: 'sealed', conversation, seq, at: services.now(), counted };
  const put = await putEntry(services, sealed);
  // Who knows what the number was for has just given it up, alive.
  if (put.stored && counted === undefined) services.log.count('HolesSealed');
  return put.stored ? sealed : put.existing;
}

/**
 * Seals a number that the writer who allocated it does not need any more, or seems to have died with.
 * @param counted whether it was allocated for a message; undefined if the caller does not know
 * @param original the same message under the number of an earlier try: lists show it instead
 * @returns the entry in its cell: a late writer may have been faster
 */
export async function sealUnused(
  services: Reader,
  conversation: string,
  seq: number,
  { counted, original }: { counted?: boolean; original?: Last | undefined } = {},
): Promise<Entry> {
  const entry = await seal(services, conversation, seq, counted);
  if (entry.type !== 'sealed' || counted === false) return entry;
  await countSealed(services, await getConversationState(services, conversation), [entry]);
  await correctLast(services, conversation, seq, original);
  return entry;
}

/**
 * Makes sure that sealed numbers do not count. A number that was allocated for a message is in the state's count, any other is not. A sealer
 * seldom knows which, and may die before it notes the number. So readers compare the counts of the entries around it. If these say that some
 * of several numbers were messages and not which, the first are taken: nobody sees any of them, so it does not matter, and all readers take
 * the same.
 * @returns the numbers that were noted
 */
async function countSealed(
  services: Reader,
  state: ConversationState,
  entries: readonly Entry[],
): Promise<readonly number[]> {
  const [first] = entries;
  const last = entries.at(-1);
  const unclear = entries.filter((entry) => entry.type === 'sealed' && entry.counted !== false);
  const [lowest] = unclear;
  if (!first || !last || !lowest || unclear.every(({ seq }) => state.uncounted.has(seq))) return [];
  const noted = await uncountedAfter(services, state, lowest.seq - 1);
  const isNoted = (seq: number) => seq <= state.uncountedFloor || noted.has(seq);
  if (unclear.every(({ seq }) => isNoted(seq))) return [];
  const earlier = isNotSealed(first) ? [] : await readTo(services, state, first.seq, -1, isNotSealed);
  const later = isNotSealed(last) ? [] : await readTo(services, state, last.seq, 1, isNotSealed);

  const uncounted: number[] = [];
  /** Notes a run of sealed numbers, of which `allocated` were allocated for messages. */
  const noteRun = (run: readonly SealedEntry[], allocated: number) => {
    const known = run.filter(({ seq, counted }) => counted === true || isNoted(seq));
    const unknown = run.filter(({ seq, counted }) => counted === undefined && !isNoted(seq));
    const missing = Math.max(0, allocated - known.length);
    uncounted.push(...[...known, ...unknown.slice(0, missing)].map(({ seq }) => seq).filter((seq) => !isNoted(seq)));
  };
  // The count before the run of sealed numbers; unknown after a number whose entry may still be written.
  let before: number | undefined;
  let run: SealedEntry[] = [];
  let expected = 1;
  if ((earlier[0] ?? first).seq === 1) before = 0;
  else expected = (earlier[0] ?? first).seq;
  for (const entry of [...earlier, ...entries, ...later]) {
    if (entry.seq !== expected) {
      before = undefined;
      run = [];
    }
    expected = entry.seq + 1;
    if (!isNotSealed(entry)) {
      run.push(entry);
      continue;
    }
    if (before !== undefined) noteRun(run, countBefore(entry) - before);
    before = entry.count;
    run = [];
  }
  if (before !== undefined && expected === state.seq + 1) noteRun(run, state.count - before);
  if (uncounted.length > 0) await addUncounted(services, state.conversation, uncounted);
  return uncounted;
}

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

/** How many messages were allocated before an entry. */
function countBefore(entry: Exclude<Entry, SealedEntry>): number {
  return entry.count - (isMessage(entry) ? 1 : 0);
}

/** The entries before (-1) or after (1) a number, in order, up to the nearest one that is searched for. */
async function readTo(
  services: Reader,
  { conversation, seq: newest }: Pick<ConversationState, 'conversation' | 'seq'>,
  seq: number,
  direction: -1 | 1,
  isSearched: (entry: Entry) => boolean,
): Promise<Entry[]> {
  let entries: Entry[] = [];
  for (let tries = 0; tries < searchSteps; tries++) {
    const near = seq + direction * (1 + tries * searchStep);
    const far = near + direction * (searchStep - 1);
    const [first, last] = [Math.max(1, Math.min(near, far)), Math.min(newest, Math.max(near, far))];
    if (first > last) return entries;
    const stored = await getEntries(services, conversation, first, last);
    const nearest = direction < 0 ? stored.findLastIndex(isSearched) : stored.findIndex(isSearched);
    const needed = nearest < 0 ? stored : direction < 0 ? stored.slice(nearest) : stored.slice(0, nearest + 1);
    entries = direction < 0 ? [...needed, ...entries] : [...entries, ...needed];
    if (nearest >= 0) return entries;
  }
  return entries;
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
  const isBeginning = services.config.retentionDays === 0 && seq <= searchStep * searchSteps;
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

/** Lists show the newest message as soon as its number is allocated. If that number is sealed, they must show an earlier message. */
async function correctLast(services: Reader, conversation: string, sealed: number, original?: Last): Promise<void> {
  const [message] = await readTo(services, { conversation, seq: sealed }, sealed, -1, isMessage);
  const last = message && isMessage(message) ? lastOf(message) : undefined;
  // The original may not be written yet.
  await replaceLast(services, conversation, sealed, original && original.seq > (last?.seq ?? 0) ? original : last);
}

/** A message as lists show it. */
export function lastOf({ seq, user, text, content_type, at, deleted, changed }: MessageEntry): Last {
  return { seq, user, text, content_type, at, deleted, changed };
}

/** The entry that history shows under this number or id. If both are given, both must match. */
export async function findShownEntry(
  services: Store,
  conversation: string,
  { id, seq = seqOfMessageId(id ?? '') }: MessageRef,
): Promise<ShownEntry | undefined> {
  const entry = seq === undefined ? undefined : await getEntry(services, conversation, seq);
  return entry && isShown(entry) && (id === undefined || entry.id === id) ? entry : undefined;
}

export function isMessage(entry: Entry): entry is MessageEntry {
  return entry.type === 'message';
}

/** Messages and system entries, which history shows among them. */
export function isShown(entry: Entry): entry is ShownEntry {
  return entry.type === 'message' || entry.type === 'system';
}

/** All entries except sealed ones have a count of the messages up to them. */
export function isNotSealed(entry: Entry): entry is Exclude<Entry, SealedEntry> {
  return entry.type !== 'sealed';
}
