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
  const highest = (name: string) => (name === 'delayBatch' ? 60_000 : 1);
  return parseAmounts(text, { verb: 'unable to switch on the fault', names: faultNames, highest });
}
