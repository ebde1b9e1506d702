/**
 * Changing who is in a group or room, or how it is called, in one transaction with the number that the change gets in the log. So the log has
 * such changes in the order in which they happened, each on condition of the role of whoever made it.
 */
import type { TimedStore } from '../runtime/services.ts';
import type { StateChange } from './allocate-seq.ts';
import { type ConversationState, conversationStateKey, leftPrefix } from './conversation-state.ts';
import { type ItemCheck, type ItemUpdate, updateTogether } from './item.ts';
import { type Membership, membershipKey } from './membership.ts';

/** What changes together with the number. */
export interface Step {
  readonly updates: readonly ItemUpdate[];
  readonly checks?: readonly ItemCheck[];
  /** The owner from now on; null: there is none any more. */
  readonly owner?: string | null;
}

/** @returns the state with the next number; undefined when a condition failed, or somebody else took the number: then nothing has changed */
export async function changeWithNumber(
  { table, now }: TimedStore,
  state: ConversationState,
  { title, left, joined, pruneLeft = [] }: StateChange,
  { updates, checks, owner }: Step,
): Promise<ConversationState | undefined> {
  const { conversation, seq } = state;
  const at = now();
  const forgotten = [...new Set([...pruneLeft, ...(joined === undefined ? [] : [joined])])].filter(
    (name) => name !== left && state.left.has(name),
  );
  const set = ['seq = :next', '#at = :at'];
  if (title !== undefined) set.push('#title = :title');
  if (left !== undefined) set.push('#left = :at');
  if (owner) set.push('#owner = :owner');
  const remove = forgotten.map((_, index) => `#forgotten${index}`);
  if (owner === null) remove.push('#owner');
  const update = {
    Key: conversationStateKey(conversation),
    UpdateExpression: `SET ${set.join(', ')}${remove.length === 0 ? '' : ` REMOVE ${remove.join(', ')}`}`,
    ConditionExpression: 'seq = :seq',
    ExpressionAttributeNames: {
      '#at': 'at',
      ...(title === undefined ? {} : { '#title': 'title' }),
      ...(left === undefined ? {} : { '#left': leftPrefix + left }),
      ...(owner === undefined ? {} : { '#owner': 'owner' }),
      ...Object.fromEntries(forgotten.map((name, index) => [`#forgotten${index}`, leftPrefix + name])),
    },
    ExpressionAttributeValues: {
      ':seq': seq,
      ':next': seq + 1,
      ':at': at,
      ':title': title,
      ':owner': owner ?? undefined,
    },
  };
  if (!(await updateTogether(table, [update, ...updates], checks))) return undefined;
  const leavers = new Map([...state.left].filter(([name]) => !forgotten.includes(name)));
  if (left !== undefined) leavers.set(left, at);
  return {
    ...state,
    seq: seq + 1,
    at,
    title: title ?? state.title,
    owner: owner === null ? undefined : (owner ?? state.owner),
    left: leavers,
  };
}

/** The same without a number, for a conversation in which others take every number first. @returns `false` when a condition failed */
export async function changeWithoutNumber(
  { table }: TimedStore,
  conversation: string,
  { updates, checks, owner }: Step,
): Promise<boolean> {
  const ownerUpdate: ItemUpdate[] =
    owner === undefined
      ? []
      : [
          {
            Key: conversationStateKey(conversation),
            UpdateExpression: owner === null ? 'REMOVE #owner' : 'SET #owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: owner === null ? undefined : { ':owner': owner },
          },
        ];
  return updateTogether(table, [...updates, ...ownerUpdate], checks);
}

/** The member still has this role. */
export function roleCheck({ username, conversation, role }: Membership): ItemCheck {
  return {
    Key: membershipKey(username, conversation),
    ConditionExpression: '#role = :role',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: { ':role': role },
  };
}
