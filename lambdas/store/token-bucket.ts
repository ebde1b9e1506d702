/**
 * A token bucket: `count` tokens, of which each use takes one or several, refilled evenly within `seconds`. It is one number in an item: the
 * time (ms) up to which the tokens are spent. A bucket holds one token for each interval between that time and now. So any number of uses at
 * the same moment take exactly the tokens that there are.
 */

/** `count` uses in `seconds`; a count of 0 means no limit. */
export interface Rate {
  readonly count: number;
  readonly seconds: number;
}

/** How an update takes tokens. Every name and value in it is the caller's `attribute`, or begins with `:bucket`. */
export interface TakeToken {
  readonly set: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, number>>;
}

/** ms in which one token comes back, rounded up to a microsecond: DynamoDB adds decimals exactly, so they must be short. */
function intervalMs({ count, seconds }: Rate): number {
  return Math.ceil((seconds * 1_000_000) / count) / 1_000;
}

/** ms for so many tokens, as exact as one interval. */
function intervalsMs(rate: Rate, tokens: number): number {
  return Math.round(intervalMs(rate) * tokens * 1_000) / 1_000;
}

/** @returns ms until the bucket has so many tokens; 0 when it has them now */
export function tokenWaitMs(rate: Rate, spentUntil: number | undefined, now: number, tokens = 1): number {
  if (rate.count === 0) return 0;
  return Math.max(0, spentAfter(rate, spentUntil, now, tokens) - now);
}

/** ms; up to when the tokens are spent once so many more are taken. Later than now: there were not as many. */
export function spentAfter(rate: Rate, spentUntil: number | undefined, now: number, tokens = 1): number {
  return Math.max(spentUntil ?? 0, now - rate.seconds * 1_000) + intervalsMs(rate, tokens);
}

/**
 * One expression cannot say "the later of two times", so there are two: for a bucket that is full, and for one that is not. If the caller is
 * wrong about which it is, the condition fails, and the item that comes with the failure tells.
 * @param attribute the bucket, as an expression names it
 * @param spentUntil as far as the caller knows
 * @param options.tokens how many are taken: at most `count`, or a full bucket goes into debt
 * @returns undefined where there is no limit
 */
export function takeToken(
  attribute: string,
  rate: Rate,
  spentUntil: number | undefined,
  now: number,
  { tokens = 1 }: { readonly tokens?: number } = {},
): TakeToken | undefined {
  if (rate.count === 0) return undefined;
  const full = now - rate.seconds * 1_000;
  const interval = intervalsMs(rate, tokens);
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

/**
 * For an update that should succeed at once although its caller knows nothing of the bucket: one expression for all its states, except an empty
 * one. A bucket that has been full for a while gets more tokens than `count` by it: `overfull` tells, and `fill` sets it right.
 * @param rate not without limit
 */
export function takeUnknown(attribute: string, rate: Rate, now: number): TakeToken {
  const interval = intervalMs(rate);
  return {
    set: `${attribute} = if_not_exists(${attribute}, :bucketFull) + :bucketInterval`,
    condition: `(attribute_not_exists(${attribute}) OR ${attribute} <= :bucketLatest)`,
    values: {
      ':bucketInterval': interval,
      ':bucketFull': now - rate.seconds * 1_000,
      ':bucketLatest': now - interval,
    },
  };
}

/** Has the bucket more tokens than `count`? @returns the time up to which its tokens are spent when it is full but for one */
export function overfull(rate: Rate, spentUntil: number | undefined, now: number): number | undefined {
  const right = spentAfter(rate, undefined, now);
  return (spentUntil ?? right) < right ? right : undefined;
}
