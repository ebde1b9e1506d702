/** Numbers that count as messages and are none to read: sealed, or deleted. The state (state.ts) keeps the newest of them. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import { getConversationState, key, toConversationState } from './conversation-state.ts';
import { conditional } from './item.ts';

/** Numbers that `gone` holds at most, and how many newest ones are kept when it is full; nearly every reader has long passed the others. */
const uncountedMaximum = 60;
const uncountedKept = 30;

/** Notes that these numbers hold no message that counts, so that nobody has them as unread. Again: nothing changes. */
export async function addUncounted(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  numbers: readonly number[],
): Promise<void> {
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(conversation),
      UpdateExpression: 'ADD gone :numbers',
      ExpressionAttributeValues: { ':numbers': new Set(numbers) },
      ReturnValues: 'ALL_NEW',
    }),
  );
  const gone = [...toConversationState(Attributes ?? {}).uncounted].sort((a, b) => a - b);
  const last = gone.at(-uncountedKept - 1);
  if (gone.length > uncountedMaximum && last !== undefined) await trimUncounted({ table }, conversation, last);
}

/**
 * Keeps no number up to `through` in `gone`: unread counts of who has not read so far are counted in the log from now on.
 * @param more how many numbers up to there hold no message and were never noted
 */
export async function trimUncounted(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  through: number,
  more = 0,
): Promise<void> {
  const { uncounted, uncountedFloor, trimmedCount } = await getConversationState({ table }, conversation);
  const oldest = [...uncounted].filter((seq) => seq <= through);
  if (through <= uncountedFloor && oldest.length === 0) return;
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(conversation),
        UpdateExpression: `SET gone_from = :from, forgotten = :forgotten${oldest.length > 0 ? ' DELETE gone :oldest' : ''}`,
        // Of several who do this at once one does; the others are done with it, or come again.
        ConditionExpression: uncountedFloor === 0 ? 'attribute_not_exists(gone_from)' : 'gone_from = :known',
        ExpressionAttributeValues: {
          ':from': Math.max(uncountedFloor, through),
          ':forgotten': trimmedCount + oldest.length + more,
          ...(oldest.length > 0 ? { ':oldest': new Set(oldest) } : {}),
          ...(uncountedFloor === 0 ? {} : { ':known': uncountedFloor }),
        },
      }),
    ),
  );
}
