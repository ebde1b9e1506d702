/**
 * Who has just become a member of a managed group. The index of members may not list them yet, and an owner who leaves must know of them: a
 * group with members has an owner.
 *
 * key    pk `CONV#<group>`, sk `JOINED`.
 * holds  `joins`: how often somebody has become a member. `new#<user>` (ms): when this user did, for a moment.
 * write  Together with the membership, in one transaction; by the creation of a group before the memberships.
 * read   By key, consistently, when somebody becomes a member, and when the owner leaves.
 */
import * as z from 'zod/mini';
import type { Store, TimedStore } from '../runtime/services.ts';
import { attributesWithPrefix, getItem, type ItemCheck, type ItemUpdate, updateItem } from './item.ts';
import { conversationPartition, type Key } from './keys.ts';

const prefix = 'new#';

export interface NewMembers {
  readonly joins: number;
  /** When they joined (ms), by user name. */
  readonly at: ReadonlyMap<string, number>;
}

function newMembersKey(group: string): Key {
  return { pk: conversationPartition(group), sk: 'JOINED' };
}

export async function getNewMembers({ table }: Store, group: string): Promise<NewMembers> {
  const item = (await getItem(table, newMembersKey(group), { consistent: true })) ?? {};
  return {
    joins: z.parse(z._default(z.number(), 0), item.joins),
    at: new Map(attributesWithPrefix(item, prefix).map(([name, at]) => [name, z.parse(z.number(), at)])),
  };
}

/** Notes that these users become members now. @param forget users of whom the index knows by now */
export function joinedUpdate(
  { now }: Pick<TimedStore, 'now'>,
  group: string,
  names: readonly string[],
  forget: readonly string[] = [],
): ItemUpdate {
  const forgotten = forget.filter((name) => !names.includes(name));
  return {
    Key: newMembersKey(group),
    UpdateExpression: [
      `SET joins = if_not_exists(joins, :zero) + :one${names.map((_, index) => `, #new${index} = :now`).join('')}`,
      forgotten.length === 0 ? '' : ` REMOVE ${forgotten.map((_, index) => `#old${index}`).join(', ')}`,
    ].join(''),
    ExpressionAttributeNames: {
      ...Object.fromEntries(names.map((name, index) => [`#new${index}`, prefix + name])),
      ...Object.fromEntries(forgotten.map((name, index) => [`#old${index}`, prefix + name])),
    },
    ExpressionAttributeValues: { ':zero': 0, ':one': 1, ':now': now() },
  };
}

export async function noteJoined(services: TimedStore, group: string, names: readonly string[]): Promise<void> {
  if (names.length > 0) await updateItem(services.table, joinedUpdate(services, group, names));
}

/** Nobody has become a member since. */
export function unchangedCheck(group: string, { joins }: NewMembers): ItemCheck {
  return {
    Key: newMembersKey(group),
    ...(joins === 0
      ? { ConditionExpression: 'attribute_not_exists(joins)' }
      : { ConditionExpression: 'joins = :joins', ExpressionAttributeValues: { ':joins': joins } }),
  };
}
