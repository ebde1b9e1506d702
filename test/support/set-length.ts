import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import type { Stage } from './stage.ts';

/** Gives a conversation whose entries were written to the table its number of messages. */
export async function setLength(
  { table: { client, name } }: Pick<Stage['store'], 'table'>,
  conversation: string,
  length: number,
) {
  await client.send(
    new UpdateCommand({
      TableName: name,
      Key: conversationStateKey(conversation),
      UpdateExpression: 'SET seq = :n, last_seq = :n, #count = :n',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':n': length },
    }),
  );
}
