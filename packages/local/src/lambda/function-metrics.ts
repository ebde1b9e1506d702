import type { Stack } from '#assembly/stack';
import type { MetricStore } from '#cloudwatch/metric-store';
import { unqualified } from './find-function.ts';

/** What CloudWatch learns of one invocation. */
export interface FunctionMetrics {
  throttled(): void;
  begins(): void;
  ends(run: { durationMs: number; ok: boolean }): void;
  /** It never ran. */
  gaveUp(): void;
}

/**
 * Records `AWS/Lambda`'s metrics, of each function and of the account. As on AWS there is a 0 for each invocation that did not fail, and none
 * while nothing runs.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function createFunctionMetrics(
  metrics: MetricStore,
  stack: () => Stack,
): (functionId: string) => FunctionMetrics {
  const running = new Map<string, number>();
  let all = 0;
  return (functionId) => {
    const id = unqualified(functionId);
    const FunctionName = stack().ref(id);
    const record = (name: string, value: number, unit = 'Count') =>
      recordFunction(metrics, FunctionName, name, value, unit);
    const leave = () => {
      running.set(id, (running.get(id) ?? 1) - 1);
      all -= 1;
    };
    return {
      throttled: () => record('Throttles', 1),
      begins() {
        const own = (running.get(id) ?? 0) + 1;
        running.set(id, own);
        all += 1;
        const name = 'ConcurrentExecutions';
        metrics.record({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName } }, own, { unit: 'Count' });
        metrics.record({ namespace: 'AWS/Lambda', name }, all, { unit: 'Count' });
      },
      ends({ durationMs, ok }) {
        leave();
        record('Invocations', 1);
        record('Errors', ok ? 0 : 1);
        record('Throttles', 0);
        record('Duration', durationMs, 'Milliseconds');
      },
      gaveUp: leave,
    };
  };
}

/** Records a value for a function and for the account. */
export function recordFunction(
  metrics: MetricStore,
  FunctionName: string,
  name: string,
  value: number,
  unit = 'Count',
): void {
  metrics.record({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName } }, value, { unit });
  metrics.record({ namespace: 'AWS/Lambda', name }, value, { unit });
}
