import type { Clock } from '#clock';

/** What each partition key has taken lately. A second's units may be taken at once. */
export interface Partitions {
  /** @param limit units a second */
  isExhausted(partition: string, limit: number): boolean;
  take(partition: string, limit: number, units: number): void;
}

/** More partitions than that are not remembered. */
const mostPartitions = 10_000;

export function createPartitions(clock: Clock): Partitions {
  const left = new Map<string, { readonly units: number; readonly at: number }>();
  const unitsLeft = (partition: string, limit: number) => {
    const last = left.get(partition);
    return last ? Math.min(limit, last.units + ((clock.now() - last.at) / 1_000) * limit) : limit;
  };
  return {
    isExhausted: (partition, limit) => unitsLeft(partition, limit) <= 0,
    take(partition, limit, units) {
      const before = unitsLeft(partition, limit);
      left.delete(partition);
      left.set(partition, { units: before - units, at: clock.now() });
      const [oldest] = left.keys();
      if (left.size > mostPartitions && oldest !== undefined) left.delete(oldest);
    },
  };
}
