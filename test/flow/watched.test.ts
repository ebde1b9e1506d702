/** What the operator sees: the dashboard's figures, and an alarm for each fault. The local runtime evaluates the synthesized alarms themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalRuntime } from '@parley/local';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AlarmKind, alarmKinds } from '#lib/alarm-kinds';
import { errorFields } from '#lib/dashboard';
import { type Chat, startChat } from '../support/chat.ts';
import { widgetsOf } from '../support/dashboard.ts';
import { named, type Person } from '../support/person.ts';
import type { Socket } from '../support/socket.ts';

/** Runs ahead of the time, so that what came just now is old. */
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };

let chat: Chat;
let local: LocalRuntime;
let cloudWatch: CloudWatchClient;
let ann: Person;
let bob: Person;
let socket: Socket;

describe.skipIf(process.env.PARLEY_OUTPUTS)('the operator', () => {
  beforeAll(async () => {
    // A period of five minutes becomes one of half a minute, and a minute before a retry six seconds.
    chat = await startChat({ timeScale: 10, clock });
    if (!chat.local) throw new Error('unable to cause faults; the stack is deployed');
    local = chat.local;
    cloudWatch = new CloudWatchClient(clientOf('cloudwatch'));
    [ann, bob] = await chat.people('ann', 'bob');
    // It fails, and fails again after a minute.
    const lambda = new LambdaClient(clientOf('lambda'));
    const Payload = Buffer.from('{"no":"job"}');
    await lambda.send(
      new InvokeCommand({ FunctionName: local.stack.ref('FanOutFunction'), InvocationType: 'Event', Payload }),
    );
    lambda.destroy();
  });
  afterAll(async () => {
    cloudWatch.destroy();
    await chat.stop();
  });
  const restores: (() => void)[] = [];
  afterEach(() => {
    for (const restore of restores.splice(0)) restore();
    Object.assign(local.faults, {
      ...{ keysUnavailable: 0, killWorker: 0, accountThrottled: 0, tableThrottled: 0 },
      random: Math.random,
    });
    clock.ahead = 0;
  });

  const clientOf = (service: string) => ({
    region: local.stack.region,
    endpoint: `${local.origin}/_aws/${service}`,
    credentials: local.rootCredentials,
    maxAttempts: 1,
  });
  const idOf = (type: string, start: string): string => {
    const found = local.stack.ofType(type).find(({ logicalId }) => logicalId.startsWith(start));
    if (!found) throw new Error(`the stack has no ${type} ${start}`);
    return found.logicalId;
  };
  /** Takes permissions for the table from a function. */
  const withoutTable = (name: string) =>
    restores.push(local.policies.revoke({ roleId: idOf('AWS::IAM::Role', `${name}Role`), action: 'dynamodb:*' }));

  /** The fields of the last line of level ERROR, those of its error as `error.message`. */
  function fieldsOfLastError(name: string): Set<string> | undefined {
    const folder = join(chat.dataDirectory ?? '', 'logs');
    const file = readdirSync(folder).find((one) => one.includes(`-${name}Log`)) ?? '';
    const last = readFileSync(join(folder, file), 'utf8')
      .trim()
      .split('\n')
      .map(parseLine)
      .findLast(({ level }) => level === 'ERROR');
    return last && new Set([...Object.keys(last), ...Object.keys(Object(last.error)).map((key) => `error.${key}`)]);
  }
  const parseLine = (line: string): Record<string, unknown> => JSON.parse(line);

  /** Resolves when these alarms have rung, by their ids in the stack. */
  async function rung(...ids: string[]): Promise<void> {
    const names = ids.map((id) => local.stack.ref(idOf('AWS::CloudWatch::Alarm', `Alarms${id}`)));
    const missing = async () => {
      const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: names }));
      const { AlarmHistoryItems = [] } = await cloudWatch.send(new DescribeAlarmHistoryCommand({}));
      const heard = AlarmHistoryItems.filter(({ HistorySummary }) => HistorySummary?.endsWith('to ALARM'));
      const silent = MetricAlarms.filter((alarm) => !heard.some(({ AlarmName }) => AlarmName === alarm.AlarmName));
      return silent.map(({ AlarmName, StateReason }) => `${AlarmName}: ${StateReason}`);
    };
    await vi.waitFor(async () => expect(await missing()).toEqual([]), { timeout: 20_000, interval: 100 });
    for (const id of ids) seen.add(kindOf(id));
  }
  const seen = new Set<AlarmKind>();
  const kinds = Object.keys(alarmKinds) as AlarmKind[];
  const kindOf = (id: string): AlarmKind => {
    const found = kinds.find((kind) =>
      kind.startsWith('Function') ? id.endsWith(kind.slice(8)) && !kinds.some((one) => one === id) : id === kind,
    );
    if (!found) throw new Error(`${id} is no alarm`);
    return found;
  };

  it('is told when nobody’s token can be checked', async () => {
    // Nothing has asked for the keys yet.
    local.faults.keysUnavailable = 1;
    expect((await ann.get('/conversations')).status).toBe(401);
    await expect(ann.everything()).rejects.toThrow('503');
    await rung('UncheckedTokens', 'AuthorizeFaults', 'FrameErrors', 'ErrorLines');
  });

  it('sees figures in every graph of the dashboard after some minutes of chat', async () => {
    socket = await ann.enter(named(ann, bob));
    const other = await bob.everything();
    await socket.ask({ type: 'create', message: 'hello' }, 'chat_message');
    expect((await ann.get('/conversations/nobody_else/messages')).status).toBeGreaterThanOrEqual(400);
    await other.close();
    await chat.settled();
    const widgets = widgetsOf(local.stack);
    expect(widgets.length).toBeGreaterThan(15);
    const empty: string[] = [];
    for (const { title, queries } of widgets) {
      const { MetricDataResults = [] } = await cloudWatch.send(
        new GetMetricDataCommand({ MetricDataQueries: queries, ...lately() }),
      );
      if (!MetricDataResults.some(({ Values = [] }) => Values.length > 0)) empty.push(title);
    }
    // Nothing of the kind has happened.
    expect(empty).toEqual(['Posts that reached nobody', 'Numbers whose message never came']);
  });

  const lately = () => ({ StartTime: new Date(Date.now() - 300_000), EndTime: new Date(Date.now() + 300_000) });

  it('is told of functions that die', async () => {
    // At once: otherwise they may be done before they die.
    Object.assign(local.faults, { killWorker: 1, random: () => 0 });
    socket.send({ type: 'create', message: 'lost' });
    expect((await ann.get('/conversations')).status).toBeGreaterThanOrEqual(500);
    await rung('SocketErrors', 'HttpErrors', 'FrameErrors', 'RequestErrors');
  });

  it('is told of errors that are answered as data', async () => {
    withoutTable('Http');
    expect((await ann.get('/conversations')).status).toBe(500);
    await rung('RequestErrors', 'ErrorLines');
    withoutTable('Socket');
    expect(await socket.ask({ type: 'create', message: 'lost' }, 'error')).toMatchObject({ code: 'internal' });
    // The dashboard's table of the last errors asks for these fields.
    const fields = await vi.waitUntil(() => fieldsOfLastError('Socket'), { timeout: 10_000, interval: 20 });
    expect(errorFields.filter((field) => !fields.has(field))).toEqual([]);
  });

  it('is told when a name cannot be checked', async () => {
    withoutTable('CheckName');
    await expect(chat.person('carl')).rejects.toThrow();
    await rung('CheckNameFaults');
  });

  it('is told when the account has no execution left', async () => {
    local.faults.accountThrottled = 1;
    socket.send({ type: 'create', message: 'lost' });
    expect((await ann.get('/conversations')).status).toBeGreaterThanOrEqual(500);
    await expect(bob.everything()).rejects.toThrow('500');
    await rung('SocketThrottles', 'HttpThrottles', 'AuthorizeThrottles');
  });

  it('is told when the table refuses reads and writes', async () => {
    local.faults.tableThrottled = 1;
    const dynamoDb = new DynamoDBClient(clientOf('dynamodb'));
    const read = new GetItemCommand({
      TableName: local.stack.ref(idOf('AWS::DynamoDB::Table', 'ChatTable')),
      Key: { pk: { S: 'somebody' }, sk: { S: 'user' } },
    });
    for (let times = 0; times < 10; times++) await expect(dynamoDb.send(read)).rejects.toThrow('throughput');
    dynamoDb.destroy();
    await rung('TableThrottles');
  });

  it('is told when changes and chunks come late, and when they are given up', async () => {
    const sqs = new SQSClient(clientOf('sqs'));
    const QueueUrl = local.stack.ref(idOf('AWS::SQS::Queue', 'LargeRoomsChunks'));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"no":"chunk"}' }));
    // Two minutes and more.
    clock.ahead = 13_000;
    await rung('ChunksLate');
    await bob.everything();
    await rung('NotifyLate', 'FanOutErrors', 'DroppedEvents', 'DeadLetters');
    sqs.destroy();
  });

  it('sees how many functions run at once, which the alarm compares with the quota', async () => {
    const name = local.stack.ref(idOf('AWS::CloudWatch::Alarm', 'AlarmsConcurrency'));
    const { MetricAlarms: [alarm] = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    const { Namespace, MetricName, Statistic: Stat, Period, Threshold } = alarm ?? {};
    const MetricStat = { Metric: { Namespace, MetricName }, Stat, Period };
    const query: MetricDataQuery = { Id: 'm1', MetricStat };
    const { MetricDataResults } = await cloudWatch.send(
      new GetMetricDataCommand({ MetricDataQueries: [query], ...lately() }),
    );
    expect(Math.max(...(MetricDataResults?.[0]?.Values ?? []))).toBeGreaterThanOrEqual(1);
    expect(Threshold).toBe(800);
    seen.add('Concurrency');
  });

  it('has met every kind of alarm here, except for pushes and the canary, which are options', () => {
    expect(kinds.filter((kind) => !seen.has(kind))).toEqual(['LostPushes', 'Canary']);
  });
});
