import { withoutHash } from '#calls';
import type { MetricStore } from '#cloudwatch/metric-store';
import type { Counters } from '#counters';
import type { Principal } from '#iam/access-keys';
import { isObject, parseJson } from '#text';
import { itemSize } from './item-size.ts';
import { isWrite } from './operations.ts';
import { recordUnits } from './table-metrics.ts';

/** What an operation consumed of one table, as the engine reports it. */
interface ConsumedCapacity {
  readonly TableName: string;
  readonly CapacityUnits: number;
  readonly Table?: { readonly CapacityUnits: number };
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits: number }>>;
}

/** The request for which units are counted. */
interface Request {
  readonly operation: string;
  readonly principal: Principal;
  readonly counters: Counters;
  readonly metrics: MetricStore;
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
const hasCondition = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/** What the engine is asked to return, and what the caller wanted. */
export interface Asked {
  /** The request's body for the engine. */
  readonly body: Buffer;
  /** `ReturnConsumedCapacity`: NONE by default, TOTAL, INDEXES. Undefined: the operation consumes none, or the engine will refuse the value. */
  readonly capacity: 'NONE' | 'TOTAL' | 'INDEXES' | undefined;
  /** Whether the caller wants the existing item if the condition fails. Undefined: no condition, or the engine will refuse the value. */
  readonly itemOnFailure: boolean | undefined;
}

/**
 * Changes a request so that the engine reports the consumed capacity in full.
 *
 * A write whose condition fails still costs write units for the existing item, and the engine does not report them. So the engine is also
 * asked to return that item. Source: AWS, "DynamoDB read and write operations", conditional writes.
 * @param body the bytes of `input`
 */
export function askForCapacity(operation: string, input: Readonly<Record<string, unknown>>, body: Buffer): Asked {
  const { ReturnConsumedCapacity: units = 'NONE', ReturnValuesOnConditionCheckFailure: values = 'NONE' } = input;
  const capacity =
    consumesCapacity.has(operation) && (units === 'NONE' || units === 'TOTAL' || units === 'INDEXES')
      ? units
      : undefined;
  const itemOnFailure =
    hasCondition.has(operation) && 'ConditionExpression' in input && (values === 'NONE' || values === 'ALL_OLD')
      ? values === 'ALL_OLD'
      : undefined;
  const wanted = {
    ...(capacity && capacity !== 'INDEXES' && { ReturnConsumedCapacity: 'INDEXES' }),
    ...(itemOnFailure === false && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
  };
  return { body: withMembers(body, input, wanted), capacity, itemOnFailure };
}

/** Adds members to a JSON object with at least one member. */
function withMembers(body: Buffer, input: Readonly<Record<string, unknown>>, members: Record<string, string>): Buffer {
  const names = Object.keys(members);
  if (names.length === 0) return body;
  if (names.some((name) => name in input)) return Buffer.from(JSON.stringify({ ...input, ...members }));
  const added = names.map((name) => `"${name}":"${members[name]}",`).join('');
  return Buffer.concat([Buffer.from(`{${added}`), body.subarray(body.indexOf('{') + 1)]);
}

/**
 * Counts the units of an answer: `dynamodb.read-units` or `dynamodb.write-units`, the same with `:<function>`, with
 * `.<operation>`, and with `/<table>` and `/<table>/<index>`, for which `dynamodb.calls` are counted too. Returns the answer as the caller wanted it.
 */
export function countCapacity(body: Buffer, options: Request & { wanted: Asked['capacity'] }): Buffer {
  const { reported, rest } = splitCapacity(body);
  for (const entry of reported) countUnits(entry, options);
  if (reported.length === 0 || options.wanted === 'INDEXES') return body;
  if (options.wanted === 'NONE') return rest();
  const totals = reported.map(({ TableName, CapacityUnits }) => ({ TableName, CapacityUnits }));
  const output: unknown = JSON.parse(body.toString());
  const isList = isObject(output) && Array.isArray(output.ConsumedCapacity);
  return Buffer.from(JSON.stringify({ ...Object(output), ConsumedCapacity: isList ? totals : totals[0] }));
}

const member = '"ConsumedCapacity":';

/**
 * The reported capacity, and the answer without it. Usually it is the answer's last member, and then the rest need not be parsed: what
 * follows the name is an object's end, so the name is of the outermost object. A quote within a text has a backslash before it.
 */
function splitCapacity(body: Buffer): { reported: readonly ConsumedCapacity[]; rest: () => Buffer } {
  const at = body.lastIndexOf(member);
  if (at < 0) return { reported: [], rest: () => body };
  const last = parseJson(`{${body.toString('utf8', at)}`);
  if (isObject(last) && Object.keys(last).length === 1) {
    return { reported: readCapacity(last), rest: () => Buffer.concat([withoutComma(body, at), Buffer.from('}')]) };
  }
  const output: unknown = JSON.parse(body.toString());
  const { ConsumedCapacity: _, ...others } = Object(output);
  return { reported: readCapacity(Object(output)), rest: () => Buffer.from(JSON.stringify(others)) };
}

/** What is before a member. Engines that are not compact write a space between the comma and the member. */
function withoutComma(body: Buffer, member: number): Buffer {
  let end = member;
  while (/\s/.test(String.fromCharCode(body[end - 1] ?? 0))) end -= 1;
  return body.subarray(0, body[end - 1] === 0x2c ? end - 1 : end);
}

function readCapacity({ ConsumedCapacity: reported }: Record<string, unknown>): readonly ConsumedCapacity[] {
  return [reported].flat().filter(isCapacity);
}

function isCapacity(value: unknown): value is ConsumedCapacity {
  return isObject(value) && typeof value.TableName === 'string' && typeof value.CapacityUnits === 'number';
}

function countUnits(entry: ConsumedCapacity, { operation, principal, counters, metrics }: Request): void {
  const kind = isWrite(operation) ? 'Write' : 'Read';
  const name = `dynamodb.${kind.toLowerCase()}-units`;
  counters.count(name, entry.CapacityUnits);
  counters.count(`${name}.${operation}`, entry.CapacityUnits);
  if (principal.kind === 'role') {
    counters.count(`${name}:${withoutHash(principal.functionId)}`, entry.CapacityUnits);
  }
  if (entry.Table) {
    counters.count(`dynamodb.calls/${entry.TableName}`);
    counters.count(`${name}/${entry.TableName}`, entry.Table.CapacityUnits);
    recordUnits(metrics, kind, entry.Table.CapacityUnits, entry.TableName);
  }
  for (const [index, used] of Object.entries(entry.GlobalSecondaryIndexes ?? {})) {
    counters.count(`dynamodb.calls/${entry.TableName}/${index}`);
    counters.count(`${name}/${entry.TableName}/${index}`, used.CapacityUnits);
    recordUnits(metrics, kind, used.CapacityUnits, entry.TableName, index);
  }
}

/** Counts the units of a condition that failed. Returns the engine's error as the caller wanted it. */
export function countFailedCondition(error: object, options: Request & { tableName: string; wanted: boolean }): Buffer {
  const { Item: existing, ...rest }: { Item?: unknown } = error;
  const CapacityUnits = Math.max(1, Math.ceil((existing === undefined ? 0 : itemSize(existing)) / 1024));
  countUnits({ TableName: options.tableName, CapacityUnits, Table: { CapacityUnits } }, options);
  return Buffer.from(JSON.stringify(options.wanted ? error : rest));
}
