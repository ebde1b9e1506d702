import { Duration } from 'aws-cdk-lib';
import { type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ParleyFunction } from './parley-function.ts';

export interface AlarmsProps {
  /** Without the authorizer: it throws in order to answer 401. */
  readonly functions: readonly ParleyFunction[];
  readonly deadLetters: Queue;
  /** Pushes that were given up. Undefined if the stack sends no pushes. */
  readonly lostPushes?: readonly Queue[];
}

/** Alarms for the operator. They have no action: the deployer adds who is notified. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { functions, deadLetters, lostPushes = [] }: AlarmsProps) {
    super(scope, id);
    const period = Duration.minutes(5);
    for (const fn of functions) {
      this.anyOf(`${fn.node.id}Errors`, fn.lambda.metricErrors({ period }), `${fn.node.id} threw or timed out`);
    }
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
