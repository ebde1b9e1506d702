/**
 * Appends what a member sends to the log: a message, or a change of one. It appends exactly one entry, however often the client tries:
 *
 *   1  the send gets a number, which is recorded for its client_id   (claim-number.ts: of two concurrent tries one wins)
 *      the files of a message are claimed                            (claim-attachments.ts)
 *   2  the entry is written into its cell                            (write-once)
 *
 * A try may die between the two; the client then tries again. The next try finds the number and an empty cell, waits for a moment, seals the
 * cell and takes a new number. Readers seal a cell that stays empty for too long; a slower try then takes a new number, too.
 */
import { ChatError } from '#protocol/errors';
import { messageId } from '#protocol/message-id';
import type { Conversation } from '#protocol/names';
import type { Services, Store } from '../runtime/services.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { type ChangeEntry, type Entry, getEntry, type MessageEntry, putEntry, type SentEntry } from '../store/entry.ts';
import { hashClientId } from '../store/idempotency-window.ts';
import type { Membership } from '../store/membership.ts';
import { getMemberSends } from '../store/named-sends.ts';
import { type Claimed, claimNumber, type NewChange, type NewMessage, type Sender } from './claim-number.ts';
import { assertTokenLeft } from './rate-limits.ts';
import { assertSameSend, sendOf, usedClientId } from './same-send.ts';
import { sealUnused } from './seal.ts';

interface Appended<E extends SentEntry, T> {
  readonly entry: E;
  /** The entry was in the log already. */
  readonly repeated: boolean;
  /** What `meanwhile` returned. */
  readonly result: T;
}

/**
 * The entry that an earlier send with this client_id left in the log, if there is one. `assertSameSend` tells whether it was the same.
 * @throws ChatError `rate_limited` for a first try that comes too soon
 */
export async function findDuplicate(
  services: Pick<Services, 'table' | 'config' | 'now'>,
  conversation: Conversation,
  membership: Membership,
  clientId: string,
): Promise<SentEntry | undefined> {
  const { seq, spentUntil } = await earlierSend(services, conversation, membership, clientId);
  if (seq === undefined) assertTokenLeft(services, spentUntil);
  const entry = seq === undefined ? undefined : await getEntry(services, conversation.id, seq);
  return entry && isSentAs(entry, membership.username, clientId) ? entry : undefined;
}

/**
 * For what takes no number and is not remembered, because doing it twice does no harm.
 * @throws ChatError `conflict` when the client_id belongs to a send
 */
export async function assertUnusedClientId(
  services: Store,
  conversation: Conversation,
  membership: Membership,
  clientId: string,
): Promise<void> {
  const { seq } = await earlierSend(services, conversation, membership, clientId);
  const entry = seq === undefined ? undefined : await getEntry(services, conversation.id, seq);
  if (entry && isSentAs(entry, membership.username, clientId)) throw usedClientId(entry.seq);
}

/** The number that a send with this client_id has, if the server remembers one, and the member's bucket. */
async function earlierSend(
  services: Store,
  conversation: Conversation,
  { username, recentSends, spentUntil }: Membership,
  clientId: string,
): Promise<{ readonly seq: number | undefined; readonly spentUntil: number | undefined }> {
  const inState =
    'members' in conversation ? await getMemberSends(services, conversation, username, clientId) : undefined;
  return inState ?? { seq: recentSends.get(hashClientId(clientId)), spentUntil };
}

/**
 * @param prepare runs when a message has its number, before it is written, and again if it gets another one. If it fails, nothing is written,
 *   and the number is sealed
 * @param meanwhile runs while the entry is written, after its number was allocated. The state is the one that allocated the number;
 *   undefined if an earlier try had one
 * @throws ChatError `rate_limited`; `forbidden` for a member who has just been removed, or may not write; `conflict`
 */
export async function append<T>(
  services: Services,
  sender: Sender,
  message: NewMessage,
  meanwhile: (state: ConversationState | undefined) => Promise<T>,
  prepare: (seq: number) => Promise<void>,
): Promise<Appended<MessageEntry, T>>;
export async function append<T>(
  services: Services,
  sender: Sender,
  change: NewChange,
  meanwhile: (state: ConversationState | undefined) => Promise<T>,
): Promise<Appended<ChangeEntry, T>>;
export async function append<T>(
  services: Services,
  sender: Sender,
  newEntry: NewMessage | NewChange,
  meanwhile: (state: ConversationState | undefined) => Promise<T>,
  prepare?: (seq: number) => Promise<void>,
): Promise<Appended<SentEntry, T>> {
  const { conversation, caller } = sender;
  const isMine = (entry: Entry): entry is SentEntry => isSentAs(entry, caller.username, newEntry.client_id);
  let replacing: number | undefined;
  for (let tries = 0; tries < 5; tries++) {
    const claim = await claimNumber(services, sender, newEntry, replacing);
    if (claim.kind === 'claimed') {
      await prepare?.(claim.seq).catch(async (error: unknown) => {
        await sealUnused(services, conversation.id, claim.seq, { counted: true });
        throw error;
      });
      const entry = toEntry(services, sender, newEntry, claim);
      const [put, result] = await Promise.all([putEntry(services, entry), meanwhile(claim.state), claim.forget?.()]);
      if (put.stored) {
        if (entry.type === 'message') services.log.count('MessagesStored');
        return { entry, repeated: false, result };
      }
    }
    const { seq } = claim;
    const existing = await entryOfEarlierTry(services, conversation.id, seq);
    if (isMine(existing)) {
      assertSameSend(existing, sendOf(newEntry));
      return { entry: existing, repeated: true, result: await meanwhile(undefined) };
    }
    // The cell was sealed, or two client_ids have the same hash: take another number.
    replacing = seq;
  }
  throw new ChatError('conflict', 'its place in the log was taken again and again: send it again', { retryAfter: 1 });
}

/** ms between looks at the cell of an earlier try, which may still be writing. */
const earlierTryDelaysMs = [0, 20, 40, 80, 160];

/** The entry under the number of an earlier try. If that try seems to have died, its cell is sealed. */
async function entryOfEarlierTry(services: Services, conversation: string, seq: number): Promise<Entry> {
  for (const delay of earlierTryDelaysMs) {
    if (delay > 0) await services.pause(delay);
    const entry = await getEntry(services, conversation, seq);
    if (entry) return entry;
  }
  // What it was allocated for is not known: a client_id may be used again for another send.
  return sealUnused(services, conversation, seq);
}

function toEntry(
  services: Pick<Services, 'newId'>,
  { conversation, caller }: Sender,
  newEntry: NewMessage | NewChange,
  { seq, state: { count }, at }: Claimed,
): SentEntry {
  const place = { conversation: conversation.id, user: caller.username, seq, count, at };
  return newEntry.type === 'message'
    ? { ...newEntry, ...place, id: messageId(services.newId(at), seq), reactions: [] }
    : { ...newEntry, ...place };
}

function isSentAs(entry: Entry, username: string, clientId: string): entry is SentEntry {
  return 'client_id' in entry && entry.user === username && entry.client_id === clientId;
}
