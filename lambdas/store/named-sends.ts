/**
 * Sends to a conversation that is named by its members. Its state has all that a send needs to know, so one conditional update tells whether
 * the member may send, whether the send is a repeat, and which number it gets. Where a room has this in the memberships, reading and writing
 * them is two more calls in a row.
 *
 * holds  In the conversation state (conversation-state.ts), for each member, by the place of their name among the members, in base 36:
 *        `w<place>`: the idempotency window, hash of client_id → number of the entry.
 *        `s<place>`, `c<place>`: their cursor, which their own newest message moves, see named-cursors.ts.
 *        `t<place>`: their bucket, see token-bucket.ts.
 *        `b<place>`: the other has blocked them. `unfriended`: the two are not friends any more. Both of direct conversations only, and as in
 *        the memberships (direct-membership.ts), which one transaction changes together with them.
 *        `l<place>`: they have left, see named-departures.ts. Not of direct conversations.
 * begins Without windows, in a new conversation and in one from before there were any: `openWindows` makes them from the memberships.
 * size   At most 1 KB for two people, which is one write unit, and 2 KB for more. So the size of a window depends on the names' length.
 */
import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import type { NamedConversation } from '#protocol/names';
import type { Services, Store } from '../runtime/services.ts';
import {
  type ConversationState,
  conversationStateKey,
  type LastMessage,
  previewOf,
  toConversationState,
} from './conversation-state.ts';
import { hashClientId } from './idempotency-window.ts';
import { getItem, type Item, updateItem, updateItemIf } from './item.ts';
import { takeToken, tokenWaitMs } from './token-bucket.ts';

export interface NamedSend {
  readonly clientId: string;
  /** The message as lists show it; undefined for a change, which is not counted and moves no cursor. */
  readonly message?: LastMessage | undefined;
  /** The number of an earlier try, which was sealed. Then no token is taken again. */
  readonly replacing?: number | undefined;
}

export type NamedClaim =
  | {
      readonly kind: 'claimed';
      readonly state: ConversationState /** Hashes to forget. */;
      readonly outdated: string[];
    }
  /** An earlier try of the same send has this number. */
  | { readonly kind: 'repeated'; readonly seq: number }
  /** There is no token. */
  | { readonly kind: 'limited'; readonly waitMs: number }
  /** A block, the end of a friendship, or the member has left: the membership tells. */
  | { readonly kind: 'closed' }
  /** There are no windows yet. */
  | { readonly kind: 'unopened' };

/** What the state has of one member. */
export interface MemberSends {
  readonly window: ReadonlyMap<string, number>;
  readonly spentUntil: number | undefined;
  readonly blocked: boolean;
  readonly unfriended: boolean;
  readonly departed: boolean;
}

/** Bytes of a window's record at most: a hash of 4, a number of ten digits of 6, and 1 for the element of the map. */
const recordBytes = 11;
/** Bytes of the rest at most, without the conversation's id and what grows with the number of members (test/unit/named-sends.test.ts). */
const fixedBytes = 380;
const memberBytes = 50;
const kilobyte = 1_024;

/**
 * How many sends of each member the state remembers, so that it costs one write unit between two people and two between more. Some calls
 * add one before the oldest is forgotten, so the item has room for a few more.
 */
export function windowSizeOf({ id, members }: NamedConversation): number {
  const budget = members.length === 2 ? kilobyte : 2 * kilobyte;
  const left = budget - fixedBytes - id.length - members.length * memberBytes;
  const records = Math.floor(left / members.length / recordBytes) - spareRecords;
  return Math.max(smallestWindow, Math.min(limits.sendsRemembered, records));
}

const smallestWindow = 3;
const spareRecords = 2;

/** The first try may be wrong about the bucket; others of the same member may come between. */
const claimTries = 8;

function namesOf(hashes: readonly string[]): Record<string, string> {
  return Object.fromEntries(hashes.map((hash, index) => [`#old${index}`, hash]));
}

export function placeOf({ members }: NamedConversation, username: string): string {
  return members.indexOf(username).toString(36);
}

/** A member's sends are told apart by the start of their hash. Twenty-four bits are enough, because the entry has the whole client_id. */
export function shortHash(clientId: string): string {
  return shortRecordHash(hashClientId(clientId));
}

export function shortRecordHash(hash: string): string {
  return hash.slice(0, 4);
}

const Window = z.record(z.string(), z.number());
const optionalNumber = z.optional(z.number());

/** @returns undefined when the state has no windows yet */
function toMemberSends(item: Item, place: string): MemberSends | undefined {
  if (item[`w${place}`] === undefined) return undefined;
  return {
    window: new Map(Object.entries(z.parse(Window, item[`w${place}`]))),
    spentUntil: z.parse(optionalNumber, item[`t${place}`]),
    blocked: item[`b${place}`] === true,
    unfriended: item.unfriended === true,
    departed: item[`l${place}`] !== undefined,
  };
}

/** The numbers of a member's last sends. @returns undefined when the state has no windows yet */
export function sentNumbers(item: Item, place: string): number[] | undefined {
  const sends = toMemberSends(item, place);
  return sends && [...sends.window.values()];
}

/**
 * What this process saw last of a member's sends. It only saves calls: it says which of a bucket's two expressions will probably hold, and
 * which records can be forgotten in the same write. What it says may be old.
 */
const lastSeen = new Map<string, Pick<MemberSends, 'window' | 'spentUntil'>>();
const lastSeenMaximum = 2_000;

function remember(key: string, sends: MemberSends): void {
  lastSeen.delete(key);
  lastSeen.set(key, sends);
  const [oldest] = lastSeen.keys();
  if (lastSeen.size > lastSeenMaximum && oldest !== undefined) lastSeen.delete(oldest);
}

/**
 * Allocates the next number for a send of the member, unless it is a repeat, or the member may not send.
 * @throws ChatError `conflict` when others of the member's sends come between again and again
 */
export async function claimNamedSend(
  { table, now, config }: Pick<Services, 'table' | 'now' | 'config'>,
  conversation: NamedConversation,
  username: string,
  { clientId, message, replacing }: NamedSend,
): Promise<NamedClaim> {
  const place = placeOf(conversation, username);
  const canBeLeft = conversation.kind === 'fixed';
  const key = `${conversation.id}#${place}`;
  const hash = shortHash(clientId);
  const size = windowSizeOf(conversation);
  let replaced = replacing;
  let seen = lastSeen.get(key);
  for (let tries = 0; tries < claimTries; tries++) {
    const token = replaced === undefined ? takeToken('#t', config.sends, seen?.spentUntil, now()) : undefined;
    const forget = seen ? outdatedIn(seen.window, hash, size) : [];
    const { ok, item = {} } = await updateItemIf(table, {
      Key: conversationStateKey(conversation.id),
      UpdateExpression: [
        'SET seq = seq + :one, #at = :at, #w.#hash = seq + :one',
        message ? ', last_seq = seq + :one, #count = #count + :one, #last = :last' : '',
        message ? ', #s = seq + :one, #c = #count + :one' : '',
        token ? `, ${token.set}` : '',
        forget.length > 0 ? ` REMOVE ${forget.map((_, index) => `#w.#old${index}`).join(', ')}` : '',
      ].join(''),
      ConditionExpression: [
        'attribute_exists(#w)',
        replaced === undefined ? 'attribute_not_exists(#w.#hash)' : '#w.#hash = :replaced',
        ...(canBeLeft ? ['attribute_not_exists(#l)'] : []),
        ...(message && !canBeLeft ? ['attribute_not_exists(#b)'] : []),
        ...(message && config.friendsFirst ? ['attribute_not_exists(unfriended)'] : []),
        ...(token ? [token.condition] : []),
      ].join(' AND '),
      ExpressionAttributeNames: {
        '#at': 'at',
        '#w': `w${place}`,
        '#hash': hash,
        ...(message ? { '#count': 'count', '#last': 'last', '#s': `s${place}`, '#c': `c${place}` } : {}),
        ...(canBeLeft ? { '#l': `l${place}` } : {}),
        ...(message && !canBeLeft ? { '#b': `b${place}` } : {}),
        ...(token ? { '#t': `t${place}` } : {}),
        ...namesOf(forget),
      },
      ExpressionAttributeValues: {
        ':one': 1,
        ':at': message?.at ?? now(),
        ':last': message && { ...message, text: previewOf(conversation.id, message.text) },
        ':replaced': replaced,
        ...token?.values,
      },
      ReturnValues: 'ALL_NEW',
    });
    const current = toMemberSends(item, place);
    if (!current) return { kind: 'unopened' };
    remember(key, current);
    if (ok) {
      const isTooLarge = current.window.size > size + spareRecords;
      const outdated = isTooLarge ? outdatedIn(current.window, hash, size) : [];
      return { kind: 'claimed', state: toConversationState(item), outdated };
    }

    const seq = current.window.get(hash);
    if (seq !== undefined && seq !== replaced) return { kind: 'repeated', seq };
    if (current.departed) return { kind: 'closed' };
    if (message && (current.blocked || (config.friendsFirst && current.unfriended))) return { kind: 'closed' };
    // The record was forgotten meanwhile.
    if (seq === undefined) replaced = undefined;
    const waitMs = replaced === undefined ? tokenWaitMs(config.sends, current.spentUntil, now()) : 0;
    if (waitMs > 0) return { kind: 'limited', waitMs };
    seen = current;
  }
  throw new ChatError('conflict', 'you are sending too much at once: send it again', { retryAfter: 1 });
}

/** The hashes that a window of `size` records, `hash` among them, has no place for. */
function outdatedIn(window: ReadonlyMap<string, number>, hash: string, size: number): string[] {
  return [...window]
    .filter(([other]) => other !== hash)
    .sort(([, a], [, b]) => b - a)
    .slice(size - 1)
    .map(([other]) => other);
}

/** Forgets records, if a claim could not do it in the same write. */
export async function forgetSends(
  { table }: Store,
  conversation: NamedConversation,
  username: string,
  outdated: readonly string[],
): Promise<void> {
  if (outdated.length === 0) return;
  await updateItem(table, {
    Key: conversationStateKey(conversation.id),
    UpdateExpression: `REMOVE ${outdated.map((_, index) => `#w.#old${index}`).join(', ')}`,
    ExpressionAttributeNames: { '#w': `w${placeOf(conversation, username)}`, ...namesOf(outdated) },
  });
}

/** Is one of these sends of the member among those that are remembered? One read unit. */
export async function hasSent(
  { table }: Store,
  conversation: NamedConversation,
  username: string,
  clientIds: readonly string[],
): Promise<boolean> {
  const item = await getItem(table, conversationStateKey(conversation.id), { consistent: true });
  const sends = item && toMemberSends(item, placeOf(conversation, username));
  return clientIds.some((id) => sends?.window.has(shortHash(id)) ?? false);
}

/** What the state knows of earlier tries of this send, and of the member's bucket. Reads the state. @returns undefined without windows */
export async function getMemberSends(
  { table }: Store,
  conversation: NamedConversation,
  username: string,
  clientId: string,
): Promise<{ readonly seq: number | undefined; readonly spentUntil: number | undefined } | undefined> {
  const item = await getItem(table, conversationStateKey(conversation.id), { consistent: true });
  const sends = item && toMemberSends(item, placeOf(conversation, username));
  return sends && { seq: sends.window.get(shortHash(clientId)), spentUntil: sends.spentUntil };
}
