/**
 * An invite link of a managed group.
 *
 * key    pk `CONV#<group>`, sk `LINK#<secret>`. The code of the link is the group's id and the secret, so no index is needed to find it.
 * holds  `by`, `at` (ms), `until` (ms), `most`, `uses`: its maker, when it was made, until when it works, for how many people, and how many have
 *        come by it. What is left of one that was revoked has no `by`. `expires` (s): a day after it has ended.
 * write  Once; then one use in each transaction that makes somebody a member.
 * read   By key; all of a group by one query.
 */
import * as z from 'zod/mini';
import type { Store, TimedStore } from '../runtime/services.ts';
import { daySeconds, getItem, type Item, type ItemUpdate, putItemIf, queryPages, ttl, updateItemIf } from './item.ts';
import { conversationOf, conversationPartition, type Key } from './keys.ts';

export interface InviteLink {
  readonly conversation: string;
  readonly secret: string;
  readonly by: string;
  /** ms */
  readonly at: number;
  /** ms */
  readonly until: number;
  /** How many people may come by it. */
  readonly most: number;
  readonly uses: number;
}

const prefix = 'LINK#';

function linkKey(group: string, secret: string): Key {
  return { pk: conversationPartition(group), sk: prefix + secret };
}

const LinkItem = z.object({
  pk: z.string(),
  sk: z.string(),
  by: z.optional(z.string()),
  at: z.number(),
  until: z.number(),
  most: z.number(),
  uses: z.number(),
});

function toLink(item: Item): InviteLink[] {
  const { pk, sk, by, ...fields } = z.parse(LinkItem, item);
  if (by === undefined) return [];
  return [{ conversation: conversationOf(pk), secret: sk.slice(prefix.length), by, ...fields }];
}

/** A consistent read. It may have expired or been used up, see `works`. */
export async function getLink({ table }: Store, group: string, secret: string): Promise<InviteLink | undefined> {
  const item = await getItem(table, linkKey(group, secret), { consistent: true });
  return item && toLink(item)[0];
}

/** All that were not revoked, in no order. A consistent read. */
export async function getLinks({ table }: Store, group: string): Promise<InviteLink[]> {
  const links: InviteLink[] = [];
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': conversationPartition(group), ':prefix': prefix },
    ConsistentRead: true,
  });
  for await (const items of pages) links.push(...items.flatMap(toLink));
  return links;
}

/** Has it neither expired nor been used up? Its maker must also still manage the group. */
export function works({ until, uses, most }: InviteLink, now: number): boolean {
  return now < until && uses < most;
}

export async function putLink({ table }: Store, { conversation, secret, ...fields }: InviteLink): Promise<void> {
  const { ok } = await putItemIf(table, {
    Item: { ...linkKey(conversation, secret), ...fields, expires: ttl(fields.until, daySeconds) },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  if (!ok) throw new Error(`unable to make a link to ${conversation}; its secret is there already`);
}

/** One more has come by it, in a transaction, while it works. */
export function useLinkUpdate({ now }: Pick<TimedStore, 'now'>, { conversation, secret }: InviteLink): ItemUpdate {
  return {
    Key: linkKey(conversation, secret),
    UpdateExpression: 'SET #uses = #uses + :one',
    ConditionExpression: 'attribute_exists(#by) AND #uses < #most AND #until > :now',
    ExpressionAttributeNames: { '#by': 'by', '#uses': 'uses', '#most': 'most', '#until': 'until' },
    ExpressionAttributeValues: { ':one': 1, ':now': now() },
  };
}

/** Nothing happens if there is none. */
export async function revokeLink({ table }: Store, group: string, secret: string): Promise<void> {
  await updateItemIf(table, {
    Key: linkKey(group, secret),
    UpdateExpression: 'REMOVE #by',
    ConditionExpression: 'attribute_exists(#by)',
    ExpressionAttributeNames: { '#by': 'by' },
  });
}
