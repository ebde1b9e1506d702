import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { CfnAuthorizer, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { socketRoutes } from '#protocol/operations';
import { accessLog } from './access-log.ts';
import type { Options } from './options.ts';
import type { ParleyFunction } from './parley-function.ts';

export interface SocketApiProps {
  readonly authorize: ParleyFunction;
  /** Answers every route. */
  readonly socket: ParleyFunction;
  readonly options: Pick<Options, 'stage' | 'logRetentionDays' | 'apiGatewayLogRole'>;
}

/** The WebSocket API with one route per frame type, and its one stage. */
export class SocketApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;

  constructor(scope: Construct, id: string, { authorize, socket, options }: SocketApiProps) {
    super(scope, id);
    const integration = new WebSocketLambdaIntegration('Socket', socket.lambda);
    this.api = new WebSocketApi(this, 'Api', {
      description: 'Parley: live events',
      routeSelectionExpression: '$request.body.type',
      connectRouteOptions: {
        integration,
        // No identity source: a missing one is refused with 401 before the function runs, and the token may come in the
        // query string or in Sec-WebSocket-Protocol. CDK's default is the Authorization header, which no browser can send.
        authorizer: new WebSocketLambdaAuthorizer('Authorizer', authorize.lambda, { identitySource: [] }),
      },
      disconnectRouteOptions: { integration },
      defaultRouteOptions: { integration },
    });
    // CDK would write an empty list; the documented way to have none is to say nothing.
    for (const child of this.api.node.findAll()) {
      if (child instanceof CfnAuthorizer) child.addPropertyDeletionOverride('IdentitySource');
    }
    for (const route of socketRoutes) this.api.addRoute(route, { integration });
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'API Gateway authorizes a WebSocket once, on $connect, and allows an authorizer on no other route; what it decided is part of every later event.',
    });

    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: options.stage,
      autoDeploy: true,
      // Below the account's 10,000 a second, which posting to connections shares: a flood of frames must leave room for answers.
      throttle: { rateLimit: 2000, burstLimit: 1000 },
      accessLogSettings: accessLog(
        this,
        {
          eventType: '$context.eventType',
          connectionId: '$context.connectionId',
          user: '$context.authorizer.principalId',
          latency: '$context.integrationLatency',
          error: '$context.error.message',
        },
        options,
      ),
    });
    if (options.apiGatewayLogRole) this.stage.node.addDependency(this.logRole());
  }

  /**
   * Lets a function post to connections (POST) or close them (DELETE): `CALLBACK_URL`, `STAGE`, and `ManageConnections` with
   * these methods on this stage alone.
   */
  bind(fn: ParleyFunction, ...methods: ('POST' | 'DELETE')[]): void {
    fn.configure({ CALLBACK_URL: this.stage.callbackUrl, STAGE: this.stage.stageName });
    const connections = methods.map((method) =>
      Stack.of(this).formatArn({
        service: 'execute-api',
        resource: this.api.apiId,
        resourceName: `${this.stage.stageName}/${method}/@connections/*`,
      }),
    );
    fn.allow(['execute-api:ManageConnections'], connections, 'A connection gets its id when it is opened.');
  }

  /**
   * The role that API Gateway writes logs with, one for the whole account and region. Making a WebSocket stage with an
   * access log fails without it ("CloudWatch Logs role ARN must be set in account settings to enable logging").
   */
  private logRole(): CfnAccount {
    const role = new Role(this, 'LogRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    // Other APIs of the account may have come to rely on it by the time that this stack is deleted.
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason:
        'The setting is for the account, so the role is the one that AWS prescribes for it: it must serve every API there.',
    });
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }
}
