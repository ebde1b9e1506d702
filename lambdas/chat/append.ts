/**
 * Appends what a member sends to the log: a message, or a change of one. It appends exactly one entry, however often the client tries:
 *
 *   1  the sender's membership tells whether this client_id was sent before, and whether the sender is too fast
 *   2  the conversation's state allocates the next number   (atomic: the only write that senders contend for)
 *   3  the membership records client_id → number            (of two tries at once one wins; the other's number is sealed at once)
 *   4  the entry is written into its cell                   (write-once; a retry that finds its cell empty fills it)
 *
 * A try may die between any two steps; the client then tries again. A try that is slower than readers wait finds its cell sealed and
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
import { sealUnused } from './log.ts';
import { assertRateLimit, sendsLeft } from './rate-limits.ts';

type Writer = Pick<Services, 'table' | 'now' | 'config' | 'newId'>;
type FromPlace = 'conversation' | 'user' | 'seq' | 'count' | 'at';
type WithoutPlace<E> = E extends unknown ? Omit<E, FromPlace | 'id' | 'reactions'> : never;

/** A message or a change before it has its place in the log. */
export type NewEntry = WithoutPlace<MessageEntry | ChangeEntry>;
/** The entry that a new one becomes. */
type Sent<N extends NewEntry> = N['type'] extends 'message' ? MessageEntry : ChangeEntry;

/** `repeated`: the entry was in the log already. `state`: as it was when the number was allocated, if one was. */
export interface Appended<E extends SentEntry> {
  readonly entry: E;
  readonly repeated: boolean;
  readonly state: ConversationState | undefined;
}

/**
 * The entry that an earlier try of the same send left in the log, if there is one.
 * @throws ChatError `rate_limited` for a first try that comes too soon; `conflict` when the client_id belongs to an entry of the other kind
 */
export async function findDuplicate<Kind extends 'message' | 'change'>(
  services: Pick<Services, 'table' | 'config' | 'now'>,
  membership: Membership,
  { clientId, kind }: { readonly clientId: string; readonly kind: Kind },
): Promise<(Kind extends 'message' ? MessageEntry : ChangeEntry) | undefined>;
export async function findDuplicate(
  services: Pick<Services, 'table' | 'config' | 'now'>,
  membership: Membership,
  { clientId, kind }: { readonly clientId: string; readonly kind: 'message' | 'change' },
): Promise<SentEntry | undefined> {
  const record = membership.recentSends.get(hashClientId(clientId));
  if (!record) assertRateLimit(services, membership);
  const entry = record && (await getEntry(services, membership.conversation, record.seq));
  if (!entry || !isSentAs(entry, membership.username, clientId)) return undefined;
  if (isMessage(entry) === (kind === 'message')) return entry;
  throw new ChatError('conflict', `its client_id is that of entry ${entry.seq} already: choose another`);
}

/** @throws ChatError `rate_limited`; `forbidden` for a member who has just been removed; `conflict` */
export async function append<N extends NewEntry>(
  services: Writer,
  membership: Membership,
  entry: N,
): Promise<Appended<Sent<N>>>;
export async function append(
  services: Writer,
  membership: Membership,
  newEntry: NewEntry,
): Promise<Appended<SentEntry>> {
  let record = membership.recentSends.get(hashClientId(newEntry.client_id));
  let replacing: SendRecord | undefined;
  let state: ConversationState | undefined;
  for (let tries = 0; tries < 5; tries++) {
    if (!record) ({ record, state } = await claimNumber(services, membership, newEntry, replacing));
    const entry = place(services, membership, newEntry, record);
    const put = await putEntry(services, entry);
    if (put.stored) return { entry, repeated: false, state };
    const { existing } = put;
    if (isSentAs(existing, membership.username, newEntry.client_id) && isMessage(existing) === isMessage(entry)) {
      return { entry: existing, repeated: true, state };
    }
    // Readers sealed the cell before, or, once in 10^18, two client_ids have the same hash: take another number.
    replacing = record;
    record = undefined;
  }
  throw new ChatError('conflict', 'its place in the log was taken again and again: send it again', { retryAfter: 1 });
}

async function claimNumber(
  services: Writer,
  membership: Membership,
  newEntry: NewEntry,
  replacing: SendRecord | undefined,
): Promise<{ record: SendRecord; state: ConversationState }> {
  const { username: user, conversation } = membership;
  const at = services.now();
  const last = isMessage(newEntry) ? { user, text: newEntry.text, content_type: newEntry.content_type, at } : undefined;
  const state = last
    ? await allocateSeq(services, conversation, last)
    : await allocateChangeSeq(services, conversation);
  const { seq, count } = state;
  const record = { seq, count, at };
  const hash = hashClientId(newEntry.client_id);
  let current = membership;
  for (;;) {
    const allowed = sendsLeft(services, current);
    // An author has read everything up to their own message.
    const claim = await claimSend(services, current, hash, record, {
      allowed,
      replacing,
      moveCursor: last !== undefined,
    });
    if (claim === 'claimed') return { record, state };
    if (claim !== 'removed' && 'overtaken' in claim && sendsLeft(services, claim.overtaken) > 0) {
      current = claim.overtaken;
      continue;
    }
    // Nothing will ever be written under this number: seal it now, so that no reader waits for it.
    const original = claim !== 'removed' && 'original' in claim ? claim.original : undefined;
    const shown = last && original && { ...last, seq: original.seq };
    await sealUnused(services, conversation, seq, { counted: last !== undefined, original: shown });
    if (original) return { record: original, state };
    if (claim === 'removed') {
      throw new ChatError('forbidden', `you are not a member of ${conversation} any more`);
    }
    assertRateLimit(services, 'overtaken' in claim ? claim.overtaken : current);
  }
}

function place(
  services: Pick<Services, 'newId'>,
  { conversation, username: user }: Membership,
  entry: NewEntry,
  { seq, count, at }: SendRecord,
): SentEntry {
  const position = { conversation, user, seq, count, at };
  return isMessage(entry)
    ? { ...entry, ...position, id: messageId(services.newId(at), seq), reactions: [] }
    : { ...entry, ...position };
}

function isMessage<E extends { readonly type: string }>(entry: E): entry is Extract<E, { readonly type: 'message' }> {
  return entry.type === 'message';
}

function isSentAs(entry: Entry, username: string, clientId: string): entry is SentEntry {
  return 'client_id' in entry && entry.user === username && entry.client_id === clientId;
}
