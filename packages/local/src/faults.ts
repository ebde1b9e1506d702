import { parseAmounts } from './parse-amounts.ts';

/** All are off. A value is a probability between 0 and 1, unless its comment says otherwise. */
const none = {
  /** API Gateway does not call `$disconnect`, which is best effort. */
  dropDisconnect: 0,
  /** A post to an open connection is answered with 410. */
  postGone: 0,
  /** A post to an open connection is answered with 429. */
  postThrottled: 0,
  /** A stream batch that succeeded is delivered again (delivery is at least once). */
  repeatBatch: 0,
  /** A stream batch comes late, by at most this many milliseconds. */
  delayBatch: 0,
  /** An asynchronous invocation that succeeded happens again (delivery is at least once). */
  repeatEvent: 0,
  /** A function's execution environment dies during an invocation. */
  killWorker: 0,
  /** An invocation beyond the function's reserved concurrency is throttled. Otherwise it waits, because a laptop is slower. */
  functionThrottled: 0,
  /** An invocation is refused, because the account has no concurrent execution left. */
  accountThrottled: 0,
  /** A message that a function has handled is delivered again (delivery is at least once). Not of a FIFO queue. */
  repeatMessage: 0,
  /** A request to DynamoDB is refused with `ProvisionedThroughputExceededException`. */
  tableThrottled: 0,
  /** So many write units a second, and three times as many read units, may each partition key take: 1,000 on AWS. 0: there is no limit. */
  partitionUnits: 0,
  /** A transaction, or a write of an item that has been in one, is refused as if another transaction were changing the item. */
  transactionConflict: 0,
  /** A key or an item of a batch is left unprocessed. */
  leftUnprocessed: 0,
  /** A global secondary index shows a write late, by at most this many milliseconds. */
  delayIndex: 0,
  /** A request to DynamoDB takes longer, by at most this many milliseconds. */
  delayTable: 0,
  /** A user pool does not answer those who ask for its keys. */
  keysUnavailable: 0,
  /** The tables' engine ends during a request. */
  killEngine: 0,
};

/** What is no probability, and its highest value. */
const highestOf: Partial<Record<keyof typeof none, number>> = {
  delayBatch: 60_000,
  delayIndex: 60_000,
  delayTable: 60_000,
  partitionUnits: 1_000_000,
};

/**
 * Failures that happen on AWS now and then. The object may be changed at any time. The counter `faults.<name>` says how often a fault
 * happened. `random` decides whether a fault happens; `Math.random` by default.
 */
export type Faults = typeof none & { random: () => number };

const isFault = (name: string): name is keyof typeof none => Object.hasOwn(none, name);
export const faultNames = Object.keys(none).filter(isFault);

export function createFaults(chosen: Partial<Faults> = {}): Faults {
  return { random: Math.random, ...none, ...chosen };
}

/**
 * Parses a list like `postGone=0.1,dropDisconnect=0.5`. Empty or undefined: no faults.
 * @throws Error, one sentence, for an unknown name or a value out of range
 */
export function parseFaults(text: string | undefined): Partial<Faults> {
  const highest = (name: keyof typeof none) => highestOf[name] ?? 1;
  return parseAmounts(text, { verb: 'unable to switch on the fault', names: faultNames, highest });
}
