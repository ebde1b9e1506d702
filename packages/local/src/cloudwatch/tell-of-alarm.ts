import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { Topics } from '#sns/start';
import type { Targets } from '#targets/targets';
import type { AlarmSettings } from './alarm-settings.ts';
import type { StateValue } from './evaluate-alarm.ts';

/** An alarm has another state. */
export interface Change {
  readonly alarm: AlarmSettings;
  readonly from: StateValue;
  readonly to: StateValue;
  readonly reason: string;
  readonly time: number;
}

/**
 * Carries out an alarm's actions of its new state: topics and functions. Others, of EC2 or Systems Manager, are not served.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
 */
export async function tellOf(
  context: Context,
  { targets, topics }: { targets: Targets; topics: Topics },
  change: Change,
): Promise<void> {
  const { alarm, from, to, reason } = change;
  // The first state of an alarm that is well is no news.
  if (from === 'INSUFFICIENT_DATA' && to === 'OK' && alarm.OKActions.length === 0) return;
  context.log(`${to}: ${alarm.name}; ${reason}`);
  if (!alarm.ActionsEnabled) return;
  for (const arn of actionsOf(alarm, to)) {
    const service = arn.startsWith('arn:aws:lambda:') ? 'lambda.alarms.cloudwatch' : 'cloudwatch';
    const principal: Principal = { kind: 'service', service: `${service}.amazonaws.com`, arn: alarm.arn };
    try {
      if (arn.startsWith('arn:aws:sns:')) {
        const subject = `${to}: "${alarm.name}" in ${context.stack.region}`.slice(0, 100);
        const message = JSON.stringify(notification(context, change));
        await topics.publish(arn, { subject, message }, ownTopic(context, arn) ? principal : root(context));
      } else if (arn.startsWith('arn:aws:lambda:')) targets.invoke(arn, functionEvent(context, change), principal);
      else throw new Error('such actions are not served locally');
      context.counters.count('cloudwatch.actions');
    } catch (error) {
      context.counters.count('cloudwatch.failed-actions');
      context.log(`${alarm.name}: unable to tell ${arn}; ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function actionsOf(alarm: AlarmSettings, state: Change['to']): readonly string[] {
  if (state === 'ALARM') return alarm.AlarmActions;
  return state === 'OK' ? alarm.OKActions : alarm.InsufficientDataActions;
}

/** A topic without a policy has SNS's own, which lets everything of its account publish: then no policy is asked. */
function ownTopic({ stack }: Context, topicArn: string): boolean {
  return stack
    .ofType('AWS::SNS::TopicPolicy')
    .some(({ properties: { Topics } }) => Array.isArray(Topics) && Topics.includes(topicArn));
}

const root = ({ stack }: Context): Principal => ({ kind: 'root', arn: `arn:aws:iam::${stack.account}:root` });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
function notification({ stack }: Context, { alarm, from, to, reason, time }: Change): object {
  const { MetricStat } = alarm.watched;
  return {
    AlarmName: alarm.name,
    AlarmDescription: alarm.AlarmDescription ?? null,
    AWSAccountId: stack.account,
    AlarmConfigurationUpdatedTimestamp: new Date(time).toISOString(),
    NewStateValue: to,
    NewStateReason: reason,
    StateChangeTime: new Date(time).toISOString().replace('Z', '+0000'),
    Region: stack.region,
    AlarmArn: alarm.arn,
    OldStateValue: from,
    OKActions: alarm.OKActions,
    AlarmActions: alarm.AlarmActions,
    InsufficientDataActions: alarm.InsufficientDataActions,
    Trigger: {
      ...(MetricStat
        ? {
            MetricName: MetricStat.Metric.MetricName,
            Namespace: MetricStat.Metric.Namespace,
            StatisticType: 'Statistic',
            Statistic: MetricStat.Stat.toUpperCase(),
            Unit: MetricStat.Unit ?? null,
            Dimensions: MetricStat.Metric.Dimensions.map(({ Name, Value }) => ({ name: Name, value: Value })),
            Period: MetricStat.Period,
          }
        : { Metrics: alarm.queries }),
      EvaluationPeriods: alarm.EvaluationPeriods,
      ComparisonOperator: alarm.ComparisonOperator,
      Threshold: alarm.Threshold,
      TreatMissingData: alarm.TreatMissingData,
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
function functionEvent({ stack }: Context, { alarm, from, to, reason, time }: Change): object {
  const at = new Date(time).toISOString().replace('Z', '+0000');
  return {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: stack.account,
    time: at,
    region: stack.region,
    alarmData: {
      alarmName: alarm.name,
      state: { value: to, reason, timestamp: at },
      previousState: { value: from },
      configuration: { description: alarm.AlarmDescription, metrics: alarm.queries },
    },
  };
}
