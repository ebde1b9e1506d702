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
 *        It lags behind, so it is asked who is posted to, never who may, and the head knows who left a moment ago.
 * ends   by losing its role and with it all else, at once; what is left of the item goes by TTL
 * read   by key; a user's all by query; a conversation's all through the index, or by the names in its name
 *
 * The ring makes sending idempotent and limits its rate with no item of its own: hash of client_id → what became of the last
 * 24 messages and changes of messages. Hashed to 8 bytes, so that the whole item stays under the 1 KB that one write unit pays for; because hashes may
 * collide, the entry itself, which holds the client_id in full, has the last word.
 */
import { createHash } from 'node:crypto';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  PutCommand,
  paginateQuery,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import { Role } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { conditional, getItems, type Item, type Key } from './item.ts';

/** A message, or a change of one, that a member sent. */
export interface Send {
  readonly seq: number;
  /** Messages up to here. */
  readonly count: number;
  /** ms */
  readonly at: number;
}

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
  readonly reached: number | undefined;
  /** The last sends by hash of client_id. */
  readonly ring: ReadonlyMap<string, Send>;
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

const ringSize = limits.sendsRemembered;

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

function key(username: string, conversation: string): Key {
  return { pk: `USER#${username}`, sk: `CONV#${conversation}` };
}

/** Is this a membership, or what is left of one? */
function stands(item: Item): boolean {
  return item.role !== undefined;
}

function toMembership(item: Item): Membership {
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
    reached,
    ring: new Map(Object.entries(ring).map(([hash, text]) => [hash, unpackSend(text)])),
    sends,
    cleared: { seq: rest.cleared_seq, count: rest.cleared_count },
    hiddenLast: rest.hidden_last,
    blocks: rest.blocks ?? false,
    blocked: rest.blocked ?? false,
    unfriended: rest.unfriended ?? false,
  };
}

/** `seq.holes.ms` in base 36: a third shorter than a list of numbers, which decides whether 24 of them fit the 1 KB. */
export function packSend({ seq, count, at }: Send): string {
  return [seq, seq - count, at].map((number) => number.toString(36)).join('.');
}

function unpackSend(text: string): Send {
  const [seq = 0, more = 0, at = 0] = text.split('.').map((number) => Number.parseInt(number, 36));
  return { seq, count: seq - more, at };
}

export function hashOf(clientId: string): string {
  return createHash('sha256').update(clientId).digest().subarray(0, 8).toString('base64url');
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
  return Item && stands(Item) ? toMembership(Item) : undefined;
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
  return items.filter(stands).map(toMembership);
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
  for await (const { Items = [] } of pages) yield Items.filter(stands).map(toMembership);
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
const restLifetime = 86_400;

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
        UpdateExpression: 'REMOVE #role, member_of, read_seq, read_count, reached, ring SET expires = :expires',
        ConditionExpression: '#role = :role',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':role': role, ':expires': Math.ceil(now() / 1000) + restLifetime },
      }),
    ),
  );
  return write.ok;
}

/** Gives the member another role, if theirs still is what it was when this was decided. */
export async function changeRole(
  { table }: Pick<Services, 'table'>,
  membership: Membership,
  role: Role,
): Promise<boolean> {
  const write = await conditional(
    table.client.send(new UpdateCommand({ TableName: table.name, ...roleUpdate(membership, role) })),
  );
  return write.ok;
}

/** Two roles in one step, so that a group has one owner at every moment; `false` when one of them was not as expected any more. */
export async function handOver(
  { table }: Pick<Services, 'table'>,
  owner: Membership,
  next: Membership,
): Promise<boolean> {
  const updates = [roleUpdate(owner, 'admin'), roleUpdate(next, 'owner')];
  try {
    await table.client.send(
      new TransactWriteCommand({
        TransactItems: updates.map((update) => ({ Update: { TableName: table.name, ...update } })),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof TransactionCanceledException) return false;
    throw error;
  }
}

function roleUpdate({ username, conversation, role: was }: Membership, role: Role) {
  return {
    Key: key(username, conversation),
    UpdateExpression: 'SET #role = :role',
    ConditionExpression: '#role = :was',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: { ':role': role, ':was': was },
  };
}

export type Claim =
  | 'claimed'
  | 'removed'
  /** An earlier try of the same send has this number. */
  | { readonly earlier: Send }
  /** Others of the member's sends were faster, more than were `allowed`. */
  | { readonly overtaken: Membership };

/**
 * Writes down that this send has that number, unless an earlier try has one: then the earlier number is the answer.
 * Of sends that read the membership at the same time as many as are `allowed` come through, however many are tried.
 * `replacing` is an earlier try whose number was sealed as empty. `moveCursor`: who writes has read.
 */
export async function claimSend(
  { table }: Pick<Services, 'table'>,
  membership: Membership,
  hash: string,
  send: Send,
  { allowed, replacing, moveCursor }: { allowed: number; replacing?: Send | undefined; moveCursor: boolean },
): Promise<Claim> {
  const outdated = [...membership.ring]
    .filter(([other]) => other !== hash)
    .sort(([, a], [, b]) => b.seq - a.seq)
    .slice(ringSize - 1);
  const remove = outdated.map((_, index) => `ring.#old${index}`);
  const most = membership.sends + allowed;
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(membership.username, membership.conversation),
        UpdateExpression: [
          'SET ring.#hash = :send, sends = sends + :one',
          moveCursor ? ', read_seq = :seq, read_count = :count' : '',
          remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : '',
        ].join(''),
        ConditionExpression: [
          'attribute_exists(#role)',
          'sends < :most',
          replacing === undefined ? 'attribute_not_exists(ring.#hash)' : 'ring.#hash = :replacing',
          ...(moveCursor ? ['read_seq < :seq'] : []),
        ].join(' AND '),
        ExpressionAttributeNames: {
          '#hash': hash,
          '#role': 'role',
          ...Object.fromEntries(outdated.map(([old], index) => [`#old${index}`, old])),
        },
        ExpressionAttributeValues: {
          ':send': packSend(send),
          ':one': 1,
          ':most': most,
          ...(moveCursor ? { ':seq': send.seq, ':count': send.count } : {}),
          ...(replacing === undefined ? {} : { ':replacing': packSend(replacing) }),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  if (write.ok) return 'claimed';
  if (!write.item || !stands(write.item)) return 'removed';
  const standing = toMembership(write.item);
  const earlier = standing.ring.get(hash);
  if (earlier && earlier.seq !== replacing?.seq) return { earlier };
  if (standing.sends >= most) return { overtaken: standing };
  // Only the cursor stood in the way: a later send of this user was faster. It must not go back.
  return claimSend({ table }, membership, hash, send, { allowed, replacing, moveCursor: false });
}

/** Moves the cursor forward; `false` when it already was there or further. */
export async function moveCursor(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: string,
  read: Cursor,
): Promise<boolean> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'SET read_seq = :seq, read_count = :count',
        ConditionExpression: 'read_seq < :seq',
        ExpressionAttributeValues: { ':seq': read.seq, ':count': read.count },
      }),
    ),
  );
  return write.ok;
}

/** Everything up to here is not shown to this user any more; `false` when that was so already. */
export async function clearUpTo(
  { table }: Pick<Services, 'table'>,
  { username, conversation }: Pick<Membership, 'username' | 'conversation'>,
  { seq, count }: Cursor,
): Promise<boolean> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'SET cleared_seq = :seq, cleared_count = :count',
        ConditionExpression: 'attribute_exists(#role) AND (attribute_not_exists(cleared_seq) OR cleared_seq < :seq)',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':seq': seq, ':count': count },
      }),
    ),
  );
  return write.ok;
}

/** Notes that this user has deleted a message for themselves, and which is the newest of those. */
export async function noteHidden(
  { table }: Pick<Services, 'table'>,
  { username, conversation }: Pick<Membership, 'username' | 'conversation'>,
  seq: number,
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'SET hidden_last = :seq',
        ConditionExpression: 'attribute_exists(#role) AND (attribute_not_exists(hidden_last) OR hidden_last < :seq)',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':seq': seq },
      }),
    ),
  );
}

/** Notes until when (ms) a connection for this conversation alone was there. Never goes back; without a membership nothing happens. */
export async function noteReached(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: string,
  at: number,
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'SET reached = :at',
        ConditionExpression: 'attribute_exists(#role) AND (attribute_not_exists(reached) OR reached < :at)',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':at': at },
      }),
    ),
  );
}

/** What friendship and blocks make of one side of a direct conversation. */
export type DirectSide = 'open' | 'unfriended' | 'blocks' | 'blocked';

/**
 * One side of a direct conversation as friendship and blocks make it, for a transaction of both sides. The membership is made where there is
 * none: `open` for who are friends now, otherwise closed to new messages where friends come first.
 */
export function directUpdate(username: string, conversation: string, side: DirectSide) {
  const marks = [...new Set(side === 'open' ? [] : ['unfriended', side])].map((mark) => `, ${mark} = :yes`);
  return {
    Key: key(username, conversation),
    UpdateExpression: [
      'SET #role = if_not_exists(#role, :member), read_seq = if_not_exists(read_seq, :none)',
      ', read_count = if_not_exists(read_count, :none), ring = if_not_exists(ring, :empty)',
      ', sends = if_not_exists(sends, :none)',
      ...marks,
      side === 'open' ? ' REMOVE unfriended' : '',
    ].join(''),
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ...{ ':member': 'member' satisfies Role, ':none': 0, ':empty': {} },
      ...(side === 'open' ? {} : { ':yes': true }),
    },
  };
}

/** Notes in a direct conversation that a block is over, on one side. Again, or without a membership: nothing happens. */
export async function endBlock(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: string,
  side: 'blocks' | 'blocked',
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'REMOVE #side',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#side': side },
      }),
    ),
  );
}
