/**
 * What is between a user and another, as this user sees it: two people have an item each, and one transaction changes both.
 *
 * key    pk `USER#<user>`  sk `FRIEND#<other>`
 * holds  state (`friends`, `received`, `sent`), at (ms, since when), asked (ms, when this user last asked the other)
 * ends   by losing its state; what is left remembers `asked` for a day and goes by TTL
 * read   strongly by key; a user's all by query
 *
 * Usually the two items mirror each other. A request that was refused, or that a block keeps out, stands with who asked alone.
 */
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { FriendState } from '#protocol/message';
import type { Services } from '../runtime/services.ts';
import { type DirectSide, directMembershipUpdate } from './direct-membership.ts';
import { getItems, type Key, updateTogether } from './item.ts';

export interface Friendship {
  readonly username: string;
  readonly other: string;
  /** undefined: nothing, or nothing any more */
  readonly state: FriendState | undefined;
  /** ms */
  readonly at: number;
  /** ms; undefined for who never asked, or a day after it came to nothing */
  readonly asked: number | undefined;
}

const FriendItem = z.object({
  pk: z.string(),
  sk: z.string(),
  state: z.optional(FriendState),
  at: z.number(),
  asked: z.optional(z.number()),
});

/** Seconds for which what is over is remembered; longer than the time in which requests are counted. */
const restLifetime = 86_400;

function key(username: string, other: string): Key {
  return { pk: `USER#${username}`, sk: `FRIEND#${other}` };
}

function toFriend(item: unknown): Friendship {
  const { pk, sk, state, at, asked } = z.parse(FriendItem, item);
  return { username: pk.slice('USER#'.length), other: sk.slice('FRIEND#'.length), state, at, asked };
}

/** What is between the user and each of these, in no order, without those to whom there is nothing. Read strongly: it decides. */
export async function getFriendships(
  { table }: Pick<Services, 'table'>,
  pairs: readonly { readonly username: string; readonly other: string }[],
): Promise<Friendship[]> {
  const keys = pairs.map(({ username, other }) => key(username, other));
  return (await getItems(table, keys, { consistent: true })).map(toFriend);
}

/** Everybody to whom there is something, or was until a day ago, a page of the table at a time. */
export async function* friendshipsOf(
  { table }: Pick<Services, 'table'>,
  username: string,
): AsyncGenerator<Friendship[]> {
  const pages = paginateQuery(
    { client: table.client },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': `USER#${username}`, ':sk': 'FRIEND#' },
    },
  );
  for await (const { Items = [] } of pages) yield Items.map(toFriend);
}

/** One side of a change: what it was when this was decided, and what it becomes. */
export interface FriendshipChange {
  readonly username: string;
  readonly other: string;
  readonly was: FriendState | undefined;
  readonly state: FriendState | undefined;
}

/** One side of a direct conversation, and what becomes of it: see `directUpdate`. */
export interface DirectChange {
  readonly username: string;
  readonly conversation: string;
  readonly side: DirectSide;
}

/** All of it in one step; `false` when something was not as expected any more, or is just being changed. Two write units an item. */
export async function changeFriendships(
  { table, now }: Pick<Services, 'table' | 'now'>,
  sides: readonly FriendshipChange[],
  openings: readonly DirectChange[],
): Promise<boolean> {
  const updates = [
    ...sides.map((side) => friendUpdate(side, now())),
    ...openings.map(({ username, conversation, side }) => directMembershipUpdate(username, conversation, side)),
  ];
  return updates.length === 0 || updateTogether(table, updates);
}

function friendUpdate({ username, other, was, state }: FriendshipChange, now: number) {
  const asks = state === 'sent';
  return {
    Key: key(username, other),
    UpdateExpression:
      state === undefined
        ? 'SET #at = :now, expires = :expires REMOVE #state'
        : `SET #at = :now, #state = :state${asks ? ', asked = :now' : ''} REMOVE expires`,
    ConditionExpression: was === undefined ? 'attribute_not_exists(#state)' : '#state = :was',
    ExpressionAttributeNames: { '#at': 'at', '#state': 'state' },
    ExpressionAttributeValues: {
      ':now': now,
      ...(state === undefined ? { ':expires': Math.ceil(now / 1000) + restLifetime } : { ':state': state }),
      ...(was === undefined ? {} : { ':was': was }),
    },
  };
}
