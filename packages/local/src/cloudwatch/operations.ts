import { z } from 'zod';
import { AwsError } from '#aws-json/aws-error';
import type { Context } from '#context';
import type { AlarmState, Alarms } from './alarms.ts';
import { dashboards } from './dashboards.ts';
import { MathError } from './metric-math.ts';
import type { MetricStore } from './metric-store.ts';
import { dimensionsOf, Metric, MetricDataQuery, metricOf, periodOf, runQuery, type Window } from './queries.ts';
import { isStatistic } from './statistic.ts';

export interface Monitoring {
  readonly context: Context;
  readonly store: MetricStore;
  readonly alarms: Alarms;
  /** Brings metrics up to date that are read and not counted, such as how many messages a queue has. */
  readonly refresh: () => void;
}

type Operation = (monitoring: Monitoring, input: Readonly<Record<string, unknown>>) => object;

const seconds = z.number();
const Range = { StartTime: seconds, EndTime: seconds };
/** Of an answer: AWS's limit is 100,800 values, so that a small period over a long time is an error. */
const mostPeriods = 100_800;

const GetMetricData = z.object({
  ...Range,
  MetricDataQueries: z.array(MetricDataQuery).min(1).max(500),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
});
const GetMetricStatistics = Metric.extend({
  ...Range,
  Period: z.number().positive(),
  Statistics: z.array(z.string()).default([]),
  ExtendedStatistics: z.array(z.string()).default([]),
});
const ListMetrics = z.object({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]),
});
const PutMetricData = z.object({
  Namespace: z.string().regex(/^[^:].*$/),
  MetricData: z.array(
    Metric.omit({ Namespace: true }).extend({
      Timestamp: seconds.optional(),
      Value: z.number().optional(),
      Values: z.array(z.number()).default([]),
      Counts: z.array(z.number()).default([]),
      Unit: z.string().optional(),
      StatisticValues: z.unknown().optional(),
    }),
  ),
});
const StateValue = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
const DescribeAlarms = z.object({
  AlarmNames: z.array(z.string()).optional(),
  AlarmNamePrefix: z.string().default(''),
  StateValue: StateValue.optional(),
});
const SetAlarmState = z.object({ AlarmName: z.string(), StateValue, StateReason: z.string() });
const DescribeAlarmHistory = z.object({ AlarmName: z.string().optional() });
const GetDashboard = z.object({ DashboardName: z.string() });

/** Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html */
export const operations: Readonly<Record<string, Operation>> = {
  GetMetricData({ store, refresh }, input) {
    refresh();
    const { MetricDataQueries: queries, ScanBy, ...range } = GetMetricData.parse(input);
    const results = queries.flatMap((query) => {
      if (!query.ReturnData) return [];
      const period = periodOf(query, queries);
      const windows = windowsOf(range, period);
      return mathErrors(() => runQuery(store, query, queries, { windows, seconds: period })).map((result) => {
        const points = result.points.flatMap((value, at) => (value === undefined ? [] : [{ value, at }]));
        if (ScanBy === 'TimestampDescending') points.reverse();
        return {
          Id: result.id,
          Label: result.label,
          Timestamps: points.map(({ at }) => (windows[at]?.from ?? 0) / 1000),
          Values: points.map(({ value }) => value),
          StatusCode: 'Complete',
        };
      });
    });
    return { MetricDataResults: results, Messages: [] };
  },
  GetMetricStatistics({ store, refresh }, input) {
    refresh();
    const { Statistics, ExtendedStatistics, Period, StartTime, EndTime, ...metric } = GetMetricStatistics.parse(input);
    const windows = windowsOf({ StartTime, EndTime }, Period);
    const stats = [...Statistics, ...ExtendedStatistics];
    if (stats.length === 0) throw invalid('The parameters Statistics and ExtendedStatistics are missing.');
    const series = new Map(
      stats.map((Stat) => {
        if (!isStatistic(Stat)) throw invalid(`the statistic ${Stat} is not served locally`);
        const query = { Id: 'm1', MetricStat: { Metric: metric, Period, Stat }, ReturnData: true };
        return [Stat, runQuery(store, query, [query], { windows, seconds: Period })[0]?.points ?? []];
      }),
    );
    const unit = store.find(metricOf(metric))?.unit;
    const Datapoints = windows.flatMap(({ from }, at) => {
      const values = stats.flatMap((stat): [string, number][] => {
        const value = series.get(stat)?.[at];
        return value === undefined ? [] : [[stat, value]];
      });
      if (values.length === 0) return [];
      const extended = Object.fromEntries(values.filter(([stat]) => ExtendedStatistics.includes(stat)));
      const simple = Object.fromEntries(values.filter(([stat]) => Statistics.includes(stat)));
      return [
        {
          Timestamp: from / 1000,
          ...simple,
          ...(Object.keys(extended).length > 0 && { ExtendedStatistics: extended }),
          Unit: unit,
        },
      ];
    });
    return { Label: metric.MetricName, Datapoints };
  },
  ListMetrics({ store, refresh }, input) {
    refresh();
    const { Namespace, MetricName, Dimensions } = ListMetrics.parse(input);
    const listed = store
      .all()
      .filter(
        ({ namespace, name, dimensions }) =>
          (Namespace === undefined || namespace === Namespace) &&
          (MetricName === undefined || name === MetricName) &&
          Dimensions.every(({ Name, Value }) =>
            Value === undefined ? dimensions[Name] !== undefined : dimensions[Name] === Value,
          ),
      );
    return {
      Metrics: listed.map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      })),
    };
  },
  PutMetricData({ store, context }, input) {
    const { Namespace: namespace, MetricData } = PutMetricData.parse(input);
    for (const {
      MetricName: name,
      Dimensions,
      Timestamp,
      Unit,
      Value,
      Values,
      Counts,
      StatisticValues,
    } of MetricData) {
      if (StatisticValues !== undefined) throw invalid('StatisticValues are not served locally');
      const time = Timestamp === undefined ? context.clock.now() : Timestamp * 1000;
      const values = Value === undefined ? Values : [Value];
      for (const [at, value] of values.entries()) {
        const about = { unit: Unit, time, count: Counts[at] ?? 1 };
        store.record({ namespace, name, dimensions: dimensionsOf(Dimensions) }, value, about);
      }
    }
    return {};
  },
  DescribeAlarms({ alarms }, input) {
    const { AlarmNames, AlarmNamePrefix, StateValue: wanted } = DescribeAlarms.parse(input);
    const found = alarms
      .evaluate()
      .filter(
        ({ settings: { name }, value }) =>
          (AlarmNames === undefined || AlarmNames.includes(name)) &&
          name.startsWith(AlarmNamePrefix) &&
          (wanted === undefined || value === wanted),
      );
    return { MetricAlarms: found.map(describeAlarm), CompositeAlarms: [] };
  },
  DescribeAlarmHistory({ alarms }, input) {
    const { AlarmName } = DescribeAlarmHistory.parse(input);
    const items = alarms.history().filter(({ alarm }) => AlarmName === undefined || alarm.name === AlarmName);
    return {
      AlarmHistoryItems: items.map(({ alarm, from, to, time }) => ({
        AlarmName: alarm.name,
        AlarmType: 'MetricAlarm',
        Timestamp: time / 1000,
        HistoryItemType: 'StateUpdate',
        HistorySummary: `Alarm updated from ${from} to ${to}`,
      })),
    };
  },
  SetAlarmState({ alarms }, input) {
    const { AlarmName, StateValue: value, StateReason } = SetAlarmState.parse(input);
    if (!alarms.set(AlarmName, value, StateReason))
      throw new AwsError('ResourceNotFound', 'There is no such alarm.', { status: 404 });
    return {};
  },
  GetDashboard({ context }, input) {
    const { DashboardName } = GetDashboard.parse(input);
    const found = dashboards(context.stack).find(({ name }) => name === DashboardName);
    if (!found)
      throw new AwsError('DashboardNotFoundError', `Dashboard ${DashboardName} does not exist`, { status: 404 });
    return { DashboardName, DashboardArn: found.arn, DashboardBody: found.body };
  },
  ListDashboards: ({ context }) => ({
    DashboardEntries: dashboards(context.stack).map(({ name, arn, body }) => ({
      DashboardName: name,
      DashboardArn: arn,
      Size: Buffer.byteLength(body),
    })),
  }),
};

/** Periods begin at multiples of their length. The one that the range begins in is whole. */
function windowsOf({ StartTime, EndTime }: { StartTime: number; EndTime: number }, period: number): Window[] {
  if (EndTime <= StartTime) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  if (period <= 0) throw invalid('An expression without a metric needs a Period.');
  const first = Math.floor(StartTime / period) * period;
  const length = Math.ceil((EndTime - first) / period);
  if (length > mostPeriods) throw invalid(`The query has ${length} periods, more than ${mostPeriods}.`);
  return Array.from({ length }, (_, at) => ({
    from: (first + at * period) * 1000,
    to: Math.min(first + (at + 1) * period, EndTime) * 1000,
  }));
}

function describeAlarm({ settings, value, reason, since }: AlarmState): object {
  const { name, arn, queries: _, watched: __, ...properties } = settings;
  return {
    AlarmName: name,
    AlarmArn: arn,
    ...properties,
    StateValue: value,
    StateReason: reason,
    StateUpdatedTimestamp: since / 1000,
  };
}

function mathErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof MathError ? invalid(error.message) : error;
  }
}

const invalid = (message: string) => new AwsError('ValidationError', message);
