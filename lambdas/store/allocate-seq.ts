/**
 * Allocating the next number of a log: one atomic update of the conversation state (conversation-state.ts). It is the only write for which
 * the writers of a conversation compete, and it is never undone.
 */
import type { Store, Table, TimedStore } from '../runtime/services.ts';
import {
  type ConversationState,
  conversationStateKey,
  type LastMessage,
  leftPrefix,
  previewOf,
  toConversationState,
} from './conversation-state.ts';
import { type ItemUpdate, updateItem, updateItemIf } from './item.ts';

/** Allocates the next number for a message. */
export async function allocateSeq(
  { table }: Store,
  conversation: string,
  last: LastMessage,
): Promise<ConversationState> {
  return allocate(table, conversation, {
    UpdateExpression:
      'SET seq = if_not_exists(seq, :zero) + :one, last_seq = if_not_exists(seq, :zero) + :one, #count = if_not_exists(#count, :zero) + :one, #at = :at, #last = :last',
    ExpressionAttributeNames: { '#count': 'count', '#at': 'at', '#last': 'last' },
    ExpressionAttributeValues: {
      ':zero': 0,
      ':one': 1,
      ':at': last.at,
      ':last': { ...last, text: previewOf(conversation, last.text) },
    },
  });
}

/** Allocates the next number for a change of a message. A change is no message: the count and the last message stay. */
export async function allocateChangeSeq({ table, now }: TimedStore, conversation: string): Promise<ConversationState> {
  return allocate(table, conversation, {
    UpdateExpression: 'SET seq = seq + :one, #at = :at',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':one': 1, ':at': now() },
  });
}

/** Allocates number one, for a new group. @returns undefined when the group exists already */
export async function allocateFirstSeq(
  { table, now }: TimedStore,
  conversation: string,
  title: string,
  owner: string,
): Promise<ConversationState | undefined> {
  const { ok, item } = await updateItemIf(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: 'SET seq = :one, #count = :zero, #at = :at, #title = :title, #owner = :owner',
    ConditionExpression: 'attribute_not_exists(pk)',
    ExpressionAttributeNames: { '#count': 'count', '#at': 'at', '#title': 'title', '#owner': 'owner' },
    ExpressionAttributeValues: { ':zero': 0, ':one': 1, ':at': now(), ':title': title, ':owner': owner },
    ReturnValues: 'ALL_NEW',
  });
  return ok && item ? toConversationState(item) : undefined;
}

/** What a change of the conversation itself changes in its state. */
export interface StateChange {
  readonly title?: string | undefined;
  /** The user who is not a member from this number on. */
  readonly left?: string | undefined;
  /** The user who is a member from this number on. */
  readonly joined?: string | undefined;
  /** Users who left so long ago that the index of members does not list them any more. */
  readonly pruneLeft?: readonly string[];
}

/**
 * Allocates the next number for a system entry, which nobody has as unread. The same write notes who left: so every writer of a later number
 * knows it, even while the index of members lags behind.
 */
export async function allocateSystemSeq(
  { table, now }: TimedStore,
  conversation: string,
  { title, left, joined, pruneLeft = [] }: StateChange,
): Promise<ConversationState> {
  const removed = [...new Set(joined === undefined ? pruneLeft : [...pruneLeft, joined])].filter(
    (name) => name !== left,
  );
  const set = ['seq = if_not_exists(seq, :zero) + :one', '#count = if_not_exists(#count, :zero)', '#at = :at'];
  if (title !== undefined) set.push('#title = :title');
  if (left !== undefined) set.push('#left = :at');
  const remove = removed.map((_, index) => `#removed${index}`).join(', ');
  return allocate(table, conversation, {
    UpdateExpression: `SET ${set.join(', ')}${remove === '' ? '' : ` REMOVE ${remove}`}`,
    // DynamoDB refuses names that no expression uses.
    ExpressionAttributeNames: {
      '#count': 'count',
      '#at': 'at',
      ...(title === undefined ? {} : { '#title': 'title' }),
      ...(left === undefined ? {} : { '#left': leftPrefix + left }),
      ...Object.fromEntries(removed.map((name, index) => [`#removed${index}`, leftPrefix + name])),
    },
    ExpressionAttributeValues: { ':zero': 0, ':one': 1, ':at': now(), ':title': title },
  });
}

async function allocate(
  table: Table,
  conversation: string,
  update: Omit<ItemUpdate, 'Key'>,
): Promise<ConversationState> {
  const Key = conversationStateKey(conversation);
  return toConversationState(await updateItem(table, { Key, ...update, ReturnValues: 'ALL_NEW' }));
}
