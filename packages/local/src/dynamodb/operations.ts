import { z } from 'zod';

/** A permission that a request needs. */
export interface RequiredPermission {
  readonly action: string;
  readonly resource: string;
}

const ofTable = z.looseObject({ TableName: z.string() });
const ofIndex = z.looseObject({ TableName: z.string(), IndexName: z.string().nullish() });
const ofBatch = z.looseObject({ RequestItems: z.record(z.string(), z.unknown()) });
const ofTransaction = z.looseObject({ TransactItems: z.array(z.record(z.string(), ofTable.nullish())) });
const ofResource = z.looseObject({ ResourceArn: z.string() });

const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems', 'DeleteTable'];

export const isWrite = (operation: string) => writes.includes(operation);

/**
 * The permissions that a request needs, after the service authorization reference for DynamoDB. Query and Scan on an index need the
 * index. A batch needs every table. A transaction has no action of its own: it needs the action of each part.
 * @param tablesArn `arn:aws:dynamodb:<region>:<account>:table`
 * @returns undefined when the operation is not served locally
 * @throws z.ZodError when the request does not name its tables
 */
export function permissionsFor(operation: string, input: unknown, tablesArn: string): RequiredPermission[] | undefined {
  const action = `dynamodb:${operation}`;
  const table = (name: string) => `${tablesArn}/${name}`;
  switch (operation) {
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
    case 'CreateTable':
    case 'DescribeTable':
    case 'UpdateTable':
    case 'DeleteTable':
    case 'DescribeTimeToLive':
    case 'UpdateTimeToLive':
      return [{ action, resource: table(ofTable.parse(input).TableName) }];
    case 'TagResource':
    case 'UntagResource':
    case 'ListTagsOfResource':
      return [{ action, resource: ofResource.parse(input).ResourceArn }];
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
          Object.entries(item).flatMap(([part, target]) =>
            target
              ? [{ action: transactionActions.get(part) ?? `dynamodb:${part}`, resource: table(target.TableName) }]
              : [],
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
