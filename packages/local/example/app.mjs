// A guestbook: whoever is connected sees every new entry. A socket route writes entries, and the table's stream posts them.
import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, Billing, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import {
  Code,
  FilterCriteria,
  FilterRule,
  Function as Lambda,
  Runtime,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';

const stack = new Stack(new App(), 'Guestbook');

const table = new TableV2(stack, 'Table', {
  partitionKey: { name: 'kind', type: AttributeType.STRING },
  sortKey: { name: 'id', type: AttributeType.STRING },
  billing: Billing.onDemand(),
  dynamoStream: StreamViewType.NEW_IMAGE,
  removalPolicy: RemovalPolicy.DESTROY,
});
const makeFunction = (name) =>
  new Lambda(stack, name, {
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromAsset('functions'),
    handler: `${name.toLowerCase()}.handler`,
    environment: { TABLE: table.tableName },
  });

const socket = makeFunction('Socket');
table.grantWriteData(socket);
const integration = (id) => ({ integration: new WebSocketLambdaIntegration(id, socket) });
const api = new WebSocketApi(stack, 'Api', {
  connectRouteOptions: integration('Connect'),
  disconnectRouteOptions: integration('Disconnect'),
});
api.addRoute('sign', integration('Sign'));
const stage = new WebSocketStage(stack, 'Stage', { webSocketApi: api, stageName: 'prod', autoDeploy: true });

const notify = makeFunction('Notify');
notify.addEnvironment('CALLBACK_URL', stage.callbackUrl);
table.grantReadData(notify);
stage.grantManagementApiAccess(notify);
notify.addEventSource(
  new DynamoEventSource(table, {
    startingPosition: StartingPosition.LATEST,
    retryAttempts: 3,
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { Keys: { kind: { S: FilterRule.isEqual('entry') } } },
      }),
    ],
  }),
);

new CfnOutput(stack, 'Url', { value: stage.url });
