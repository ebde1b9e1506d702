import type { Clock } from '#clock';

export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
}

/** The values of some time, added up. */
export interface Data {
  sum: number;
  /** How many values. */
  count: number;
  minimum: number;
  maximum: number;
  /** How often each value came, for percentiles. */
  readonly values: Map<number, number>;
}

/** The values of one second. */
type Second = Data & { readonly second: number };

export interface Series extends Required<Omit<MetricName, 'dimensions'>> {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  /** By time. */
  readonly seconds: Second[];
}

export interface MetricStore {
  /** @param more.time milliseconds since the epoch; now by default @param more.count how often the value came */
  record(metric: MetricName, value: number, more?: { unit?: string; time?: number; count?: number }): void;
  find(metric: MetricName): Series | undefined;
  all(): readonly Series[];
}

/** CloudWatch keeps values by the second for three hours: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const keptSeconds = 3 * 60 * 60;

/** Metrics in memory: a restart begins with none. A metric is its namespace, its name and its dimensions together. */
export function createMetricStore(clock: Clock): MetricStore {
  const all = new Map<string, Series>();
  return {
    record(metric, value, { unit = 'None', time = clock.now(), count = 1 } = {}) {
      const key = keyOf(metric);
      const { namespace, name, dimensions = {} } = metric;
      const series = all.get(key) ?? { namespace, name, dimensions, unit, seconds: [] };
      all.set(key, series);
      add(secondOf(series.seconds, Math.floor(time / 1000)), value, count);
      const [first] = series.seconds;
      if (first && first.second < clock.now() / 1000 - keptSeconds) series.seconds.shift();
    },
    find: (metric) => all.get(keyOf(metric)),
    all: () => [...all.values()],
  };
}

/** The values after `from` up to `to`, both in milliseconds since the epoch. Undefined if there is none. */
export function collect({ seconds }: Pick<Series, 'seconds'>, from: number, to: number): Data | undefined {
  const found = empty();
  for (let at = seconds.length - 1; at >= 0; at--) {
    const one = seconds[at];
    if (!one || one.second * 1000 < from) break;
    if (one.second * 1000 >= to) continue;
    found.sum += one.sum;
    found.count += one.count;
    found.minimum = Math.min(found.minimum, one.minimum);
    found.maximum = Math.max(found.maximum, one.maximum);
    for (const [value, count] of one.values) found.values.set(value, (found.values.get(value) ?? 0) + count);
  }
  return found.count > 0 ? found : undefined;
}

function keyOf({ namespace, name, dimensions = {} }: MetricName): string {
  const sorted = Object.keys(dimensions).sort();
  return sorted.reduce((key, dimension) => `${key}\n${dimension}=${dimensions[dimension]}`, `${namespace}\n${name}`);
}

/** Nearly always the last one. Values with a time of their own may be older. */
function secondOf(seconds: Second[], second: number): Second {
  let at = seconds.length;
  while (at > 0 && (seconds[at - 1]?.second ?? 0) > second) at--;
  const before = seconds[at - 1];
  if (before?.second === second) return before;
  const made = { second, ...empty() };
  seconds.splice(at, 0, made);
  return made;
}

function empty(): Data {
  return { sum: 0, count: 0, minimum: Infinity, maximum: -Infinity, values: new Map() };
}

function add(data: Data, value: number, count: number): void {
  data.sum += value * count;
  data.count += count;
  data.minimum = Math.min(data.minimum, value);
  data.maximum = Math.max(data.maximum, value);
  data.values.set(value, (data.values.get(value) ?? 0) + count);
}
