import { setTimeout as pause } from 'node:timers/promises';
import { parseObject } from '#aws-json/serve-aws-json';
import type { Context } from '#context';
import type { Faults } from '#faults';
import { isObject } from '#text';
import type { EngineClient } from '../engine-client.ts';
import type { EngineAnswer } from '../http-answer.ts';
import { isWrite } from '../operations.ts';
import { recordThrottle } from '../table-metrics.ts';
import { splitBatch, withUnprocessed } from './batches.ts';
import { cancelled, conflict, throttled } from './errors.ts';
import { createIndexLag, itemsIn } from './index-lag.ts';
import { createPartitions } from './partitions.ts';
import { keysOf, type Target, targetsOf } from './targets.ts';

/** A request on its way to the engine. */
export interface Sent {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The input as the engine gets it. */
  readonly body: Buffer;
}

type Send = (body: Buffer) => Promise<EngineAnswer>;

const chances = ['tableThrottled', 'transactionConflict', 'leftUnprocessed', 'killEngine'] as const;
const amounts = ['partitionUnits', 'delayIndex', 'delayTable'] as const;
const isBatch = (operation: string) => operation === 'BatchGetItem' || operation === 'BatchWriteItem';
const isTransaction = (operation: string) => operation.startsWith('Transact');
const isSingleWrite = (operation: string) => ['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation);
const mostRemembered = 10_000;

/**
 * The failures of DynamoDB that can be switched on. With none of them a request costs nothing here.
 * @param engine.pid of the process that `killEngine` ends; undefined when it runs elsewhere
 */
export function createDisturbance(
  context: Context,
  engine: { readonly client: EngineClient; pid(): number | undefined },
) {
  const { faults, counters, clock, metrics } = context;
  const partitions = createPartitions(clock);
  const lag = createIndexLag(clock);
  /** Items that have been in a transaction, the last ones at the end. */
  const transacted = new Set<string>();

  const happens = (name: keyof Faults & (typeof chances)[number]) => {
    if (!(faults[name] > 0 && faults.random() < faults[name])) return false;
    counters.count(`faults.${name}`);
    return true;
  };

  /** The request is refused by what throttles. @returns which targets of a batch are */
  const throttle = ({ operation, input }: Sent, targets: readonly Target[]): readonly boolean[] => {
    const limit = faults.partitionUnits * (isWrite(operation) ? 1 : 3);
    const kind = isWrite(operation) ? 'Write' : 'Read';
    const scope = (partition: string) => `${kind} ${partition}`;
    const exhausted = targets.map(({ partition }) => limit > 0 && partitions.isExhausted(scope(partition), limit));
    const random = (targets.length > 0 || operation === 'Scan') && happens('tableThrottled');
    const at = random ? 0 : exhausted.indexOf(true);
    if (at < 0) return exhausted;
    if (targets.length === 0) recordThrottle(metrics, kind, String(input.TableName));
    for (const [index, { table, index: name }] of targets.entries()) {
      if (exhausted[index] || index === at) recordThrottle(metrics, kind, table, name);
    }
    if (!random) counters.count('faults.partitionUnits');
    if (isTransaction(operation)) throw cancelled(targets.length, at, 'ThrottlingError');
    if (isBatch(operation) && !random && exhausted.includes(false)) return exhausted;
    const { table = String(input.TableName), index } = targets[at] ?? {};
    const { stack } = context;
    const arn = `arn:aws:dynamodb:${stack.region}:${stack.account}:table/${table}${index ? `/index/${index}` : ''}`;
    throw throttled(`${index ? 'Index' : 'Table'}${kind}KeyRangeThroughputExceeded`, arn);
  };

  const takeUnits = ({ operation }: Sent, targets: readonly Target[], answer: EngineAnswer) => {
    if (faults.partitionUnits === 0 || answer.status !== 200) return;
    const limit = faults.partitionUnits * (isWrite(operation) ? 1 : 3);
    const kind = isWrite(operation) ? 'Write' : 'Read';
    const consumed = [parseObject(answer.body)?.ConsumedCapacity ?? []].flat().filter(isObject);
    for (const { table, partition } of targets) {
      const units = Number(consumed.find((one) => one.TableName === table)?.CapacityUnits ?? 0);
      const sharers = targets.filter((one) => one.table === table).length;
      partitions.take(`${kind} ${partition}`, limit, units / sharers);
    }
  };

  const nameOf = ({ table, key }: Pick<Target, 'table' | 'key'>) => `${table} ${JSON.stringify(key)}`;

  const collide = ({ operation }: Sent, targets: readonly Target[]) => {
    if (faults.transactionConflict === 0) return;
    const names = targets.map(nameOf);
    if (isSingleWrite(operation) && names.some((name) => transacted.has(name)) && happens('transactionConflict')) {
      throw conflict();
    }
    if (!isTransaction(operation) || targets.length === 0) return;
    if (operation === 'TransactWriteItems') for (const name of names) transacted.add(name);
    for (const name of transacted) {
      if (transacted.size <= mostRemembered) break;
      transacted.delete(name);
    }
    if (happens('transactionConflict')) {
      throw cancelled(targets.length, Math.floor(faults.random() * targets.length), 'TransactionConflict');
    }
  };

  /** Leaves parts of a batch to its caller. As on AWS, at least one is processed. */
  const sendBatch = async (sent: Sent, isThrottled: readonly boolean[], send: Send): Promise<EngineAnswer> => {
    const count = targetsOf(sent.operation, sent.input, context.stack).length;
    const left = Array.from({ length: count }, (_, at) => isThrottled[at] || happens('leftUnprocessed'));
    if (!left.includes(true)) return send(sent.body);
    if (!left.includes(false)) left[0] = false;
    const { processed, unprocessed } = splitBatch(sent.operation, sent.input.RequestItems, (at) => left[at] ?? false);
    const body = { ...parseObject(sent.body), RequestItems: processed };
    const answer = await send(Buffer.from(JSON.stringify(body)));
    const output = answer.status === 200 ? parseObject(answer.body) : undefined;
    if (!output) return answer;
    return { ...answer, body: Buffer.from(JSON.stringify(withUnprocessed(sent.operation, output, unprocessed))) };
  };

  /** What the items are before a write that indexes show late. */
  const readBefore = async ({ operation }: Sent, targets: readonly Target[]) => {
    if (faults.delayIndex === 0 || !isWrite(operation)) return [];
    const indexed = targets.filter(({ table, key }) => key && keysOf(context.stack).get(table)?.globalIndexes.size);
    return Promise.all(
      indexed.map(async (target) => {
        const input = { TableName: target.table, Key: target.key, ConsistentRead: true };
        const output = await engine.client.call('DynamoDB_20120810.GetItem', input).catch(() => undefined);
        const item: unknown = Object(output).Item;
        return { name: nameOf(target), before: isObject(item) ? item : undefined };
      }),
    );
  };

  const showLate = ({ input }: Sent, answer: EngineAnswer): EngineAnswer => {
    const { table: tableKey, globalIndexes } = keysOf(context.stack).get(String(input.TableName)) ?? {};
    const indexKey = globalIndexes?.get(String(input.IndexName));
    const output = indexKey && answer.status === 200 ? parseObject(answer.body) : undefined;
    const items = output && itemsIn(output);
    if (!tableKey || !indexKey || !items) return answer;
    const keyOf = (item: Readonly<Record<string, unknown>>) => ({
      table: String(input.TableName),
      key: Object.fromEntries(tableKey.map((name) => [name, item[name]])),
    });
    const Items = lag.shown(items, (item) => nameOf(keyOf(item)), indexKey);
    const hidden = items.length - Items.length;
    if (hidden > 0) counters.count('faults.delayIndex', hidden);
    return { ...answer, body: Buffer.from(JSON.stringify({ ...output, Items, Count: Items.length })) };
  };

  return {
    /** Whether any of these failures is switched on. */
    isOn: () => chances.some((name) => faults[name] > 0) || amounts.some((name) => faults[name] > 0),

    /** Sends a request, or refuses it, or does something to it. @throws AwsError */
    async send(sent: Sent, send: Send): Promise<EngineAnswer> {
      const { operation, input } = sent;
      const targets = targetsOf(operation, input, context.stack);
      if (faults.delayTable > 0) await pause(faults.random() * faults.delayTable);
      const isThrottled = throttle(sent, targets);
      collide(sent, targets);
      const before = await readBefore(sent, targets);
      const pid = engine.pid();
      if (pid !== undefined && happens('killEngine')) setTimeout(() => killIfRunning(pid), faults.random() * 5);
      const answer = isBatch(operation) ? await sendBatch(sent, isThrottled, send) : await send(sent.body);
      takeUnits(sent, targets, answer);
      if (answer.status === 200) {
        for (const { name, before: item } of before) lag.wrote(name, item, faults.random() * faults.delayIndex);
      }
      return input.IndexName === undefined ? answer : showLate(sent, answer);
    },
  };
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
