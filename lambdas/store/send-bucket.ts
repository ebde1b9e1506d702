/**
 * The bucket that limits how fast a member sends: `count` tokens, of which each send takes one, refilled evenly within `seconds`. It is one
 * number in an item that a send writes anyway: the time (ms) up to which the tokens are spent. A bucket holds one token for each interval
 * between that time and now.
 */

/** `count` sends in `seconds`; a count of 0 means no limit. */
export interface SendRate {
  readonly count: number;
  readonly seconds: number;
}

/** How an update takes one token. Every name and value in it is the caller's `attribute`, or begins with `:bucket`. */
export interface TakeToken {
  readonly set: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, number>>;
}

/** ms in which one token comes back, rounded up to a microsecond: DynamoDB adds decimals exactly, so they must be short. */
function intervalMs({ count, seconds }: SendRate): number {
  return Math.ceil((seconds * 1_000_000) / count) / 1_000;
}

/** @returns ms until the bucket has a token; 0 when it has one now */
export function tokenWaitMs(rate: SendRate, spentUntil: number | undefined, now: number): number {
  if (rate.count === 0) return 0;
  return Math.max(0, Math.max(spentUntil ?? 0, now - rate.seconds * 1_000) + intervalMs(rate) - now);
}

/**
 * One expression cannot say "the later of two times", so there are two: for a bucket that is full, and for one that is not. If the caller is
 * wrong about which it is, the condition fails, and the item that comes with the failure tells.
 * @param spentUntil as far as the caller knows
 * @returns undefined where there is no limit
 */
export function takeToken(
  attribute: string,
  rate: SendRate,
  spentUntil: number | undefined,
  now: number,
): TakeToken | undefined {
  if (rate.count === 0) return undefined;
  const full = now - rate.seconds * 1_000;
  const interval = intervalMs(rate);
  if ((spentUntil ?? 0) <= full) {
    return {
      set: `${attribute} = :bucketSpent`,
      condition: `(attribute_not_exists(${attribute}) OR ${attribute} <= :bucketFull)`,
      values: { ':bucketSpent': full + interval, ':bucketFull': full },
    };
  }
  return {
    set: `${attribute} = ${attribute} + :bucketInterval`,
    condition: `${attribute} BETWEEN :bucketFull AND :bucketLatest`,
    values: { ':bucketInterval': interval, ':bucketFull': full, ':bucketLatest': now - interval },
  };
}
