import { isObject } from '#text';
import { invalid } from './errors.ts';

/** A permission that a request needs. */
export interface RequiredPermission {
  readonly action: string;
  readonly resource: string;
}

const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems', 'DeleteTable'];

export const isWrite = (operation: string) => writes.includes(operation);

/**
 * The permissions that a request needs, after the service authorization reference for DynamoDB. Query and Scan on an index need the
 * index. A batch needs every table. A transaction has no action of its own: it needs the action of each part.
 * @param tablesArn `arn:aws:dynamodb:<region>:<account>:table`
 * @returns undefined when the operation is not served locally. Empty when the request names no table: it is refused by the engine, which has
 * the sentence of each operation
 * @throws AwsError when it does not name its tables as it should
 */
export function permissionsFor(operation: string, input: object, tablesArn: string): RequiredPermission[] | undefined {
  const place = placeOfTables(operation);
  if (place !== undefined && (memberOf(input, place) ?? undefined) === undefined) return [];
  const action = `dynamodb:${operation}`;
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
    case 'CreateBackup':
      return [{ action, resource: tableOf(input, tablesArn) }];
    case 'DescribeBackup':
    case 'DeleteBackup':
      return [{ action, resource: textOf(input, 'BackupArn') }];
    // Its caller also has to be allowed to fill the new table.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
    case 'RestoreTableFromBackup': {
      const target = `${tablesArn}/${textOf(input, 'TargetTableName')}`;
      return [
        { action, resource: textOf(input, 'BackupArn') },
        ...[action, ...restoring.map((name) => `dynamodb:${name}`)].map((needed) => ({
          action: needed,
          resource: target,
        })),
      ];
    }
    case 'TagResource':
    case 'UntagResource':
    case 'ListTagsOfResource':
      return [{ action, resource: textOf(input, 'ResourceArn') }];
    case 'Query':
    case 'Scan': {
      const table = tableOf(input, tablesArn);
      const index = memberOf(input, 'IndexName') ?? undefined;
      return [{ action, resource: index === undefined ? table : `${table}/index/${textOf(input, 'IndexName')}` }];
    }
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(objectOf(memberOf(input, 'RequestItems'))).map((name) => ({
        action,
        resource: `${tablesArn}/${name}`,
      }));
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return listOf(memberOf(input, 'TransactItems')).flatMap((item) =>
        Object.entries(objectOf(item)).flatMap(([part, target]) =>
          target
            ? [
                {
                  action: transactionActions.get(part) ?? `dynamodb:${part}`,
                  resource: tableOf(objectOf(target), tablesArn),
                },
              ]
            : [],
        ),
      );
    case 'ListTables':
    case 'ListBackups':
    case 'DescribeLimits':
    case 'DescribeEndpoints':
      return [{ action, resource: '*' }];
    default:
      return undefined;
  }
}

const restoring = ['PutItem', 'UpdateItem', 'DeleteItem', 'GetItem', 'Query', 'Scan', 'BatchWriteItem'];

/** The member that names the tables. Undefined: the operation is about none, or about one that it names by its ARN. */
function placeOfTables(operation: string): string | undefined {
  if (operation.startsWith('Batch')) return 'RequestItems';
  if (operation.startsWith('Transact')) return 'TransactItems';
  return tableOperations.has(operation) ? 'TableName' : undefined;
}
const tableOperations = new Set([
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'],
  ...['CreateTable', 'DescribeTable', 'UpdateTable', 'DeleteTable', 'DescribeTimeToLive', 'UpdateTimeToLive'],
  'CreateBackup',
]);

const transactionActions = new Map([
  ['Get', 'dynamodb:GetItem'],
  ['Put', 'dynamodb:PutItem'],
  ['Update', 'dynamodb:UpdateItem'],
  ['Delete', 'dynamodb:DeleteItem'],
  ['ConditionCheck', 'dynamodb:ConditionCheckItem'],
]);

// Read by hand: a schema makes a copy of each request, which costs more than everything else that happens to it here.
const memberOf = (input: object, name: string): unknown =>
  Object.hasOwn(input, name) ? Reflect.get(input, name) : undefined;

function textOf(input: object, name: string): string {
  const value = memberOf(input, name);
  if (typeof value === 'string') return value;
  throw invalid();
}

function objectOf(value: unknown): Record<string, unknown> {
  if (isObject(value)) return value;
  throw invalid();
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid();
}

const tableOf = (input: object, tablesArn: string) => `${tablesArn}/${textOf(input, 'TableName')}`;
