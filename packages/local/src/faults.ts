/**
 * What AWS does to a program now and then, to be switched on: one mutable object, read by every layer at the moment of use.
 * All are off (0) by default. Each is a probability between 0 and 1, unless it says otherwise. What happened is counted as `faults.<name>`.
 */
export interface Faults {
  random: () => number;
  /** API Gateway does not tell that a socket closed (`$disconnect` is best effort). */
  dropDisconnect: number;
  /** A post to a live connection answers 410. */
  postGone: number;
  /** A post to a live connection answers 429. */
  postThrottled: number;
  /** A stream batch that succeeded comes once more (delivery is at least once). */
  repeatBatch: number;
  /** A stream batch comes late: at most so many milliseconds. */
  delayBatch: number;
  /** An event that a function was invoked with asynchronously, and handled, comes once more (delivery is at least once). */
  repeatEvent: number;
  /** An invocation's execution environment dies in the middle. */
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

export function createFaults(chosen: Partial<Faults> = {}): Faults {
  return { random: Math.random, ...none, ...chosen };
}

/**
 * Reads `postGone=0.1,dropDisconnect=0.5`, the value of `PARLEY_FAULTS`. Empty or absent: nothing is switched on.
 * @throws Error, one sentence, for an unknown name or a value out of range.
 */
export function parseFaults(text: string | undefined): Partial<Faults> {
  const chosen: Partial<typeof none> = {};
  for (const part of (text ?? '').split(',').filter((piece) => piece.trim() !== '')) {
    const [name = '', value = ''] = part.split('=').map((side) => side.trim());
    if (!isFault(name))
      throw new Error(`unable to switch on the fault "${name}"; known are ${Object.keys(none).join(', ')}`);
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
