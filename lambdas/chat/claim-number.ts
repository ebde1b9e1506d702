/**
 * Gives a send its number, and records it for the send's client_id. In a conversation that is named by its members, one update does both. In
 * a room or a group, the conversation's state allocates the number, and the membership records it.
 */
import { ChatError } from '#protocol/errors';
import type { Conversation, NamedConversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { allocateChangeSeq, allocateSeq } from '../store/allocate-seq.ts';
import { claimSend } from '../store/claim-send.ts';
import type { ConversationState, LastMessage } from '../store/conversation-state.ts';
import type { ChangeEntry, MessageEntry } from '../store/entry.ts';
import { hashClientId } from '../store/idempotency-window.ts';
import type { Membership } from '../store/membership.ts';
import { claimNamedSend, forgetSends } from '../store/named-sends.ts';
import { tooFast } from './rate-limits.ts';
import { assertWritable, type Caller, requireMembership } from './require-membership.ts';
import { sealUnused } from './seal.ts';

/** An entry without the fields that it gets with its number. */
type WithoutPlace<E> = E extends unknown
  ? Omit<E, 'conversation' | 'user' | 'seq' | 'count' | 'at' | 'id' | 'reactions'>
  : never;
export type NewMessage = WithoutPlace<MessageEntry>;
export type NewChange = WithoutPlace<ChangeEntry>;

/** The member who sends. */
export interface Sender {
  readonly conversation: Conversation;
  readonly caller: Caller;
  /** Not needed for a message to a conversation that is named by its members. */
  readonly membership?: Membership | undefined;
}

export interface Claimed {
  readonly kind: 'claimed';
  readonly seq: number;
  /** ms; when the number was allocated */
  readonly at: number;
  /** The state that allocated it. */
  readonly state: ConversationState;
  /** Removes old records; may run while the entry is written. */
  readonly forget?: () => Promise<void>;
}
/** An earlier try of the same send has this number. */
interface Repeated {
  readonly kind: 'repeated';
  readonly seq: number;
}
export type Claim = Claimed | Repeated;

/**
 * @param replacing the number of an earlier try whose cell was sealed
 * @throws ChatError `rate_limited`, `forbidden`, and those of `requireMembership`
 */
export async function claimNumber(
  services: Services,
  { conversation, caller, membership }: Sender,
  newEntry: NewMessage | NewChange,
  replacing: number | undefined,
): Promise<Claim> {
  const at = services.now();
  const { username: user } = caller;
  const message =
    newEntry.type === 'message' ? { user, text: newEntry.text, content_type: newEntry.content_type, at } : undefined;
  const send = { clientId: newEntry.client_id, message, at, replacing };
  if ('members' in conversation) return claimInState(services, conversation, caller, send);
  const member = membership ?? (await requireMembership(services, conversation, caller, { join: true }));
  return claimInMembership(services, member, send);
}

interface Send {
  readonly clientId: string;
  readonly message: LastMessage | undefined;
  readonly at: number;
  readonly replacing: number | undefined;
}

async function claimInState(
  services: Services,
  conversation: NamedConversation,
  caller: Caller,
  send: Send,
): Promise<Claim> {
  const { username } = caller;
  for (let tries = 0; tries < 5; tries++) {
    const claim = await claimNamedSend(services, conversation, username, send);
    if (claim.kind === 'repeated') return claim;
    if (claim.kind === 'limited') throw tooFast(services, claim.waitMs);
    if (claim.kind === 'claimed') {
      const { state, outdated } = claim;
      const forget = () => forgetSends(services, conversation, username, outdated);
      return { kind: 'claimed', seq: state.seq, at: send.at, state, forget };
    }
    const { openWindows, removeStaleMarks } = await import('../store/named-windows.ts');
    // A message brings back who has left; a change, which a member began before leaving, does not.
    const join = send.message !== undefined;
    const membership = await requireMembership(services, conversation, caller, { join });
    if (claim.kind === 'unopened') {
      await openWindows(services, conversation);
    } else if (conversation.kind === 'direct') {
      assertWritable(services, membership);
      await removeStaleMarks(services, conversation, membership);
    }
  }
  throw new ChatError('conflict', 'the conversation was changed again and again: send it again', { retryAfter: 1 });
}

async function claimInMembership(
  services: Services,
  membership: Membership,
  { clientId, message, at, replacing }: Send,
): Promise<Claim> {
  const { conversation } = membership;
  const hash = hashClientId(clientId);
  const earlier = membership.recentSends.get(hash);
  if (earlier !== undefined && replacing === undefined) return { kind: 'repeated', seq: earlier };
  const state = message
    ? await allocateSeq(services, conversation, message)
    : await allocateChangeSeq(services, conversation);
  const { seq, count } = state;
  // An author has read everything up to their own message.
  const moveCursor = message !== undefined;
  const claim = await claimSend(services, membership, hash, { seq, count, at }, { replacing, moveCursor });
  if (claim.kind === 'claimed') return { kind: 'claimed', seq, at, state };
  // Nothing will ever be written under this number: seal it now, so that no reader waits for it.
  const original = claim.kind === 'repeated' && message ? { ...message, seq: claim.seq } : undefined;
  await sealUnused(services, conversation, seq, { counted: message !== undefined, original });
  if (claim.kind === 'repeated') return claim;
  if (claim.kind === 'limited') throw tooFast(services, claim.waitMs);
  throw new ChatError('forbidden', `you are not a member of ${conversation} any more`);
}
