import { Duration } from 'aws-cdk-lib';
import { type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricFilter } from 'aws-cdk-lib/aws-logs';
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
}

/** Alarms for the operator. They have no action: the deployer adds who is notified. */
export class Alarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { functions, refusing, unchecked, deadLetters, lostPushes = [] }: AlarmsProps,
  ) {
    super(scope, id);
    const period = Duration.minutes(5);
    for (const fn of functions) {
      this.anyOf(`${fn.node.id}Errors`, fn.lambda.metricErrors({ period }), `${fn.node.id} threw or timed out`);
    }
    for (const fn of refusing) {
      this.anyOf(`${fn.node.id}Faults`, fn.faults(period), `${fn.node.id} could not decide, and refused everybody`);
    }
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

  private anyOf(id: string, metric: Metric, alarmDescription: string): void {
    metric.createAlarm(this, id, {
      alarmDescription: `Parley: ${alarmDescription}`,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
