import { CfnOutput, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi, HttpMethod, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, Billing, ProjectionType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import {
  Architecture,
  Code,
  FilterCriteria,
  FilterRule,
  FunctionUrlAuthType,
  Function as Lambda,
  LayerVersion,
  Runtime,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';

export class EventChatStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    Tags.of(this).add('project', 'event-chat');

    const table = new TableV2(this, 'ConnectionsTable', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: 'byRoom',
          partitionKey: { name: 'room', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expires',
      dynamoStream: StreamViewType.OLD_IMAGE,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const bus = new EventBus(this, 'Bus', { eventBusName: 'chat' });
    const deadLetters = new Queue(this, 'DeadLetters', { retentionPeriod: Duration.days(14) });
    const layer = new LayerVersion(this, 'Shared', {
      code: Code.fromAsset('layer'),
      compatibleRuntimes: [Runtime.NODEJS_22_X],
    });
    const signingKey = new Secret(this, 'SigningKey', {
      generateSecretString: { secretStringTemplate: '{"user":"guest"}', generateStringKey: 'key' },
    });

    const make = (name, environment = {}) =>
      new Lambda(this, name, {
        runtime: Runtime.NODEJS_22_X,
        architecture: Architecture.ARM_64,
        code: Code.fromAsset('src'),
        handler: `${name.replace(/^./, (letter) => letter.toLowerCase())}.handler`,
        layers: [layer],
        timeout: Duration.seconds(10),
        logGroup: new LogGroup(this, `${name}Logs`, {
          retention: RetentionDays.ONE_WEEK,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        environment: { TABLE: table.tableName, BUS: bus.eventBusName, ...environment },
      });

    // Who is here: the WebSocket API, called through an alias.
    const authorize = make('Authorize', { SECRET_ARN: signingKey.secretArn });
    signingKey.grantRead(authorize);
    const connections = make('Connections');
    table.grantReadWriteData(connections);
    bus.grantPutEventsTo(connections);
    const live = connections.addAlias('live');
    const socket = (name) => ({ integration: new WebSocketLambdaIntegration(`${name}Integration`, live) });
    const api = new WebSocketApi(this, 'Sockets', {
      connectRouteOptions: {
        ...socket('Connect'),
        authorizer: new WebSocketLambdaAuthorizer('Authorizer', authorize, {
          identitySource: ['route.request.querystring.token'],
        }),
      },
      disconnectRouteOptions: socket('Disconnect'),
      defaultRouteOptions: socket('Default'),
    });
    const stage = new WebSocketStage(this, 'Stage', { webSocketApi: api, stageName: 'live', autoDeploy: true });

    // What is said: an HTTP API puts events on the bus.
    const publish = make('Publish');
    bus.grantPutEventsTo(publish);
    const http = new HttpApi(this, 'Http', {
      corsPreflight: { allowOrigins: ['https://chat.example'], allowMethods: [CorsHttpMethod.POST] },
    });
    http.addRoutes({
      path: '/rooms/{room}/messages',
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('PublishIntegration', publish),
    });

    // Rules deliver them to the room, and keep them.
    const deliver = make('Deliver', { ENDPOINT: stage.callbackUrl });
    table.grantReadData(deliver);
    stage.grantManagementApiAccess(deliver);
    deliver.configureAsyncInvoke({ onFailure: new SqsDestination(deadLetters), retryAttempts: 1 });
    new Rule(this, 'Deliveries', {
      eventBus: bus,
      eventPattern: { source: ['chat'], detailType: ['Said', 'Left'], detail: { room: [{ exists: true }] } },
      targets: [new LambdaFunction(deliver, { deadLetterQueue: deadLetters, retryAttempts: 2 })],
    });
    const said = new Topic(this, 'Said');
    new Rule(this, 'ArchiveRule', {
      eventBus: bus,
      eventPattern: { source: ['chat'], detailType: ['Said'] },
      targets: [
        new SnsTopic(said, {
          message: RuleTargetInput.fromObject({
            id: EventField.eventId,
            room: EventField.fromPath('$.detail.room'),
            text: EventField.fromPath('$.detail.text'),
          }),
        }),
      ],
    });
    const archiveQueue = new Queue(this, 'ArchiveQueue', {
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 3 },
      visibilityTimeout: Duration.seconds(60),
    });
    said.addSubscription(new SqsSubscription(archiveQueue, { rawMessageDelivery: true }));
    const bucket = new Bucket(this, 'ArchiveBucket', { enforceSSL: true });
    const archive = make('Archive', { BUCKET: bucket.bucketName });
    bucket.grantPut(archive);
    archive.addEventSource(new SqsEventSource(archiveQueue, { batchSize: 5, reportBatchItemFailures: true }));

    // Who goes without a word: the stream of the table and a schedule say so.
    const left = make('Left');
    bus.grantPutEventsTo(left);
    left.addEventSource(
      new DynamoEventSource(table, {
        startingPosition: StartingPosition.LATEST,
        batchSize: 10,
        bisectBatchOnError: true,
        retryAttempts: 3,
        onFailure: new SqsDlq(deadLetters),
        filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('REMOVE') })],
      }),
    );
    const heartbeat = make('Heartbeat');
    bus.grantPutEventsTo(heartbeat);
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(heartbeat, { event: RuleTargetInput.fromObject({ room: 'lobby' }) })],
    });

    // The token for visitors, from a function's own address.
    const welcome = make('Welcome', { SECRET_ARN: signingKey.secretArn });
    signingKey.grantRead(welcome);
    const welcomeUrl = welcome.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });

    new CfnOutput(this, 'SocketUrl', { value: stage.url });
    new CfnOutput(this, 'HttpUrl', { value: http.apiEndpoint });
    new CfnOutput(this, 'WelcomeUrl', { value: welcomeUrl.url });
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName });
  }
}
