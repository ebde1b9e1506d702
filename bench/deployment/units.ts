import type { Stack } from '@parley/local';
import { prices } from '../prices.ts';

/** What AWS charges for, of one scene: counted by the local runtime. */
export interface Units {
  readonly writes: number;
  readonly reads: number;
  /** Frames and posts. */
  readonly messages: number;
  readonly requests: number;
  readonly invocations: number;
  /** Gigabyte-seconds. Measured here, with delays like those of AWS. */
  readonly compute: number;
  /** Requests of CloudFront, with a handshake for each socket. */
  readonly edge: number;
  readonly bytesOut: number;
  readonly logBytes: number;
  readonly queue: number;
  readonly connectionMinutes: number;
}

export const unitNames = [
  'writes',
  'reads',
  'messages',
  'requests',
  'invocations',
  'compute',
  'edge',
  'bytesOut',
  'logBytes',
  'queue',
  'connectionMinutes',
] as const satisfies readonly (keyof Units)[];

/** @param counts the runtime's counters, reset before the scene */
export function unitsOf(counts: Readonly<Record<string, number>>, stack: Stack, connectionMinutes = 0): Units {
  const of = (name: string) => counts[name] ?? 0;
  const all = (prefix: string) =>
    Object.entries(counts).reduce((sum, [name, count]) => (name.startsWith(prefix) ? sum + count : sum), 0);
  const compute = stack.functions
    .map(({ logicalId, properties }) => (Number(properties.MemorySize ?? 128) / 1024) * of(`lambda.ms:${logicalId}`))
    .reduce((sum, one) => sum + one / 1_000, 0);
  return {
    writes: of('dynamodb.write-units'),
    reads: of('dynamodb.read-units'),
    messages: of('gateway.frames') + of('connections.post'),
    requests: of('gateway.requests'),
    invocations: all('lambda.invoke:'),
    compute,
    edge: of('edge.requests'),
    bytesOut: of('gateway.bytes-out'),
    logBytes: of('logs.bytes'),
    queue: of('sqs.SendMessage') + of('sqs.SendMessageBatch') + 2 * of('sqs.batches'),
    connectionMinutes,
  };
}

export const none: Units = unitsOf({}, { functions: [] } as unknown as Stack);

export function times(units: Units, factor: number): Units {
  const entries = unitNames.map((name) => [name, units[name] * factor] as const);
  return { ...units, ...Object.fromEntries(entries) };
}

export function sum(...all: readonly Units[]): Units {
  const entries = unitNames.map((name) => [name, all.reduce((total, one) => total + one[name], 0)] as const);
  return { ...none, ...Object.fromEntries(entries) };
}

/** Dollars by service. */
export interface Bill {
  readonly connections: number;
  readonly messages: number;
  readonly requests: number;
  readonly table: number;
  readonly lambda: number;
  readonly edge: number;
  readonly logs: number;
  readonly queue: number;
}

export function billOf(units: Units): Bill {
  return {
    connections: units.connectionMinutes * prices.connectionMinute,
    messages: units.messages * prices.socketMessage,
    requests: units.requests * prices.httpRequest,
    table: units.writes * prices.dynamodbWriteUnit + units.reads * prices.dynamodbReadUnit,
    lambda: units.invocations * prices.lambdaRequest + units.compute * prices.lambdaGigabyteSecond,
    edge:
      units.edge * (prices.edgeRequest + prices.edgeFunction) + (units.bytesOut / 1_000_000_000) * prices.edgeGigabyte,
    logs: (units.logBytes / 1_000_000_000) * prices.logGigabyte,
    queue: units.queue * prices.queueRequest,
  };
}

export function total(bill: Bill): number {
  return Object.values(bill).reduce((sum, dollars) => sum + dollars, 0);
}

export const priceOf = (units: Units) => total(billOf(units));
