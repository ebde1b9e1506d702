/**
 * Metrics as fields of log lines, of which CloudWatch makes metrics without a call. What Powertools' Metrics does, in the size that `authorize`
 * and `socket` can afford: docs/decisions/0076-metrics-in-log-lines.md
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { ChatMetric, ErrorMetric } from './metric-names.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The units of metric-names.ts, without its table: a cold start should load little. */
const unitOf = (metric: ChatMetric) => (metric.endsWith('Time') ? 'Milliseconds' : 'Count');

/** The format's limit of values for one metric in a line. No event comes near it; what is more would be left out. */
const mostValues = 100;

/** What one event has counted. */
export interface Counts {
  /** Counts are added up; durations are all kept, because CloudWatch computes percentiles of them. */
  add(metric: ChatMetric, value: number): void;
  /** The fields of a line with all of them; undefined if nothing was counted. Forgets the counts. */
  take(): Fields | undefined;
}

export function openCounts(namespace: string): Counts {
  let sums: Partial<Record<ChatMetric, number>> = {};
  let times: Partial<Record<ChatMetric, number[]>> = {};
  return {
    add(metric, value) {
      if (unitOf(metric) === 'Count') sums[metric] = (sums[metric] ?? 0) + value;
      else times[metric] = [...(times[metric] ?? []), value].slice(0, mostValues);
    },
    take() {
      const counted = { ...sums, ...times };
      const metrics = (Object.keys(counted) as ChatMetric[]).map((Name) => ({ Name, Unit: unitOf(Name) }));
      sums = {};
      times = {};
      return metrics.length === 0 ? undefined : { ...metadata(namespace, [], metrics), ...counted };
    },
  };
}

/** Fields with which a line counts as one error. The metric's one dimension is a field of the line. */
export function oneError(namespace: string, metric: ErrorMetric, dimension: string): Fields {
  return { ...metadata(namespace, [dimension], [{ Name: metric, Unit: 'Count' }]), [metric]: 1 };
}

function metadata(Namespace: string, dimensions: readonly string[], Metrics: readonly object[]): Fields {
  return { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace, Dimensions: [dimensions], Metrics }] } };
}
