import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { pushFilters } from '#lambdas/push/filters';
import type { Oidc } from '#lib/options';
import { ownIssuer } from '#lib/own-issuer';
import { variants } from '../templates/variants.ts';
import { allowed, findingsIn, plain, synthesize } from './synthesize.ts';

describe('by default', () => {
  const { template, findings, directory } = synthesize({}, { bundle: true });

  test('the checks find nothing: no finding of cdk-nag, no warning, no deprecation', () => {
    expect(findings).toEqual([]);
  });

  test('there are no pushes: no function, no queue, and no second reader of the stream', () => {
    expect(Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) => /Push/.test(id))).toEqual([]);
    // Dead letters, chunks of large rooms, counts of who is online, and jobs about accounts.
    template.resourceCountIs('AWS::SQS::Queue', 4);
    // One reader of the stream, one of each other queue.
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 4);
  });

  test('every function is one bundled ES module', async () => {
    const assets = (await readdir(directory)).filter((name) => /^asset\.\w+$/.test(name));
    const others = ['index.html', 'config.json', 'index.py'];
    const functions = assets.filter((asset) => !others.some((file) => existsSync(join(directory, asset, file))));
    expect(functions).toHaveLength(10);
    for (const asset of functions) {
      expect(existsSync(join(directory, asset, 'index.mjs'))).toBe(true);
      expect((await stat(join(directory, asset, 'index.mjs'))).size).toBeGreaterThan(0);
    }
  });
});

test('an unacknowledged finding stops the synthesis', () => {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new Bucket(new Stack(app, 'Careless'), 'Bucket');
  expect(() => app.synth()).toThrow('The S3 Bucket has server access logs disabled');
});

test('an unacknowledged warning is a finding', () => {
  const app = new App({ context: { '@aws-cdk/core:annotationsInValidationReport': true } });
  const stack = new Stack(app, 'Careless');
  new Bucket(stack, 'Bucket');
  Validations.of(stack).addWarning('parley:careless', 'something is not as it should be');
  const { directory } = app.synth();
  expect(JSON.stringify(findingsIn(directory))).toContain('something is not as it should be');
});

describe('with a custom issuer', () => {
  const { template, findings } = synthesize(variants['own issuer']);

  test('there is no pool and no sign-up, and the outputs name the issuer', () => {
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
    template.resourceCountIs('AWS::Cognito::UserPoolClient', 0);
    expect(Object.keys(template.findResources('AWS::Lambda::Function'))).not.toContain('SignUpFunction');
    expect(Object.keys(template.findResources('AWS::Lambda::Function'))).not.toContain('CheckNameFunction');
    template.hasOutput('UserPoolId', { Value: 'none: tokens come from https://id.example.com/' });
    template.hasOutput('UserPoolClientId', { Value: 'none: tokens come from https://id.example.com/' });
  });

  test('both APIs accept its tokens', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      JwtConfiguration: { Issuer: 'https://id.example.com/', Audience: ['web', 'phone'] },
    });
    const variables = { ISSUER: 'https://id.example.com/', AUDIENCE: 'web,phone', USERNAME_CLAIM: 'employee_number' };
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: variables } });
    // It asks the issuer where the keys are.
    expect(JSON.stringify(template.toJSON())).not.toContain('KEYS_URL');
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'http', USERNAME_CLAIM: 'employee_number' } },
    });
  });

  test('the checks find nothing', () => {
    expect(findings).toEqual([]);
  });
});

describe('with an issuer whose names are not people', () => {
  const issuer = 'https://id.example.com';
  function warnings(oidc: Pick<Oidc, 'issuer' | 'usernameClaim'>): string {
    const app = new App({ context: { '@aws-cdk/core:annotationsInValidationReport': true } });
    ownIssuer(new Stack(app, 'Own'), { audience: ['web'], ...oidc });
    const { directory } = app.synth();
    return existsSync(join(directory, 'validation-report.json')) ? JSON.stringify(findingsIn(directory)) : '';
  }

  test.each(['email', 'preferred_username', 'name', 'nickname', 'phone_number', 'upn', 'Email'])(
    'a claim that people change or get again, %s, is warned of',
    (usernameClaim) => {
      expect(warnings({ issuer, usernameClaim })).toContain(
        `oidc.usernameClaim is ${usernameClaim}, which people can change and providers give again`,
      );
    },
  );

  test.each(['sub', 'oid'])('a claim that stays, %s, is not', (usernameClaim) => {
    expect(warnings({ issuer, usernameClaim })).not.toContain('oidc');
  });

  test('Entra’s sub is too long for a name, and its oid is right', () => {
    const entra = 'https://login.microsoftonline.com/8a5b/v2.0';
    expect(warnings({ issuer: entra, usernameClaim: 'sub' })).toContain('Use oidc.usernameClaim=oid');
    expect(warnings({ issuer: entra, usernameClaim: 'oid' })).not.toContain('oidc');
  });
});

describe('with a canary', () => {
  const { template, findings } = synthesize({ canary: 'true' });

  test('it runs every five minutes, and a run that fails is not repeated', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(5 minutes)',
      Targets: [
        {
          Arn: { 'Fn::GetAtt': ['CanaryFunction', 'Arn'] },
          RetryPolicy: { MaximumRetryAttempts: 0 },
        },
      ],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: 'CanaryFunction' },
      MaximumRetryAttempts: 0,
    });
  });

  test('it may make its account and give it a password, and has no secret', () => {
    expect(allowed(template, 'CanaryFunction')).toEqual([
      'cognito-idp:AdminCreateUser <PeoplePool.Arn>',
      'cognito-idp:AdminSetUserPassword <PeoplePool.Arn>',
      'logs:CreateLogStream <CanaryLog.Arn>',
      'logs:PutLogEvents <CanaryLog.Arn>',
    ]);
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
  });

  test('the checks find nothing', () => {
    expect(findings).toEqual([]);
  });

  test('an issuer has no sign-in that it could use', () => {
    const oidc = { issuer: 'https://id.example.com', audience: 'web' };
    expect(() => synthesize({ canary: true, oidc })).toThrow(
      'unable to use canary; it signs in to a user pool, and tokens come from an issuer',
    );
  });
});

describe('with traces', () => {
  const { template, findings } = synthesize(variants['traces and a canary']);

  test('every function is traced, and may say so to X-Ray', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const own = functions.filter(([id]) => !id.startsWith('CustomCDK'));
    expect(own).toHaveLength(13);
    for (const [id, { Properties }] of own) {
      expect(Properties.TracingConfig, id).toEqual({ Mode: 'Active' });
      expect(allowed(template, id)).toEqual(
        expect.arrayContaining(['xray:PutTelemetryRecords *', 'xray:PutTraceSegments *']),
      );
    }
  });

  test('the checks find nothing', () => {
    expect(findings).toEqual([]);
  });
});

describe('with pushes', () => {
  const { web } = variants.pushes.push;
  const { template, findings } = synthesize(variants.pushes);
  const secret =
    'secretsmanager:GetSecretValue arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret';
  const logs = (id: string) => [`logs:CreateLogStream <${id}Log.Arn>`, `logs:PutLogEvents <${id}Log.Arn>`];

  test('the planning function may read conversations and no secret, the sending function secrets and devices', () => {
    expect(allowed(template, 'PushFunction')).toEqual(
      [
        ...logs('PushesPush'),
        ...['BatchGetItem', 'GetItem', 'Query'].map((action) => `dynamodb:${action} <ChatTable.Arn>`),
        'dynamodb:Query <ChatTable.Arn>/index/members',
        ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map(
          (action) => `dynamodb:${action} <ChatTable.StreamArn>`,
        ),
        'dynamodb:ListStreams <ChatTable.Arn>/stream/*',
        'sqs:SendMessage <PushesMessagesDeadLetters.Arn>',
        'sqs:SendMessage <PushesQueue.Arn>',
      ].toSorted(),
    );
    expect(allowed(template, 'PushSendFunction')).toEqual(
      [
        ...logs('PushesPushSend'),
        ...['GetItem', 'UpdateItem'].map((action) => `dynamodb:${action} <ChatTable.Arn>`),
        ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].map(
          (action) => `sqs:${action} <PushesQueue.Arn>`,
        ),
        `${secret}:parley/fcm-??????`,
        `${secret}:parley/vapid-??????`,
      ].toSorted(),
    );
  });

  test('only new messages are planned, and a push that fails five times becomes a dead letter', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: 'PushFunction' },
      FilterCriteria: { Filters: pushFilters.map((filter) => ({ Pattern: JSON.stringify(filter) })) },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: 'PushSendFunction' },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 180,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 5 },
    });
    const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).map((id) => id.slice(0, -8));
    expect(alarms).toEqual(expect.arrayContaining(['AlarmsLostPushes0', 'AlarmsLostPushes1', 'AlarmsPushSendErrors']));
  });

  test('pages get the public key and never a secret', () => {
    const { Variables } = template.toJSON().Resources.HttpFunction.Properties.Environment;
    expect(Variables).toMatchObject({ PUSH_PUBLIC_KEY: web.publicKey, PUSH_FCM: 'true' });
    expect(JSON.stringify(Variables)).not.toContain('parley/vapid');
  });

  test('the checks find nothing', () => {
    expect(findings).toEqual([]);
  });

  test('one of the two kinds is enough, and the function may read only its secret', () => {
    const { template: some } = synthesize({ push: { fcm: { secret: 'parley/fcm' } } });
    expect(allowed(some, 'PushSendFunction').filter((one) => one.includes('secret'))).toEqual([
      `${secret}:parley/fcm-??????`,
    ]);
  });
});

describe('with every other option changed', () => {
  const { template, findings } = synthesize(variants['other rules']);

  test('the stage has its name everywhere', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { StageName: 'dev' });
    expect(plain(template.toJSON().Outputs.WebSocketUrl.Value)).toMatch(/\/dev$/);
    expect(JSON.stringify(template.toJSON())).not.toContain('/prod');
  });

  test('the authorizer and the HTTP API accept the allowed origins only, and the bucket what a function has signed', () => {
    const origins = ['https://chat.example.com', 'http://localhost:5173'];
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { ALLOWED_ORIGINS: origins.join(',') } },
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: { AllowOrigins: origins } });
    template.hasResourceProperties('AWS::S3::Bucket', {
      CorsConfiguration: { CorsRules: [{ AllowedOrigins: ['*'] }] },
    });
  });

  test('messages expire after their days, and no rule deletes files by their age, because messages from before stay', () => {
    for (const name of ['socket', 'http', 'notify']) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        Environment: { Variables: { POWERTOOLS_SERVICE_NAME: name, RETENTION_DAYS: '7' } },
      });
    }
    const prefixes = Object.values(template.findResources('AWS::S3::Bucket'))
      .flatMap(({ Properties }) => Properties.LifecycleConfiguration?.Rules ?? [])
      .filter(({ ExpirationInDays }) => ExpirationInDays !== undefined)
      .map(({ Prefix }) => Prefix);
    expect(prefixes).toEqual(['incoming/', 'exports/']);
  });

  test('there may be no backups, and what they had of files ends in a day', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    });
    const versioned = Object.values(template.findResources('AWS::S3::Bucket')).filter(
      ({ Properties }) => Properties.VersioningConfiguration?.Status === 'Enabled',
    );
    expect(versioned).toEqual([]);
    const rules = Object.values(template.findResources('AWS::S3::Bucket')).flatMap(
      ({ Properties }) => Properties.LifecycleConfiguration?.Rules ?? [],
    );
    expect(rules).toContainEqual(
      expect.objectContaining({ Id: 'deleted', NoncurrentVersionExpiration: { NoncurrentDays: 1 } }),
    );
  });

  test('what was given up is kept no longer than messages', () => {
    const kept = Object.values(template.findResources('AWS::SQS::Queue')).map(
      ({ Properties }) => Properties.MessageRetentionPeriod,
    );
    expect(Math.max(...kept)).toBe(7 * 86_400);
  });

  test('logs expire after their days', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('nothing is retained when the stack is deleted', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Cognito::UserPool']) {
      template.allResources(type, { DeletionPolicy: 'Delete' });
    }
    template.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 2);
  });

  test('the stack does not set the account-wide log role', () => {
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  test('the checks find nothing', () => {
    expect(findings).toEqual([]);
  });
});
