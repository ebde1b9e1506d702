/** Taking the next number of a log: one atomic update of the state, which every writer of a conversation contends for. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import {
  type ConversationState,
  key,
  type LastMessage,
  leftPrefix,
  preview,
  toConversationState,
} from './conversation-state.ts';
import { conditional } from './item.ts';

/** Takes the next number for a message. The only write that a conversation's senders contend for: atomic, and never undone. */
export async function allocateSeq(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  last: LastMessage,
): Promise<ConversationState> {
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(conversation),
      UpdateExpression:
        'SET seq = if_not_exists(seq, :zero) + :one, last_seq = if_not_exists(seq, :zero) + :one, #count = if_not_exists(#count, :zero) + :one, #at = :at, #last = :last',
      ExpressionAttributeNames: { '#count': 'count', '#at': 'at', '#last': 'last' },
      ExpressionAttributeValues: {
        ':zero': 0,
        ':one': 1,
        ':at': last.at,
        ':last': { ...last, text: preview(last.text) },
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return toConversationState(Attributes ?? {});
}

/** Takes the next number for a change of a message, which is no message itself: counts and lists stay. */
export async function allocateChangeSeq(
  { table, now }: Pick<Services, 'table' | 'now'>,
  conversation: string,
): Promise<ConversationState> {
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(conversation),
      UpdateExpression: 'SET seq = seq + :one, #at = :at',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':one': 1, ':at': now() },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return toConversationState(Attributes ?? {});
}

/** Takes number one of a log, with the group's title; undefined when it is taken. */
export async function allocateFirstSeq(
  { table, now }: Pick<Services, 'table' | 'now'>,
  conversation: string,
  title: string,
): Promise<ConversationState | undefined> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(conversation),
        UpdateExpression: 'SET seq = :one, #count = :zero, #at = :at, #title = :title',
        ConditionExpression: 'attribute_not_exists(pk)',
        ExpressionAttributeNames: { '#count': 'count', '#at': 'at', '#title': 'title' },
        ExpressionAttributeValues: { ':zero': 0, ':one': 1, ':at': now(), ':title': title },
        ReturnValues: 'ALL_NEW',
      }),
    ),
  );
  return write.ok ? toConversationState(write.answer.Attributes ?? {}) : undefined;
}

/** What a change of the conversation itself leaves on its state. */
export interface StateChange {
  readonly title?: string | undefined;
  /** Who is no member from this number on. */
  readonly left?: string | undefined;
  /** Who is one. */
  readonly joined?: string | undefined;
  /** Whose leaving is so long ago that the index has heard of it. */
  readonly pruneLeft?: readonly string[];
}

/**
 * Takes the next number for a change of the conversation itself: no message that anybody has to read. In the same write the state learns who
 * left, so that whoever takes a later number knows it, however far the index lags behind.
 */
export async function allocateSystemSeq(
  { table, now }: Pick<Services, 'table' | 'now'>,
  conversation: string,
  { title, left, joined, pruneLeft = [] }: StateChange,
): Promise<ConversationState> {
  const at = now();
  const removed = [...new Set([...pruneLeft, ...(joined === undefined ? [] : [joined])])].filter(
    (name) => name !== left,
  );
  const set = ['seq = if_not_exists(seq, :zero) + :one', '#count = if_not_exists(#count, :zero)', '#at = :at'];
  if (title !== undefined) set.push('#title = :title');
  if (left !== undefined) set.push('#left = :at');
  const remove = removed.map((_, index) => `#removed${index}`).join(', ');
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(conversation),
      UpdateExpression: `SET ${set.join(', ')}${remove === '' ? '' : ` REMOVE ${remove}`}`,
      ExpressionAttributeNames: {
        '#count': 'count',
        '#at': 'at',
        ...(title === undefined ? {} : { '#title': 'title' }),
        ...(left === undefined ? {} : { '#left': leftPrefix + left }),
        ...Object.fromEntries(removed.map((name, index) => [`#removed${index}`, leftPrefix + name])),
      },
      ExpressionAttributeValues: {
        ':zero': 0,
        ':one': 1,
        ':at': at,
        ...(title === undefined ? {} : { ':title': title }),
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return toConversationState(Attributes ?? {});
}
