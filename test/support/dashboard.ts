import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { LocalRuntime } from '@parley/local';
import { z } from 'zod';

const Rendering = z.object({
  expression: z.string().optional(),
  id: z.string().optional(),
  stat: z.string().optional(),
  period: z.number().optional(),
  visible: z.boolean().optional(),
});
const Widget = z.object({
  type: z.string(),
  properties: z.looseObject({
    title: z.string().default(''),
    metrics: z.array(z.array(z.unknown())).default([]),
  }),
});
const Body = z.object({ widgets: z.array(Widget) });

export interface Graph {
  readonly title: string;
  readonly queries: MetricDataQuery[];
}

/**
 * The graphs of the stack's dashboard, as queries of CloudWatch's API.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function widgetsOf(stack: LocalRuntime['stack']): Graph[] {
  const [dashboard] = stack.ofType('AWS::CloudWatch::Dashboard');
  const { widgets } = Body.parse(JSON.parse(String(dashboard?.properties.DashboardBody)));
  return widgets
    .filter(({ type }) => type === 'metric')
    .map(({ properties: { title, metrics } }) => ({
      title,
      queries: metrics.map((row, index) => toQuery(row, `q${index}`)),
    }));
}

/** A row is a metric's namespace, name and dimensions, and how it is drawn; or an expression. */
function toQuery(row: readonly unknown[], Id: string): MetricDataQuery {
  const {
    expression,
    id = Id,
    stat = 'Average',
    period = 300,
    visible = true,
  } = Rendering.parse(typeof row.at(-1) === 'object' ? row.at(-1) : {});
  if (expression !== undefined) return { Id: id, Expression: expression, Period: period, ReturnData: visible };
  const [Namespace = '', MetricName = '', ...pairs] = row.filter((part) => typeof part === 'string');
  const Dimensions = pairs.flatMap((Name, at) => (at % 2 === 0 ? [{ Name, Value: pairs[at + 1] ?? '' }] : []));
  const Metric = { Namespace, MetricName, Dimensions };
  return { Id: id, MetricStat: { Metric, Stat: stat, Period: period }, ReturnData: visible };
}
