/** How often things happened, by name: `lambda.invoke:Socket`, `dynamodb.PutItem`, `dynamodb.write-units`, `connections.post.gone`, `gateway.frames`, … */
export interface Counters {
  /** Adds `by`, 1 by default. Fractions are allowed, because capacity units may be halves. */
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
