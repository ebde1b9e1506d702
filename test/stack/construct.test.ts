/** Parley in an account that is not empty: several chats side by side, resources of the deployer's own, and options that change later. */
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { readOptions } from '#lib/options';
import { Parley } from '#lib/parley';
import type { ParleyProps } from '#lib/parley-props';
import { ParleyStack } from '#lib/parley-stack';
import { arn, variants } from '../templates/variants.ts';
import { plain, synthesize } from './synthesize.ts';

const bundling = { 'aws:cdk:bundling-stacks': [] };
interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function resourcesOf(template: Template): Readonly<Record<string, Resource>> {
  return template.toJSON().Resources;
}

describe('two environments in two regions of one account', () => {
  const stacks = ['eu-west-1', 'us-east-1'].flatMap((region) =>
    [undefined, 'test'].map((name) => {
      const options = readOptions((key) => (key === 'name' ? name : undefined));
      const env = { region, account: '111122223333' };
      // As bin/parley.ts names them.
      const id = name === undefined ? 'Parley' : `Parley-${name}`;
      return new ParleyStack(new App({ context: bundling }), id, { options, env });
    }),
  );
  const templates = stacks.map((stack) => ({ region: stack.region, template: Template.fromStack(stack) }));

  /** Names that the template gives resources, by type. Not those inside of a resource, like attributes and dimensions. */
  function namesOf(template: Template, region: string) {
    const names: { type: string; name: string }[] = [];
    for (const { Type: type, Properties = {} } of Object.values(resourcesOf(template))) {
      const parts = [
        Properties,
        ...Object.values(Properties).filter((value) => typeof value === 'object' && !Array.isArray(value)),
      ];
      for (const part of parts as Record<string, unknown>[]) {
        for (const [key, value] of Object.entries(part ?? {})) {
          if (
            !/^([A-Z]\w*)?Name$/.test(key) ||
            /^(Attribute|Index|Metric|Stage|Function|LogGroup|DestinationBucket|Policy)Name$/.test(key)
          )
            continue;
          names.push({ type, name: plain(value).replaceAll('<AWS::Region>', region) });
        }
      }
    }
    return names;
  }

  test('no two have a name in common that a service knows once for the account', () => {
    const all = templates.flatMap(({ template, region }) => namesOf(template, region));
    const global = all.filter(({ type }) => type.startsWith('AWS::CloudFront::') || type.startsWith('AWS::IAM::'));
    expect(new Set(global.map(({ type }) => type))).toEqual(
      new Set([
        'AWS::CloudFront::Function',
        'AWS::CloudFront::ResponseHeadersPolicy',
        'AWS::CloudFront::OriginAccessControl',
      ]),
    );
    const seen = global.map(({ type, name }) => `${type} ${name}`);
    expect(seen.filter((one, index) => seen.indexOf(one) !== index)).toEqual([]);
  });

  test('metrics of two environments are not added up', () => {
    const spaces = templates.map(({ template }) => {
      const [filter] = Object.values(template.findResources('AWS::Logs::MetricFilter'));
      return filter?.Properties.MetricTransformations[0].MetricNamespace;
    });
    expect(spaces).toEqual(['Parley', 'Parley/test', 'Parley', 'Parley/test']);
    for (const { template } of templates) {
      const variables = Object.values(template.findResources('AWS::Lambda::Function'))
        .map(({ Properties }) => Properties.Environment?.Variables.POWERTOOLS_METRICS_NAMESPACE)
        .filter((value) => value !== undefined);
      expect(new Set(variables).size).toBe(1);
      expect(variables).toHaveLength(10);
    }
  });
});

test('two chats fit into one stack', () => {
  const stack = new Stack(new App({ context: bundling }), 'Both');
  new Parley(stack, 'Sales', { page: false });
  new Parley(stack, 'Support', { apiGatewayLogRole: false });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::DynamoDB::Table', 2);
  template.resourceCountIs('AWS::ApiGateway::Account', 1);
});

/** The properties that CloudFormation cannot change without making a new resource, which would be empty or have another address. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'LocalSecondaryIndexes', 'ImportSourceSpecification'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::Cognito::UserPool': [
    'UserPoolName',
    'UsernameConfiguration',
    'UsernameAttributes',
    'AliasAttributes',
    'Schema',
  ],
  'AWS::Cognito::UserPoolClient': ['UserPoolId', 'GenerateSecret'],
  'AWS::ApiGatewayV2::Api': ['ProtocolType'],
  'AWS::ApiGatewayV2::Stage': ['ApiId', 'StageName'],
  'AWS::CloudFront::Distribution': [],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::Lambda::EventSourceMapping': ['EventSourceArn', 'StartingPosition', 'StartingPositionTimestamp'],
};

/** Without the checks, which take most of the time. */
function templateWith(context: Readonly<Record<string, unknown>>): Template {
  const options = readOptions((name) => context[name]);
  return Template.fromStack(new ParleyStack(new App({ context: bundling }), 'Parley', { options }));
}

function fixedParts(template: Template) {
  const parts = new Map<string, string>();
  for (const [id, { Type, Properties = {} }] of Object.entries(resourcesOf(template))) {
    const properties = fixed[Type];
    if (!properties) continue;
    parts.set(id, JSON.stringify([Type, ...properties.map((name) => Properties[name])]));
  }
  return parts;
}

describe('an option that is changed later', () => {
  const before = fixedParts(templateWith({}));
  const later: Readonly<Record<string, unknown>> = {
    allowedOrigins: 'https://chat.example.com',
    push: { fcm: { secret: 'parley/fcm' } },
    messageRetentionDays: 30,
    recoveryDays: 0,
    deletedMessages: 'erase',
    sendLimit: 0,
    sendLimitSeconds: 60,
    fileBytesPerDay: 0,
    inlineMembers: 10,
    logRetentionDays: 7,
    removalPolicy: 'destroy',
    apiGatewayLogRole: false,
    friendsFirst: true,
    invitations: false,
    rooms: 'closed',
    directory: 'contacts',
    presence: 'contacts',
    selfSignUp: false,
    mailFrom: 'chat@example.com',
    webAclArn: arn.acl,
    alarmEmail: 'on-call@example.com',
    alarmTopicArn: arn.topic,
    encryptionKeyArn: arn.key,
    throttles: { socket: { rate: 100, burst: 50 } },
    concurrency: 10,
    warmThroughput: { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 4_000 },
    tracing: true,
    canary: true,
    dashboard: false,
    tags: { team: 'chat' },
    budget: { dollars: 50, email: 'on-call@example.com' },
    provisioned: { socket: 1 },
    rollout: 'canary',
  };

  test.each(Object.entries(later))('%s replaces nothing that has data or an address', (name, value) => {
    const after = fixedParts(templateWith({ [name]: value }));
    for (const [id, part] of before) expect(after.get(id), id).toBe(part);
  });

  test('domainName and certificateArn replace nothing either', () => {
    const after = fixedParts(templateWith({ domainName: 'chat.example.com', certificateArn: arn.certificate }));
    for (const [id, part] of before) expect(after.get(id), id).toBe(part);
  });

  // Each of them is a decision about what the stack is: the README says so in their rows.
  const decided: Readonly<Record<string, { options: Record<string, unknown>; gone: RegExp }>> = {
    'stage is part of the address of the WebSocket API': { options: { stage: 'dev' }, gone: /^SocketsStage/ },
    'page: the page goes, and its bucket is retained': { options: { page: false }, gone: /^PageBucket/ },
    'oidc: accounts are elsewhere, and the pool is retained': {
      options: { oidc: { issuer: 'https://id.example.com', audience: 'web' } },
      gone: /^PeoplePool/,
    },
    'userPool: accounts are elsewhere, and the pool is retained': {
      options: { userPool: { id: 'eu-west-1_Abc123', clientId: 'abc' } },
      gone: /^PeoplePool/,
    },
  };
  test.each(Object.entries(decided))('%s', (_, { options, gone }) => {
    const after = fixedParts(templateWith(options));
    for (const [id, part] of before) {
      if (gone.test(id)) expect(after.get(id), id).not.toBe(part);
      else expect(after.get(id), id).toBe(part);
    }
  });

  test('every option is tried', () => {
    const tried = [...Object.keys(later), ...Object.values(decided).flatMap(({ options }) => Object.keys(options))];
    // `name` names another stack, and the zone adds records.
    const others = ['domainName', 'certificateArn', 'hostedZone', 'name'];
    expect([...tried, ...others].toSorted()).toEqual(Object.keys(readOptions(() => undefined)).toSorted());
  });
});

test('somebody cannot delete the stack by mistake, unless its data is to go with it', () => {
  const protectedBy = (removalPolicy: string) =>
    new ParleyStack(new App({ context: bundling }), 'Parley', {
      options: readOptions((name) => (name === 'removalPolicy' ? removalPolicy : undefined)),
    }).terminationProtection;
  expect([protectedBy('retain'), protectedBy('destroy')]).toEqual([true, false]);
});

describe('with resources of the deployer', () => {
  const { template, findings } = synthesize(variants['resources of the deployer']);

  test('the distribution has the name, its certificate and the web ACL, and both kinds of records point to it', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: ['chat.example.com'],
        ViewerCertificate: { AcmCertificateArn: arn.certificate, MinimumProtocolVersion: 'TLSv1.2_2021' },
        WebACLId: arn.acl,
      },
    });
    for (const Type of ['A', 'AAAA']) {
      template.hasResourceProperties('AWS::Route53::RecordSet', {
        Type,
        Name: 'chat.example.com.',
        HostedZoneId: 'Z0123456789ABC',
      });
    }
    template.hasOutput('WebUrl', { Value: 'https://chat.example.com' });
  });

  test('every alarm tells the topic and the address', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
      expect(Properties.AlarmActions).toEqual([arn.topic, { Ref: expect.stringMatching(/^AlarmMails/) }]);
    }
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'on-call@example.com' });
  });

  test('the pool sends its mail through SES', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      EmailConfiguration: { EmailSendingAccount: 'DEVELOPER', From: 'chat@example.com' },
    });
  });

  test('the key encrypts table, uploads and queues, and every function may use it and nobody else’s', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn.key },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn.key },
          },
        ],
      },
    });
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: arn.key });
    const withKey = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties).includes('kms:Decrypt'),
    );
    expect(withKey).toHaveLength(12);
    for (const { Properties } of withKey) {
      const statement = Properties.PolicyDocument.Statement.find(({ Action }: { Action: string }) =>
        Action.includes('kms:Decrypt'),
      );
      expect(statement.Resource).toBe(arn.key);
    }
  });

  test('the stages have the limits, and the table its capacity', () => {
    const stage = (ThrottlingRateLimit: number, ThrottlingBurstLimit: number) =>
      template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
        DefaultRouteSettings: { ThrottlingRateLimit, ThrottlingBurstLimit },
      });
    stage(100, 50);
    stage(2_000, 1_000);
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      WarmThroughput: { ReadUnitsPerSecond: 24_000, WriteUnitsPerSecond: 8_000 },
    });
  });

  test('in a new account with ten environments, queues and stream leave some to sockets and requests', () => {
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping')).map(
      ({ Properties }) => Properties,
    );
    const queues = mappings.filter(({ ScalingConfig }) => ScalingConfig);
    expect(queues.map(({ ScalingConfig }) => ScalingConfig.MaximumConcurrency)).toEqual(queues.map(() => 2));
    const streams = mappings.filter(({ ParallelizationFactor }) => ParallelizationFactor);
    expect(streams.map(({ ParallelizationFactor }) => ParallelizationFactor)).toEqual(streams.map(() => 1));
  });

  test('the checks find nothing', () => {
    expect(findings).toEqual([]);
  });
});

describe('with a pool of the deployer, and without a page', () => {
  const { template, findings } = synthesize(variants['pool of the deployer, no page']);

  test('nothing of the pool is changed, and both APIs accept its tokens', () => {
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
    const ids = Object.keys(template.findResources('AWS::Lambda::Function'));
    expect(ids).not.toEqual(expect.arrayContaining(['SignUpFunction']));
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', { JwtConfiguration: { Audience: ['abc'] } });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { AUDIENCE: 'abc', ISSUER: Match.anyValue() } },
    });
    template.hasOutput('UserPoolId', { Value: 'eu-west-1_Abc123' });
  });

  test('the host serves the APIs alone', () => {
    template.resourceCountIs('Custom::CDKBucketDeployment', 0);
    template.resourceCountIs('AWS::CloudFront::OriginAccessControl', 0);
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        DefaultCacheBehavior: { ViewerProtocolPolicy: 'https-only' },
        DefaultRootObject: Match.absent(),
      },
    });
  });

  test('the checks find nothing', () => {
    expect(findings).toEqual([]);
  });
});

describe('what does not go together is refused', () => {
  const make = (props: (stack: Stack) => ParleyProps) => () => {
    const stack = new Stack(new App({ context: bundling }), 'Wrong');
    return new Parley(stack, 'Chat', props(stack));
  };
  const { userPool, userPoolClient } = new Parley(new Stack(new App({ context: bundling }), 'Right'), 'Chat');
  test.each([
    [
      'a pool without its client',
      { userPool },
      'unable to use userPool and userPoolClient; both have to be given, or none',
    ],
    ['a domain without a certificate', { domainName: 'chat.example.com' }, 'it takes domainName and certificate'],
    [
      'a pool and an issuer',
      { userPool, userPoolClient, issuer: { issuer: 'https://id.example.com', audience: ['web'] } },
      'only one can sign people in',
    ],
    [
      'a wrong value',
      { sendLimitSeconds: 0 },
      'unable to use the option sendLimitSeconds=0; it must be a whole number of seconds from 1 to 3600',
    ],
  ] satisfies [string, ParleyProps, string][])('%s', (_, props, sentence) => {
    expect(make(() => props)).toThrow(sentence);
  });

  test('a key that is made in the same stack is used', () => {
    expect(make((stack) => ({ encryptionKey: new Key(stack, 'Key') }))).not.toThrow();
  });
});
