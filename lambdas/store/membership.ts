/**
 * A membership: one user in one conversation.
 *
 * key    pk `USER#<user>`, sk `CONV#<conversation>`.
 * holds  `role`: what is left of a membership that ended has none.
 *        `read_seq`, `read_count`: the cursor. The user has read up to this entry, which was the n-th message. In a conversation that is
 *        named by its members, the state may have a later one, see `readCursor`.
 *        `reached` (ms): the end of the connection for this conversation alone that ended last. Today's word is delivered until.
 *        `ring`: the recent sends, hash of client_id → send record, see idempotency-window.ts. `spent`: their bucket, see token-bucket.ts.
 *        Both of rooms and groups only; in others, `ring` has what was sent before the conversation's state had windows (named-sends.ts).
 *        `cleared_seq`, `cleared_count`: entries up to here are not shown to this user any more.
 *        `hidden_last`: the newest message that this user has deleted for themselves. `hidden_since`: marks what this membership hides, see
 *        hidden.ts. `seen_seq`, `seen_count`: the cursor up to a hidden message, which counts as read, without the others knowing.
 *        `member_of`: the conversation, of rooms and groups only.
 *        `blocks`, `blocked`, `blocker_read`, `unfriended`: of direct conversations only, see direct-membership.ts.
 *        `muted`, `muted_until`, `notify`, `archived`, `pinned`, `mark`: this user's own settings, see own-settings.ts.
 *        `left_at` (ms): instead of all else, of who has left a conversation that is named by its members, see named-departures.ts.
 *        `invited_by`, `invited_at`, `refused`, `removed`, `banned`: of users who are not members, see standing.ts.
 * index  `members`: partition `member_of`, sort `pk`. Only rooms and groups need it; other conversations have their members in their names.
 *        The index lags behind. So it tells who receives posts, and never who has permission; and the conversation state knows who left
 *        a moment ago.
 * read   By key. The conversations of a user by a query. The members of a conversation through the index, or by the names in its name.
 * ends   By losing the role and everything else at once. DynamoDB deletes what is left after a day, except for what standing.ts keeps.
 */
import * as z from 'zod/mini';
import { Role } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Store, TimedStore } from '../runtime/services.ts';
import type { Cursor } from './conversation-state.ts';
import { seqOfSend } from './idempotency-window.ts';
import {
  daySeconds,
  getItem,
  getItems,
  type Item,
  type ItemUpdate,
  putItemIf,
  queryOnce,
  queryPage,
  queryPages,
  ttl,
  updateItemIf,
} from './item.ts';
import { conversationOf, type Key, usernameOf, userPartition } from './keys.ts';
import { noteLeft } from './left-conversation.ts';
import { type OwnSettings, settingsFields, settingsUpdate, toOwnSettings } from './own-settings.ts';

export interface Membership {
  readonly username: string;
  readonly conversation: string;
  readonly role: Role;
  readonly read: Cursor;
  /** ms; when the last connection for this conversation alone ended */
  readonly deliveredUntil: number | undefined;
  /** The numbers of the last sends to a room or group, by hash of client_id. */
  readonly recentSends: ReadonlyMap<string, number>;
  /** The bucket of sends to a room or group, see token-bucket.ts. ms */
  readonly spentUntil: number | undefined;
  /** Entries up to here are not shown to this user any more. */
  readonly cleared: Cursor;
  /** The newest message that this user has deleted for themselves; 0: none. */
  readonly hiddenLast: number;
  /** Marks what this membership has hidden. Undefined before the first message, and if that was before there were marks. */
  readonly hiddenSince: string | undefined;
  /** Up to here nothing is unread for this user, although the others do not know that they have read it. */
  readonly seen: Cursor;
  readonly settings: OwnSettings;
  /** In a direct conversation: this user has blocked the other. */
  readonly blocks: boolean;
  /** In a direct conversation: the other has blocked this user. */
  readonly blocked: boolean;
  /** In a direct conversation whose other member has blocked this user: how far the other had read then. */
  readonly blockerRead: number;
  /** In a direct conversation: the two are not friends any more, or one has blocked the other. It ends when they become friends again. */
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
  spent: z.optional(z.number()),
  cleared_seq: z._default(z.number(), 0),
  cleared_count: z._default(z.number(), 0),
  hidden_last: z._default(z.number(), 0),
  hidden_since: z.optional(z.string()),
  seen_seq: z._default(z.number(), 0),
  seen_count: z._default(z.number(), 0),
  ...settingsFields,
  blocks: z._default(z.boolean(), false),
  blocked: z._default(z.boolean(), false),
  blocker_read: z._default(z.number(), 0),
  unfriended: z._default(z.boolean(), false),
});

export function membershipKey(username: string, conversation: string): Key {
  return { pk: userPartition(username), sk: `CONV#${conversation}` };
}

/** Whether the item is a membership, and not what is left of one. */
export function isActive(item: Item): boolean {
  return item.role !== undefined;
}

export function toMembership(item: Item): Membership {
  const { pk, sk, ring, ...fields } = z.parse(MembershipItem, item);
  const { role, blocks, blocked, unfriended } = fields;
  return {
    username: usernameOf(pk),
    conversation: conversationOf(sk),
    role,
    read: { seq: fields.read_seq, count: fields.read_count },
    deliveredUntil: fields.reached,
    recentSends: new Map(Object.entries(ring).map(([hash, text]) => [hash, seqOfSend(text)])),
    spentUntil: fields.spent,
    cleared: { seq: fields.cleared_seq, count: fields.cleared_count },
    hiddenLast: fields.hidden_last,
    hiddenSince: fields.hidden_since,
    seen: { seq: fields.seen_seq, count: fields.seen_count },
    settings: toOwnSettings(fields),
    blocks,
    blocked,
    blockerRead: fields.blocker_read,
    unfriended,
  };
}

/** A consistent read: it decides about permissions, and whether a message was sent before. */
export async function getMembership(
  { table }: Store,
  username: string,
  conversation: string,
): Promise<Membership | undefined> {
  const item = await getItem(table, membershipKey(username, conversation), { consistent: true });
  return item && isActive(item) ? toMembership(item) : undefined;
}

/** Has this user left a conversation that is named by its members? They are no member then, until they come back. */
export async function hasLeft({ table }: Store, username: string, conversation: string): Promise<boolean> {
  const item = await getItem(table, membershipKey(username, conversation), { consistent: true });
  return item?.left_at !== undefined;
}

/** The memberships that exist, in no order. @param consistent costs twice as much */
export async function getMemberships(
  { table }: Store,
  members: readonly { readonly username: string; readonly conversation: string }[],
  options: { consistent?: boolean } = {},
): Promise<Membership[]> {
  const keys = members.map(({ username, conversation }) => membershipKey(username, conversation));
  return (await getItems(table, keys, options)).filter(isActive).map(toMembership);
}

/** Every conversation of a user, a page of the table at a time. */
export async function* membershipsOf({ table }: Store, username: string): AsyncGenerator<Membership[]> {
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': userPartition(username), ':sk': 'CONV#' },
  });
  for await (const items of pages) yield items.filter(isActive).map(toMembership);
}

/**
 * The first conversations of a user by id. Those whose membership has ended within the last day are among them, without it.
 * @param after only ids behind this one
 */
export async function conversationsAfter(
  { table }: Store,
  username: string,
  limit: number,
  after?: string,
): Promise<{ readonly conversation: string; readonly membership: Membership | undefined }[]> {
  const items = await queryOnce(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': userPartition(username), ':sk': 'CONV#' },
    ExclusiveStartKey: after === undefined ? undefined : { ...membershipKey(username, after) },
    ConsistentRead: true,
    Limit: limit,
  });
  return items.map((item) => ({
    conversation: conversationOf(item.sk),
    membership: isActive(item) ? toMembership(item) : undefined,
  }));
}

/**
 * Some conversations of a user, by their ids.
 * @param after the last id of the page before
 * @returns `last`: where the next page begins; undefined if there is none. A page may have fewer than `limit`, because of memberships that ended
 */
export async function membershipPage(
  { table }: Store,
  username: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ memberships: Membership[]; last: string | undefined }> {
  const { items, more } = await queryPage(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': userPartition(username), ':sk': 'CONV#' },
    ExclusiveStartKey: after === undefined ? undefined : { ...membershipKey(username, after) },
    Limit: limit,
  });
  return {
    memberships: items.filter(isActive).map(toMembership),
    last: more ? conversationOf(items.at(-1)?.sk) : undefined,
  };
}

/** The members of a room or group by the index, a page at a time. */
export async function* membersOf({ table }: Store, conversation: string): AsyncGenerator<string[]> {
  for await (const items of queryPages(table, membersQuery(conversation))) yield items.map(({ pk }) => usernameOf(pk));
}

/** The first members by the index, at most `limit`, in one read, however large the conversation is. @param after only names behind this one */
export async function firstMembersOf(
  { table }: Store,
  conversation: string,
  limit: number,
  after?: string,
): Promise<string[]> {
  const items = await queryOnce(table, { ...membersQuery(conversation, after), Limit: limit });
  return items.map(({ pk }) => usernameOf(pk));
}

function membersQuery(conversation: string, after?: string) {
  return {
    IndexName: 'members',
    KeyConditionExpression: `member_of = :conversation${after === undefined ? '' : ' AND pk > :after'}`,
    ExpressionAttributeValues: {
      ':conversation': conversation,
      ':after': after === undefined ? undefined : userPartition(after),
    },
  };
}

/**
 * @param options.unless a mark of standing.ts that forbids it; by default, only whoever was removed from a room stays out
 * @returns `false` when the user already is a member, has the mark, or has left a conversation that is named by its members; then nothing changes
 */
export async function createMembership(
  { table }: Store,
  username: string,
  conversation: Conversation,
  read: Cursor,
  role: Role = 'member',
  { unless = 'banned' }: { readonly unless?: 'banned' | 'refused' } = {},
): Promise<boolean> {
  const { ok } = await putItemIf(table, {
    Item: {
      ...membershipKey(username, conversation.id),
      member_of: 'members' in conversation ? undefined : conversation.id,
      role,
      read_seq: read.seq,
      read_count: read.count,
      ring: {},
    },
    ConditionExpression: `attribute_not_exists(#role) AND attribute_not_exists(left_at) AND attribute_not_exists(${unless})`,
    ExpressionAttributeNames: { '#role': 'role' },
  });
  return ok;
}

/** Makes a user who is no member one, in a transaction; not if they have left the group. */
export function joinUpdate(username: string, conversation: string, { seq, count }: Cursor): ItemUpdate {
  return {
    Key: membershipKey(username, conversation),
    UpdateExpression:
      'SET #role = :member, member_of = :conversation, read_seq = :seq, read_count = :count, ring = :empty REMOVE invited_by, invited_at, removed, expires',
    ConditionExpression: 'attribute_not_exists(#role) AND attribute_not_exists(refused)',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ':member': 'member' satisfies Role,
      ':conversation': conversation,
      ':seq': seq,
      ':count': count,
      ':empty': {},
    },
  };
}

/** What a membership of any kind loses when it ends. */
export const endedAttributes =
  '#role, read_seq, read_count, reached, ring, cleared_seq, cleared_count, hidden_last, hidden_since, seen_seq, seen_count, muted, muted_until, notify, archived, pinned, mark, blocks, blocked, blocker_read, unfriended';

/**
 * @param keep a mark that stays for good, see standing.ts
 * @returns `false` when the member does not have this role any more; then nothing changes
 */
export async function endMembership(services: TimedStore, membership: Membership, keep?: Mark): Promise<boolean> {
  await noteLeft(services, membership.username, membership.conversation);
  const { ok } = await updateItemIf(services.table, endMembershipUpdate(services, membership, keep));
  return ok;
}

/** `refused`: they have left a group. `removed`, `banned`: they were removed from a group, or from a room. */
export type Mark = 'refused' | 'removed' | 'banned';

/** The partition of the index `members` with who was removed from a room. */
export function bannedList(room: string): string {
  return `BANNED#${room}`;
}

export function endMembershipUpdate(
  { now }: Pick<TimedStore, 'now'>,
  { username, conversation, role }: Membership,
  keep?: Mark,
): ItemUpdate {
  const ended = `sends, spent, ${endedAttributes}`;
  const kept = {
    none: `REMOVE ${ended}, member_of SET expires = :expires`,
    refused: `REMOVE ${ended}, member_of, expires SET refused = :now`,
    removed: `REMOVE ${ended}, member_of, expires SET removed = :now`,
    banned: `REMOVE ${ended}, expires SET banned = :now, member_of = :list`,
  };
  return {
    Key: membershipKey(username, conversation),
    UpdateExpression: kept[keep ?? 'none'],
    ConditionExpression: '#role = :role',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ':role': role,
      ...(keep === undefined ? { ':expires': ttl(now(), daySeconds) } : { ':now': now() }),
      ...(keep === 'banned' ? { ':list': bannedList(conversation) } : {}),
    },
  };
}

/**
 * Changes a member's own settings: one write of what differs.
 * @returns the membership after it; undefined when it has ended
 */
export async function changeOwnSettings(
  { table }: Store,
  membership: Membership,
  settings: OwnSettings,
): Promise<Membership | undefined> {
  const update = settingsUpdate(membership.settings, settings);
  if (!update) return membership;
  const { ok, item } = await updateItemIf(table, {
    Key: membershipKey(membership.username, membership.conversation),
    UpdateExpression: update.UpdateExpression,
    ConditionExpression: 'attribute_exists(#role)',
    ExpressionAttributeNames: { '#role': 'role', ...update.names },
    ExpressionAttributeValues: update.values,
    ReturnValues: 'ALL_NEW',
  });
  return ok && item ? toMembership(item) : undefined;
}

/** @returns `false` when the member does not have the role of `membership` any more; then nothing changes */
export async function changeRole({ table }: Store, membership: Membership, role: Role): Promise<boolean> {
  const { ok } = await updateItemIf(table, roleUpdate(membership, role));
  return ok;
}

export function roleUpdate({ username, conversation, role: earlier }: Membership, role: Role) {
  return {
    Key: membershipKey(username, conversation),
    UpdateExpression: 'SET #role = :role',
    ConditionExpression: '#role = :earlier',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: { ':role': role, ':earlier': earlier },
  };
}
