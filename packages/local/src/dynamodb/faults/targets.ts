import type { Stack } from '#assembly/stack';
import { isObject } from '#text';

type Attributes = Readonly<Record<string, unknown>>;

/** What a request is about: an item, or the items of a query. */
export interface Target {
  readonly table: string;
  /** Of a query on an index. */
  readonly index: string | undefined;
  /** Names the partition key's value, in the table or the index. */
  readonly partition: string;
  /** Undefined for a query. */
  readonly key: Attributes | undefined;
}

interface Keys {
  /** The names of the key's attributes, the partition key first. */
  readonly table: readonly string[];
  readonly globalIndexes: ReadonlyMap<string, readonly string[]>;
}

/** The keys of the template's tables, by their names. */
export function keysOf(stack: Stack): ReadonlyMap<string, Keys> {
  const known = keysOfStacks.get(stack);
  if (known) return known;
  const tables = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) => stack.ofType(type));
  const keys = new Map(
    tables.map(({ logicalId, properties }) => {
      const indexes = listOf(properties.GlobalSecondaryIndexes).map(
        (one) => [String(one.IndexName), namesIn(one.KeySchema)] as const,
      );
      return [stack.ref(logicalId), { table: namesIn(properties.KeySchema), globalIndexes: new Map(indexes) }];
    }),
  );
  keysOfStacks.set(stack, keys);
  return keys;
}
const keysOfStacks = new WeakMap<Stack, ReadonlyMap<string, Keys>>();

const listOf = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : []);
const namesIn = (schema: unknown) =>
  listOf(schema)
    .toSorted((a, b) => String(a.KeyType).localeCompare(String(b.KeyType)))
    .map(({ AttributeName }) => String(AttributeName));

/** The targets of a request, in its order. A scan has none, and neither has a table that is not in the template. */
export function targetsOf(operation: string, input: Attributes, stack: Stack): readonly Target[] {
  const keys = keysOf(stack);
  const item = (table: unknown, attributes: unknown): Target[] => {
    const names = keys.get(String(table))?.table;
    if (!names || !isObject(attributes)) return [];
    const key = Object.fromEntries(names.map((name) => [name, attributes[name]]));
    return [{ table: String(table), index: undefined, partition: partitionOf(`${table}`, key[names[0] ?? '']), key }];
  };
  switch (operation) {
    case 'PutItem':
      return item(input.TableName, input.Item);
    case 'GetItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return item(input.TableName, input.Key);
    case 'BatchGetItem':
      return Object.entries(input.RequestItems ?? {}).flatMap(([table, request]) =>
        listOf(Object(request).Keys).flatMap((key) => item(table, key)),
      );
    case 'BatchWriteItem':
      return Object.entries(input.RequestItems ?? {}).flatMap(([table, requests]) =>
        listOf(requests).flatMap((one) => item(table, Object(one.PutRequest).Item ?? Object(one.DeleteRequest).Key)),
      );
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return listOf(input.TransactItems).flatMap((one) =>
        Object.values(one).flatMap((part) => item(Object(part).TableName, Object(part).Item ?? Object(part).Key)),
      );
    case 'Query':
      return queried(input, keys.get(String(input.TableName)));
    default:
      return [];
  }
}

function queried(input: Attributes, keys: Keys | undefined): Target[] {
  const table = String(input.TableName);
  const index = typeof input.IndexName === 'string' ? input.IndexName : undefined;
  const [name] = (index === undefined ? keys?.table : (keys?.globalIndexes.get(index) ?? keys?.table)) ?? [];
  const names = Object(input.ExpressionAttributeNames);
  for (const [, left = '', right = ''] of String(input.KeyConditionExpression ?? '').matchAll(
    /([#\w]+)\s*=\s*(:\w+)/g,
  )) {
    if ((names[left] ?? left) !== name) continue;
    const place = index === undefined ? table : `${table}/${index}`;
    const value: unknown = Object(input.ExpressionAttributeValues)[right];
    return [{ table, index, partition: partitionOf(place, value), key: undefined }];
  }
  return [];
}

const partitionOf = (place: string, value: unknown) => `${place} ${JSON.stringify(value)}`;
