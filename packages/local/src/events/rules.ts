import { z } from 'zod';
import { BrokenStack, parseOrBroken } from '#assembly/broken-stack';
import type { Resource, Stack } from '#assembly/stack';
import { type Filter, readPattern } from '#patterns/pattern';
import { readSchedule, type Schedule } from './schedule.ts';

const json = <T extends z.ZodType>(shape: T) =>
  z.preprocess((value) => (typeof value === 'string' ? (parseOr(value) ?? value) : value), shape);
const parseOr = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-events-rule-target.html */
export const TargetProperties = z.looseObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .object({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string() })
    .optional(),
  SqsParameters: z.object({ MessageGroupId: z.string() }).optional(),
  DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
});
export type RuleTarget = z.infer<typeof TargetProperties>;

const RuleProperties = z.object({
  EventBusName: z.string().default('default'),
  EventPattern: json(z.record(z.string(), z.unknown()).optional()),
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z.array(TargetProperties).default([]),
});

/** An enabled `AWS::Events::Rule`. */
export interface Rule {
  readonly logicalId: string;
  readonly arn: string;
  readonly name: string;
  readonly busArn: string;
  readonly matches: Filter | undefined;
  readonly schedule: Schedule | undefined;
  readonly targets: readonly RuleTarget[];
}

export function busArn(stack: Stack, nameOrArn: string): string {
  return nameOrArn.startsWith('arn:')
    ? nameOrArn
    : `arn:aws:events:${stack.region}:${stack.account}:event-bus/${nameOrArn}`;
}

/** The stack's buses: its own and the account's `default`. */
export function busArns(stack: Stack): string[] {
  return [
    busArn(stack, 'default'),
    ...stack.ofType('AWS::Events::EventBus').map(({ logicalId }) => stack.arn(logicalId)),
  ];
}

/** @throws BrokenStack for a rule that EventBridge refuses on deployment */
export function readRules(stack: Stack): Rule[] {
  return stack.ofType('AWS::Events::Rule').flatMap((resource) => readRule(stack, resource));
}

function readRule(stack: Stack, { logicalId, properties }: Resource): Rule[] {
  const task = `serve the rule ${logicalId}`;
  const read = parseOrBroken(RuleProperties, properties, task);
  const { EventPattern, ScheduleExpression, EventBusName } = read;
  if (!EventPattern && !ScheduleExpression) {
    throw new BrokenStack(`unable to ${task}; it has neither EventPattern nor ScheduleExpression`);
  }
  const bus = busArn(stack, EventBusName);
  if (ScheduleExpression && bus !== busArn(stack, 'default')) {
    throw new BrokenStack(`unable to ${task}; ScheduleExpression is supported only on the default event bus`);
  }
  if (read.State === 'DISABLED') return [];
  const arn = stack.arn(logicalId);
  try {
    return [
      {
        logicalId,
        arn,
        name: arn.split('/').at(-1) ?? arn,
        busArn: bus,
        matches: EventPattern && readPattern(JSON.stringify(EventPattern), 'bus'),
        schedule: ScheduleExpression === undefined ? undefined : readSchedule(ScheduleExpression),
        targets: read.Targets,
      },
    ];
  } catch (error) {
    throw new BrokenStack(`unable to ${task}; ${error instanceof Error ? error.message : String(error)}`);
  }
}
