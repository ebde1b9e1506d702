/**
 * How somebody who is no member stands to a group or room. It is in the item of the membership (membership.ts), so that one condition decides
 * between an invitation, its answer and a membership.
 *
 * holds  `invited_by`, `invited_at` (ms): an invitation that waits for an answer.
 *        `refused` (ms): they have left the group, or declined. From then on nobody puts them in without asking them.
 *        `removed` (ms): they were removed from the group. No invite link lets them in; an invitation does.
 *        `banned` (ms): they were removed from the room, and stay out.
 *        `expires`: of an invitation alone. What is `refused`, `removed` or `banned` is kept.
 * index  `members`: partition `member_of`, which is `INVITED#<user>` while an invitation waits, and `BANNED#<room>` for who stays out. So the
 *        invitations of a user, and the users who were removed from a room, are one query each.
 */
import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import type { Conversation } from '#protocol/names';
import type { Store, TimedStore } from '../runtime/services.ts';
import type { Cursor } from './conversation-state.ts';
import {
  daySeconds,
  getItem,
  getItems,
  type Item,
  type ItemCheck,
  type ItemUpdate,
  queryPages,
  ttl,
  updateItemIf,
  updateTogether,
} from './item.ts';
import { conversationOf, usernameOf } from './keys.ts';
import { bannedList, isActive, type Membership, membershipKey, toMembership } from './membership.ts';

export interface Invitation {
  readonly username: string;
  readonly conversation: string;
  readonly by: string;
  /** ms */
  readonly at: number;
}

export interface Standing {
  readonly membership: Membership | undefined;
  /** One that waits for an answer. */
  readonly invitation: Invitation | undefined;
  /** ms */
  readonly refusedAt: number | undefined;
  /** ms */
  readonly removedAt: number | undefined;
  /** ms */
  readonly bannedAt: number | undefined;
}

const StandingItem = z.looseObject({
  pk: z.string(),
  sk: z.string(),
  invited_by: z.optional(z.string()),
  invited_at: z.optional(z.number()),
  refused: z.optional(z.number()),
  removed: z.optional(z.number()),
  banned: z.optional(z.number()),
});

const invitationMs = limits.invitationDays * daySeconds * 1_000;

function listOf(username: string): string {
  return `INVITED#${username}`;
}

function toInvitation(item: Item, now: number): Invitation | undefined {
  const { pk, sk, invited_by: by, invited_at: at } = z.parse(StandingItem, item);
  if (isActive(item) || by === undefined || at === undefined || now - at >= invitationMs) return undefined;
  return { username: usernameOf(pk), conversation: conversationOf(sk), by, at };
}

/** Of a user whom nobody knows there. */
export const noStanding: Standing = {
  membership: undefined,
  invitation: undefined,
  refusedAt: undefined,
  removedAt: undefined,
  bannedAt: undefined,
};

/** A consistent read. */
export async function getStanding(
  { table, now }: TimedStore,
  username: string,
  conversation: string,
): Promise<Standing> {
  const item = await getItem(table, membershipKey(username, conversation), { consistent: true });
  if (!item) return noStanding;
  const { refused, removed, banned } = z.parse(StandingItem, item);
  return {
    membership: isActive(item) ? toMembership(item) : undefined,
    invitation: toInvitation(item, now()),
    refusedAt: refused,
    removedAt: removed,
    bannedAt: banned,
  };
}

/**
 * Invites a user who is no member. An earlier invitation gives way to it.
 * @param before the standing as it was read. If it has changed meanwhile, or the inviter manages the group no longer, nothing happens
 * @returns `false` then
 */
export async function putInvitation(
  { table }: Store,
  { username, conversation, by, at }: Invitation,
  { invitation, refusedAt, removedAt }: Pick<Standing, 'invitation' | 'refusedAt' | 'removedAt'>,
): Promise<boolean> {
  const isKept = refusedAt !== undefined || removedAt !== undefined;
  const update = {
    Key: membershipKey(username, conversation),
    UpdateExpression: `SET invited_by = :by, invited_at = :at, member_of = :list${
      isKept ? ' REMOVE expires' : ', expires = :expires'
    }`,
    ConditionExpression: [
      'attribute_not_exists(#role) AND attribute_not_exists(banned)',
      refusedAt === undefined ? 'attribute_not_exists(refused)' : 'refused = :refused',
      removedAt === undefined ? 'attribute_not_exists(removed)' : 'removed = :removed',
      // One that has expired may still be there.
      invitation
        ? '(attribute_not_exists(invited_at) OR invited_at <= :earlier)'
        : '(attribute_not_exists(invited_at) OR invited_at <= :stale)',
    ].join(' AND '),
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ':by': by,
      ':at': at,
      ':list': listOf(username),
      ':expires': isKept ? undefined : ttl(at + invitationMs),
      ':refused': refusedAt,
      ':removed': removedAt,
      ...(invitation ? { ':earlier': invitation.at } : { ':stale': at - invitationMs }),
    },
  };
  return updateTogether(table, [update], [managesCheck(by, conversation)]);
}

/** Makes the invited a member, in a transaction, while the invitation is what it was. */
export function acceptUpdate({ username, conversation, by, at }: Invitation, read: Cursor): ItemUpdate {
  return {
    Key: membershipKey(username, conversation),
    UpdateExpression:
      'SET #role = :member, member_of = :conversation, read_seq = :seq, read_count = :count, ring = :empty REMOVE invited_by, invited_at, refused, removed, expires',
    ConditionExpression: 'attribute_not_exists(#role) AND invited_by = :by AND invited_at = :at',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ':member': 'member',
      ':conversation': conversation,
      ':seq': read.seq,
      ':count': read.count,
      ':empty': {},
      ':by': by,
      ':at': at,
    },
  };
}

/** Makes a user a member who comes by an invite link, in a transaction; not if they were removed. An invitation of theirs ends. */
export function linkJoinUpdate(username: string, conversation: string, read: Cursor): ItemUpdate {
  return {
    Key: membershipKey(username, conversation),
    UpdateExpression:
      'SET #role = :member, member_of = :conversation, read_seq = :seq, read_count = :count, ring = :empty REMOVE invited_by, invited_at, refused, expires',
    ConditionExpression: 'attribute_not_exists(#role) AND attribute_not_exists(removed)',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ':member': 'member',
      ':conversation': conversation,
      ':seq': read.seq,
      ':count': read.count,
      ':empty': {},
    },
  };
}

/** This user still manages the group. */
export function managesCheck(username: string, conversation: string): ItemCheck {
  return {
    Key: membershipKey(username, conversation),
    ConditionExpression: '#role IN (:owner, :admin)',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: { ':owner': 'owner', ':admin': 'admin' },
  };
}

/**
 * Ends an invitation.
 * @param how `declined` by the invited, who is not put in from then on; or `withdrawn`
 * @returns `false` when it is not there any more
 */
export async function endInvitation(
  { table, now }: TimedStore,
  { username, conversation, at }: Invitation,
  how: 'declined' | 'withdrawn',
): Promise<boolean> {
  const set = how === 'declined' ? 'SET refused = :now REMOVE expires, ' : 'REMOVE ';
  const { ok } = await updateItemIf(table, {
    Key: membershipKey(username, conversation),
    UpdateExpression: `${set}invited_by, invited_at, member_of`,
    ConditionExpression: 'attribute_not_exists(#role) AND invited_at = :at',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: { ':at': at, ':now': how === 'declined' ? now() : undefined },
  });
  return ok;
}

/** The conversations to which a user is invited, sorted by id; a few may have ended. Half a unit for about thirty. */
export async function invitationIdsOf({ table }: Store, username: string): Promise<string[]> {
  const ids: string[] = [];
  const pages = queryPages(table, {
    IndexName: 'members',
    KeyConditionExpression: 'member_of = :list',
    ExpressionAttributeValues: { ':list': listOf(username) },
  });
  for await (const items of pages) ids.push(...items.map(({ sk }) => conversationOf(sk)));
  return ids.sort();
}

/** Those of these invitations that wait for an answer, in no order. */
export async function getInvitations(
  { table, now }: TimedStore,
  places: readonly { readonly username: string; readonly conversation: string }[],
): Promise<Invitation[]> {
  const keys = places.map(({ username, conversation }) => membershipKey(username, conversation));
  const items = await getItems(table, keys, { consistent: true });
  return items.flatMap((item) => toInvitation(item, now()) ?? []);
}

/** Keeps a user out of a room who is no member now. @returns `false` when they have just become one */
export async function ban({ table, now }: TimedStore, username: string, conversation: Conversation): Promise<boolean> {
  const { ok } = await updateItemIf(table, {
    Key: membershipKey(username, conversation.id),
    UpdateExpression: 'SET banned = :now, member_of = :list REMOVE expires',
    ConditionExpression: 'attribute_not_exists(#role)',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: { ':now': now(), ':list': bannedList(conversation.id) },
  });
  return ok;
}

/** Lets somebody into a room again. Nothing happens if they may come in anyway. @returns whether they were kept out */
export async function endBan(
  { table, now }: TimedStore,
  username: string,
  conversation: Conversation,
): Promise<boolean> {
  const { ok } = await updateItemIf(table, {
    Key: membershipKey(username, conversation.id),
    UpdateExpression: 'REMOVE banned, member_of SET expires = :expires',
    ConditionExpression: 'attribute_exists(banned)',
    ExpressionAttributeValues: { ':expires': ttl(now(), daySeconds) },
  });
  return ok;
}
