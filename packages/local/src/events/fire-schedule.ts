import { randomUUID } from 'node:crypto';
import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import { parseJson } from '#text';
import type { Bus } from './bus.ts';
import { deliver, type To } from './deliver.ts';
import type { SchedulerSchedule } from './schedules.ts';

/**
 * Calls the target of an `AWS::Scheduler::Schedule` with the schedule's role, which needs the permission: `lambda:InvokeFunction`,
 * `sqs:SendMessage`, `sns:Publish` or `events:PutEvents`.
 * Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
 * @param time of the schedule, in milliseconds since the epoch
 */
export async function fireSchedule(
  context: Context,
  to: Omit<To, 'forward'> & { bus: Bus },
  { arn, target, roleId }: SchedulerSchedule,
  time: number,
): Promise<void> {
  context.counters.count('scheduler.fired');
  const { stack, policies, clock } = context;
  const principal: Principal =
    roleId === undefined
      ? { kind: 'service', service: 'scheduler.amazonaws.com', arn }
      : { kind: 'role', arn: target.RoleArn, roleId, functionId: '' };
  const scheduledTime = new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
  const whole = {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: stack.account,
    time: scheduledTime,
    region: stack.region,
    resources: [arn],
    detail: '{}',
  };
  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
  const known = new Map([
    ['<aws.scheduler.schedule-arn>', arn],
    ['<aws.scheduler.scheduled-time>', scheduledTime],
    ['<aws.scheduler.execution-id>', whole.id],
    ['<aws.scheduler.attempt-number>', '1'],
  ]);
  const text =
    target.Input?.replace(/<aws\.scheduler\.[a-z-]+>/g, (name) => known.get(name) ?? name) ?? JSON.stringify(whole);
  const forward = async (busArn: string) => {
    const decision = policies.authorize(principal, 'events:PutEvents', busArn);
    if (!decision.allowed) throw new Error(decision.message);
    const { Source: source = '', DetailType = '' } = target.EventBridgeParameters ?? {};
    await to.bus.put(
      busArn,
      { source, 'detail-type': DetailType, resources: [arn], detail: parseJson(text) },
      clock.now(),
    );
  };
  const delivery = {
    targetArn: target.Arn,
    text,
    groupId: target.SqsParameters?.MessageGroupId,
    deadLetterArn: target.DeadLetterConfig?.Arn,
    from: arn,
  };
  await deliver(context, { ...to, forward }, delivery, principal);
}
