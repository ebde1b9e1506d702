const path = require('node:path');
const cdk = require('aws-cdk-lib');
const dynamodb = require('aws-cdk-lib/aws-dynamodb');
const lambda = require('aws-cdk-lib/aws-lambda');
const { WebSocketApi, WebSocketStage } = require('aws-cdk-lib/aws-apigatewayv2');
const { WebSocketLambdaIntegration } = require('aws-cdk-lib/aws-apigatewayv2-integrations');

/** Tells whoever asks for something unknown who they are, as AWS's tutorial does, with code in the template. */
const defaultHandler = `
const { ApiGatewayManagementApiClient, PostToConnectionCommand, GetConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
exports.handler = (event, context, callback) => {
  const { connectionId, domainName, stage } = event.requestContext;
  const callbackAPI = new ApiGatewayManagementApiClient({ apiVersion: '2018-11-29', endpoint: 'https://' + domainName + '/' + stage });
  callbackAPI
    .send(new GetConnectionCommand({ ConnectionId: connectionId }))
    .then((info) => callbackAPI.send(new PostToConnectionCommand({
      ConnectionId: connectionId,
      Data: 'Use the sendmessage route to send a message. You connected from ' + info.Identity.SourceIp,
    })))
    .then(() => callback(null, { statusCode: 200 }), callback);
};`;

class SimpleChatStack extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const tableName = new cdk.CfnParameter(this, 'TableName', {
      type: 'String',
      default: 'simplechat_connections',
      minLength: 3,
      maxLength: 50,
      allowedPattern: '^[A-Za-z_]+$',
    });
    const table = new dynamodb.Table(this, 'ConnectionsTable', {
      tableName: tableName.valueAsString,
      partitionKey: { name: 'connectionId', type: dynamodb.AttributeType.STRING },
      readCapacity: 5,
      writeCapacity: 5,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });

    const fromFolder = (name, folder) => {
      const handler = new lambda.Function(this, name, {
        code: lambda.Code.fromAsset(path.join(__dirname, '..', folder)),
        handler: 'app.handler',
        memorySize: 256,
        runtime: lambda.Runtime.NODEJS_22_X,
        environment: { TABLE_NAME: table.tableName },
      });
      table.grantReadWriteData(handler);
      return handler;
    };
    const connect = fromFolder('OnConnectFunction', 'onconnect');
    const disconnect = fromFolder('OnDisconnectFunction', 'ondisconnect');
    const sendMessage = fromFolder('SendMessageFunction', 'sendmessage');
    const fallback = new lambda.Function(this, 'DefaultFunction', {
      code: lambda.Code.fromInline(defaultHandler),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_22_X,
    });

    const api = new WebSocketApi(this, 'SimpleChatWebSocket', {
      apiName: 'SimpleChatWebSocket',
      routeSelectionExpression: '$request.body.message',
      connectRouteOptions: { integration: new WebSocketLambdaIntegration('ConnectInteg', connect) },
      disconnectRouteOptions: { integration: new WebSocketLambdaIntegration('DisconnectInteg', disconnect) },
      defaultRouteOptions: { integration: new WebSocketLambdaIntegration('DefaultInteg', fallback) },
    });
    api.addRoute('sendmessage', { integration: new WebSocketLambdaIntegration('SendInteg', sendMessage) });
    const stage = new WebSocketStage(this, 'Stage', { webSocketApi: api, stageName: 'Prod', autoDeploy: true });
    api.grantManageConnections(sendMessage);
    api.grantManageConnections(fallback);

    new cdk.CfnOutput(this, 'ConnectionsTableArn', { value: table.tableArn });
    new cdk.CfnOutput(this, 'WebSocketURI', { value: stage.url });
  }
}

module.exports = { SimpleChatStack };
