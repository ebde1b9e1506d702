/**
 * Messages that a user has deleted for themselves: the others still see them.
 *
 * key    pk `USER#<user>`  sk `HIDDEN#<conversation>#<segment>`, a segment being 1,000 numbers, so that the item stays small
 * holds  numbers, a set
 * read   with a page of history, by those alone whose membership says that they ever did so
 */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Services } from '../runtime/services.ts';
import { getItems, type Key } from './item.ts';

const HiddenItem = z.object({ numbers: z.set(z.number()) });
const segmentSize = 1_000;

function segmentOf(seq: number): number {
  return Math.floor(seq / segmentSize);
}

function key(username: string, conversation: string, segment: number): Key {
  return { pk: `USER#${username}`, sk: `HIDDEN#${conversation}#${segment}` };
}

/** Again: nothing changes. */
export async function hideMessage(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: string,
  seq: number,
): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(username, conversation, segmentOf(seq)),
      UpdateExpression: 'ADD numbers :numbers',
      ExpressionAttributeValues: { ':numbers': new Set([seq]) },
    }),
  );
}

/** Those of the numbers that are hidden, and perhaps others near them. */
export async function getHiddenMessages(
  { table }: Pick<Services, 'table'>,
  { username, conversation }: { readonly username: string; readonly conversation: string },
  numbers: readonly number[],
): Promise<ReadonlySet<number>> {
  const segments = new Set(numbers.map(segmentOf));
  const keys = [...segments].map((segment) => key(username, conversation, segment));
  const items = await getItems(table, keys, { consistent: true });
  return new Set(items.flatMap((item) => [...z.parse(HiddenItem, item).numbers]));
}
