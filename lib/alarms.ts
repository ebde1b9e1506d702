import { Duration } from 'aws-cdk-lib';
import { type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ParleyFunction } from './parley-function.ts';

export interface AlarmsProps {
  readonly functions: readonly ParleyFunction[];
  /** Functions that throw in order to refuse somebody: only what their logs count as our own fault is alarming. */
  readonly refusing: readonly ParleyFunction[];
  /** Tokens of HTTP requests that could not be checked, because the issuer did not answer. */
  readonly unchecked: MetricFilter;
  readonly deadLetters: Queue;
  /** Pushes that were given up. Undefined if the stack sends no pushes. */
  readonly lostPushes?: readonly Queue[];
  /** Who is told. */
  readonly topics: readonly ITopic[];
}

const period = Duration.minutes(5);

/** Alarms for the operator. */
export class Alarms extends Construct {
  private readonly topics: readonly ITopic[];

  constructor(
    scope: Construct,
    id: string,
    { functions, refusing, unchecked, deadLetters, lostPushes = [], topics }: AlarmsProps,
  ) {
    super(scope, id);
    this.topics = topics;
    for (const fn of functions) this.watch(fn);
    for (const fn of refusing) this.watchRefusing(fn);
    this.anyOf(
      'UncheckedTokens',
      unchecked.metric({ period, statistic: 'Sum' }),
      'The issuer did not answer API Gateway, which refused everybody’s requests with 401',
    );
    this.anyOf(
      'DeadLetters',
      deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      'Changes of the table, chunks of a large room, or counts of who is online were given up: snapshots, notices or messages are missing',
    );
    for (const [index, queue] of lostPushes.entries()) {
      this.anyOf(
        `LostPushes${index}`,
        queue.metricApproximateNumberOfMessagesVisible({ period }),
        'Pushes were given up: members who are away were not told',
      );
    }
  }

  watch(fn: ParleyFunction): void {
    this.anyOf(`${fn.node.id}Errors`, fn.lambda.metricErrors({ period }), `${fn.node.id} threw or timed out`);
  }

  /** Watches a function that throws in order to refuse somebody. */
  watchRefusing(fn: ParleyFunction): void {
    this.anyOf(`${fn.node.id}Faults`, fn.faults(period), `${fn.node.id} could not decide, and refused everybody`);
  }

  private anyOf(id: string, metric: Metric, alarmDescription: string): void {
    const alarm = metric.createAlarm(this, id, {
      alarmDescription: `Parley: ${alarmDescription}`,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    for (const topic of this.topics) alarm.addAlarmAction(new SnsAction(topic));
  }
}
