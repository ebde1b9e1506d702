/**
 * Failures that happen on AWS now and then. All are off (0) by default. A value is a probability between 0 and 1, unless its comment says
 * otherwise. The object may be changed at any time. The counter `faults.<name>` says how often a fault happened.
 */
export interface Faults {
  /** Decides whether a fault happens; `Math.random` by default. */
  random: () => number;
  /** API Gateway does not call `$disconnect`, which is best effort. */
  dropDisconnect: number;
  /** A post to an open connection is answered with 410. */
  postGone: number;
  /** A post to an open connection is answered with 429. */
  postThrottled: number;
  /** A stream batch that succeeded is delivered again (delivery is at least once). */
  repeatBatch: number;
  /** A stream batch comes late, by at most this many milliseconds. */
  delayBatch: number;
  /** An asynchronous invocation that succeeded happens again (delivery is at least once). */
  repeatEvent: number;
  /** A function's execution environment dies during an invocation. */
  killWorker: number;
}

const none = {
  dropDisconnect: 0,
  postGone: 0,
  postThrottled: 0,
  repeatBatch: 0,
  delayBatch: 0,
  repeatEvent: 0,
  killWorker: 0,
};

export const faultNames = Object.keys(none);

export function createFaults(chosen: Partial<Faults> = {}): Faults {
  return { random: Math.random, ...none, ...chosen };
}

/**
 * Parses a list like `postGone=0.1,dropDisconnect=0.5`. Empty or undefined: no faults.
 * @throws Error, one sentence, for an unknown name or a value out of range
 */
export function parseFaults(text: string | undefined): Partial<Faults> {
  const chosen: Partial<typeof none> = {};
  for (const part of (text ?? '').split(',').filter((piece) => piece.trim() !== '')) {
    const [name = '', value = ''] = part.split('=').map((side) => side.trim());
    if (!isFault(name)) throw new Error(`unable to switch on the fault "${name}"; known are ${faultNames.join(', ')}`);
    const amount = Number(value);
    const highest = name === 'delayBatch' ? 60_000 : 1;
    if (value === '' || !(amount >= 0 && amount <= highest)) {
      throw new Error(`unable to switch on the fault ${name}; "${value}" is not a number between 0 and ${highest}`);
    }
    chosen[name] = amount;
  }
  return chosen;
}

function isFault(name: string): name is keyof typeof none {
  return Object.hasOwn(none, name);
}
