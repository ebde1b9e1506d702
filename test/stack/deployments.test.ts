/** Deployments that take care, and what they cost: `rollout`, `provisioned`, `tags`, `budget`. */
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Parley } from '#lib/parley';
import type { ParleyProps } from '#lib/parley-props';
import { variants } from '../templates/variants.ts';
import { plain, synthesize } from './synthesize.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly UpdatePolicy?: unknown;
}

const live = ['AuthorizeLive', 'HttpLive', 'SocketLive'];
const withAlias = (text: string) => live.filter((id) => text.includes(`<${id}>`));

describe('with a rollout and environments that are ready', () => {
  const { template, findings } = synthesize(variants['careful deployments']);
  const resources: Readonly<Record<string, Resource>> = template.toJSON().Resources;
  const of = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);

  test('both APIs and the authorizer call an alias, which they may, and never the function itself', () => {
    const called = [...of('AWS::ApiGatewayV2::Integration'), ...of('AWS::ApiGatewayV2::Authorizer')]
      .map(({ Properties }) => plain(Properties.IntegrationUri ?? Properties.AuthorizerUri ?? ''))
      .filter((uri) => uri !== '');
    expect(called).toHaveLength(3);
    expect(called.flatMap(withAlias).toSorted()).toEqual(live);
    const mayBeCalled = of('AWS::Lambda::Permission')
      .filter(({ Properties }) => Properties.Principal === 'apigateway.amazonaws.com')
      .map(({ Properties }) => plain(Properties.FunctionName));
    expect(mayBeCalled.filter((name) => withAlias(name).length === 0)).toEqual([]);
    expect([...new Set(mayBeCalled.flatMap(withAlias))].toSorted()).toEqual(live);
  });

  test('CodeDeploy moves each alias, and watches the alarms that a faulty version rings and none that may ring for days', () => {
    const aliases = of('AWS::Lambda::Alias');
    expect(aliases).toHaveLength(3);
    for (const { UpdatePolicy } of aliases) {
      expect(UpdatePolicy).toEqual({
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: expect.stringMatching(/^Rollout/) },
          DeploymentGroupName: { Ref: expect.stringMatching(/^Rollout/) },
        },
      });
    }
    const groups = of('AWS::CodeDeploy::DeploymentGroup');
    expect(groups).toHaveLength(3);
    for (const { Properties } of groups) {
      expect(Properties).toMatchObject({
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent10Minutes',
        AutoRollbackConfiguration: { Enabled: true, Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']) },
      });
      const { Alarms: alarms } = Properties.AlarmConfiguration as { Alarms: { Name: { Ref: string } }[] };
      const names = alarms.map(({ Name }) => Name.Ref.slice(0, -8));
      expect(names).toEqual(
        expect.arrayContaining([
          'AlarmsAuthorizeFaults',
          'AlarmsSocketErrors',
          'AlarmsHttpErrors',
          'AlarmsNotifyErrors',
          'AlarmsRequestErrors',
          'AlarmsFrameErrors',
          'AlarmsErrorLines',
        ]),
      );
      expect(
        names.filter((name) => /DeadLetters|LostPushes|Unchecked|Canary|Throttles|Late|Concurrency/.test(name)),
      ).toEqual([]);
    }
  });

  test('as many environments are ready as were asked for', () => {
    const ready = Object.entries(resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Alias')
      .map(([id, { Properties }]) => [id.slice(0, -8), Properties.ProvisionedConcurrencyConfig]);
    expect(Object.fromEntries(ready)).toEqual({
      AuthorizeLive: { ProvisionedConcurrentExecutions: 1 },
      SocketLive: { ProvisionedConcurrentExecutions: 2 },
      HttpLive: undefined,
    });
  });

  test('what holds data, answers or runs has the tags', () => {
    const tags = [
      { Key: 'cost centre', Value: '42' },
      { Key: 'team', Value: 'chat' },
    ];
    for (const type of [
      'DynamoDB::Table',
      'S3::Bucket',
      'Lambda::Function',
      'SQS::Queue',
      'CloudFront::Distribution',
    ]) {
      // The function with which CDK fills buckets is the stack's, not the chat's.
      const tagged = Object.entries(resources).filter(
        ([id, { Type }]) => Type === `AWS::${type}` && !/^Custom/.test(id),
      );
      expect(tagged.length, type).toBeGreaterThan(0);
      for (const [id, { Properties }] of tagged) expect(Properties.Tags, id).toEqual(expect.arrayContaining(tags));
    }
    const asMap = { team: 'chat', 'cost centre': '42' };
    for (const { Properties } of of('AWS::ApiGatewayV2::Api')) expect(Properties.Tags).toEqual(asMap);
    for (const { Properties } of of('AWS::Cognito::UserPool')) expect(Properties.UserPoolTags).toEqual(asMap);
  });

  test('the budget counts what has the tag, and mails before the month is too expensive', () => {
    template.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: {
        BudgetLimit: { Amount: 50, Unit: 'USD' },
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        CostFilters: { TagKeyValue: ['user:team$chat'] },
      },
      NotificationsWithSubscribers: [
        ['ACTUAL', 80],
        ['ACTUAL', 100],
        ['FORECASTED', 100],
      ].map(([NotificationType, Threshold]) => ({
        Notification: Match.objectLike({ NotificationType, Threshold }),
        Subscribers: [{ SubscriptionType: 'EMAIL', Address: 'on-call@example.com' }],
      })),
    });
  });

  test('the checks find nothing', () => {
    expect(findings).toEqual([]);
  });
});

describe('what does not go together is refused', () => {
  const make = (props: ParleyProps) => () =>
    new Parley(new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Wrong'), 'Chat', props);

  test('a budget of a tag that nothing has', () => {
    expect(make({ budget: { dollars: 5, email: 'you@example.com', tag: 'team' } })).toThrow(
      'unable to use the budget; its tag team must be one of the option tags',
    );
  });

  test('more environments than the account may have ready', () => {
    expect(make({ concurrency: 10, provisioned: { socket: 1 } })).toThrow(
      "unable to have 1 environments ready; AWS keeps 100 of the account's 10 concurrent executions",
    );
  });
});

test('without them there is no version, no alias and no deployment group', () => {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Plain');
  new Parley(stack, 'Chat', { provisioned: { socket: 0 } });
  const template = Template.fromStack(stack);
  for (const type of ['Lambda::Version', 'Lambda::Alias', 'CodeDeploy::DeploymentGroup', 'Budgets::Budget']) {
    template.resourceCountIs(`AWS::${type}`, 0);
  }
});
