import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { DatabaseStack } from './database-stack';
import { entry, functionProps } from './function-props';

interface WebsocketStackProps extends StackProps {
  readonly database: DatabaseStack;
  readonly userPoolId: string;
}

export class WebsocketStack extends Stack {
  readonly api: WebSocketApi;

  constructor(scope: Construct, id: string, props: WebsocketStackProps) {
    super(scope, id, props);
    const { database, userPoolId } = props;
    const statusQueue = new Queue(this, 'UserStatusQueue', {
      visibilityTimeout: Duration.seconds(30),
      encryption: QueueEncryption.KMS_MANAGED,
    });
    statusQueue.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['sqs:*'],
        resources: [statusQueue.queueArn],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    const readsParameters = new PolicyStatement({
      actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
      resources: [`arn:aws:ssm:${this.region}:${this.account}:parameter/prod/cognito/clientid`],
    });

    const common = functionProps(database, userPoolId);
    const environment = { ...common.environment, STATUS_QUEUE_URL: statusQueue.queueUrl };
    const make = (name: string, handler: string, more: Record<string, string> = {}) =>
      new NodejsFunction(this, name, {
        ...common,
        entry: entry('websocket'),
        handler,
        environment: { ...environment, ...more },
        tracing: Tracing.ACTIVE,
      });

    const authorize = make('AuthorizerHandler', 'authorize');
    authorize.addToRolePolicy(readsParameters);
    const onConnect = make('OnConnectHandler', 'onConnect');
    const onDisconnect = make('OnDisconnectHandler', 'onDisconnect');
    for (const handler of [onConnect, onDisconnect]) {
      database.connections.grantReadWriteData(handler);
      statusQueue.grantSendMessages(handler);
    }
    const onMessage = make('OnMessageHandler', 'onMessage');
    database.connections.grantReadWriteData(onMessage);
    database.messages.grantReadWriteData(onMessage);

    this.api = new WebSocketApi(this, 'Api', {
      apiName: 'Channel chat',
      connectRouteOptions: {
        integration: new WebSocketLambdaIntegration('ConnectIntegration', onConnect),
        authorizer: new WebSocketLambdaAuthorizer('Authorizer', authorize, {
          identitySource: ['route.request.header.Cookie'],
        }),
      },
      disconnectRouteOptions: { integration: new WebSocketLambdaIntegration('DisconnectIntegration', onDisconnect) },
      defaultRouteOptions: { integration: new WebSocketLambdaIntegration('DefaultIntegration', onMessage) },
    });
    const stage = new WebSocketStage(this, 'Prod', { webSocketApi: this.api, stageName: 'wss', autoDeploy: true });

    const broadcastStatus = make('StatusBroadcastHandler', 'broadcastStatus', {
      APIGW_ENDPOINT: stage.url.replace('wss://', ''),
    });
    broadcastStatus.addEventSource(
      new SqsEventSource(statusQueue, {
        batchSize: 10,
        maxBatchingWindow: Duration.minutes(0),
        reportBatchItemFailures: true,
      }),
    );
    statusQueue.grantConsumeMessages(broadcastStatus);
    database.connections.grantReadWriteData(broadcastStatus);

    this.api.grantManageConnections(onMessage);
    this.api.grantManageConnections(broadcastStatus);
  }
}
