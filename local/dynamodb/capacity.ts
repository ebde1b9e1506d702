import { z } from 'zod';
import type { Counters } from '../counters.ts';
import type { Principal } from '../iam/access-keys.ts';
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
  const name = `dynamodb.${isWrite(options.operation) ? 'write' : 'read'}-units`;
  for (const entry of [reported].flat()) {
    options.counters.count(name, entry.CapacityUnits);
    options.counters.count(`${name}.${options.operation}`, entry.CapacityUnits);
    if (options.principal.kind === 'role') {
      // Without the hash that CDK puts at a logical id's end, as in the counters of invocations.
      const functionName = options.principal.functionId.replace(/[0-9A-F]{8}$/, '');
      options.counters.count(`${name}:${functionName}`, entry.CapacityUnits);
    }
    if (entry.Table) options.counters.count(`${name}/${entry.TableName}`, entry.Table.CapacityUnits);
    for (const [index, used] of Object.entries(entry.GlobalSecondaryIndexes ?? {})) {
      options.counters.count(`${name}/${entry.TableName}/${index}`, used.CapacityUnits);
    }
  }
  if (options.wanted === 'INDEXES') return body;
  const told = options.wanted === 'TOTAL' ? { ConsumedCapacity: mapOne(reported, totalOf) } : {};
  return Buffer.from(JSON.stringify({ ...rest, ...told }));
}

const totalOf = ({ TableName, CapacityUnits }: Consumed) => ({ TableName, CapacityUnits });

function mapOne<T, R>(value: T | T[], change: (value: T) => R): R | R[] {
  return Array.isArray(value) ? value.map(change) : change(value);
}
