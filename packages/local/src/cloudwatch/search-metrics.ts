import { MathError, type Points } from './metric-math.ts';
import type { MetricName, MetricStore, Series } from './metric-store.ts';

/** What a search found is named after its dimensions. */
const labels = new WeakMap<Points, string>();
export const labelOf = (points: Points): string | undefined => labels.get(points);

/**
 * Finds metrics by a search expression like `{Parley,code} MetricName="Refusals"`: a namespace with the names of all dimensions, and what
 * the name or a dimension is.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 * @throws MathError for other forms: `AND`, `OR`, `NOT`, and words without a key
 */
export function searchMetrics(
  store: MetricStore,
  expression: string,
  pointsOf: (metric: MetricName) => Points,
): readonly Points[] {
  const [, schema = '', rest = ''] = /^\s*\{([^}]*)\}(.*)$/.exec(expression) ?? [];
  const [namespace = '', ...dimensions] = schema.split(',').map((part) => part.trim().replace(/^"(.*)"$/, '$1'));
  const terms = [...rest.matchAll(/(\w+)\s*=\s*"([^"]*)"/g)].map(([, key = '', value = '']) => ({ key, value }));
  const unread = rest.replace(/(\w+)\s*=\s*"([^"]*)"/g, '').trim();
  if (namespace === '' || unread !== '') throw new MathError(`this search is not served locally: ${expression}`);

  const wanted = dimensions.toSorted().join();
  const matches = (series: Series) =>
    series.namespace === namespace &&
    Object.keys(series.dimensions).sort().join() === wanted &&
    terms.every(({ key, value }) => (key === 'MetricName' ? series.name : series.dimensions[key]) === value);
  return store
    .all()
    .filter(matches)
    .map((series) => {
      const points = pointsOf(series);
      labels.set(points, Object.values(series.dimensions).join(' ') || series.name);
      return points;
    });
}
