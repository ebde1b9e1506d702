/**
 * Milliseconds to wait before retry number `attempt` (from 0): a random part of a limit that doubles with each attempt. The random part
 * keeps clients that lost their connections at the same time from returning at the same time.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, random: () => number, { firstMs = 1_000, maxMs = 60_000 } = {}): number {
  return random() * Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 20));
}
