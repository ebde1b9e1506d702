/**
 * Reading a conversation's log. Numbers are given before their entries are written, so a number may have nothing behind it: for a
 * moment, while its writer is between the two, or for good, when that writer died. Whoever reads past such a hole that is older than a
 * few seconds seals it. The cell's write-once condition decides between sealer and late writer, who then takes a new number. So members
 * see one log without gaps, with no transaction and no lock. (The idea is CORFU's: a sequencer, write-once cells, hole filling.)
 */
import type { Services } from '../runtime/services.ts';
import { type ConversationState, type LastMessage, replaceLast } from '../store/conversation-state.ts';
import {
  type Entry,
  getEntries,
  getEntry,
  type MessageEntry,
  putEntry,
  type SealedEntry,
  type ShownEntry,
} from '../store/entry.ts';
import type { Cursor } from '../store/membership.ts';
import { addUncounted, trimUncounted } from '../store/uncounted.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config'>;

/** ms that a writer may stay between taking a number and filling its cell before readers seal it. */
const patience = 5_000;
const day = 86_400_000;
/** Entries that are looked at in one step where something near a number is searched for, and steps before the search is given up. */
const step = 50;
const steps = 20;

/**
 * The entries numbered `first` to `last`, in order. A young hole ends the range when `complete` is asked for, so that who reads forward
 * passes nothing that may still come; otherwise it is left out.
 */
export async function readLog(
  services: Reader,
  state: ConversationState,
  { first, last, complete }: { first: number; last: number; complete: boolean },
): Promise<Entry[]> {
  const found = await getEntries(services, state.conversation, first, last);
  const whole =
    found.length === last - first + 1 ? found : await fillHoles(services, state, found, { first, last, complete });
  await countSealed(services, state, whole);
  return whole;
}

async function fillHoles(
  services: Reader,
  state: ConversationState,
  found: readonly Entry[],
  { first, last, complete }: { first: number; last: number; complete: boolean },
): Promise<Entry[]> {
  const existing = new Map(found.map((entry) => [entry.seq, entry]));
  const whole: Entry[] = [];
  for (let seq = first; seq <= last; seq++) {
    const entry = existing.get(seq) ?? (await sealIfOld(services, state, seq, found));
    if (entry === 'young' && complete) return whole;
    if (typeof entry === 'object') whole.push(entry);
  }
  return whole;
}

/** Decides about a missing entry by the age of what came after it. */
async function sealIfOld(
  services: Reader,
  state: ConversationState,
  seq: number,
  found: readonly Entry[],
): Promise<Entry | 'young' | 'expired'> {
  const age = services.now() - (found.find((entry) => entry.seq > seq)?.at ?? state.at);
  if (age < patience) return 'young';
  // Where messages expire, an old number that is missing was there once.
  if (services.config.retentionDays > 0 && age > day) return 'expired';
  const entry = await seal(services, state.conversation, seq);
  if (entry.type === 'sealed') await correctLast(services, state.conversation, seq);
  return entry;
}

/** Fills a number's cell with nothing, unless its entry came after all; what stands there then is the answer. */
async function seal(services: Reader, conversation: string, seq: number): Promise<Entry> {
  const sealed: SealedEntry = { type: 'sealed', conversation, seq, at: services.now() };
  const put = await putEntry(services, sealed);
  return put.stored ? sealed : put.existing;
}

/**
 * Seals a number that its own taker does not want any more.
 * @param counted it was taken for a message
 * @param original the message that lists showed for this number, where it stands under another
 */
export async function sealUnused(
  services: Reader,
  conversation: string,
  seq: number,
  { counted, original }: { counted: boolean; original: (LastMessage & { seq: number }) | undefined },
): Promise<void> {
  await seal(services, conversation, seq);
  if (!counted) return;
  await addUncounted(services, conversation, [seq]);
  await correctLast(services, conversation, seq, original);
}

/**
 * A sealed number counts for nobody. Its taker may have wanted a message, which the state has counted, or something else, which it has not:
 * the counts of the entries around it tell. Whoever passes by notes what its sealer could not know, or died before noting.
 */
async function countSealed(services: Reader, state: ConversationState, entries: readonly Entry[]): Promise<void> {
  const isNoted = (seq: number) => seq <= state.uncountedFloor || state.uncounted.has(seq);
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last || entries.every(({ type, seq }) => type !== 'sealed' || isNoted(seq))) return;
  const earlier = isCounted(first) ? [] : await upToCounted(services, state, first.seq, -1);
  const later = isCounted(last) ? [] : await upToCounted(services, state, last.seq, 1);

  const missed: number[] = [];
  const unclear: { through: number; counted: number }[] = [];
  const close = (run: readonly number[], counted: number) => {
    const unnoted = run.filter((seq) => !isNoted(seq));
    const more = counted - (run.length - unnoted.length);
    if (more === unnoted.length) missed.push(...unnoted);
    else if (more > 0) unclear.push({ through: run.at(-1) ?? 0, counted: more });
  };
  // The count before the run of sealed numbers; unknown behind a number that may still come.
  let before: number | undefined;
  let run: number[] = [];
  let expected = 1;
  if ((earlier[0] ?? first).seq === 1) before = 0;
  else expected = (earlier[0] ?? first).seq;
  for (const entry of [...earlier, ...entries, ...later]) {
    if (entry.seq !== expected) {
      before = undefined;
      run = [];
    }
    expected = entry.seq + 1;
    if (!isCounted(entry)) {
      run.push(entry.seq);
      continue;
    }
    if (before !== undefined) close(run, entry.count - (isMessage(entry) ? 1 : 0) - before);
    before = entry.count;
    run = [];
  }
  if (before !== undefined && expected === state.seq + 1) close(run, state.count - before);
  if (missed.length > 0) await addUncounted(services, state.conversation, missed);
  // Which of these numbers were messages nobody can tell: for who has not read past them, the log itself is counted.
  for (const { through, counted } of unclear) await trimUncounted(services, state.conversation, through, counted);
}

/** What stands before (-1) or after (1) a number, in order, as far as the nearest entry that knows the count. */
async function upToCounted(
  services: Reader,
  state: ConversationState,
  seq: number,
  direction: -1 | 1,
): Promise<Entry[]> {
  let entries: Entry[] = [];
  for (let tries = 0; tries < steps; tries++) {
    const near = seq + direction * (1 + tries * step);
    const far = near + direction * (step - 1);
    const [first, last] = [Math.max(1, Math.min(near, far)), Math.min(state.seq, Math.max(near, far))];
    if (first > last) return entries;
    const found = await getEntries(services, state.conversation, first, last);
    const nearest = direction < 0 ? found.findLastIndex(isCounted) : found.findIndex(isCounted);
    const wanted = nearest < 0 ? found : direction < 0 ? found.slice(nearest) : found.slice(0, nearest + 1);
    entries = direction < 0 ? [...wanted, ...entries] : [...entries, ...wanted];
    if (nearest >= 0) return entries;
  }
  return entries;
}

/**
 * The cursor of who has read up to entry `seq`: a sealed number knows no count, so it is that of the entry before. Where there is none any
 * more, because messages expire, the entry after tells.
 */
export async function cursorAt(services: Reader, state: ConversationState, seq: number): Promise<Cursor> {
  if (seq >= state.seq) return { seq: state.seq, count: state.count };
  const entry = await getEntry(services, state.conversation, seq);
  if (entry && isCounted(entry)) return { seq, count: entry.count };
  const [before] = await upToCounted(services, state, seq, -1);
  if (before && isCounted(before)) return { seq: before.seq, count: before.count };
  const after = (await upToCounted(services, state, seq, 1)).at(-1);
  if (!after || !isCounted(after)) return { seq: 0, count: 0 };
  return { seq, count: after.count - (isMessage(after) ? 1 : 0) };
}

/** Lists show the newest message from the moment its number is taken; now they must show the one before. */
async function correctLast(
  services: Reader,
  conversation: string,
  empty: number,
  original?: (LastMessage & { seq: number }) | undefined,
): Promise<void> {
  const message = await messageBefore(services, conversation, empty);
  const last = message && lastOf(message);
  // The original may not be written yet.
  await replaceLast(services, conversation, empty, original && original.seq > (last?.seq ?? 0) ? original : last);
}

async function messageBefore(services: Reader, conversation: string, seq: number): Promise<MessageEntry | undefined> {
  for (let tries = 0; tries < steps; tries++) {
    const last = seq - 1 - tries * step;
    if (last < 1) return undefined;
    const message = (await getEntries(services, conversation, Math.max(1, last - step + 1), last)).findLast(isMessage);
    if (message) return message;
  }
  return undefined;
}

/** A message as lists show it. */
export function lastOf({
  seq,
  user,
  text,
  content_type,
  at,
  deleted,
  changed,
}: MessageEntry): LastMessage & { seq: number } {
  return { seq, user, text, content_type, at, deleted, changed };
}

export function isMessage(entry: Entry): entry is MessageEntry {
  return entry.type === 'message';
}

/** Messages, and what became of the conversation, which history shows among them. */
export function isShown(entry: Entry): entry is ShownEntry {
  return entry.type === 'message' || entry.type === 'system';
}

/** Does the entry know how many messages there were up to it? */
function isCounted(entry: Entry): entry is Exclude<Entry, SealedEntry> {
  return entry.type !== 'sealed';
}
