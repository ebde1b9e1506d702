import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  MathExpression,
  type Metric,
  type MetricOptions,
  Row,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type ChatMetric, type ErrorMetric, errorMetrics } from '#lambdas/runtime/metric-names';
import type { Alarms } from './alarms.ts';
import { ownMetric } from './own-metric.ts';
import type { ParleyFunction } from './parley-function.ts';
import type { Settings } from './settings.ts';
import { tableThrottles } from './table-throttles.ts';

export interface DashboardProps {
  readonly alarms: Alarms;
  readonly functions: readonly ParleyFunction[];
  /** Functions for which somebody waits. */
  readonly waitedFor: readonly ParleyFunction[];
  /** Functions that read the table's stream. */
  readonly streaming: readonly ParleyFunction[];
  readonly chunks: Queue;
  /** Where what was given up is. */
  readonly deadLetters: readonly Queue[];
  readonly table: Table;
  readonly httpApi: HttpApi;
  /** A metric of the WebSocket API, by its name. */
  readonly ofSockets: (name: string, options?: MetricOptions) => Metric;
  readonly options: Pick<Settings, 'canary' | 'metricsNamespace'>;
}

const period = Duration.minutes(5);
const sum = { statistic: Stats.SUM, period };

/**
 * One page that says whether the chat is well, and for whom not: first what people feel, then who was refused or met a fault, then the parts.
 * CloudWatch's free tier has three dashboards of fifty metrics.
 */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    // Without a name of ours CloudFormation makes one: dashboards are named per account, not per region.
    const board = new CloudWatchDashboard(this, 'Dashboard', { defaultInterval: Duration.hours(3) });
    const { alarms } = props.alarms;
    board.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', width: 24, height: Math.ceil(alarms.length / 8) + 1, alarms }),
    );
    for (const [title, widgets] of [
      ['What people feel', this.people(props)],
      ['For whom it is not well', this.troubles(props)],
      ['The parts', this.parts(props)],
    ] as const) {
      board.addWidgets(new TextWidget({ markdown: `## ${title}`, width: 24, height: 1 }));
      for (const three of inThrees(widgets)) board.addWidgets(new Row(...three));
    }
    board.addWidgets(lastErrors(props.functions));
  }

  private people({ httpApi, ofSockets, options }: DashboardProps): IWidget[] {
    const own = (name: ChatMetric, more: MetricOptions = sum) => ownMetric(options, name, more);
    const delivery = (statistic: string) => own('DeliveryTime', { statistic, period, label: statistic });
    return [
      graph('Messages', [own('MessagesStored'), own('MessagesDelivered')]),
      graph('From frame to last post (ms)', [delivery('p50'), delivery('p99')]),
      graph('Connections', [own('ConnectionsOpened'), own('ConnectionsClosed'), ofSockets('ConnectCount', sum)]),
      graph('HTTP requests', [
        httpApi.metricCount(sum),
        httpApi.metricServerError(sum),
        httpApi.metricClientError(sum),
      ]),
      graph('HTTP answers (ms)', [
        httpApi.metricLatency({ statistic: 'p50', period, label: 'p50' }),
        httpApi.metricLatency({ statistic: 'p99', period, label: 'p99' }),
      ]),
      graph('Frames, both ways', [ofSockets('MessageCount', sum)]),
      ...(options.canary
        ? [graph('Could the canary chat? (1 is yes)', [own('CanarySuccess', { statistic: 'Minimum', period })])]
        : []),
    ];
  }

  private troubles({ ofSockets, deadLetters, options }: DashboardProps): IWidget[] {
    const own = (name: ChatMetric) => ownMetric(options, name, sum);
    const by = (name: ErrorMetric) => [searchByDimension(options, name)];
    return [
      graph('Refused, by the code of the answer', by('Refusals')),
      graph('Faults of our own, by function', by('Faults')),
      graph(
        'Connections and frames',
        ['IntegrationError', 'ExecutionError', 'ClientError'].map((name) => ofSockets(name, sum)),
      ),
      graph('Posts that reached nobody', [own('PostsGone'), own('PostsThrottled'), own('PostsFailed')]),
      graph('Numbers whose message never came', [own('HolesSealed')]),
      graph(
        'Given up',
        deadLetters.map((queue) => queue.metricApproximateNumberOfMessagesVisible({ period })),
      ),
    ];
  }

  private parts({ functions, waitedFor, streaming, chunks, table }: DashboardProps): IWidget[] {
    const label = (fn: ParleyFunction, more: MetricOptions) => ({ period, label: fn.node.id, ...more });
    return [
      graph(
        'Functions that threw or timed out',
        functions.map((fn) => fn.lambda.metricErrors(label(fn, sum))),
      ),
      graph(
        'Executions that were refused',
        waitedFor.map((fn) => fn.lambda.metricThrottles(label(fn, sum))),
      ),
      graph(
        'How long functions take (ms, p99)',
        waitedFor.map((fn) => fn.lambda.metricDuration(label(fn, { statistic: 'p99' }))),
      ),
      graph(
        'How late changes are (ms)',
        streaming.map((fn) => fn.lambda.metric('IteratorAge', label(fn, { statistic: 'Maximum' }))),
      ),
      graph('How late chunks of large rooms are (s)', [chunks.metricApproximateAgeOfOldestMessage({ period })]),
      graph('The table’s units', [
        table.metricConsumedReadCapacityUnits(sum),
        table.metricConsumedWriteCapacityUnits(sum),
        tableThrottles(table, period),
      ]),
    ];
  }
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 });
}

/** One line for each value of the metric's dimension that there is: codes and functions need no list here. */
function searchByDimension({ metricsNamespace }: Pick<Settings, 'metricsNamespace'>, name: ErrorMetric): IMetric {
  const { dimension } = errorMetrics[name];
  const expression = `SEARCH('{${metricsNamespace},${dimension}} MetricName="${name}"', 'Sum', ${period.toSeconds()})`;
  return new MathExpression({ expression, period, label: '' });
}

/** Whose trouble it is: the line names function, person, conversation and request. */
function lastErrors(functions: readonly ParleyFunction[]): IWidget {
  return new LogQueryWidget({
    title: 'The last errors, and whose they are',
    width: 24,
    height: 8,
    logGroupNames: functions.map(({ logGroup }) => logGroup.logGroupName),
    queryLines: [
      `fields ${['@timestamp', ...errorFields].join(', ')}`,
      'filter level = "ERROR"',
      'sort @timestamp desc',
      'limit 20',
    ],
  });
}

/** Fields of the functions' log lines: lambdas/runtime/create-handler.ts. */
export const errorFields = ['service', 'message', 'error.message', 'user', 'conversation', 'route', 'requestId'];

function inThrees<T>(list: readonly T[]): T[][] {
  return list.length === 0 ? [] : [list.slice(0, 3), ...inThrees(list.slice(3))];
}
