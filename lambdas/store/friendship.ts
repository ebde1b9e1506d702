/**
 * A friendship or a request for one, as one of the two users sees it. Each of the two has an item; one transaction changes both.
 *
 * key    pk `USER#<user>`, sk `FRIEND#<other>`.
 * holds  `state` (`friends`, `received` or `sent`); `at` (ms): since when; `asked` (ms): when this user last asked the other.
 * read   By key, consistently. All of a user by a query.
 * ends   By losing the state. What is left keeps `asked` for the limits, and DynamoDB deletes it after a day.
 *
 * Usually the two items mirror each other. Only the item of the asking user shows a request that was refused, or that a block keeps out.
 */
import * as z from 'zod/mini';
import { FriendState } from '#protocol/message';
import type { NamedConversation } from '#protocol/names';
import type { Store, TimedStore } from '../runtime/services.ts';
import { type DirectSide, directMembershipUpdate } from './direct-membership.ts';
import { daySeconds, getItems, type ItemUpdate, queryOnce, queryPages, ttl, updateTogether } from './item.ts';
import { type Key, usernameOf, userPartition } from './keys.ts';
import { directStateUpdate } from './named-windows.ts';

export interface Friendship {
  readonly username: string;
  readonly other: string;
  /** undefined when it ended */
  readonly state: FriendState | undefined;
  /** ms */
  readonly at: number;
  /** ms; undefined if this user never asked */
  readonly asked: number | undefined;
}

const FriendshipItem = z.object({
  pk: z.string(),
  sk: z.string(),
  state: z.optional(FriendState),
  at: z.number(),
  asked: z.optional(z.number()),
});

function friendshipKey(username: string, other: string): Key {
  return { pk: userPartition(username), sk: `FRIEND#${other}` };
}

function toFriendship(item: unknown): Friendship {
  const { pk, sk, state, at, asked } = z.parse(FriendshipItem, item);
  return { username: usernameOf(pk), other: sk.slice('FRIEND#'.length), state, at, asked };
}

/** The friendships and requests of these pairs that exist, in no order. A consistent read, because it decides about permissions. */
export async function getFriendships(
  { table }: Store,
  pairs: readonly { readonly username: string; readonly other: string }[],
): Promise<Friendship[]> {
  const keys = pairs.map(({ username, other }) => friendshipKey(username, other));
  return (await getItems(table, keys, { consistent: true })).map(toFriendship);
}

/** All friendships and requests of a user, also those that ended within the last day, a page of the table at a time. */
export async function* friendshipsOf({ table }: Store, username: string): AsyncGenerator<Friendship[]> {
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': userPartition(username), ':sk': 'FRIEND#' },
  });
  for await (const items of pages) yield items.map(toFriendship);
}

/** The first friendships and requests of a user by the other's name, also those that ended within the last day. @param after only names behind this one */
export async function friendshipsAfter(
  { table }: Store,
  username: string,
  limit: number,
  after?: string,
): Promise<Friendship[]> {
  const items = await queryOnce(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': userPartition(username), ':sk': 'FRIEND#' },
    ExclusiveStartKey: after === undefined ? undefined : { ...friendshipKey(username, after) },
    ConsistentRead: true,
    Limit: limit,
  });
  return items.map(toFriendship);
}

/** A change of one of the two items: its state when the change was decided, and its new state. */
export interface FriendshipChange {
  readonly username: string;
  readonly other: string;
  readonly was: FriendState | undefined;
  readonly state: FriendState | undefined;
}

/** A change of the two memberships of a direct conversation (direct-membership.ts), and of its state. */
export interface DirectChange {
  readonly conversation: NamedConversation;
  readonly sides: readonly { readonly username: string; readonly side: DirectSide }[];
  /** Of a block: how far the one who blocks has read. */
  readonly blockerRead?: number | undefined;
}

/**
 * All changes in one transaction: two write units an item.
 * @returns `false` when a state is not what it was when the change was decided
 */
export async function changeFriendships(
  { table, now }: TimedStore,
  friendships: readonly FriendshipChange[],
  direct: DirectChange | undefined,
): Promise<boolean> {
  const updates = friendships.map((change) => friendshipUpdate(change, now()));
  if (direct) {
    const { conversation, sides, blockerRead } = direct;
    updates.push(
      ...sides.map(({ username, side }) => directMembershipUpdate(username, conversation.id, side, blockerRead)),
    );
    updates.push(directStateUpdate({ now }, conversation, sides));
  }
  return updates.length === 0 || updateTogether(table, updates);
}

function friendshipUpdate({ username, other, was, state }: FriendshipChange, now: number): ItemUpdate {
  const asked = state === 'sent' ? ', asked = :now' : '';
  return {
    Key: friendshipKey(username, other),
    UpdateExpression:
      state === undefined
        ? 'SET #at = :now, expires = :expires REMOVE #state'
        : `SET #at = :now, #state = :state${asked} REMOVE expires`,
    ConditionExpression: was === undefined ? 'attribute_not_exists(#state)' : '#state = :was',
    ExpressionAttributeNames: { '#at': 'at', '#state': 'state' },
    ExpressionAttributeValues: {
      ':now': now,
      ':state': state,
      // As long as what is left is needed: requests are counted for a shorter time.
      ':expires': state === undefined ? ttl(now, daySeconds) : undefined,
      ':was': was,
    },
  };
}
