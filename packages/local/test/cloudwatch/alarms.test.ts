import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notServed } from '#assembly/not-served';
import type { AlarmSettings } from '#cloudwatch/alarm-settings';
import { evaluateAlarm } from '#cloudwatch/evaluate-alarm';
import { createMetricStore } from '#cloudwatch/metric-store';
import { eventually } from '../dynamodb/eventually.ts';
import { startMonitor } from './monitor.ts';

const alarm = (more: object = {}) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmDescription: 'Too many',
    Namespace: 'Shop',
    MetricName: 'Errors',
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 2,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    ...more,
  },
});
const mayPublish = (topic: string) => ({
  Type: 'AWS::SNS::TopicPolicy',
  Properties: {
    Topics: [{ Ref: topic }],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: { Ref: topic },
        },
      ],
    },
  },
});
const mayNot = (topic: string) => ({
  Type: 'AWS::SNS::TopicPolicy',
  Properties: {
    Topics: [{ Ref: topic }],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: { Ref: topic },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  },
});
const mails = { Endpoint: 'ann@example.com', Protocol: 'email' };
const band = [
  {
    Id: 'm1',
    MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Sales' }, Period: 60, Stat: 'Sum' },
    ReturnData: false,
  },
  { Id: 'e1', Expression: 'ANOMALY_DETECTION_BAND(m1)' },
];

let monitor: Awaited<ReturnType<typeof startMonitor>>;
beforeAll(async () => {
  monitor = await startMonitor(() => ({
    Resources: {
      OnCall: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'Shop', Subscription: [mails] } },
      OnCallPolicy: mayPublish('OnCall'),
      Strict: { Type: 'AWS::SNS::Topic', Properties: { Subscription: [mails] } },
      StrictPolicy: mayNot('Strict'),
      Plain: { Type: 'AWS::SNS::Topic', Properties: { Subscription: [mails] } },
      Errors: alarm({ AlarmActions: [{ Ref: 'OnCall' }], OKActions: [{ Ref: 'Plain' }] }),
      Silent: alarm({ MetricName: 'Other', AlarmActions: [{ Ref: 'Strict' }] }),
      Banded: alarm({ MetricName: undefined, Namespace: undefined, Statistic: undefined, Metrics: band }),
    },
  }));
});
afterAll(() => monitor.stop());

const nameOf = (id: string) => monitor.context.stack.ref(id);
async function state(id: string) {
  const { MetricAlarms = [] } = await monitor.root.send(new DescribeAlarmsCommand({ AlarmNames: [nameOf(id)] }));
  return MetricAlarms[0];
}
const put = (MetricName: string, Value: number) =>
  monitor.root.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData: [{ MetricName, Value }] }));
const mailsSoFar = () => {
  const folder = join(monitor.dataDirectory, 'mail');
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
};

test('an alarm rings when its metric reaches the threshold, and its topic sends a mail', async () => {
  expect(await state('Errors')).toMatchObject({ StateValue: 'OK', AlarmDescription: 'Too many', Threshold: 2 });
  await put('Errors', 1);
  expect(await state('Errors')).toMatchObject({ StateValue: 'OK' });
  await put('Errors', 1);
  const rung = await state('Errors');
  expect(rung?.StateValue).toBe('ALARM');
  expect(rung?.StateReason).toContain(
    '1 out of the last 1 datapoints [2] were greater than or equal to the threshold (2)',
  );
  const mail = await eventually(() => {
    const found = mailsSoFar().find((text) => text.includes('Subject: ALARM'));
    if (found === undefined) throw new Error('no mail');
    return found;
  });
  expect(mail).toContain('To: ann@example.com');
  expect(JSON.parse(mail.slice(mail.indexOf('{')))).toMatchObject({
    AlarmName: nameOf('Errors'),
    NewStateValue: 'ALARM',
    OldStateValue: 'OK',
    Trigger: { MetricName: 'Errors', Namespace: 'Shop', Statistic: 'SUM', Threshold: 2 },
  });
});

test('a state can be set, and a topic without a policy of its own lets the account’s alarms publish', async () => {
  const AlarmName = nameOf('Errors');
  await monitor.root.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'OK', StateReason: 'a drill' }));
  await eventually(() => {
    if (!mailsSoFar().some((text) => text.includes('Subject: OK'))) throw new Error('no mail');
  });
  const { AlarmHistoryItems = [] } = await monitor.root.send(new DescribeAlarmHistoryCommand({ AlarmName }));
  expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toContain('Alarm updated from ALARM to OK');
  const unknown = new SetAlarmStateCommand({ AlarmName: 'none', StateValue: 'OK', StateReason: '' });
  await expect(monitor.root.send(unknown)).rejects.toThrow('There is no such alarm');
});

test('a topic whose policy does not name CloudWatch gets nothing, and the console says so', async () => {
  await state('Silent');
  await put('Other', 2);
  expect(await state('Silent')).toMatchObject({ StateValue: 'ALARM' });
  const lines = await eventually(() => {
    const found = monitor.log.filter((line) => line.includes('unable to tell'));
    if (found.length === 0) throw new Error('not tried yet');
    return found;
  });
  expect(lines).toEqual([
    expect.stringContaining('no resource-based policy allows cloudwatch.amazonaws.com the action'),
  ]);
});

test('what an alarm compares with and is not served is named at the start', async () => {
  expect(notServed(monitor.context.stack)).toEqual([
    'not served here: AWS::CloudWatch::Alarm (the function ANOMALY_DETECTION_BAND is not served locally) Banded',
  ]);
  expect(await state('Banded')).toBeUndefined();
});

describe('an alarm over three periods', () => {
  const now = 1_000_000_000_000;
  const settings = (more: object): AlarmSettings => {
    const watched = {
      Id: 'm1',
      MetricStat: { Metric: { Namespace: 'N', MetricName: 'M', Dimensions: [] }, Period: 60, Stat: 'Sum' },
      ReturnData: true,
    };
    const rest = {
      ActionsEnabled: true,
      AlarmActions: [],
      OKActions: [],
      InsufficientDataActions: [],
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold' as const,
    };
    return {
      name: 'a',
      arn: 'a',
      queries: [watched],
      watched,
      EvaluationPeriods: 3,
      TreatMissingData: 'missing',
      ...rest,
      ...more,
    };
  };
  /** @param values of the three minutes, the oldest first */
  const evaluate = (values: readonly (number | undefined)[], more: object = {}, timeScale = 1) => {
    const store = createMetricStore({ now: () => now });
    for (const [at, value] of values.entries()) {
      const time = now - ((2 - at) * 60_000 + 30_000) / timeScale;
      if (value !== undefined) store.record({ namespace: 'N', name: 'M' }, value, { time });
    }
    return evaluateAlarm(store, settings(more), { now, timeScale }).state;
  };

  test.each([
    [[9, 9, 9], {}, 'ALARM'],
    [[9, 9, 5], {}, 'OK'],
    [[1, 9, 9], { DatapointsToAlarm: 2 }, 'ALARM'],
    [[undefined, undefined, undefined], {}, 'INSUFFICIENT_DATA'],
    [[undefined, undefined, undefined], { TreatMissingData: 'ignore' }, undefined],
    [[undefined, undefined, undefined], { TreatMissingData: 'breaching' }, 'ALARM'],
    [[undefined, undefined, undefined], { TreatMissingData: 'notBreaching' }, 'OK'],
    [[9, undefined, 9], { TreatMissingData: 'breaching' }, 'ALARM'],
    [[9, undefined, 9], { TreatMissingData: 'notBreaching' }, 'OK'],
    [[1, 1, 1], { ComparisonOperator: 'LessThanThreshold' }, 'ALARM'],
  ])('%j with %j is %s', (values, more, expected) => {
    expect(evaluate(values, more)).toBe(expected);
  });

  test('on a table’s metric ignores what is missing, whatever it says', () => {
    const Metric = { Namespace: 'AWS/DynamoDB', MetricName: 'M', Dimensions: [] };
    const watched = { Id: 'm1', MetricStat: { Metric, Period: 60, Stat: 'Sum' }, ReturnData: true };
    expect(evaluate([], { watched, TreatMissingData: 'breaching' })).toBeUndefined();
  });

  test('has shorter periods where time runs faster', () => {
    expect(evaluate([9, 9, 9], {}, 6)).toBe('ALARM');
    expect(evaluate([undefined, 9, 9], { DatapointsToAlarm: 3 }, 6)).toBe('OK');
  });
});
