/**
 * A user's part in a conversation: how far they have read, and their last sends.
 *
 * key    pk `USER#<user>`  sk `CONV#<conversation>`
 * holds  role, read_seq and read_count (the cursor: read up to this entry, which was the n-th message), reached (ms, when the
 *        last connection for this conversation alone ended), ring, sends (how many there ever
 *        were), cleared_seq and cleared_count (what is up to here this user has cleared away), hidden_last (the newest message that this
 *        user has deleted for themselves: see hidden.ts), member_of; in direct
 *        conversations `blocks` (this user has blocked the other) and `blocked` (the other has blocked this user), here because this item
 *        is read before anything is said; and `unfriended` from when the two are friends no more, until they are again
 * index  `members`: partition `member_of` = conversation, sort `pk`; only for rooms and groups, whose members stand in no name.
 *        It lags behind, so it is asked who is posted to, never who may, and the state knows who left a moment ago.
 * ends   by losing its role and with it all else, at once; what is left of the item goes by TTL
 * read   by key; a user's all by query; a conversation's all through the index, or by the names in its name
 */
import { GetCommand, PutCommand, paginateQuery, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { Role } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { type SendRecord, unpackSend } from './idempotency-window.ts';
import { conditional, getItems, type Item, type Key } from './item.ts';

/** A place in the log: this entry, and how many messages there were up to it. */
export interface Cursor {
  readonly seq: number;
  readonly count: number;
}

export interface Membership {
  readonly username: string;
  readonly conversation: string;
  readonly role: Role;
  readonly read: Cursor;
  /** ms; when the last connection for this conversation alone to end ended */
  readonly deliveredUntil: number | undefined;
  /** The last sends by hash of client_id. */
  readonly recentSends: ReadonlyMap<string, SendRecord>;
  /** How many sends there ever were. */
  readonly sends: number;
  /** What is up to here is not shown to this user any more. */
  readonly cleared: Cursor;
  /** The newest message that this user has deleted for themselves; 0: none. */
  readonly hiddenLast: number;
  /** In a direct conversation: this user has blocked the other. */
  readonly blocks: boolean;
  /** In a direct conversation: the other has blocked this user. */
  readonly blocked: boolean;
  /** In a direct conversation: the two were friends and are no more, or one has blocked the other since. */
  readonly unfriended: boolean;
}

const MembershipItem = z.object({
  pk: z.string(),
  sk: z.string(),
  role: Role,
  read_seq: z.number(),
  read_count: z.number(),
  reached: z.optional(z.number()),
  ring: z.record(z.string(), z.string()),
  sends: z._default(z.number(), 0),
  cleared_seq: z._default(z.number(), 0),
  cleared_count: z._default(z.number(), 0),
  hidden_last: z._default(z.number(), 0),
  blocks: z.optional(z.boolean()),
  blocked: z.optional(z.boolean()),
  unfriended: z.optional(z.boolean()),
});

export function key(username: string, conversation: string): Key {
  return { pk: `USER#${username}`, sk: `CONV#${conversation}` };
}

/** Is this a membership, or what is left of one? */
export function isActive(item: Item): boolean {
  return item.role !== undefined;
}

export function toMembership(item: Item): Membership {
  const {
    pk,
    sk,
    role,
    read_seq: seq,
    read_count: count,
    reached,
    ring,
    sends,
    ...rest
  } = z.parse(MembershipItem, item);
  return {
    username: pk.slice('USER#'.length),
    conversation: sk.slice('CONV#'.length),
    role,
    read: { seq, count },
    deliveredUntil: reached,
    recentSends: new Map(Object.entries(ring).map(([hash, text]) => [hash, unpackSend(text)])),
    sends,
    cleared: { seq: rest.cleared_seq, count: rest.cleared_count },
    hiddenLast: rest.hidden_last,
    blocks: rest.blocks ?? false,
    blocked: rest.blocked ?? false,
    unfriended: rest.unfriended ?? false,
  };
}

/** Read strongly: it decides who may, and whether a message was sent before. */
export async function getMembership(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: string,
): Promise<Membership | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(username, conversation), ConsistentRead: true }),
  );
  return Item && isActive(Item) ? toMembership(Item) : undefined;
}

/** Those of the memberships that exist, in no order; `consistent` at twice the price. */
export async function getMemberships(
  { table }: Pick<Services, 'table'>,
  which: readonly { readonly username: string; readonly conversation: string }[],
  { consistent = false }: { consistent?: boolean } = {},
): Promise<Membership[]> {
  const items = await getItems(
    table,
    which.map(({ username, conversation }) => key(username, conversation)),
    { consistent },
  );
  return items.filter(isActive).map(toMembership);
}

/** Every conversation of a user, a page of the table at a time. */
export async function* membershipsOf(
  { table }: Pick<Services, 'table'>,
  username: string,
): AsyncGenerator<Membership[]> {
  const pages = paginateQuery(
    { client: table.client },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': `USER#${username}`, ':sk': 'CONV#' },
    },
  );
  for await (const { Items = [] } of pages) yield Items.filter(isActive).map(toMembership);
}

/** The members of a room or group by the index, a page at a time. */
export async function* membersOf({ table }: Pick<Services, 'table'>, conversation: string): AsyncGenerator<string[]> {
  const pages = paginateQuery({ client: table.client }, memberQuery(table.name, conversation));
  for await (const { Items = [] } of pages) yield Items.map(toMemberName);
}

/** The first members by the index, at most so many: one read, however large the conversation is. */
export async function firstMembersOf(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  limit: number,
): Promise<string[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({ ...memberQuery(table.name, conversation), Limit: limit }),
  );
  return Items.map(toMemberName);
}

function memberQuery(tableName: string, conversation: string) {
  return {
    TableName: tableName,
    IndexName: 'members',
    KeyConditionExpression: 'member_of = :conversation',
    ExpressionAttributeValues: { ':conversation': conversation },
  };
}

function toMemberName({ pk }: Item): string {
  return String(pk).slice('USER#'.length);
}

/** Makes the membership; `false` when there is one already, which stays as it is. */
export async function createMembership(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: Conversation,
  read: Cursor,
  role: Role = 'member',
): Promise<boolean> {
  const listed = 'members' in conversation ? {} : { member_of: conversation.id };
  const write = await conditional(
    table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: {
          ...key(username, conversation.id),
          ...listed,
          role,
          read_seq: read.seq,
          read_count: read.count,
          ring: {},
          sends: 0,
        },
        ConditionExpression: 'attribute_not_exists(#role)',
        ExpressionAttributeNames: { '#role': 'role' },
      }),
    ),
  );
  return write.ok;
}

/** Seconds for which the rest of a membership that ended is kept; it means nothing. */
const endedLifetimeSeconds = 86_400;

/** Ends the membership, if its role still is what it was when this was decided. */
export async function endMembership(
  { table, now }: Pick<Services, 'table' | 'now'>,
  { username, conversation, role }: Membership,
): Promise<boolean> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression:
          'REMOVE #role, member_of, read_seq, read_count, reached, ring, sends, cleared_seq, cleared_count, hidden_last SET expires = :expires',
        ConditionExpression: '#role = :role',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':role': role, ':expires': Math.ceil(now() / 1000) + endedLifetimeSeconds },
      }),
    ),
  );
  return write.ok;
}
