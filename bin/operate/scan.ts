import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

export type Item = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string };
/** An item, and its attributes as DynamoDB writes them: copied so, none of its numbers and sets can change. */
export interface StoredItem {
  readonly item: Item;
  readonly attributes: Record<string, AttributeValue>;
}

/** How many readers go through a table side by side. */
const segments = 4;

/** Goes through a table, a page at a time. Pages come side by side and in no order. @param filter what of it is wanted; the rest is read too */
export async function eachPage(
  client: DynamoDBClient,
  TableName: string,
  visit: (items: readonly StoredItem[]) => Promise<void>,
  filter: Pick<ScanCommandInput, 'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> = {},
): Promise<void> {
  const read = async (Segment: number) => {
    let ExclusiveStartKey: ScanCommandInput['ExclusiveStartKey'];
    do {
      const input = { TableName, Segment, TotalSegments: segments, ExclusiveStartKey, ...filter };
      const page = await client.send(new ScanCommand(input));
      await visit((page.Items ?? []).map((attributes) => ({ item: toItem(attributes), attributes })));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  };
  await Promise.all(Array.from({ length: segments }, (_, segment) => read(segment)));
}

/** The items with these keys that exist, by key. */
export async function findItems(
  client: DynamoDBClient,
  TableName: string,
  keys: readonly Item[],
): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  for (let start = 0; start < keys.length; start += 100) {
    let Keys = keys.slice(start, start + 100).map(({ pk, sk }) => marshall({ pk, sk }));
    while (Keys.length > 0) {
      const answer = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
      for (const item of answer.Responses?.[TableName] ?? []) found.set(keyOf(toItem(item)), toItem(item));
      Keys = answer.UnprocessedKeys?.[TableName]?.Keys ?? [];
    }
  }
  return found;
}

export const keyOf = ({ pk, sk }: Pick<Item, 'pk' | 'sk'>): string => `${pk} ${sk}`;

function toItem(attributes: Parameters<typeof unmarshall>[0]): Item {
  const { pk, sk, ...rest } = unmarshall(attributes);
  return { pk: String(pk), sk: String(sk), ...rest };
}

/** Runs at most so many at once. */
export async function inParallel<Value>(
  values: readonly Value[],
  most: number,
  run: (value: Value) => Promise<void>,
): Promise<void> {
  const queue = [...values];
  const work = async () => {
    for (let value = queue.shift(); value !== undefined; value = queue.shift()) await run(value);
  };
  await Promise.all(Array.from({ length: Math.min(most, values.length) }, work));
}
