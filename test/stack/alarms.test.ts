import { describe, expect, test } from 'vitest';
import { inputs } from '#bench/deployment/inputs';
import { alarmKinds } from '#lib/alarm-kinds';
import { plain, synthesize } from './synthesize.ts';

const { template } = synthesize({ push: { fcm: { secret: 'parley/fcm' } }, alarmEmail: 'on-call@example.com' });
const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => ({
  ...Properties,
  id: id.replace(/^Alarms/, '').replace(/[0-9A-F]{8}$/, ''),
}));

describe('alarms', () => {
  test('each watches one thing, and rings at its first value in five minutes', () => {
    const rows = alarms.map(({ id, Metrics, MetricName, Statistic, Dimensions = [], Threshold, ...alarm }) => {
      const of = Dimensions.map(({ Value }: { Value: unknown }) => plain(Value)).join(' ');
      const what = Metrics ? Metrics[0].Expression : `${Statistic} ${MetricName} ${of}`.trim();
      expect(alarm).toMatchObject({
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
      });
      return `${id}: ${what} ≥ ${Threshold}`;
    });
    expect(rows.toSorted()).toEqual([
      'AccountJobErrors: Sum Errors <AccountJobFunction> ≥ 1',
      // They throw in order to refuse, so only their own faults count.
      'AuthorizeFaults: Sum Faults authorize ≥ 1',
      'AuthorizeThrottles: Sum Throttles <AuthorizeFunction> ≥ 1',
      'CheckNameFaults: Sum Faults check-name ≥ 1',
      'CheckNameThrottles: Sum Throttles <CheckNameFunction> ≥ 1',
      'ChunksLate: Maximum ApproximateAgeOfOldestMessage <LargeRoomsChunks.QueueName> ≥ 120',
      'Concurrency: Maximum ConcurrentExecutions ≥ 800',
      'CountOnlineErrors: Sum Errors <CountOnlineFunction> ≥ 1',
      'DeadLetters: Maximum ApproximateNumberOfMessagesVisible <ChangesDeadLetters.QueueName> ≥ 1',
      'DeliverErrors: Sum Errors <DeliverFunction> ≥ 1',
      'DroppedEvents: Sum AsyncEventsDropped <FanOutFunction> ≥ 1',
      'ErrorLines: Sum ErrorLines ≥ 1',
      'FanOutErrors: Sum Errors <FanOutFunction> ≥ 1',
      'FrameErrors: Sum FailedFrames ≥ 1',
      'HttpErrors: Sum Errors <HttpFunction> ≥ 1',
      'HttpThrottles: Sum Throttles <HttpFunction> ≥ 1',
      'LostPushes0: Maximum ApproximateNumberOfMessagesVisible <PushesMessagesDeadLetters.QueueName> ≥ 1',
      'LostPushes1: Maximum ApproximateNumberOfMessagesVisible <PushesDeadLetters.QueueName> ≥ 1',
      'NotifyErrors: Sum Errors <NotifyFunction> ≥ 1',
      'NotifyLate: Maximum IteratorAge <NotifyFunction> ≥ 60000',
      'PushErrors: Sum Errors <PushFunction> ≥ 1',
      'PushLate: Maximum IteratorAge <PushFunction> ≥ 60000',
      'PushSendErrors: Sum Errors <PushSendFunction> ≥ 1',
      'RequestErrors: Sum 5xx <EndpointApi> ≥ 1',
      'SignUpErrors: Sum Errors <SignUpFunction> ≥ 1',
      'SignUpThrottles: Sum Throttles <SignUpFunction> ≥ 1',
      'SocketErrors: Sum Errors <SocketFunction> ≥ 1',
      'SocketThrottles: Sum Throttles <SocketFunction> ≥ 1',
      'TableThrottles: FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0) + FILL(m4, 0) ≥ 10',
      'UncheckedTokens: Sum UncheckedTokens ≥ 1',
    ]);
  });

  test('of the default stack have as many metrics as the bench charges for', () => {
    const all = Object.values(synthesize({}).template.findResources('AWS::CloudWatch::Alarm'));
    const metrics = all.flatMap(
      ({ Properties: { Metrics } }) => Metrics?.filter(({ MetricStat }: { MetricStat?: object }) => MetricStat) ?? [0],
    );
    expect(metrics).toHaveLength(inputs.alarmMetrics);
  });

  test('each says what has happened, what to do first, and where the rest is', () => {
    for (const { id, AlarmDescription } of alarms) {
      const [, kind = ''] =
        /^Parley: .+\. First: .+\. Then: docs\/operations\.md, "(\w+)"\.$/.exec(AlarmDescription) ?? [];
      expect(Object.keys(alarmKinds), id).toContain(kind);
      expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });

  test('lines of level ERROR of every function count, and connections and frames that were answered with 5xx', () => {
    const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(({ Properties }) => {
      const [{ MetricName, MetricNamespace, MetricValue }] = Properties.MetricTransformations;
      expect([MetricNamespace, MetricValue]).toEqual(['Parley', '1']);
      return `${plain(Properties.LogGroupName)} ${Properties.FilterPattern} ${MetricName}`;
    });
    const functions = Object.keys(template.findResources('AWS::Lambda::Function')).flatMap((id) => {
      const [, name] = /^(\w+)Function$/.exec(id) ?? [];
      return name === undefined ? [] : [name];
    });
    const errorLines = filters.filter((filter) => filter.endsWith('{ $.level = "ERROR" } ErrorLines'));
    expect(functions.filter((name) => !errorLines.some((line) => line.includes(`${name}Log>`)))).toEqual([]);
    // API Gateway's words for an issuer that does not answer: "OIDC discovery endpoint communication error", "JWKS communication error".
    expect(filters).toContain('<EndpointAccessLog> { $.authorizer = "*communication error*" } UncheckedTokens');
    expect(filters).toContain('<SocketsAccessLog> { $.status = "5*" } FailedFrames');
  });

  test('a dashboard shows all of them, and no more metrics than are free', () => {
    const body = JSON.stringify(Object.values(template.findResources('AWS::CloudWatch::Dashboard'))[0]?.Properties);
    const shown = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).filter((id) =>
      body.includes(`"${id}"`),
    );
    expect(shown).toHaveLength(alarms.length);
    expect(body.match(/\[\\"(AWS\/|Parley)/g)?.length).toBeLessThanOrEqual(50);
    const { template: canary } = synthesize({ canary: 'true' });
    expect(JSON.stringify(Object.values(canary.findResources('AWS::CloudWatch::Dashboard')))).toContain(
      'CanarySuccess',
    );
    canary.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'CanarySuccess',
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'missing',
    });
    synthesize({ dashboard: 'false' }).template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  });

  test('CloudWatch may publish to the topic that sends them by mail', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          { Sid: 'AllowPublishThroughSSLOnly', Effect: 'Deny' },
          {
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });
});
