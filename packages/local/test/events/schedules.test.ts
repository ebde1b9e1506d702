import { afterEach, describe, expect, test } from 'vitest';
import { stackFromTemplate } from '#assembly/stack';
import { readSchedule } from '#events/schedule';
import { readSchedules } from '#events/schedules';
import { eventually } from '../dynamodb/eventually.ts';
import { lambda, role } from '../dynamodb/template.ts';
import { startContext } from '../sqs/fixture.ts';
import { startEventServices } from './services.ts';

const saturday = Date.UTC(2026, 10, 28, 14, 20);

describe('a schedule', () => {
  test.each([
    ['rate(5 minutes)', '2026-11-28T14:25:00.000Z'],
    ['rate(1 hour)', '2026-11-28T15:20:00.000Z'],
    ['cron(0 12 * * ? *)', '2026-11-29T12:00:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-11-28T14:30:00.000Z'],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-30T18:00:00.000Z'],
    // 1 is Sunday.
    ['cron(0 8 ? * 1 *)', '2026-11-29T08:00:00.000Z'],
    ['cron(15 10 ? * 6L 2027-2029)', '2027-01-29T10:15:00.000Z'],
    ['cron(0 9 ? * 2#1 *)', '2026-12-07T09:00:00.000Z'],
    ['cron(0 10 L * ? *)', '2026-11-30T10:00:00.000Z'],
    ['cron(0 10 15W * ? *)', '2026-12-15T10:00:00.000Z'],
    ['at(2026-12-24T18:00:00)', '2026-12-24T18:00:00.000Z'],
    ['at(2020-12-24T18:00:00)', undefined],
    ['cron(0 8 * * ? 2020)', undefined],
  ])('%s fires next at %s', (expression, expected) => {
    const next = readSchedule(expression).next(saturday, saturday);
    expect(next === undefined ? next : new Date(next).toISOString()).toBe(expected);
  });

  test.each([
    ['rate(1 minutes)', 'it should be 1 minute'],
    ['rate(2 minute)', 'it should be 2 minutes'],
    ['rate(0 minutes)', 'a rate is a number'],
    ['cron(* * * * * *)', 'exactly one of day-of-month and day-of-week must be ?'],
    ['cron(0 12 * * ?)', 'cron needs six fields'],
    ['cron(61 * * * ? *)', 'Invalid value for minute'],
    ['every day', 'neither rate'],
  ])('%s is refused', (expression, says) => {
    expect(() => readSchedule(expression)).toThrow(says);
  });

  test('counts a rate from when it was made, and knows time zones', () => {
    const made = saturday - 3 * 86_400_000 - 1000;
    expect(readSchedule('rate(1 day)').next(saturday, made)).toBe(saturday + 86_400_000 - 1000);
    const berlin = readSchedule('cron(0 9 * * ? *)', 'Europe/Berlin').next(saturday, saturday) ?? 0;
    expect(new Date(berlin).toISOString()).toBe('2026-11-29T08:00:00.000Z');
  });

  test('of EventBridge Scheduler fires between its start and its end', () => {
    const schedule = (properties: object) => {
      const Target = { Arn: 'arn:aws:sqs:us-east-1:000000000000:x', RoleArn: 'arn:aws:iam::000000000000:role/x' };
      const Properties = {
        ScheduleExpression: 'rate(1 hour)',
        Target,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ...properties,
      };
      const template = { Resources: { One: { Type: 'AWS::Scheduler::Schedule', Properties } } };
      return readSchedules(stackFromTemplate({ template, name: 'Try', origin: 'http://127.0.0.1:1' }))[0]?.schedule;
    };
    expect(schedule({ StartDate: '2026-12-01T00:00:00Z' })?.next(saturday, saturday)).toBe(Date.UTC(2026, 11, 1, 1));
    expect(schedule({ EndDate: '2026-11-28T15:00:00Z' })?.next(saturday, saturday)).toBeUndefined();
    expect(() => schedule({ ScheduleExpression: 'x' })).toThrow('unable to serve the schedule One');
  });
});

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

async function start(more: object, timeScale = 1) {
  const time = { offset: 0 };
  const fixture = await startContext(
    ({ seen, plan }) => ({
      Resources: {
        Work: { Type: 'AWS::SQS::Queue' },
        WorkerRole: role([], {}),
        Caller: role([], { more: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf('Worker') }] }),
        Worker: lambda('WorkerRole', { SEEN: seen, PLAN: plan }),
        WorkerPermission: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: arnOf('Worker'),
            Principal: 'events.amazonaws.com',
          },
        },
        ...more,
      },
    }),
    timeScale,
    { now: () => Date.now() + time.offset },
  );
  stops.push(fixture.stop);
  const services = await startEventServices(fixture.context, fixture.serve);
  stops.push(services.stop);
  return { ...fixture, time };
}

test('a rule with a schedule says at the start when it fires next, follows the clock, and brings a Scheduled Event', async () => {
  const Properties = { ScheduleExpression: 'rate(1 day)', Targets: [{ Id: 'a', Arn: arnOf('Worker') }] };
  const { log, time, batches, context } = await start({ Nightly: { Type: 'AWS::Events::Rule', Properties } });
  const [, at = ''] = /^Nightly \(rate\(1 day\)\) fires next at (.*)$/.exec(log[0] ?? '') ?? [];
  expect(Date.parse(at) - Date.now()).toBeGreaterThan(86_390_000);
  time.offset = 86_400_000;
  const [event] = await eventually(() => {
    expect(batches()).toHaveLength(1);
    return batches();
  });
  expect(event).toEqual({
    version: '0',
    id: expect.any(String),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: context.stack.account,
    time: at.replace(/\.\d+Z$/, 'Z'),
    region: context.stack.region,
    resources: [context.stack.arn('Nightly')],
    detail: {},
  });
});

test('with a time scale schedules fire sooner', async () => {
  const Properties = { ScheduleExpression: 'rate(1 hour)', Targets: [{ Id: 'a', Arn: arnOf('Worker') }] };
  const { batches } = await start({ Hourly: { Type: 'AWS::Events::Rule', Properties } }, 36_000);
  await eventually(() => expect(batches().length).toBeGreaterThan(2));
});

test('a schedule of EventBridge Scheduler calls its target with its role and its input', async () => {
  const target = {
    Arn: arnOf('Worker'),
    Input: '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>"}',
  };
  const Properties = { ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' } };
  const { batches, time, log, context } = await start({
    Hourly: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ...Properties, Target: { ...target, RoleArn: arnOf('Caller') } },
    },
    Denied: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ...Properties, Target: { Arn: arnOf('Work'), RoleArn: arnOf('Caller') } },
    },
  });
  time.offset = 3_600_000;
  await eventually(() =>
    expect(batches()).toEqual([{ at: expect.stringMatching(/^\d{4}-.*:\d\dZ$/), by: context.stack.arn('Hourly') }]),
  );
  await eventually(() => expect(log.join('\n')).toMatch(/not authorized to perform: sqs:SendMessage/));
});
