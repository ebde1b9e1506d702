import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ChatMetric } from '#lambdas/runtime/metric-names';
import type { Settings } from './settings.ts';

/** A metric that the functions count in their logs. */
export function ownMetric(
  { metricsNamespace }: Pick<Settings, 'metricsNamespace'>,
  metricName: ChatMetric,
  options?: MetricOptions,
): Metric {
  return new Metric({ namespace: metricsNamespace, metricName, ...options });
}
