import { BatchWriteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { entryKey } from '#lambdas/store/entry';
import { setLength } from './set-length.ts';
import { inBatches, type Stage } from './stage.ts';

/** DynamoDB takes so many in one request. */
const batch = 25;

/**
 * Makes a conversation long, sooner than one could send it: writes copies of its first message to the table, as the entries up to `last`. Nobody is
 * told: who has it open fetches them with the next message.
 * @param first the number of the first copy: all before it are messages
 */
export async function addCopies(
  table: Stage['store']['table'],
  conversation: string,
  { first, last, textOf }: { readonly first: number; readonly last: number; textOf(seq: number): string },
): Promise<void> {
  const { client, name } = table;
  const { Item: original } = await client.send(
    new GetCommand({ TableName: name, Key: entryKey({ conversation, seq: 1 }) }),
  );
  if (!original) throw new Error('unable to lengthen the conversation; its first message is not stored');
  const starts = Array.from({ length: Math.ceil((last - first + 1) / batch) }, (_, index) => first + index * batch);
  await inBatches(starts, 8, async (start) => {
    const numbers = Array.from({ length: Math.min(batch, last - start + 1) }, (_, index) => start + index);
    const items = numbers.map((seq) => ({
      ...original,
      ...entryKey({ conversation, seq }),
      id: crypto.randomUUID(),
      client_id: crypto.randomUUID(),
      count: seq,
      text: textOf(seq),
    }));
    const requests = items.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [name]: requests } }));
  });
  await setLength({ table }, conversation, last);
}
