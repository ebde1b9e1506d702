/**
 * Reading a conversation's log. A number is allocated before its entry is written, so a number may have no entry: for a moment, or for good if
 * its writer died. Readers seal such a hole when it is older than a few seconds. The cell's write-once condition decides between a reader and
 * a late writer; the writer then takes a new number. So all members see one log without gaps, and no transactions or locks are needed.
 * (The idea is CORFU's: a sequencer, write-once cells, hole filling.)
 */
import { type MessageRef, seqOfMessageId } from '#protocol/message-id';
import type { Services, Store } from '../runtime/services.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { type Entry, getEntries, getEntry, isNotSealed, isShown, type ShownEntry } from '../store/entry.ts';
import { correctLast, countSealed, seal } from './seal.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config' | 'pause' | 'log'>;

/** ms between allocating a number and writing its entry, after which readers seal the number. */
const writeTimeoutMs = 5_000;
const dayMs = 86_400_000;

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

/** The entry that history shows under this number or id. If both are given, both must match. */
export async function findShownEntry(
  services: Store,
  conversation: string,
  { id, seq = seqOfMessageId(id ?? '') }: MessageRef,
): Promise<ShownEntry | undefined> {
  const entry = seq === undefined ? undefined : await getEntry(services, conversation, seq);
  return entry && isShown(entry) && (id === undefined || entry.id === id) ? entry : undefined;
}
