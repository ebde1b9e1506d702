import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { CfnAuthorizer, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, type MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { socketRoutes } from '#protocol/operations';
import { accessLog } from './access-log.ts';
import type { ParleyFunction } from './parley-function.ts';
import { acknowledge } from './permissions.ts';
import type { Settings } from './settings.ts';
import { throttle } from './throttle.ts';

export interface SocketApiProps {
  readonly authorize: ParleyFunction;
  /** Answers every route. */
  readonly socket: ParleyFunction;
  readonly options: Pick<
    Settings,
    'stage' | 'logRetentionDays' | 'apiGatewayLogRole' | 'metricsNamespace' | 'throttles'
  >;
}

/** The WebSocket API with one route per frame type, and its one stage. */
export class SocketApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;
  /** Connections and frames that were answered with 5xx. The API's own `IntegrationError` also counts those that `$connect` refuses. */
  readonly failed: MetricFilter;

  constructor(scope: Construct, id: string, { authorize, socket, options }: SocketApiProps) {
    super(scope, id);
    const integration = new WebSocketLambdaIntegration('Socket', socket.called);
    this.api = new WebSocketApi(this, 'Api', {
      description: 'Parley: live events',
      routeSelectionExpression: '$request.body.type',
      connectRouteOptions: {
        integration,
        // API Gateway answers 401 if an identity source is missing, and the token may be in the query string or in
        // Sec-WebSocket-Protocol. CDK's default is the Authorization header, which no browser can send.
        authorizer: new WebSocketLambdaAuthorizer('Authorizer', authorize.called, { identitySource: [] }),
      },
      disconnectRouteOptions: { integration },
      defaultRouteOptions: { integration },
    });
    // CDK would write an empty list; AWS documents that the property is left out.
    for (const child of this.api.node.findAll()) {
      if (child instanceof CfnAuthorizer) child.addPropertyDeletionOverride('IdentitySource');
    }
    for (const route of socketRoutes) this.api.addRoute(route, { integration });
    acknowledge(this.api, {
      APIG4:
        'API Gateway authorizes a WebSocket once, on $connect; no other route can have an authorizer. Later events contain its answer.',
    });

    const { logGroup, ...accessLogSettings } = accessLog(
      this,
      {
        connectionId: '$context.connectionId',
        user: '$context.authorizer.principalId',
        latency: '$context.integrationLatency',
      },
      options,
    );
    this.failed = logGroup.addMetricFilter('Failed', {
      filterPattern: FilterPattern.stringValue('$.status', '=', '5*'),
      metricNamespace: options.metricsNamespace,
      metricName: 'FailedFrames',
      metricValue: '1',
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: options.stage,
      autoDeploy: true,
      // Posts to connections share the account's 10,000 requests a second: a flood of frames must leave room for them.
      throttle: throttle(options.throttles.socket),
      accessLogSettings,
    });
    if (options.apiGatewayLogRole) this.stage.node.addDependency(this.logRole());
  }

  /**
   * Lets a function post to connections (POST) or close them (DELETE). Sets `CALLBACK_URL` and `STAGE`, and allows `ManageConnections`
   * with these methods on this stage.
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
   * The role with which API Gateway writes logs: one for the whole account and region. Without it a WebSocket stage with an access log
   * cannot be created ("CloudWatch Logs role ARN must be set in account settings to enable logging").
   */
  private logRole(): CfnAccount {
    const role = new Role(this, 'LogRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    // Other APIs of the account may use it when this stack is deleted.
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(role, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'The setting is for the whole account, so this is the role that AWS prescribes: it has to serve every API there.',
    });
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }
}
