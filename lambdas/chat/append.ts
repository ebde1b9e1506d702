/**
 * What a member sends becomes an entry of the log: a message, or a change of one. Exactly one, however often it is tried:
 *
 *   1  the sender's membership says whether this client_id was sent before, and whether they send too fast
 *   2  the head gives the next number           (atomic, the only contended write)
 *   3  the membership notes client_id → number  (of two tries at once one wins; the other's number is sealed at once)
 *   4  the entry is written into its cell       (write-once; a retry that finds its cell empty fills it)
 *
 * A try may die between any two steps and be tried again. One that finds its cell sealed, because it was slower than readers wait, takes a
 * new number.
 */
import { unable } from '#protocol/errors';
import type { Services } from '../runtime/services.ts';
import { claimSend } from '../store/claim-send.ts';
import { type Entry, getEntry, putEntry, type SentEntry } from '../store/entry.ts';
import type { Head, Last } from '../store/head.ts';
import type { Membership } from '../store/membership.ts';
import { hashOf, type Send } from '../store/ring.ts';
import { sealOwn } from './log.ts';
import { refuseHaste, sendsLeft } from './rate.ts';

type Writer = Pick<Services, 'table' | 'now' | 'config'>;

/** What is to be written. */
export interface Draft<E extends SentEntry> {
  readonly clientId: string;
  readonly toDoWhat: string;
  readonly isIt: (entry: SentEntry) => entry is E;
  /** Takes the next number. */
  readonly takeNumber: (at: number) => Promise<Head>;
  /** The entry under that number. */
  readonly toEntry: (send: Send) => E;
  /** Of a message: how lists show it from the moment its number is taken. Whoever writes one has read all before it. */
  readonly last?: Omit<Last, 'at'>;
}

/** The entry as it stands in the log. `repeated`: it stood there already. `head`: as it was when the number was taken, if one was. */
export interface Appended<E extends SentEntry> {
  readonly entry: E;
  readonly repeated: boolean;
  readonly head: Head | undefined;
}

/**
 * What an earlier try of the same send has left in the log, if it came so far.
 * @throws ChatError `rate_limited` for a first try that comes too soon, `conflict` when the client_id is that of something else
 */
export async function earlierTry<E extends SentEntry>(
  services: Pick<Services, 'table' | 'config' | 'now'>,
  membership: Membership,
  { clientId, toDoWhat, isIt }: { clientId: string; toDoWhat: string; isIt: (entry: SentEntry) => entry is E },
): Promise<E | undefined> {
  const earlier = membership.ring.get(hashOf(clientId));
  if (!earlier) refuseHaste(services, membership, toDoWhat);
  const entry = earlier && (await getEntry(services, membership.conversation, earlier.seq));
  if (!entry || !isSame(entry, membership.username, clientId)) return undefined;
  if (isIt(entry)) return entry;
  throw unable('conflict', toDoWhat, `its client_id is that of entry ${entry.seq} already: choose another`);
}

/** @throws ChatError `rate_limited`, `forbidden` for who has just been removed, `conflict` */
export async function append<E extends SentEntry>(
  services: Writer,
  membership: Membership,
  draft: Draft<E>,
): Promise<Appended<E>> {
  let send = membership.ring.get(hashOf(draft.clientId));
  let replacing: Send | undefined;
  let head: Head | undefined;
  for (let tries = 0; tries < 5; tries++) {
    if (!send) ({ send, head } = await claimNumber(services, membership, draft, replacing));
    const entry = draft.toEntry(send);
    const put = await putEntry(services, entry);
    if (put.stored) return { entry, repeated: false, head };
    if (isSame(put.standing, membership.username, draft.clientId) && draft.isIt(put.standing)) {
      return { entry: put.standing, repeated: true, head };
    }
    // Sealed before we came, or, one time in 10^18, two client_ids with the same hash: another number.
    replacing = send;
    send = undefined;
  }
  throw unable('conflict', draft.toDoWhat, 'its place in the log was taken again and again: send it again', 1);
}

async function claimNumber<E extends SentEntry>(
  services: Writer,
  membership: Membership,
  draft: Draft<E>,
  replacing: Send | undefined,
): Promise<{ send: Send; head: Head }> {
  const at = services.now();
  const head = await draft.takeNumber(at);
  const { conversation, seq, count } = head;
  const send = { seq, count, at };
  const hash = hashOf(draft.clientId);
  const isMessage = draft.last !== undefined;
  let current = membership;
  for (;;) {
    const allowed = sendsLeft(services, current);
    const claim = await claimSend(services, current, hash, send, { allowed, replacing, moveCursor: isMessage });
    if (claim === 'claimed') return { send, head };
    if (claim !== 'removed' && 'overtaken' in claim && sendsLeft(services, claim.overtaken) > 0) {
      current = claim.overtaken;
      continue;
    }
    // Nothing will ever come behind the number that was taken: say so at once, so that no reader waits for it.
    const twin = claim !== 'removed' && 'earlier' in claim ? claim.earlier : undefined;
    const shown = draft.last && twin && { ...draft.last, at, seq: twin.seq };
    await sealOwn(services, conversation, seq, { counted: isMessage, twin: shown });
    if (twin) return { send: twin, head };
    if (claim === 'removed') {
      throw unable('forbidden', draft.toDoWhat, `you are not a member of ${conversation} any more`);
    }
    refuseHaste(services, 'overtaken' in claim ? claim.overtaken : current, draft.toDoWhat);
  }
}

function isSame(standing: Entry, username: string, clientId: string): standing is SentEntry {
  return 'client_id' in standing && standing.user === username && standing.client_id === clientId;
}
