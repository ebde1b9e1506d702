/**
 * Reading a conversation's log. Numbers are given before their entries are written, so a number may have nothing behind it: for a
 * moment, while its writer is between the two, or for good, when that writer died. Whoever reads past such a hole that is older than a
 * few seconds seals it. The cell's write-once condition decides between sealer and late writer, who then takes a new number. So members
 * see one log without gaps, with no transaction and no lock. (The idea is CORFU's: a sequencer, write-once cells, hole filling.)
 */
import type { Services } from '../runtime/services.ts';
import { type Entry, getEntries, type MessageEntry, putEntry, type ShownEntry } from '../store/entry.ts';
import { addGone, goneKept, type Head, type Last, replaceLast } from '../store/head.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config'>;

/** ms that a writer may stay between taking a number and filling its cell before readers seal it. */
const patience = 5_000;
const day = 86_400_000;

/**
 * The entries numbered `first` to `last`, in order. A young hole ends the range when `complete` is asked for, so that who reads forward
 * passes nothing that may still come; otherwise it is left out.
 */
export async function readLog(
  services: Reader,
  head: Head,
  { first, last, complete }: { first: number; last: number; complete: boolean },
): Promise<Entry[]> {
  const found = await getEntries(services, head.conversation, first, last);
  await countAsGone(services, head, found);
  if (found.length === last - first + 1) return found;

  const standing = new Map(found.map((entry) => [entry.seq, entry]));
  const whole: Entry[] = [];
  for (let seq = first; seq <= last; seq++) {
    const entry = standing.get(seq) ?? (await sealIfOld(services, head, seq, found));
    if (entry === 'young' && complete) return whole;
    if (typeof entry === 'object') whole.push(entry);
  }
  return whole;
}

/** A sealer may have died between sealing a number and noting that it counts no longer: whoever passes by notes it. */
async function countAsGone(services: Reader, head: Head, found: readonly Entry[]): Promise<void> {
  // What is older than all that is noted may have been forgotten on purpose.
  const oldest = head.gone.size < goneKept ? 0 : Math.min(...head.gone);
  const missed = found.filter(({ type, seq }) => type === 'sealed' && seq > oldest && !head.gone.has(seq));
  for (const { seq } of missed) await addGone(services, head.conversation, seq);
}

/** Decides about a missing entry by the age of what came after it. */
async function sealIfOld(
  services: Reader,
  head: Head,
  seq: number,
  found: readonly Entry[],
): Promise<Entry | 'young' | 'expired'> {
  const age = services.now() - (found.find((entry) => entry.seq > seq)?.at ?? head.at);
  if (age < patience) return 'young';
  // Where messages expire, an old number that is missing was there once.
  if (services.config.retentionDays > 0 && age > day) return 'expired';
  return seal(services, head.conversation, seq);
}

/**
 * Fills a number's cell with nothing, unless its message came after all; what stands there then is the answer.
 * @param twin the message that lists showed for this number, where it stands under another
 */
export async function seal(
  services: Reader,
  conversation: string,
  seq: number,
  twin?: Last & { seq: number },
): Promise<Entry> {
  const sealed = { type: 'sealed', conversation, seq, at: services.now() } as const;
  const put = await putEntry(services, sealed);
  const entry = put.stored ? sealed : put.standing;
  if (entry.type === 'sealed') {
    await addGone(services, conversation, seq);
    await correctLast(services, conversation, seq, twin);
  }
  return entry;
}

/** Lists show the newest message from the moment its number is taken; now they must show the one before. */
async function correctLast(
  services: Reader,
  conversation: string,
  empty: number,
  twin: (Last & { seq: number }) | undefined,
): Promise<void> {
  const earlier = await getEntries(services, conversation, Math.max(1, empty - 20), empty - 1);
  const message = earlier.filter(isMessage).at(-1);
  const last = message && {
    seq: message.seq,
    user: message.user,
    text: message.text,
    content_type: message.content_type,
    at: message.at,
  };
  // The twin may not be written yet.
  await replaceLast(services, conversation, empty, twin && twin.seq > (last?.seq ?? 0) ? twin : last);
}

export function isMessage(entry: Entry): entry is MessageEntry {
  return entry.type === 'message';
}

/** Messages, and what became of the conversation, which history shows among them. */
export function isShown(entry: Entry): entry is ShownEntry {
  return entry.type === 'message' || entry.type === 'system';
}

/** Messages of a conversation that count for nobody's unread: those up to the cursor, one's own (the cursor passes them), and the sealed. */
export function unreadCount(head: Head, read: { seq: number; count: number }): number {
  const gone = [...head.gone].filter((seq) => seq > read.seq).length;
  return Math.max(0, head.count - read.count - gone);
}
