import { BatchWriteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { entryKey } from '#lambdas/store/entry';
import type { Person } from '#test/support/person';
import { inBatches, type Stage } from '#test/support/stage';
import { setLength } from '../set-length.ts';

/** DynamoDB takes so many in one request. */
const batch = 25;
const words = 'a line of a conversation that has gone on for years and has said most of what there is to say'.split(
  ' ',
);

/** Fills a conversation: the first and the last message are sent, and those between are written to the table as copies of the first. */
export async function longConversation(
  stage: Stage,
  writer: Person,
  conversation: string,
  messages: number,
): Promise<void> {
  const { client, name } = stage.store.table;
  await writer.post(`/conversations/${conversation}/messages`, { message: 'The first of all.' });
  const { Item: first } = await client.send(
    new GetCommand({ TableName: name, Key: entryKey({ conversation, seq: 1 }) }),
  );
  if (!first) throw new Error('unable to fill the conversation; its first message is not stored');
  const between = Array.from({ length: messages - 2 }, (_, index) => index + 2);
  const batches = Array.from({ length: Math.ceil(between.length / batch) }, (_, index) =>
    between.slice(index * batch, (index + 1) * batch),
  );
  await inBatches(batches, 8, async (numbers) => {
    const items = numbers.map((seq) => ({
      ...first,
      ...entryKey({ conversation, seq }),
      id: crypto.randomUUID(),
      client_id: crypto.randomUUID(),
      count: seq,
      // Some are short, and some have many lines.
      text: `${seq}: ${words.slice(0, 1 + ((seq * 7) % words.length)).join(' ')}${seq % 11 === 0 ? `\n${words.join(' ')}` : ''}`,
    }));
    const requests = items.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [name]: requests } }));
  });
  await setLength(stage.store, conversation, messages - 1);
  await writer.post(`/conversations/${conversation}/messages`, { message: 'The last of all.' });
}
