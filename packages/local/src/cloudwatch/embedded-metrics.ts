import { z } from 'zod';
import type { MetricStore } from './metric-store.ts';

const Embedded = z.object({
  Timestamp: z.number(),
  CloudWatchMetrics: z.array(
    z.object({
      Namespace: z.string(),
      Dimensions: z.array(z.array(z.string())).default([[]]),
      Metrics: z.array(z.object({ Name: z.string(), Unit: z.string().optional() })),
    }),
  ),
});
const Values = z.union([z.number(), z.array(z.number())]);

/**
 * Records the metrics that a log line has in it. What is not as AWS wants it is left out, as there.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function recordEmbedded(store: MetricStore, line: Readonly<Record<string, unknown>>): void {
  const embedded = Embedded.safeParse(line._aws);
  if (!embedded.success) return;
  const { Timestamp: time, CloudWatchMetrics } = embedded.data;
  for (const { Namespace: namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    const sets = Dimensions.length > 0 ? Dimensions : [[]];
    for (const { Name: name, Unit: unit } of Metrics) {
      const values = [Values.safeParse(line[name]).data ?? []].flat();
      for (const names of sets) {
        // A set with a dimension that the line does not have makes no metric.
        if (names.some((dimension) => line[dimension] === undefined)) continue;
        const dimensions = Object.fromEntries(names.map((dimension) => [dimension, String(line[dimension])]));
        for (const value of values) store.record({ namespace, name, dimensions }, value, { unit, time });
      }
    }
  }
}
