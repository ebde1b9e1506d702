import {
  GetDashboardCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  GetMetricStatisticsCommand,
  ListDashboardsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReadLog } from '#cloudwatch/read-logs';
import { lambda, role } from '../dynamodb/template.ts';
import { startMonitor } from './monitor.ts';

let monitor: Awaited<ReturnType<typeof startMonitor>>;
beforeAll(async () => {
  monitor = await startMonitor(() => ({
    Resources: {
      WorkerRole: role([], {
        more: [
          {
            Effect: 'Allow',
            Action: 'cloudwatch:PutMetricData',
            Resource: '*',
            Condition: { StringEquals: { 'cloudwatch:namespace': 'Shop' } },
          },
        ],
      }),
      Worker: lambda('WorkerRole'),
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/shop' } },
      Slow: filter('{ $.level = "ERROR" && $.ms > 10 }', { MetricName: 'Slow', MetricValue: '$.ms' }),
      ByCode: filter('{ $.code = * }', { MetricName: 'Codes', Dimensions: [{ Key: 'code', Value: '$.code' }] }),
      Board: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: '{"widgets":[]}' } },
    },
  }));
});
afterAll(() => monitor.stop());

const filter = (FilterPattern: string, more: object) => ({
  Type: 'AWS::Logs::MetricFilter',
  Properties: {
    LogGroupName: { Ref: 'Log' },
    FilterPattern,
    MetricTransformations: [{ MetricNamespace: 'Shop', MetricValue: '1', ...more }],
  },
});

const put = (
  namespace: string,
  MetricData: {
    MetricName: string;
    Value?: number;
    Values?: number[];
    Counts?: number[];
    Timestamp?: Date;
    Dimensions?: { Name: string; Value: string }[];
  }[],
  client = monitor.root,
) => client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));

/** Three minutes, a while ago, so that no period is cut. */
const start = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 600_000);
const minute = (index: number) => new Date(start.getTime() + index * 60_000);
const range = { StartTime: start, EndTime: minute(3) };

async function values(queries: GetMetricDataCommandInput['MetricDataQueries'], more: object = {}) {
  const { MetricDataResults = [] } = await monitor.root.send(
    new GetMetricDataCommand({ MetricDataQueries: queries, ScanBy: 'TimestampAscending', ...range, ...more }),
  );
  return MetricDataResults.map(({ Label, Values }) => [Label, Values]);
}
const metric = (Id: string, MetricName: string, Stat = 'Sum', ReturnData = false, namespace = 'Math') => ({
  Id,
  MetricStat: { Metric: { Namespace: namespace, MetricName }, Period: 60, Stat },
  ReturnData,
});

describe('what is put', () => {
  test('is added up by period, with every simple statistic and percentiles', async () => {
    await put('Shop', [
      { MetricName: 'Price', Values: [1, 2, 10], Counts: [5, 4, 1], Timestamp: minute(0) },
      { MetricName: 'Price', Value: 7, Timestamp: minute(2) },
    ]);
    const stats = ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum', 'p50', 'p90', 'p99'];
    const queries = stats.map((Stat) => metric(Stat.toLowerCase(), 'Price', Stat, true, 'Shop'));
    expect((await values(queries)).map(([, list]) => list)).toEqual([
      [23, 7],
      [10, 1],
      [2.3, 7],
      [1, 7],
      [10, 7],
      [1, 7],
      [2, 7],
      [10, 7],
    ]);
    const { Datapoints } = await monitor.root.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Shop',
        MetricName: 'Price',
        Period: 60,
        Statistics: ['Sum', 'Maximum'],
        ...range,
      }),
    );
    expect(Datapoints).toEqual([
      { Timestamp: minute(0), Sum: 23, Maximum: 10, Unit: 'None' },
      { Timestamp: minute(2), Sum: 7, Maximum: 7, Unit: 'None' },
    ]);
  });

  test('is listed with its dimensions; each set of dimensions is a metric of its own', async () => {
    const Dimensions = [{ Name: 'shop', Value: 'north' }];
    await put('Listed', [
      { MetricName: 'Sales', Value: 1 },
      { MetricName: 'Sales', Value: 2, Dimensions },
    ]);
    const { Metrics } = await monitor.root.send(new ListMetricsCommand({ Namespace: 'Listed' }));
    expect(Metrics).toEqual([
      { Namespace: 'Listed', MetricName: 'Sales', Dimensions: [] },
      { Namespace: 'Listed', MetricName: 'Sales', Dimensions },
    ]);
    const one = await monitor.root.send(new ListMetricsCommand({ Dimensions: [{ Name: 'shop' }] }));
    expect(one.Metrics).toEqual([{ Namespace: 'Listed', MetricName: 'Sales', Dimensions }]);
  });

  test('may come compressed, as SDKs send what is long', async () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ MetricName: `Metric${index}`, Value: index }));
    await put('Long', many);
    const { Metrics } = await monitor.root.send(new ListMetricsCommand({ Namespace: 'Long' }));
    expect(Metrics).toHaveLength(500);
  });

  test('needs the permission, for the namespace', async () => {
    const worker = monitor.clientOf(monitor.worker());
    await put('Shop', [{ MetricName: 'Own', Value: 1 }], worker);
    await expect(put('Other', [{ MetricName: 'Own', Value: 1 }], worker)).rejects.toThrow(
      'not authorized to perform: cloudwatch:PutMetricData',
    );
    await expect(worker.send(new ListMetricsCommand({}))).rejects.toThrow('not authorized');
  });
});

describe('expressions', () => {
  beforeAll(async () => {
    const at = (MetricName: string, list: (number | undefined)[]) =>
      list.flatMap((Value, index) => (Value === undefined ? [] : [{ MetricName, Value, Timestamp: minute(index) }]));
    await put('Math', [...at('A', [1, 2, 3]), ...at('B', [10, undefined, 30])]);
  });

  const given = [metric('a', 'A'), metric('b', 'B'), metric('none', 'None')];
  test.each([
    ['a + 1', [2, 3, 4]],
    ['a * b', [10, 90]],
    ['-a ^ 2', [1, 4, 9]],
    ['SUM([a, b, none])', [11, 2, 33]],
    ['MAX(METRICS())', [10, 2, 30]],
    ['SUM(METRICS("a"))', [1, 2, 3]],
    ['AVG(a)', [2, 2, 2]],
    ['FILL(b, 0)', [10, 0, 30]],
    ['FILL(b, REPEAT)', [10, 10, 30]],
    ['IF(a > 1, b, 5)', [5, 30]],
    ['IF(a > 1 AND a < 3, 1, 0)', [0, 1, 0]],
    ['DIFF(a)', [1, 1]],
    ['RATE(a) * 60', [1, 1]],
    ['RUNNING_SUM(a)', [1, 3, 6]],
    ['100 * a / PERIOD(a)', [100 / 60, 200 / 60, 5]],
    ['none', []],
  ])('%s', async (Expression, expected) => {
    expect(await values([...given, { Id: 'e', Expression, Label: 'found' }])).toEqual([['found', expected]]);
  });

  test('a search gives a series for each metric, named after its dimensions', async () => {
    const of = (Value: string) => [{ Name: 'code', Value }];
    await put('Found', [
      { MetricName: 'Errors', Value: 1, Timestamp: minute(0), Dimensions: of('gone') },
      { MetricName: 'Errors', Value: 4, Timestamp: minute(0), Dimensions: of('late') },
      { MetricName: 'Others', Value: 9, Timestamp: minute(0), Dimensions: of('late') },
    ]);
    const search = `SEARCH('{Found,code} MetricName="Errors"', 'Sum', 60)`;
    expect(await values([{ Id: 'e', Expression: search, Period: 60 }])).toEqual([
      ['gone', [1]],
      ['late', [4]],
    ]);
    expect(await values([{ Id: 'e', Expression: `SUM(${search})`, Period: 60 }])).toEqual([['e', [5]]]);
  });

  test.each([
    ['a +', 'unable to read the expression'],
    ['x', 'refers to x, which is not in the request'],
    ['e', 'refers to itself'],
    ['ANOMALY_DETECTION_BAND(a)', 'the function ANOMALY_DETECTION_BAND is not served locally'],
    ['constructor(a)', 'the function constructor is not served locally'],
    ["SEARCH('everything', 'Sum')", 'this search is not served locally'],
  ])('%s is refused', async (Expression, message) => {
    await expect(values([...given, { Id: 'e', Expression }])).rejects.toThrow(message);
  });
});

test('lines of a log become metrics: by a filter, and by what is embedded in them', async () => {
  const { metrics, stack } = monitor.context;
  const readLog = createReadLog(metrics, () => stack);
  const embedded = {
    _aws: {
      Timestamp: start.getTime(),
      CloudWatchMetrics: [
        { Namespace: 'Shop', Dimensions: [[], ['service']], Metrics: [{ Name: 'Stored', Unit: 'Count' }] },
      ],
    },
    service: 'till',
    Stored: [1, 2],
  };
  const lines = [
    { level: 'ERROR', ms: 30 },
    { level: 'ERROR', ms: 5 },
    { level: 'INFO', ms: 99 },
    { code: 'gone' },
    embedded,
    { _aws: 'nothing' },
  ];
  readLog('/shop', `${lines.map((line) => JSON.stringify(line)).join('\n')}\nno JSON\n{ nor this\n`);
  readLog('/other', '{"level":"ERROR","ms":1000}\n');
  const service = [{ Name: 'service', Value: 'till' }];
  const stored = (Dimensions: object[]) => ({ Namespace: 'Shop', MetricName: 'Stored', Dimensions });
  const { Metrics: ofStored } = await monitor.root.send(
    new ListMetricsCommand({ Namespace: 'Shop', MetricName: 'Stored' }),
  );
  expect(ofStored).toEqual([stored([]), stored(service)]);
  const now = { StartTime: new Date(Date.now() - 60_000), EndTime: new Date(Date.now() + 60_000) };
  const sum = (list: unknown) => (Array.isArray(list) ? list.reduce((all, one) => all + one, 0) : undefined);
  const seen = await values(
    [
      metric('slow', 'Slow', 'Sum', true, 'Shop'),
      { Id: 'codes', Expression: `SEARCH('{Shop,code} MetricName="Codes"', 'Sum', 60)`, Period: 60 },
    ],
    now,
  );
  expect(seen.map(([label, list]) => [label, sum(list)])).toEqual([
    ['Slow', 30],
    ['gone', 1],
  ]);
  expect(await values([metric('stored', 'Stored', 'Sum', true, 'Shop')])).toEqual([['Stored', [3]]]);
});

test('dashboards can be read', async () => {
  const { DashboardEntries = [] } = await monitor.root.send(new ListDashboardsCommand({}));
  const [{ DashboardName } = {}] = DashboardEntries;
  const read = await monitor.root.send(new GetDashboardCommand({ DashboardName }));
  expect(read).toMatchObject({ DashboardName, DashboardBody: '{"widgets":[]}' });
  await expect(monitor.root.send(new GetDashboardCommand({ DashboardName: 'other' }))).rejects.toThrow(
    'does not exist',
  );
});

test('a request that is wrong is told why', async () => {
  const ask = (more: object) =>
    monitor.root.send(
      new GetMetricDataCommand({ MetricDataQueries: [metric('a', 'A', 'Sum', true)], ...range, ...more }),
    );
  await expect(ask({ EndTime: start })).rejects.toThrow('StartTime must be less than');
  await expect(
    ask({
      StartTime: new Date(0),
      MetricDataQueries: [
        { ...metric('a', 'A', 'Sum', true), MetricStat: { ...metric('a', 'A').MetricStat, Period: 1 } },
      ],
    }),
  ).rejects.toThrow('periods, more than');
  await expect(ask({ MetricDataQueries: [metric('a', 'A', 'tm99', true)] })).rejects.toThrow(
    'the statistic tm99 is not served locally',
  );
  await expect(ask({ MetricDataQueries: [{ ...metric('a', 'A'), Id: 'Big' }] })).rejects.toThrow('Id');
});
