/** Sealed numbers: allocated, and then given up by their writers, or by the death of these. Nobody sees them, and they count for nobody. */
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState, replaceLast } from '../store/conversation-state.ts';
import { countBefore, type Entry, isMessage, isNotSealed, putEntry, type SealedEntry } from '../store/entry.ts';
import { addUncounted, uncountedAfter } from '../store/uncounted.ts';
import { type Last, lastOf } from './last-message.ts';
import { readTo } from './log-search.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config' | 'pause' | 'log'>;

/** Seals the number's cell. Returns the entry in the cell: a late writer may have been faster. */
export async function seal(services: Reader, conversation: string, seq: number, counted?: boolean): Promise<Entry> {
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
export async function countSealed(
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

/** Lists show the newest message as soon as its number is allocated. If that number is sealed, they must show an earlier message. */
export async function correctLast(
  services: Reader,
  conversation: string,
  sealed: number,
  original?: Last,
): Promise<void> {
  const [message] = await readTo(services, { conversation, seq: sealed }, sealed, -1, isMessage);
  const last = message && isMessage(message) ? lastOf(message) : undefined;
  // The original may not be written yet.
  await replaceLast(services, conversation, sealed, original && original.seq > (last?.seq ?? 0) ? original : last);
}
