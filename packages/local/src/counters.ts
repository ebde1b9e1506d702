/**
 * What happened so far, by name: `lambda.invoke:Socket`, `dynamodb.PutItem`, `dynamodb.write-units`, `connections.post.gone`, …
 * The benchmarks and the tests read it; nothing decides by it.
 */
export interface Counters {
  /** Adds `by` (default 1, fractions allowed: capacity units come in halves). */
  count(name: string, by?: number): void;
  /** A copy, sorted by name. */
  snapshot(): Record<string, number>;
  reset(): void;
}

export function createCounters(): Counters {
  const counts = new Map<string, number>();
  return {
    count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
    snapshot: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    reset: () => counts.clear(),
  };
}
