import { z } from 'zod';
import { evaluateMath, MathError, type Points, type Value } from './metric-math.ts';
import { collect, type MetricName, type MetricStore } from './metric-store.ts';
import { labelOf, searchMetrics } from './search-metrics.ts';
import { isStatistic, statistic } from './statistic.ts';

const Dimensions = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);

/** A metric as requests and templates name it. */
export const Metric = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
export const MetricDataQuery = z.object({
  Id: z.string().regex(/^[a-z]\w*$/),
  MetricStat: z
    .object({ Metric, Period: z.coerce.number().positive(), Stat: z.string(), Unit: z.string().optional() })
    .optional(),
  Expression: z.string().optional(),
  Label: z.string().optional(),
  Period: z.coerce.number().positive().optional(),
  ReturnData: z.stringbool().or(z.boolean()).default(true),
});
export type MetricDataQuery = z.infer<typeof MetricDataQuery>;

/** From a time, up to but without another, in milliseconds since the epoch. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** One series of an answer. A query that searches has several. */
export interface Result {
  readonly id: string;
  readonly label: string;
  readonly points: Points;
}

export const dimensionsOf = (list: z.infer<typeof Dimensions>): Record<string, string> =>
  Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));

export const metricOf = ({ Namespace, MetricName, Dimensions }: z.infer<typeof Metric>): MetricName => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: dimensionsOf(Dimensions),
});

/** Seconds: of an expression, those of the metrics of its request. */
export function periodOf(query: MetricDataQuery, all: readonly MetricDataQuery[]): number {
  const own = query.MetricStat?.Period ?? query.Period;
  return own ?? Math.max(0, ...all.flatMap(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? []));
}

/**
 * Runs one query of a request.
 * @param windows the periods, the oldest first
 * @param seconds how long a period is
 * @throws MathError
 */
export function runQuery(
  store: MetricStore,
  query: MetricDataQuery,
  all: readonly MetricDataQuery[],
  { windows, seconds }: { windows: readonly Window[]; seconds: number },
): Result[] {
  const pointsOf = (metric: MetricName, stat: string): Points => {
    if (!isStatistic(stat)) throw new MathError(`the statistic ${stat} is not served locally`);
    const series = store.find(metric);
    return windows.map(({ from, to }) => {
      const data = series && collect(series, from, to);
      return data && statistic(stat, data);
    });
  };
  const answerTo = ({ Id, MetricStat, Expression }: MetricDataQuery, above: readonly string[]): Value => {
    if (above.includes(Id)) throw new MathError(`the expression ${Id} refers to itself`);
    if (MetricStat) return pointsOf(metricOf(MetricStat.Metric), MetricStat.Stat);
    if (Expression === undefined) throw new MathError(`the query ${Id} has neither MetricStat nor Expression`);
    const value = (id: string) => {
      const found = all.find((one) => one.Id === id);
      if (!found) throw new MathError(`the expression ${Expression} refers to ${id}, which is not in the request`);
      return answerTo(found, [...above, Id]);
    };
    return evaluateMath(Expression, {
      value,
      metrics: (part) =>
        all.flatMap((one) => (one.MetricStat && one.Id.includes(part) ? [value(one.Id) as Points] : [])),
      search: (expression, stat) => searchMetrics(store, expression, (metric) => pointsOf(metric, stat)),
      period: seconds,
    });
  };
  const value = answerTo(query, []);
  const { Id: id, Label, MetricStat } = query;
  const label = Label ?? MetricStat?.Metric.MetricName ?? id;
  if (typeof value === 'number') return [{ id, label, points: windows.map(() => value) }];
  if (typeof value === 'string') throw new MathError(`the query ${id} gives a text`);
  const isOne = (list: typeof value): list is Points => !Array.isArray(list[0]);
  if (isOne(value)) return [{ id, label, points: value }];
  return value.map((points) => ({ id, label: labelOf(points) ?? label, points }));
}
