/**
 * Metrics as fields of log lines, of which CloudWatch makes metrics without a call. What Powertools' Metrics does, in the size that `authorize`
 * and `socket` can afford: docs/decisions/0076-metrics-in-log-lines.md
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { type ChatMetric, chatMetrics, type ErrorMetric, errorMetrics } from './metric-names.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The format's limit of values for one metric in a line. */
const mostValues = 100;

/** What one event has counted. */
export interface Counts {
  /** Counts are added up; durations are all kept, because CloudWatch computes percentiles of them. */
  add(metric: ChatMetric, value: number): void;
  /** The fields of the lines that have them, mostly of one line; none if nothing was counted. Forgets the counts. */
  take(): Fields[];
}

export function openCounts(namespace: string): Counts {
  const counts = new Map<ChatMetric, number[]>();
  return {
    add(metric, value) {
      const [sum = 0] = counts.get(metric) ?? [];
      if (chatMetrics[metric] === 'Count') counts.set(metric, [sum + value]);
      else counts.set(metric, [...(counts.get(metric) ?? []), value]);
    },
    take() {
      const lines: Fields[] = [];
      while (counts.size > 0) {
        const metrics = [...counts.keys()].map((Name) => ({ Name, Unit: chatMetrics[Name] }));
        const values: Record<string, number | number[]> = {};
        for (const [name, all] of counts) {
          const some = all.splice(0, mostValues);
          values[name] = some.length === 1 && some[0] !== undefined ? some[0] : some;
          if (all.length === 0) counts.delete(name);
        }
        lines.push({ ...metadata(namespace, [], metrics), ...values });
      }
      return lines;
    },
  };
}

/** Fields with which a line counts as one error. @param value the value of the metric's one dimension */
export function oneError(namespace: string, metric: ErrorMetric, value: string): Fields {
  const { dimension, unit } = errorMetrics[metric];
  return { ...metadata(namespace, [dimension], [{ Name: metric, Unit: unit }]), [dimension]: value, [metric]: 1 };
}

function metadata(Namespace: string, dimensions: readonly string[], Metrics: readonly object[]): Fields {
  return { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace, Dimensions: [dimensions], Metrics }] } };
}
