import { z } from 'zod';
import { withoutHash } from '#calls';
import type { Counters } from '#counters';
import type { Principal } from '#iam/access-keys';
import { itemSize } from './item-size.ts';
import { isWrite } from './operations.ts';

const units = z.looseObject({ CapacityUnits: z.number() });
const ConsumedCapacity = z.looseObject({
  TableName: z.string(),
  CapacityUnits: z.number(),
  Table: units.optional(),
  GlobalSecondaryIndexes: z.record(z.string(), units).optional(),
});
type ConsumedCapacity = z.infer<typeof ConsumedCapacity>;
const Output = z.looseObject({
  ConsumedCapacity: z.union([ConsumedCapacity, z.array(ConsumedCapacity)]).optional(),
});
const ConditionFailure = z.looseObject({ Item: z.unknown().optional() });

/** The request for which units are counted. */
interface Request {
  readonly operation: string;
  readonly principal: Principal;
  readonly counters: Counters;
}

const consumesCapacity = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'BatchWriteItem',
  'TransactGetItems',
  'TransactWriteItems',
]);

/**
 * Changes the input so that the engine reports the consumed capacity in full, and says what the caller wanted (`ReturnConsumedCapacity`:
 * NONE by default, TOTAL, INDEXES). Undefined for operations that consume none, and for a value that the engine will refuse.
 */
export function askForCapacity(operation: string, input: object): { input: object; wanted: string } | undefined {
  const wanted: unknown = ('ReturnConsumedCapacity' in input ? input.ReturnConsumedCapacity : undefined) ?? 'NONE';
  if (!consumesCapacity.has(operation)) return undefined;
  if (wanted !== 'NONE' && wanted !== 'TOTAL' && wanted !== 'INDEXES') return undefined;
  return { input: { ...input, ReturnConsumedCapacity: 'INDEXES' }, wanted };
}

/**
 * Counts the units of an answer: `dynamodb.read-units` or `dynamodb.write-units`, the same with `:<function>`, with
 * `.<operation>`, and with `/<table>` and `/<table>/<index>`. Returns the answer as the caller wanted it.
 */
export function countCapacity(body: Buffer, options: Request & { wanted: string }): Buffer {
  const { ConsumedCapacity: reported, ...rest } = Output.parse(JSON.parse(body.toString()));
  if (reported === undefined) return body;
  for (const entry of [reported].flat()) countUnits(entry, options);
  if (options.wanted === 'INDEXES') return body;
  const total = ({ TableName, CapacityUnits }: ConsumedCapacity) => ({ TableName, CapacityUnits });
  const totals = Array.isArray(reported) ? reported.map(total) : total(reported);
  return Buffer.from(JSON.stringify({ ...rest, ConsumedCapacity: options.wanted === 'TOTAL' ? totals : undefined }));
}

function countUnits(entry: ConsumedCapacity, { operation, principal, counters }: Request): void {
  const name = `dynamodb.${isWrite(operation) ? 'write' : 'read'}-units`;
  counters.count(name, entry.CapacityUnits);
  counters.count(`${name}.${operation}`, entry.CapacityUnits);
  if (principal.kind === 'role') {
    counters.count(`${name}:${withoutHash(principal.functionId)}`, entry.CapacityUnits);
  }
  if (entry.Table) counters.count(`${name}/${entry.TableName}`, entry.Table.CapacityUnits);
  for (const [index, used] of Object.entries(entry.GlobalSecondaryIndexes ?? {})) {
    counters.count(`${name}/${entry.TableName}/${index}`, used.CapacityUnits);
  }
}

/**
 * A write whose condition fails still costs write units for the existing item, and the engine does not report them. So the engine is asked
 * to return that item. `wanted`: the caller asked for it too. Undefined for operations without a condition, and for a value that the engine
 * will refuse. Source: AWS, "DynamoDB read and write operations", conditional writes.
 */
export function askForItemOnFailure(operation: string, input: object): { input: object; wanted: boolean } | undefined {
  const wanted: unknown =
    'ReturnValuesOnConditionCheckFailure' in input ? input.ReturnValuesOnConditionCheckFailure : undefined;
  if (!['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation) || !('ConditionExpression' in input))
    return undefined;
  if (wanted !== undefined && wanted !== 'NONE' && wanted !== 'ALL_OLD') return undefined;
  return { input: { ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }, wanted: wanted === 'ALL_OLD' };
}

/** Counts the units of a condition that failed. Returns the engine's error as the caller wanted it. */
export function countFailedCondition(error: object, options: Request & { tableName: string; wanted: boolean }): Buffer {
  const { Item: existing, ...rest } = ConditionFailure.parse(error);
  const CapacityUnits = Math.max(1, Math.ceil((existing === undefined ? 0 : itemSize(existing)) / 1024));
  countUnits({ TableName: options.tableName, CapacityUnits, Table: { CapacityUnits } }, options);
  return Buffer.from(JSON.stringify(options.wanted ? error : rest));
}
