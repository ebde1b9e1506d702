import { z } from 'zod';
import { BrokenStack, parseOrBroken } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { readSchedule, type Schedule } from './schedule.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html */
const Properties = z.object({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.string().default('ENABLED'),
  StartDate: z.string().optional(),
  EndDate: z.string().optional(),
  Target: z.looseObject({
    Arn: z.string(),
    RoleArn: z.string(),
    Input: z.string().optional(),
    SqsParameters: z.object({ MessageGroupId: z.string() }).optional(),
    EventBridgeParameters: z.object({ DetailType: z.string(), Source: z.string() }).optional(),
    DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
  }),
});

/** An enabled `AWS::Scheduler::Schedule`. */
export interface SchedulerSchedule {
  readonly logicalId: string;
  readonly arn: string;
  readonly schedule: Schedule;
  readonly target: z.infer<typeof Properties>['Target'];
  /** The logical id of the role that the target is called with; undefined: it is not of this stack. */
  readonly roleId: string | undefined;
}

/** @throws BrokenStack for a schedule that EventBridge Scheduler refuses on deployment */
export function readSchedules(stack: Stack): SchedulerSchedule[] {
  return stack.ofType('AWS::Scheduler::Schedule').flatMap(({ logicalId, properties }) => {
    const task = `serve the schedule ${logicalId}`;
    const read = parseOrBroken(Properties, properties, task);
    if (read.State === 'DISABLED') return [];
    try {
      const schedule = within(readSchedule(read.ScheduleExpression, read.ScheduleExpressionTimezone), read);
      const role = stack.byPhysicalId('AWS::IAM::Role', read.Target.RoleArn);
      return [{ logicalId, arn: stack.arn(logicalId), schedule, target: read.Target, roleId: role?.logicalId }];
    } catch (error) {
      throw new BrokenStack(`unable to ${task}; ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

function within(
  schedule: Schedule,
  { StartDate, EndDate }: { StartDate?: string | undefined; EndDate?: string | undefined },
): Schedule {
  const start = StartDate === undefined ? Number.NEGATIVE_INFINITY : Date.parse(StartDate);
  const end = EndDate === undefined ? Number.POSITIVE_INFINITY : Date.parse(EndDate);
  if (Number.isNaN(start) || Number.isNaN(end))
    throw new Error('StartDate and EndDate are times like 2026-12-24T18:00:00Z');
  return {
    expression: schedule.expression,
    next(after, created) {
      const next = schedule.next(Math.max(after, start - 1), Math.max(created, start));
      return next !== undefined && next <= end ? next : undefined;
    },
  };
}
