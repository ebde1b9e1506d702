/**
 * ms to wait before try number `attempt` (from 0): anything up to a bound that doubles with each try. Full jitter, because clients that lost
 * their connections together must not come back together.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, random: () => number, { first = 1_000, most = 60_000 } = {}): number {
  return random() * Math.min(most, first * 2 ** Math.min(attempt, 20));
}
