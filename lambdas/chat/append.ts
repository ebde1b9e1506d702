/**
 * Appends what a member sends to the log: a message, or a change of one. It appends exactly one entry, however often the client tries:
 *
 *   1  the sender's membership tells whether this client_id was sent before, and whether the sender is too fast
 *   2  the conversation's state allocates the next number   (atomic: the only write that senders contend for)
 *   3  the membership records client_id → number            (of two concurrent tries one wins; the other's number is sealed at once)
 *   4  the entry is written into its cell                   (write-once; a retry that finds its cell empty fills it)
 *
 * A try may die between any two steps; the client then tries again. Readers seal a cell that stays empty for too long; a slower try then
 * takes a new number.
 */
import { ChatError } from '#protocol/errors';
import { messageId } from '#protocol/message-id';
import type { Services } from '../runtime/services.ts';
import { allocateChangeSeq, allocateSeq } from '../store/allocate-seq.ts';
import { claimSend } from '../store/claim-send.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { type ChangeEntry, type Entry, getEntry, type MessageEntry, putEntry, type SentEntry } from '../store/entry.ts';
import { hashClientId, type SendRecord } from '../store/idempotency-window.ts';
import type { Membership } from '../store/membership.ts';
import { isMessage, sealUnused } from './log.ts';
import { assertRateLimit, sendsLeft } from './rate-limits.ts';

type Writer = Pick<Services, 'table' | 'now' | 'config' | 'newId'>;

/** An entry without the fields that it gets with its number. */
type WithoutPlace<E> = E extends unknown
  ? Omit<E, 'conversation' | 'user' | 'seq' | 'count' | 'at' | 'id' | 'reactions'>
  : never;
type NewMessage = WithoutPlace<MessageEntry>;
type NewChange = WithoutPlace<ChangeEntry>;

interface Appended<E extends SentEntry> {
  readonly entry: E;
  /** The entry was in the log already. */
  readonly repeated: boolean;
  /** The state after this try allocated a number; undefined if an earlier try had one. */
  readonly state: ConversationState | undefined;
}

/**
 * The entry that an earlier try of the same send left in the log, if there is one.
 * @param isExpected `isMessage` or `isChange`
 * @throws ChatError `rate_limited` for a first try that comes too soon; `conflict` when the client_id belongs to an entry of the other kind
 */
export async function findDuplicate<E extends SentEntry>(
  services: Pick<Services, 'table' | 'config' | 'now'>,
  membership: Membership,
  clientId: string,
  isExpected: (entry: Entry) => entry is E,
): Promise<E | undefined> {
  const record = membership.recentSends.get(hashClientId(clientId));
  if (!record) assertRateLimit(services, membership);
  const entry = record && (await getEntry(services, membership.conversation, record.seq));
  if (!entry || !isSentAs(entry, membership.username, clientId)) return undefined;
  if (isExpected(entry)) return entry;
  throw new ChatError('conflict', `its client_id is that of entry ${entry.seq} already: choose another`);
}

/** @throws ChatError `rate_limited`; `forbidden` for a member who has just been removed; `conflict` */
export async function append(
  services: Writer,
  membership: Membership,
  message: NewMessage,
): Promise<Appended<MessageEntry>>;
export async function append(
  services: Writer,
  membership: Membership,
  change: NewChange,
): Promise<Appended<ChangeEntry>>;
export async function append(
  services: Writer,
  membership: Membership,
  newEntry: NewMessage | NewChange,
): Promise<Appended<SentEntry>> {
  let record = membership.recentSends.get(hashClientId(newEntry.client_id));
  let replacing: SendRecord | undefined;
  let state: ConversationState | undefined;
  for (let tries = 0; tries < 5; tries++) {
    if (!record) ({ record, state } = await claimNumber(services, membership, newEntry, replacing));
    const entry = toEntry(services, membership, newEntry, record);
    const put = await putEntry(services, entry);
    if (put.stored) return { entry, repeated: false, state };
    const { existing } = put;
    if (isSentAs(existing, membership.username, newEntry.client_id) && isMessage(existing) === isMessage(entry)) {
      return { entry: existing, repeated: true, state };
    }
    // Readers have sealed the cell, or, once in 10^18, two client_ids have the same hash: take another number.
    replacing = record;
    record = undefined;
  }
  throw new ChatError('conflict', 'its place in the log was taken again and again: send it again', { retryAfter: 1 });
}

/** Allocates a number and records it in the membership. If an earlier try has recorded one, returns that one. */
async function claimNumber(
  services: Writer,
  membership: Membership,
  newEntry: NewMessage | NewChange,
  replacing: SendRecord | undefined,
): Promise<{ record: SendRecord; state: ConversationState }> {
  const { username: user, conversation } = membership;
  const at = services.now();
  const message =
    newEntry.type === 'message' ? { user, text: newEntry.text, content_type: newEntry.content_type, at } : undefined;
  const state = message
    ? await allocateSeq(services, conversation, message)
    : await allocateChangeSeq(services, conversation);
  const { seq, count } = state;
  const record = { seq, count, at };
  const hash = hashClientId(newEntry.client_id);
  // An author has read everything up to their own message.
  const moveCursor = message !== undefined;
  let current = membership;
  for (;;) {
    const allowed = sendsLeft(services, current);
    const claim = await claimSend(services, current, hash, record, { allowed, replacing, moveCursor });
    if (claim === 'claimed') return { record, state };
    const overtaken = typeof claim === 'object' && 'overtaken' in claim ? claim.overtaken : undefined;
    if (overtaken && sendsLeft(services, overtaken) > 0) {
      current = overtaken;
      continue;
    }
    const original = typeof claim === 'object' && 'original' in claim ? claim.original : undefined;
    // Nothing will ever be written under this number: seal it now, so that no reader waits for it.
    const last = message && original && { ...message, seq: original.seq };
    await sealUnused(services, conversation, seq, { counted: message !== undefined, original: last });
    if (original) return { record: original, state };
    if (claim === 'removed') throw new ChatError('forbidden', `you are not a member of ${conversation} any more`);
    assertRateLimit(services, overtaken ?? current);
  }
}

function toEntry(
  services: Pick<Services, 'newId'>,
  { conversation, username: user }: Membership,
  newEntry: NewMessage | NewChange,
  { seq, count, at }: SendRecord,
): SentEntry {
  const place = { conversation, user, seq, count, at };
  return newEntry.type === 'message'
    ? { ...newEntry, ...place, id: messageId(services.newId(at), seq), reactions: [] }
    : { ...newEntry, ...place };
}

function isSentAs(entry: Entry, username: string, clientId: string): entry is SentEntry {
  return 'client_id' in entry && entry.user === username && entry.client_id === clientId;
}
