/** How many conversations a user has begun or joined within the present hour: two numbers in the user's own item (user.ts). */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import { conditional, type Item } from './item.ts';
import { key } from './user.ts';

/**
 * Counts one more, of a user who exists.
 * @returns seconds until the next hour when it is one too many, which is not counted
 */
export async function countConversationStart(
  { table, now }: Pick<Services, 'table' | 'now'>,
  username: string,
): Promise<number | undefined> {
  const { count, seconds } = limits.conversationsBegun;
  const at = Math.floor(now() / 1_000);
  const hour = Math.floor(at / seconds);
  const update = (expression: string, condition: string, values: Readonly<Record<string, number>>) =>
    conditional(
      table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: key(username),
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeValues: { ':hour': hour, ':one': 1, ...values },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
  for (;;) {
    const more = await update('SET begun = begun + :one', 'begun_hour = :hour AND begun < :most', { ':most': count });
    if (more.ok) return undefined;
    if (isOf(more.item, hour)) return (hour + 1) * seconds - at;
    // The first of an hour; of several at once one is, and the others are more.
    const first = await update(
      'SET begun = :one, begun_hour = :hour',
      'attribute_exists(pk) AND (attribute_not_exists(begun_hour) OR begun_hour <> :hour)',
      {},
    );
    if (first.ok) return undefined;
    if (!first.item) throw new Error(`unable to count what ${username} begins; there is no such user`);
  }
}

function isOf(item: Item | undefined, hour: number): boolean {
  return item !== undefined && z.parse(z.optional(z.number()), item.begun_hour) === hour;
}
