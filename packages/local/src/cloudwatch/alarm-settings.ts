import { z } from 'zod';
import { parseOrBroken } from '#assembly/broken-stack';
import type { Resource, Stack } from '#assembly/stack';
import { checkMath } from './metric-math.ts';
import { MetricDataQuery } from './queries.ts';
import { isStatistic } from './statistic.ts';

const arns = z.array(z.string()).default([]);
const number = z.coerce.number();

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
const Properties = z.object({
  AlarmDescription: z.string().optional(),
  ActionsEnabled: z.stringbool().or(z.boolean()).default(true),
  AlarmActions: arns,
  OKActions: arns,
  InsufficientDataActions: arns,
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).optional(),
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Period: number.optional(),
  Unit: z.string().optional(),
  Metrics: z.array(MetricDataQuery).optional(),
  EvaluationPeriods: number,
  DatapointsToAlarm: number.optional(),
  Threshold: number,
  ComparisonOperator: z.enum([
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  TreatMissingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).default('missing'),
});

export interface AlarmSettings extends z.infer<typeof Properties> {
  readonly name: string;
  readonly arn: string;
  /** What is watched. One of them returns data. */
  readonly queries: readonly MetricDataQuery[];
  readonly watched: MetricDataQuery;
}

/** The template's alarms, except for those that are not served. @throws BrokenStack */
export function readAlarms(stack: Stack): AlarmSettings[] {
  return stack
    .ofType('AWS::CloudWatch::Alarm')
    .filter((resource) => unservedAlarm(resource) === undefined)
    .map((resource) => {
      const properties = read(resource);
      const queries = queriesOf(properties);
      const watched = queries.find(({ ReturnData }) => ReturnData) ?? queries[0];
      if (!watched) throw new Error('unable to watch nothing');
      return {
        ...properties,
        name: stack.ref(resource.logicalId),
        arn: stack.arn(resource.logicalId),
        queries,
        watched,
      };
    });
}

/** Why an alarm is not served, in one sentence: it compares with a band, for instance. */
export function unservedAlarm(resource: Resource): string | undefined {
  try {
    for (const { Expression, MetricStat } of queriesOf(read(resource))) {
      if (Expression !== undefined) checkMath(Expression);
      if (MetricStat && !isStatistic(MetricStat.Stat)) return `the statistic ${MetricStat.Stat} is not served locally`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function read({ properties, logicalId }: Resource): z.infer<typeof Properties> {
  return parseOrBroken(Properties, properties, `serve the alarm ${logicalId}`);
}

function queriesOf(alarm: z.infer<typeof Properties>): readonly MetricDataQuery[] {
  const { Metrics, Namespace, MetricName, Dimensions, Statistic, ExtendedStatistic, Period = 60, Unit } = alarm;
  if (Metrics && Metrics.length > 0) return Metrics;
  const Metric = { Namespace, MetricName, Dimensions };
  const MetricStat = { Metric, Period, Stat: Statistic ?? ExtendedStatistic, Unit };
  return [MetricDataQuery.parse({ Id: 'm1', MetricStat })];
}
