import type { AlarmSettings } from './alarm-settings.ts';
import type { MetricStore } from './metric-store.ts';
import { periodOf, runQuery } from './queries.ts';

export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** @returns undefined where the alarm keeps its state */
export interface Evaluation {
  readonly state: StateValue | undefined;
  readonly reason: string;
}

/**
 * Evaluates an alarm over its last periods, which end now: AWS does not say where its own begin.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 * @param timeScale periods are so much shorter
 */
export function evaluateAlarm(
  store: MetricStore,
  alarm: AlarmSettings,
  { now, timeScale }: { now: number; timeScale: number },
): Evaluation {
  const { watched, queries, EvaluationPeriods: periods, Threshold: threshold } = alarm;
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, TreatMissingData
  const isOfTable = watched.MetricStat?.Metric.Namespace === 'AWS/DynamoDB';
  const missing = isOfTable ? 'ignore' : alarm.TreatMissingData;
  const seconds = periodOf(watched, queries);
  const length = (seconds * 1000) / timeScale;
  const windows = Array.from({ length: periods }, (_, at) => {
    const to = now + 1 - (periods - 1 - at) * length;
    // Values are kept by the second, and a scaled period may be shorter.
    return { from: Math.floor((to - length) / 1000) * 1000, to };
  });
  const [result] = runQuery(store, watched, queries, { windows, seconds });
  const points = result?.points ?? [];
  const there = points.filter((point) => point !== undefined);
  const crosses = crossings[alarm.ComparisonOperator];
  if (there.length === 0 && (missing === 'missing' || missing === 'ignore')) {
    const state = missing === 'missing' ? 'INSUFFICIENT_DATA' : undefined;
    return { state, reason: `Insufficient Data: ${periods} datapoints were unknown.` };
  }
  const crossed = points.filter((point) => (point === undefined ? missing === 'breaching' : crosses(point, threshold)));
  const needed = alarm.DatapointsToAlarm ?? periods;
  const isAlarm = crossed.length >= needed;
  const shown = there.length > 0 ? `[${there.join(', ')}]` : '[missing]';
  const rule = `${words[alarm.ComparisonOperator]} the threshold (${threshold})`;
  const reason = `${crossed.length} out of the last ${periods} datapoints ${shown} ${isAlarm ? 'were' : 'were, and not enough,'} ${rule}`;
  return { state: isAlarm ? 'ALARM' : 'OK', reason: `Threshold Crossed: ${reason}.` };
}

const crossings = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

const words: Readonly<Record<keyof typeof crossings, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};
