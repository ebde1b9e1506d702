import { Stack, type StackProps } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { AuthenticationStack } from './auth-stack';
import type { DatabaseStack } from './database-stack';
import { entry, functionProps } from './function-props';

interface HttpApiStackProps extends StackProps {
  readonly database: DatabaseStack;
  readonly auth: AuthenticationStack;
}

export class HttpApiStack extends Stack {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: HttpApiStackProps) {
    super(scope, id, props);
    const { database, auth } = props;
    const { userPoolId } = auth.userPool;
    const make = (name: string, handler: string) =>
      new NodejsFunction(this, name, {
        ...functionProps(database, userPoolId),
        entry: entry('rest'),
        handler,
      });

    const getUsers = make('GetUsersHandler', 'getUsers');
    database.connections.grantReadData(getUsers);
    getUsers.addToRolePolicy(
      new PolicyStatement({
        actions: ['cognito-idp:ListUsers'],
        resources: [`arn:aws:cognito-idp:${this.region}:${this.account}:userpool/${userPoolId}`],
      }),
    );
    const getConfig = make('GetConfigHandler', 'getConfig');
    for (const name of ['/prod/websocket/url', '/prod/cognito/clientid']) {
      StringParameter.fromStringParameterName(this, `Parameter${name}`, name).grantRead(getConfig);
    }
    const postChannels = make('PostChannelsHandler', 'postChannels');
    database.channels.grantReadWriteData(postChannels);
    const getMessages = make('GetChannelMessagesHandler', 'getChannelMessages');
    database.messages.grantReadData(getMessages);

    this.api = new HttpApi(this, 'Api', {
      apiName: 'Channel chat HTTP API',
      corsPreflight: {
        allowOrigins: ['*'],
        allowMethods: [CorsHttpMethod.ANY],
        allowHeaders: ['Content-Type', 'Authorization'],
      },
      defaultAuthorizer: new HttpUserPoolAuthorizer('Authorizer', auth.userPool, {
        userPoolClients: [auth.client],
      }),
    });
    const integration = (handler: NodejsFunction) =>
      new HttpLambdaIntegration(`${handler.node.id}Integration`, handler);
    this.api.addRoutes({
      path: '/api/config',
      methods: [HttpMethod.GET],
      integration: integration(getConfig),
      authorizer: new HttpNoneAuthorizer(),
    });
    this.api.addRoutes({ path: '/api/users', methods: [HttpMethod.GET], integration: integration(getUsers) });
    this.api.addRoutes({ path: '/api/channels', methods: [HttpMethod.POST], integration: integration(postChannels) });
    this.api.addRoutes({
      path: '/api/channels/{id}/messages',
      methods: [HttpMethod.GET],
      integration: integration(getMessages),
    });
  }
}
