/**
 * Changing who is in a group or room, how it is called, or what else belongs to it, in one transaction with the number that the change gets in
 * the log. So the log has such changes in the order in which they happened, each on condition of the role of whoever made it.
 */
import type { TimedStore } from '../runtime/services.ts';
import type { StateChange } from './allocate-seq.ts';
import { type ConversationState, conversationStateKey, leftPrefix } from './conversation-state.ts';
import { type ItemCheck, type ItemUpdate, updateTogether } from './item.ts';
import { type Membership, membershipKey } from './membership.ts';

/** What changes together with the number. */
export interface Step extends StateStep {
  readonly updates: readonly ItemUpdate[];
  readonly checks?: readonly ItemCheck[];
}

/** What of it is in the state. A missing field stays as it is; null: there is none any more. */
interface StateStep {
  readonly owner?: string | null;
  /** The id of the picture. */
  readonly picture?: string | null;
  /** Whether there is a description. */
  readonly described?: boolean;
  /** How many more messages are pinned; fewer are below zero. */
  readonly morePins?: number;
}

/** The parts of an update expression. */
function stateUpdate({ owner, picture, described, morePins }: StateStep) {
  const attributes = Object.entries({ owner, picture, about: described === false ? null : described });
  const set = attributes.filter(([, value]) => value !== undefined && value !== null);
  const remove = attributes.filter(([, value]) => value === null);
  return {
    set: set.map(([name]) => `#${name} = :${name}`),
    remove: remove.map(([name]) => `#${name}`),
    add: morePins === undefined ? [] : ['#pins :pins'],
    names: Object.fromEntries(
      [...set, ...remove, ...(morePins === undefined ? [] : [['pins']])].map(([name]) => [`#${name}`, String(name)]),
    ),
    values: {
      ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
      ...(morePins === undefined ? {} : { ':pins': morePins }),
    },
  };
}

function expressionOf({ set, remove, add }: Record<'set' | 'remove' | 'add', readonly string[]>): string {
  const clauses = { SET: set, REMOVE: remove, ADD: add };
  return Object.entries(clauses)
    .flatMap(([name, parts]) => (parts.length === 0 ? [] : [`${name} ${parts.join(', ')}`]))
    .join(' ');
}

/** @returns the state with the next number; undefined when a condition failed, or somebody else took the number: then nothing has changed */
export async function changeWithNumber(
  { table, now }: TimedStore,
  state: ConversationState,
  { title, left, joined, pruneLeft = [] }: StateChange,
  { updates, checks, ...step }: Step,
): Promise<ConversationState | undefined> {
  const { conversation, seq } = state;
  const at = now();
  const forgotten = [...new Set([...pruneLeft, ...(joined === undefined ? [] : [joined])])].filter(
    (name) => name !== left && state.left.has(name),
  );
  const inState = stateUpdate(step);
  const set = ['seq = :next', '#at = :at', ...inState.set];
  if (title !== undefined) set.push('#title = :title');
  if (left !== undefined) set.push('#left = :at');
  const remove = [...forgotten.map((_, index) => `#forgotten${index}`), ...inState.remove];
  const update = {
    Key: conversationStateKey(conversation),
    UpdateExpression: expressionOf({ set, remove, add: inState.add }),
    ConditionExpression: 'seq = :seq',
    ExpressionAttributeNames: {
      '#at': 'at',
      ...(title === undefined ? {} : { '#title': 'title' }),
      ...(left === undefined ? {} : { '#left': leftPrefix + left }),
      ...inState.names,
      ...Object.fromEntries(forgotten.map((name, index) => [`#forgotten${index}`, leftPrefix + name])),
    },
    ExpressionAttributeValues: {
      ':seq': seq,
      ':next': seq + 1,
      ':at': at,
      ':title': title,
      ...inState.values,
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
    ...afterStep(state, step),
    left: leavers,
  };
}

function afterStep(state: ConversationState, { owner, picture, described, morePins = 0 }: StateStep) {
  return {
    owner: owner === null ? undefined : (owner ?? state.owner),
    picture: picture === null ? undefined : (picture ?? state.picture),
    described: described ?? state.described,
    pins: state.pins + morePins,
  };
}

/** The same without a number, for a conversation in which others take every number first. @returns `false` when a condition failed */
export async function changeWithoutNumber(
  { table }: TimedStore,
  conversation: string,
  { updates, checks, ...step }: Step,
): Promise<boolean> {
  const inState = stateUpdate(step);
  const update: ItemUpdate = {
    Key: conversationStateKey(conversation),
    UpdateExpression: expressionOf(inState),
    ExpressionAttributeNames: inState.names,
    ExpressionAttributeValues: Object.keys(inState.values).length === 0 ? undefined : inState.values,
  };
  return updateTogether(table, update.UpdateExpression === '' ? updates : [...updates, update], checks);
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
