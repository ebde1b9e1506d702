import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { type Template as CloudFormation, withoutTable } from '#bin/operate/without-table';
import { streamFilters } from '#lambdas/stream/handlers';
import { httpRoutes, socketRoutes } from '#protocol/operations';
import { allowed, plain, synthesize } from './synthesize.ts';

const { template } = synthesize();

const logs = (id: string) => [`logs:CreateLogStream <${id}Log.Arn>`, `logs:PutLogEvents <${id}Log.Arn>`];
const table = [
  'dynamodb:BatchGetItem <ChatTable.Arn>',
  'dynamodb:GetItem <ChatTable.Arn>',
  'dynamodb:PutItem <ChatTable.Arn>',
  'dynamodb:Query <ChatTable.Arn>',
  'dynamodb:Query <ChatTable.Arn>/index/members',
  'dynamodb:UpdateItem <ChatTable.Arn>',
];
const handOut = 'lambda:InvokeFunction <FanOutFunction.Arn>';
const keepFailed = 'sqs:SendMessage <ChangesDeadLetters.Arn>';
const connections = 'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<SocketsApi>/prod';
const posting = `execute-api:ManageConnections ${connections}/POST/@connections/*`;
const closing = `execute-api:ManageConnections ${connections}/DELETE/@connections/*`;

describe('the permissions of each function', () => {
  test.each([
    ['AuthorizeFunction', logs('Authorize')],
    [
      'SocketFunction',
      [
        ...table,
        'dynamodb:ConditionCheckItem <ChatTable.Arn>',
        handOut,
        posting,
        closing,
        ...logs('Socket'),
        's3:DeleteObject <UploadsBucket.Arn>/attachments/*',
        's3:DeleteObject <UploadsBucket.Arn>/files/*',
        's3:GetObject <UploadsBucket.Arn>/attachments/*',
        's3:GetObject <UploadsBucket.Arn>/files/*',
        's3:GetObject <UploadsBucket.Arn>/incoming/*',
        's3:PutObject <UploadsBucket.Arn>/attachments/*',
      ],
    ],
    [
      'HttpFunction',
      [
        ...table,
        'dynamodb:ConditionCheckItem <ChatTable.Arn>',
        'dynamodb:Query <ChatTable.Arn>/index/people',
        'cognito-idp:AdminGetUser <PeoplePool.Arn>',
        'cognito-idp:AdminUserGlobalSignOut <PeoplePool.Arn>',
        'sqs:SendMessage <AccountJobsQueue.Arn>',
        's3:GetObject <UploadsBucket.Arn>/exports/*',
        handOut,
        posting,
        ...logs('Http'),
        's3:DeleteObject <UploadsBucket.Arn>/attachments/*',
        's3:DeleteObject <UploadsBucket.Arn>/avatars/*',
        's3:DeleteObject <UploadsBucket.Arn>/files/*',
        's3:GetObject <UploadsBucket.Arn>/attachments/*',
        's3:GetObject <UploadsBucket.Arn>/avatars/*',
        's3:PutObject <UploadsBucket.Arn>/avatars/*',
        's3:GetObject <UploadsBucket.Arn>/files/*',
        's3:GetObject <UploadsBucket.Arn>/incoming/*',
        's3:PutObject <UploadsBucket.Arn>/attachments/*',
        's3:PutObject <UploadsBucket.Arn>/incoming/*',
      ],
    ],
    [
      'NotifyFunction',
      [
        ...table,
        'dynamodb:DescribeStream <ChatTable.StreamArn>',
        'dynamodb:GetRecords <ChatTable.StreamArn>',
        'dynamodb:GetShardIterator <ChatTable.StreamArn>',
        'dynamodb:ListStreams <ChatTable.Arn>/stream/*',
        handOut,
        'sqs:SendMessage <OnlineCountsQueue.Arn>',
        posting,
        closing,
        ...logs('Notify'),
        's3:DeleteObject <UploadsBucket.Arn>/attachments/*',
        's3:DeleteObject <UploadsBucket.Arn>/avatars/*',
        's3:DeleteObject <UploadsBucket.Arn>/files/*',
        's3:GetObject <UploadsBucket.Arn>/attachments/*',
        's3:GetObject <UploadsBucket.Arn>/avatars/*',
        's3:GetObject <UploadsBucket.Arn>/files/*',
        keepFailed,
      ],
    ],
    [
      'AccountJobFunction',
      [
        ...table,
        'dynamodb:ConditionCheckItem <ChatTable.Arn>',
        'cognito-idp:AdminDeleteUser <PeoplePool.Arn>',
        'cognito-idp:AdminUserGlobalSignOut <PeoplePool.Arn>',
        handOut,
        posting,
        ...logs('AccountJobsAccountJob'),
        's3:AbortMultipartUpload <UploadsBucket.Arn>/exports/*',
        's3:DeleteObject <UploadsBucket.Arn>/attachments/*',
        's3:DeleteObject <UploadsBucket.Arn>/avatars/*',
        's3:DeleteObject <UploadsBucket.Arn>/exports/*',
        's3:DeleteObject <UploadsBucket.Arn>/files/*',
        's3:GetObject <UploadsBucket.Arn>/attachments/*',
        's3:GetObject <UploadsBucket.Arn>/avatars/*',
        's3:GetObject <UploadsBucket.Arn>/exports/*',
        's3:GetObject <UploadsBucket.Arn>/files/*',
        's3:PutObject <UploadsBucket.Arn>/exports/*',
        'sqs:DeleteMessage <AccountJobsQueue.Arn>',
        'sqs:GetQueueAttributes <AccountJobsQueue.Arn>',
        'sqs:ReceiveMessage <AccountJobsQueue.Arn>',
        'sqs:SendMessage <AccountJobsQueue.Arn>',
      ],
    ],
    [
      'FanOutFunction',
      [
        'dynamodb:Query <ChatTable.Arn>/index/members',
        ...logs('LargeRoomsFanOut'),
        keepFailed,
        'sqs:SendMessage <LargeRoomsChunks.Arn>',
      ],
    ],
    [
      'DeliverFunction',
      [
        'dynamodb:BatchGetItem <ChatTable.Arn>',
        'dynamodb:GetItem <ChatTable.Arn>',
        'dynamodb:PutItem <ChatTable.Arn>',
        'dynamodb:UpdateItem <ChatTable.Arn>',
        posting,
        ...logs('LargeRoomsDeliver'),
        'sqs:DeleteMessage <LargeRoomsChunks.Arn>',
        'sqs:GetQueueAttributes <LargeRoomsChunks.Arn>',
        'sqs:ReceiveMessage <LargeRoomsChunks.Arn>',
      ],
    ],
    [
      'CountOnlineFunction',
      [
        'dynamodb:BatchGetItem <ChatTable.Arn>',
        'dynamodb:Query <ChatTable.Arn>/index/members',
        'dynamodb:UpdateItem <ChatTable.Arn>',
        posting,
        ...logs('OnlineCountsCountOnline'),
        'sqs:DeleteMessage <OnlineCountsQueue.Arn>',
        'sqs:GetQueueAttributes <OnlineCountsQueue.Arn>',
        'sqs:ReceiveMessage <OnlineCountsQueue.Arn>',
      ],
    ],
    ['SignUpFunction', ['dynamodb:PutItem <ChatTable.Arn>', ...logs('SignUp')]],
    [
      'CheckNameFunction',
      ['dynamodb:GetItem <ChatTable.Arn>', 'dynamodb:PutItem <ChatTable.Arn>', ...logs('CheckName')],
    ],
  ])('%s', (id, expected) => {
    expect(allowed(template, id)).toEqual(expected.toSorted());
  });

  test('no function carries a managed policy', () => {
    const roles = Object.values(
      template.findResources('AWS::IAM::Role', {
        Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'lambda.amazonaws.com' } }] } },
      }),
    );
    expect(roles).toHaveLength(11);
    for (const role of roles) expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test('no statement has a wildcard as its action, or every resource', () => {
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).not.toMatch(/"Action":"[^"]*\*"|"Resource":"\*"/);
  });

  test('only API Gateway, Cognito and roles of the stack may invoke a function', () => {
    const invokers = Object.values(template.findResources('AWS::Lambda::Permission')).map(({ Properties }) => {
      // Without a source, any API of any account could invoke the function.
      const source = plain(Properties.SourceArn).replace(/(Api>|authorizers).*/, '$1');
      return `${plain(Properties.FunctionName)} ${Properties.Action} ${Properties.Principal} ${source}`;
    });
    const api =
      'lambda:InvokeFunction apigateway.amazonaws.com arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>';
    expect([...new Set(invokers)].toSorted()).toEqual([
      `<AuthorizeFunction.Arn> ${api}:<SocketsApi>`,
      '<CheckNameFunction.Arn> lambda:InvokeFunction cognito-idp.amazonaws.com <PeoplePool.Arn>',
      `<HttpFunction.Arn> ${api}:<EndpointApi>`,
      '<SignUpFunction.Arn> lambda:InvokeFunction cognito-idp.amazonaws.com <PeoplePool.Arn>',
      `<SocketFunction.Arn> ${api}:<SocketsApi>`,
    ]);
  });
});

/** What access logs say of a failure: the answer, what the function threw, and why no token could be checked. */
const errors = {
  error: '$context.error.message',
  integration: '$context.integrationErrorMessage',
  authorizer: '$context.authorizer.error',
};

describe('functions', () => {
  // Without the function with which CDK deploys the page: test/stack/page.test.ts.
  const functions = Object.fromEntries(
    Object.entries(template.findResources('AWS::Lambda::Function')).filter(([id]) => !id.startsWith('CustomCDK')),
  );
  const environment = (id: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(functions[id]?.Properties.Environment.Variables).map(([name, value]) => [name, plain(value)]),
    );

  test('run on Node 24 and arm64, each with a log group with a retention time', () => {
    for (const { Properties } of Object.values(functions)) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
      const log = template.toJSON().Resources[Properties.LoggingConfig.LogGroup.Ref];
      expect(log).toMatchObject({ Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } });
    }
  });

  test('write JSON alone: of Lambda’s own lines only those about failures', () => {
    for (const { Properties } of Object.values(functions)) {
      expect(Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
    }
  });

  test('count in the namespace of their chat', () => {
    const namespaces = Object.keys(functions).map((id) => environment(id).POWERTOOLS_METRICS_NAMESPACE);
    expect(new Set(namespaces)).toEqual(new Set(['Parley']));
  });

  test('run no longer than API Gateway (29 s) and Cognito (5 s) wait', () => {
    const timeouts = Object.fromEntries(
      Object.entries(functions).map(([id, { Properties }]) => [id, Properties.Timeout]),
    );
    expect(timeouts).toEqual({
      AuthorizeFunction: 10,
      SocketFunction: 15,
      HttpFunction: 15,
      NotifyFunction: 60,
      FanOutFunction: 60,
      DeliverFunction: 30,
      CountOnlineFunction: 120,
      AccountJobFunction: 120,
      SignUpFunction: 5,
      CheckNameFunction: 5,
    });
  });

  test('have the memory that docs/cost.md counts with', () => {
    const memory = Object.fromEntries(
      Object.entries(functions).map(([id, { Properties }]) => [id, Properties.MemorySize]),
    );
    expect(memory).toEqual({
      AuthorizeFunction: 512,
      SocketFunction: 1024,
      HttpFunction: 1024,
      NotifyFunction: 512,
      FanOutFunction: 1024,
      DeliverFunction: 512,
      CountOnlineFunction: 512,
      AccountJobFunction: 1024,
      SignUpFunction: 512,
      CheckNameFunction: 1024,
    });
  });

  /** What tells a token of the pool from others. `socket` needs it to renew the token of a connection. */
  const tokens = {
    ISSUER: 'https://cognito-idp.<AWS::Region>.amazonaws.com/<PeoplePool>',
    KEYS_URL: 'https://cognito-idp.<AWS::Region>.amazonaws.com/<PeoplePool>/.well-known/jwks.json',
    AUDIENCE: '<PeoplePoolClient>',
  };

  test('authorize gets the issuer and the audience, and no names of data resources', () => {
    expect(environment('AuthorizeFunction')).toEqual({
      ...tokens,
      ALLOWED_ORIGINS: '*',
      POWERTOOLS_SERVICE_NAME: 'authorize',
      POWERTOOLS_LOG_LEVEL: 'INFO',
      POWERTOOLS_METRICS_NAMESPACE: 'Parley',
    });
  });

  test.each([
    ['SocketFunction', 'socket', tokens],
    [
      'HttpFunction',
      'http',
      { USER_POOL_ID: '<PeoplePool>', ACCOUNT_QUEUE_URL: '<AccountJobsQueue>', DELETED_MESSAGES: 'keep' },
    ],
    ['NotifyFunction', 'notify', { COUNT_QUEUE_URL: '<OnlineCountsQueue>' }],
  ])('%s is told where table, bucket, connections and pages are', (id, service, more) => {
    expect(environment(id)).toEqual({
      ...more,
      TABLE_NAME: '<ChatTable>',
      BUCKET_NAME: '<UploadsBucket>',
      CALLBACK_URL: 'https://<SocketsApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/prod',
      STAGE: 'prod',
      HTTP_URL: '<EndpointApi.ApiEndpoint>',
      RETENTION_DAYS: '0',
      SEND_COUNT: '20',
      SEND_SECONDS: '10',
      FILE_BYTES_PER_DAY: '1073741824',
      FRIENDS_FIRST: 'false',
      INVITATIONS: 'true',
      ROOM_MAKERS: 'open',
      DIRECTORY: 'everybody',
      PRESENCE: 'everybody',
      INLINE_MEMBERS: '100',
      FAN_OUT_FUNCTION: '<FanOutFunction>',
      POWERTOOLS_SERVICE_NAME: service,
      POWERTOOLS_LOG_LEVEL: 'INFO',
      POWERTOOLS_METRICS_NAMESPACE: 'Parley',
    });
  });
});

test('the table is paid per request, recoverable, retained, and has a stream', () => {
  template.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain' });
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    DeletionProtectionEnabled: true,
    LocalSecondaryIndexes: Match.absent(),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'members',
        KeySchema: [
          { AttributeName: 'member_of', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'people',
        KeySchema: [
          { AttributeName: 'listed_in', KeyType: 'HASH' },
          { AttributeName: 'listed_as', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
});

describe('the bucket of uploads', () => {
  test('is private, encrypted, and accessible by TLS only, like every other bucket', () => {
    template.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [{ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      },
    });
  });

  test('keeps what was deleted for as long as the table’s backups, and no function may end that earlier', () => {
    template.hasResourceProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
    });
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toMatch(/ObjectVersion|s3:\*|"\*"/);
  });

  test('deletes uploads that no message uses after a day, and archives after a week', () => {
    const days = (NoncurrentDays: number) => ({ NoncurrentDays });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          { Id: 'unclaimed', Prefix: 'incoming/', ExpirationInDays: 1, NoncurrentVersionExpiration: days(1) },
          { Id: 'exports', Prefix: 'exports/', ExpirationInDays: 7, NoncurrentVersionExpiration: days(1) },
          { Id: 'incomplete', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
          { Id: 'deleted', NoncurrentVersionExpiration: days(35), ExpiredObjectDeleteMarker: true, Status: 'Enabled' },
        ],
      },
    });
  });

  test('lets pages post forms and fetch files', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      CorsConfiguration: { CorsRules: [{ AllowedMethods: ['POST', 'GET', 'HEAD'], AllowedOrigins: ['*'] }] },
    });
  });
});

describe('people', () => {
  test('sign up themselves, with a user name in any case, a confirmed address, and a strong password', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
      UsernameConfiguration: { CaseSensitive: false },
      UsernameAttributes: Match.absent(),
      AutoVerifiedAttributes: ['email'],
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      Policies: {
        PasswordPolicy: {
          MinimumLength: 8,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
        },
      },
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      MfaConfiguration: 'OFF',
      // The tier sets the price of an active user.
      UserPoolTier: 'LITE',
      LambdaConfig: {
        PreSignUp: { 'Fn::GetAtt': ['CheckNameFunction', 'Arn'] },
        PostConfirmation: { 'Fn::GetAtt': ['SignUpFunction', 'Arn'] },
      },
    });
  });

  test('sign in without a client secret, with tokens for an hour', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: false,
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      AccessTokenValidity: 60,
      IdTokenValidity: 60,
      RefreshTokenValidity: 30 * 24 * 60,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
      AllowedOAuthFlowsUserPoolClient: false,
    });
  });
});

describe('the WebSocket API', () => {
  const sockets = { ApiId: { Ref: Match.stringLikeRegexp('^SocketsApi') } };

  test('has a route for every frame type, and the three default routes', () => {
    const routes = template.findResources('AWS::ApiGatewayV2::Route', { Properties: sockets });
    const keys = Object.values(routes).map(({ Properties }) => Properties.RouteKey);
    expect(keys.toSorted()).toEqual(['$connect', '$default', '$disconnect', ...socketRoutes].toSorted());
  });

  test('chooses the route by the type of the frame', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.type',
    });
  });

  test('calls the authorizer for every request, because the token may come in two ways', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      IdentitySource: Match.absent(),
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$connect', AuthorizationType: 'CUSTOM' });
  });

  test('has its authorizer on $connect, the only route where API Gateway allows one', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route', { Properties: sockets }));
    const authorized = routes.filter(({ Properties }) => Properties.AuthorizationType !== 'NONE');
    expect(authorized.map(({ Properties }) => [Properties.RouteKey, plain(Properties.AuthorizerId)])).toEqual([
      ['$connect', '<SocketsApiAuthorizer>'],
    ]);
  });

  test('has one stage that is throttled and logged, without the frames themselves', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      ...sockets,
      StageName: 'prod',
      AccessLogSettings: {
        DestinationArn: Match.anyValue(),
        Format: Match.serializedJson(Match.objectLike({ connectionId: '$context.connectionId', ...errors })),
      },
      DefaultRouteSettings: {
        ThrottlingRateLimit: 2000,
        ThrottlingBurstLimit: 1000,
        DataTraceEnabled: Match.absent(),
        LoggingLevel: Match.absent(),
      },
    });
  });

  test('waits for the role with which API Gateway writes its log', () => {
    const [account] = Object.keys(template.findResources('AWS::ApiGateway::Account'));
    template.hasResource('AWS::ApiGatewayV2::Stage', { Properties: { StageName: 'prod' }, DependsOn: [account] });
  });
});

describe('the HTTP API', () => {
  test('has every route, each behind a token', () => {
    const routes = Object.values(
      template.findResources('AWS::ApiGatewayV2::Route', {
        Properties: { ApiId: { Ref: Match.stringLikeRegexp('^EndpointApi') } },
      }),
    );
    expect(routes.map(({ Properties }) => Properties.RouteKey).toSorted()).toEqual([...httpRoutes.keys()].toSorted());
    for (const { Properties } of routes) {
      expect(Properties).toMatchObject({ AuthorizationType: 'JWT' });
      expect(plain(Properties.AuthorizerId)).toBe('<EndpointApiAuthorizer>');
    }
  });

  test('takes the tokens of the pool', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: [{ Ref: Match.stringLikeRegexp('^PeoplePoolClient') }] },
    });
  });

  test('allows pages of any origin, and is throttled and logged', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'HTTP',
      CorsConfiguration: {
        AllowOrigins: ['*'],
        AllowHeaders: ['authorization', 'content-type'],
        AllowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        AllowCredentials: Match.absent(),
      },
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AccessLogSettings: {
        DestinationArn: Match.anyValue(),
        Format: Match.serializedJson(Match.objectLike(errors)),
      },
      DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 },
    });
  });
});

describe("the table's stream", () => {
  test('invokes notify through filters, with a limit of retries and age', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: 'NotifyFunction' },
      FilterCriteria: { Filters: streamFilters.map((filter) => ({ Pattern: JSON.stringify(filter) })) },
      StartingPosition: 'TRIM_HORIZON',
      ParallelizationFactor: 4,
      BatchSize: 50,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 5,
      MaximumRecordAgeInSeconds: 600,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ChangesDeadLetters'), 'Arn'] } },
      },
    });
  });

  test('keeps failed records in an encrypted queue for two weeks, with an alarm', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 1_209_600,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [{ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      },
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
    });
  });
});

describe('fan-out in chunks', () => {
  test('the job is tried twice, and then becomes a dead letter', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: 'FanOutFunction' },
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 300,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ChangesDeadLetters'), 'Arn'] } },
      },
    });
  });

  test('each chunk is tried twice, and a large room leaves room for sockets and requests', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 60,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ChangesDeadLetters'), 'Arn'] },
        maxReceiveCount: 2,
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: 'DeliverFunction' },
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 50 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

test('the job about an account is tried five times and kept for four days, and its runs may ask for one another', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    VisibilityTimeout: 120,
    MessageRetentionPeriod: 345_600,
    RedrivePolicy: {
      deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ChangesDeadLetters'), 'Arn'] },
      maxReceiveCount: 5,
    },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { Ref: 'AccountJobFunction' },
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  template.hasResource('AWS::Lambda::Function', {
    Properties: { RecursiveLoop: 'Allow', Environment: { Variables: { RUN_SECONDS: '60', RETENTION_DAYS: '0' } } },
  });
});

describe('the distribution', () => {
  test('serves the page, rewrites the paths of WebSockets, the HTTP API and the replaced programs, and caches none of these', () => {
    const [distribution = {}] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
    const { CacheBehaviors, DefaultCacheBehavior, Origins, HttpVersion } = distribution.Properties.DistributionConfig;
    const origins = new Map<string, string>(
      Origins.map((origin: Record<string, unknown>) => [
        origin.Id,
        `${plain(origin.DomainName)}${plain(origin.OriginPath)}`,
      ]),
    );
    const behaviours = CacheBehaviors.map((behaviour: Record<string, string>) => [
      behaviour.PathPattern,
      origins.get(behaviour.TargetOriginId ?? ''),
    ]);
    const http = '<EndpointApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>';
    const sockets = '<SocketsApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/prod';
    expect(behaviours).toEqual([
      ['/ws', sockets],
      ['/ws/*', sockets],
      ['/api/*', http],
      ['/conversation/*', http],
      ['/messages*', http],
      ['/filesmessage/*', http],
      ['/chat/*', http],
      ['/save-token*', http],
    ]);
    for (const behaviour of CacheBehaviors) {
      expect(behaviour.FunctionAssociations).toMatchObject([{ EventType: 'viewer-request' }]);
      // The managed policies CachingDisabled and AllViewerExceptHostHeader.
      expect(behaviour.CachePolicyId).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
      expect(behaviour.OriginRequestPolicyId).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac');
      expect(behaviour.ViewerProtocolPolicy).toBe('https-only');
    }
    expect(origins.get(DefaultCacheBehavior.TargetOriginId)).toMatch(/^<PageBucket.RegionalDomainName>/);
    expect(HttpVersion).toBe('http2and3');
    for (const origin of Origins.filter(({ S3OriginConfig }: Record<string, unknown>) => !S3OriginConfig)) {
      expect(origin.CustomOriginConfig).toEqual({
        OriginProtocolPolicy: 'https-only',
        OriginSSLProtocols: ['TLSv1.2'],
      });
    }
  });
});

test('the outputs are what clients, tools and operators read', () => {
  const outputs = Object.entries(template.toJSON().Outputs).map(([name, output]) => [
    name,
    plain((output as { Value: unknown }).Value),
  ]);
  expect(Object.fromEntries(outputs)).toEqual({
    WebUrl: 'https://<EdgeDistribution.DomainName>',
    HttpUrl: '<EndpointApi.ApiEndpoint>',
    WebSocketUrl: 'wss://<SocketsApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/prod',
    Region: '<AWS::Region>',
    UserPoolId: '<PeoplePool>',
    UserPoolClientId: '<PeoplePoolClient>',
    TableName: '<ChatTable>',
    BucketName: '<UploadsBucket>',
    DeadLettersUrl: '<ChangesDeadLetters>',
    AccountQueueUrl: '<AccountJobsQueue>',
  });
});

test('a count of who is online waits in a queue, is tried five times, and then becomes a dead letter', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    VisibilityTimeout: 120,
    SqsManagedSseEnabled: true,
    RedrivePolicy: {
      deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ChangesDeadLetters'), 'Arn'] },
      maxReceiveCount: 5,
    },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { Ref: 'CountOnlineFunction' },
    EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^OnlineCountsQueue'), 'Arn'] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('the stream has no more filters than Lambda takes', () => {
  expect(streamFilters.length).toBeLessThanOrEqual(5);
});

test('the template without its table names a restored one everywhere, and is the same otherwise', () => {
  const table = { name: 'Restored', arn: 'arn:aws:dynamodb:r:a:table/Restored', streamArn: 'arn:…/stream/now' };
  const { template: without, logicalId } = withoutTable(template.toJSON() as CloudFormation, table);
  expect(logicalId).toBe('ChatTable4603252B');
  expect(JSON.stringify(without)).not.toContain(logicalId);
  const before = template.toJSON();
  expect(Object.keys(without.Resources)).toEqual(Object.keys(before.Resources).filter((id) => id !== logicalId));
  const named = Template.fromJSON(without as Record<string, unknown>);
  named.hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: table.streamArn });
  named.allResourcesProperties('AWS::Cognito::UserPool', before.Resources.PeoplePoolC64A4D1E.Properties);
  named.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ TABLE_NAME: table.name }) },
  });
  expect(JSON.stringify(named.findResources('AWS::IAM::Policy'))).toContain(`["${table.arn}","/index/members"]`);
});
