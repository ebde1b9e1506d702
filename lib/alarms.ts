import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterPattern, type MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type AlarmKind, alarmKinds } from './alarm-kinds.ts';
import { ownMetric } from './own-metric.ts';
import type { ParleyFunction } from './parley-function.ts';
import type { Settings } from './settings.ts';
import { tableThrottles } from './table-throttles.ts';

export interface AlarmsProps {
  /** Functions whose errors are faults. */
  readonly functions: readonly ParleyFunction[];
  /** Functions that throw in order to refuse somebody: only what their logs count as our own fault is alarming. */
  readonly refusing: readonly ParleyFunction[];
  /** Functions for which somebody waits: they must never lack an execution. */
  readonly waitedFor: readonly ParleyFunction[];
  /** Functions that read the table's stream. */
  readonly streaming: readonly ParleyFunction[];
  /** Pages through the members of large rooms, in asynchronous invocations. */
  readonly fanOut: ParleyFunction;
  /** What `fanOut` hands on. */
  readonly chunks: Queue;
  readonly table: Table;
  readonly httpApi: HttpApi;
  /** Connections and frames that were answered with 5xx. */
  readonly failedFrames: MetricFilter;
  /** Tokens of HTTP requests that could not be checked, because the issuer did not answer. */
  readonly unchecked: MetricFilter;
  readonly deadLetters: Queue;
  /** Pushes that were given up. Undefined if the stack sends no pushes. */
  readonly lostPushes?: readonly Queue[];
  /** Who is told. */
  readonly topics: readonly ITopic[];
  readonly options: Pick<Settings, 'concurrency' | 'metricsNamespace'>;
}

const period = Duration.minutes(5);
const sum = { period, statistic: 'Sum' };
const highest = { period, statistic: 'Maximum' };

/** Milliseconds that a change of the table may wait for its function. */
const latestChange = 60_000;
/** Seconds that a chunk of a large room may wait: one that failed comes again after a minute. */
const latestChunk = 120;
/** Refused reads and writes in five minutes: callers try again, so a few harm nobody. */
const manyThrottles = 10;
/** Part of the account's concurrent executions. */
const nearlyAll = 0.8;

/** Alarms for the operator. What each means, and what to do first: alarm-kinds.ts. */
export class Alarms extends Construct {
  /** Those that are there so far. */
  readonly alarms: Alarm[] = [];
  private readonly options: Pick<Settings, 'metricsNamespace'>;
  private readonly topics: readonly ITopic[];
  private readonly errorLines: { readonly metricNamespace: string; readonly metricName: string };

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { options, httpApi, failedFrames, unchecked, table, fanOut, chunks, deadLetters, lostPushes = [] } = props;
    this.options = options;
    this.topics = props.topics;
    this.errorLines = { metricNamespace: options.metricsNamespace, metricName: 'ErrorLines' };

    this.alarm('RequestErrors', httpApi.metricServerError(sum));
    this.alarm('FrameErrors', failedFrames.metric(sum));
    for (const fn of props.functions) this.watch(fn);
    for (const fn of props.refusing) this.watchRefusing(fn);
    for (const fn of props.waitedFor) this.watchThrottles(fn);
    for (const fn of props.streaming) {
      const age = fn.lambda.metric('IteratorAge', highest);
      this.alarm('FunctionLate', age, { of: fn, threshold: latestChange });
    }
    this.alarm('ChunksLate', chunks.metricApproximateAgeOfOldestMessage(highest), { threshold: latestChunk });
    this.alarm('DroppedEvents', fanOut.lambda.metric('AsyncEventsDropped', sum));
    const executions = new Metric({ namespace: 'AWS/Lambda', metricName: 'ConcurrentExecutions', ...highest });
    this.alarm('Concurrency', executions, { threshold: Math.floor(options.concurrency * nearlyAll) });
    this.alarm('TableThrottles', tableThrottles(table, period), { threshold: manyThrottles });
    this.alarm('UncheckedTokens', unchecked.metric(sum));
    this.alarm('ErrorLines', new Metric({ namespace: options.metricsNamespace, metricName: 'ErrorLines', ...sum }));
    this.alarm('DeadLetters', deadLetters.metricApproximateNumberOfMessagesVisible({ period }));
    for (const [index, queue] of lostPushes.entries()) {
      this.alarm('LostPushes', queue.metricApproximateNumberOfMessagesVisible({ period }), { of: index });
    }
  }

  /** Watches a function whose errors are faults. */
  watch(fn: ParleyFunction): void {
    this.alarm('FunctionErrors', fn.lambda.metricErrors(sum), { of: fn });
    this.countErrorLines(fn);
  }

  /** Watches a function that throws in order to refuse somebody. */
  watchRefusing(fn: ParleyFunction): void {
    this.alarm('FunctionFaults', fn.faults(period), { of: fn });
    this.countErrorLines(fn);
  }

  /** Watches a function for which somebody waits. */
  watchThrottles(fn: ParleyFunction): void {
    this.alarm('FunctionThrottles', fn.lambda.metricThrottles(sum), { of: fn });
  }

  /** Watches the canary: it fails twice in a quarter of an hour, or has stopped. Before its first run there is nothing to say. */
  watchCanary(): void {
    const success = ownMetric(this.options, 'CanarySuccess', { period, statistic: 'Minimum' });
    this.alarm('Canary', success, { isLow: true, evaluationPeriods: 3, datapointsToAlarm: 2 });
  }

  /** Handlers answer errors as data, so Lambda's own `Errors` counts few of them. */
  private countErrorLines(fn: ParleyFunction): void {
    fn.logGroup.addMetricFilter('ErrorLines', {
      ...this.errorLines,
      filterPattern: FilterPattern.stringValue('$.level', '=', 'ERROR'),
      metricValue: '1',
    });
  }

  /**
   * @param about.of the function, or the number of the queue, that the alarm is named after
   * @param about.threshold at this value it rings; 1 by default
   * @param about.isLow it rings below the threshold, and when values stop to come
   */
  private alarm(
    kind: AlarmKind,
    metric: Pick<Metric, 'createAlarm'>,
    about: {
      of?: ParleyFunction | number;
      threshold?: number;
      isLow?: boolean;
      evaluationPeriods?: number;
      datapointsToAlarm?: number;
    } = {},
  ): void {
    const { of: watched, threshold = 1, isLow = false, evaluationPeriods = 1, datapointsToAlarm } = about;
    const { means, first } = alarmKinds[kind];
    const name = typeof watched === 'object' ? watched.node.id : undefined;
    const id = name === undefined ? `${kind}${watched ?? ''}` : kind.replace('Function', name);
    const alarm = metric.createAlarm(this, id, {
      alarmDescription: `Parley: ${name === undefined ? '' : `${name}: `}${means}. First: ${first}. Then: docs/operations.md, "${kind}".`,
      threshold,
      evaluationPeriods,
      datapointsToAlarm,
      ...(isLow && { comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD }),
      treatMissingData: isLow ? TreatMissingData.MISSING : TreatMissingData.NOT_BREACHING,
    });
    for (const topic of this.topics) {
      alarm.addAlarmAction(new SnsAction(topic));
      if (isLow) alarm.addInsufficientDataAction(new SnsAction(topic));
    }
    this.alarms.push(alarm);
  }
}
