import { Duration } from 'aws-cdk-lib';
import { type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ParleyFunction } from './parley-function.ts';

export interface AlarmsProps {
  /** Those whose errors are errors: an authorizer throws to say 401. */
  readonly functions: readonly ParleyFunction[];
  readonly deadLetters: Queue;
  /** Pushes that were given up, where there are any. */
  readonly lostPushes?: readonly Queue[];
}

/** What somebody should look at. The alarms notify nobody by themselves: whom to tell is the deployer's to add. */
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
      'Changes of the table, or chunks of a large room, were given up: snapshots, notices or messages are missing',
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
