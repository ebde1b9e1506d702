import { z } from 'zod';

/** One permission that a request needs. */
export interface Need {
  readonly action: string;
  readonly resource: string;
}

const ofTable = z.looseObject({ TableName: z.string() });
const ofIndex = z.looseObject({ TableName: z.string(), IndexName: z.string().nullish() });
const ofBatch = z.looseObject({ RequestItems: z.record(z.string(), z.unknown()) });
const ofTransaction = z.looseObject({ TransactItems: z.array(z.record(z.string(), ofTable.nullish())) });
const ofResource = z.looseObject({ ResourceArn: z.string() });

const onTable = new Set(
  [
    ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    ['CreateTable', 'DescribeTable', 'UpdateTable', 'DeleteTable', 'DescribeTimeToLive', 'UpdateTimeToLive'],
  ].flat(),
);
const onResource = new Set(['TagResource', 'UntagResource', 'ListTagsOfResource']);

const writing = new Set([
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems', 'DeleteTable'],
]);

export const isWrite = (operation: string) => writing.has(operation);

/**
 * What a request must be allowed, by the rules of the service authorization reference for DynamoDB: Query and Scan on an index need the
 * index, a batch needs each table, and a transaction has no action of its own but needs that of each part (`ConditionCheckItem` among them).
 * @param tablesArn `arn:aws:dynamodb:<region>:<account>:table`
 * @returns undefined when the operation is not served locally
 * @throws z.ZodError when the request does not name its tables
 */
export function needsOf(operation: string, input: unknown, tablesArn: string): Need[] | undefined {
  const action = `dynamodb:${operation}`;
  const table = (name: string) => `${tablesArn}/${name}`;
  if (onTable.has(operation)) return [{ action, resource: table(ofTable.parse(input).TableName) }];
  if (onResource.has(operation)) return [{ action, resource: ofResource.parse(input).ResourceArn }];
  switch (operation) {
    case 'Query':
    case 'Scan': {
      const { TableName, IndexName } = ofIndex.parse(input);
      return [{ action, resource: IndexName ? `${table(TableName)}/index/${IndexName}` : table(TableName) }];
    }
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(ofBatch.parse(input).RequestItems).map((name) => ({ action, resource: table(name) }));
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return ofTransaction
        .parse(input)
        .TransactItems.flatMap((item) =>
          Object.entries(item).flatMap(([part, of]) =>
            of ? [{ action: transactionActions.get(part) ?? `dynamodb:${part}`, resource: table(of.TableName) }] : [],
          ),
        );
    case 'ListTables':
    case 'DescribeLimits':
    case 'DescribeEndpoints':
      return [{ action, resource: '*' }];
    default:
      return undefined;
  }
}

const transactionActions = new Map([
  ['Get', 'dynamodb:GetItem'],
  ['Put', 'dynamodb:PutItem'],
  ['Update', 'dynamodb:UpdateItem'],
  ['Delete', 'dynamodb:DeleteItem'],
  ['ConditionCheck', 'dynamodb:ConditionCheckItem'],
]);
