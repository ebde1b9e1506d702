import type { Data } from './metric-store.ts';

/** Whether CloudWatch's statistic is one that is served: the five simple ones and percentiles. */
export function isStatistic(name: string): boolean {
  return Object.hasOwn(simple, name) || percentileOf(name) !== undefined;
}

/** Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
export function statistic(name: string, data: Data): number | undefined {
  const percentile = percentileOf(name);
  if (percentile !== undefined) return percentileIn(data, percentile);
  return simple[name]?.(data);
}

const simple: Readonly<Record<string, (data: Data) => number>> = {
  Sum: ({ sum }) => sum,
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
};

/** `p99.9` → 99.9 */
function percentileOf(name: string): number | undefined {
  const [, percentile] = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name) ?? [];
  return percentile === undefined ? undefined : Number(percentile);
}

/** The smallest value that so many percent of the values do not exceed. CloudWatch interpolates; how is not documented. */
function percentileIn({ values, count }: Data, percentile: number): number | undefined {
  const rank = Math.max(1, Math.ceil((percentile / 100) * count));
  let seen = 0;
  for (const [value, times] of [...values].sort(([a], [b]) => a - b)) {
    seen += times;
    if (seen >= rank) return value;
  }
  return undefined;
}
