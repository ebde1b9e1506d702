import { z } from 'zod';
import type { Counters } from '../counters.ts';
import type { Principal } from '../iam/access-keys.ts';
import { itemSize } from './item-size.ts';
import { isWrite } from './operations.ts';

const units = z.looseObject({ CapacityUnits: z.number() });
const consumed = z.looseObject({
  TableName: z.string(),
  CapacityUnits: z.number(),
  Table: units.optional(),
  GlobalSecondaryIndexes: z.record(z.string(), units).optional(),
});
type Consumed = z.infer<typeof consumed>;
const answer = z.looseObject({ ConsumedCapacity: z.union([consumed, z.array(consumed)]).optional() });

const reporting = new Set([
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'],
  ...['BatchGetItem', 'BatchWriteItem', 'TransactGetItems', 'TransactWriteItems'],
]);

/**
 * The request with the engine asked for its consumed capacity, whatever the caller asked for; and how to give the caller the answer that
 * it asked for (`ReturnConsumedCapacity`: NONE by default, TOTAL, INDEXES). Undefined for operations that consume none.
 */
export function askForCapacity(operation: string, input: object): { input: object; wanted: string } | undefined {
  const wanted: unknown = 'ReturnConsumedCapacity' in input ? input.ReturnConsumedCapacity : undefined;
  // Any other value is the engine's to refuse.
  const known = wanted === undefined || wanted === 'NONE' || wanted === 'TOTAL' || wanted === 'INDEXES';
  if (!reporting.has(operation) || !known) return undefined;
  return { input: { ...input, ReturnConsumedCapacity: 'INDEXES' }, wanted: wanted ?? 'NONE' };
}

/**
 * Counts the units of an answer: `dynamodb.read-units` or `dynamodb.write-units`, the same with `:<function>`, with
 * `.<operation>`, and with `/<table>` and `/<table>/<index>`. Returns the answer as the caller wanted it.
 */
export function countCapacity(
  body: Buffer,
  options: { operation: string; wanted: string; principal: Principal; counters: Counters },
): Buffer {
  const output = answer.parse(JSON.parse(body.toString()));
  const { ConsumedCapacity: reported, ...rest } = output;
  if (reported === undefined) return body;
  for (const entry of [reported].flat()) countUnits(entry, options);
  if (options.wanted === 'INDEXES') return body;
  const told = options.wanted === 'TOTAL' ? { ConsumedCapacity: mapOne(reported, totalOf) } : {};
  return Buffer.from(JSON.stringify({ ...rest, ...told }));
}

function countUnits(
  entry: Consumed,
  { operation, principal, counters }: { operation: string; principal: Principal; counters: Counters },
): void {
  const name = `dynamodb.${isWrite(operation) ? 'write' : 'read'}-units`;
  counters.count(name, entry.CapacityUnits);
  counters.count(`${name}.${operation}`, entry.CapacityUnits);
  if (principal.kind === 'role') {
    // Without the hash that CDK puts at a logical id's end, as in the counters of invocations.
    const functionName = principal.functionId.replace(/[0-9A-F]{8}$/, '');
    counters.count(`${name}:${functionName}`, entry.CapacityUnits);
  }
  if (entry.Table) counters.count(`${name}/${entry.TableName}`, entry.Table.CapacityUnits);
  for (const [index, used] of Object.entries(entry.GlobalSecondaryIndexes ?? {})) {
    counters.count(`${name}/${entry.TableName}/${index}`, used.CapacityUnits);
  }
}

const conditional = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/**
 * A write whose condition does not hold is charged all the same, for the item that stands there, and the engine tells only its error: so
 * it is asked for that item, whether the caller wants it or not. Undefined for what has no condition, or is the engine's to refuse.
 * Source: AWS, "DynamoDB read and write operations", conditional writes.
 */
export function askForStanding(operation: string, input: object): { input: object; wanted: boolean } | undefined {
  const wanted: unknown =
    'ReturnValuesOnConditionCheckFailure' in input ? input.ReturnValuesOnConditionCheckFailure : undefined;
  if (!conditional.has(operation) || !('ConditionExpression' in input)) return undefined;
  if (wanted === 'ALL_OLD') return { input, wanted: true };
  if (wanted !== undefined && wanted !== 'NONE') return undefined;
  return { input: { ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }, wanted: false };
}

/** Counts the units of a condition that did not hold. Returns the engine's error as the caller wanted it. */
export function countRefusal(
  error: object,
  options: { operation: string; tableName: string; wanted: boolean; principal: Principal; counters: Counters },
): Buffer {
  const { Item: standing, ...rest } = refused.parse(error);
  const units = Math.max(1, Math.ceil((standing === undefined ? 0 : itemSize(standing)) / 1024));
  countUnits({ TableName: options.tableName, CapacityUnits: units, Table: { CapacityUnits: units } }, options);
  return Buffer.from(JSON.stringify(options.wanted ? error : rest));
}

const refused = z.looseObject({ Item: z.unknown().optional() });

const totalOf = ({ TableName, CapacityUnits }: Consumed) => ({ TableName, CapacityUnits });

function mapOne<T, R>(value: T | T[], change: (value: T) => R): R | R[] {
  return Array.isArray(value) ? value.map(change) : change(value);
}
