import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, CfnOutput, Stack, Stage } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startLocal } from '#start';
import { synthesizeApp } from './apps.ts';

const connect = `
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
exports.handler = async ({ requestContext: { connectionId } }) => {
  await new DynamoDBClient().send(new PutItemCommand({ TableName: process.env.TABLE, Item: { id: { S: connectionId } } }));
  return { statusCode: 200 };
};`;
const welcome = `
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
exports.handler = async ({ Records: [{ awsRegion, dynamodb }] }) => {
  const client = new ApiGatewayManagementApiClient({ endpoint: process.env.URL });
  await client.send(new PostToConnectionCommand({ ConnectionId: dynamodb.NewImage.id.S, Data: 'welcome to ' + awsRegion }));
};`;

const inline = (scope: Construct, id: string, code: string, environment: Record<string, string>) =>
  new LambdaFunction(scope, id, {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline(code),
    environment,
  });

/** A stage of three stacks, which give each other a table, its stream and a WebSocket API. */
function chat(app: App): void {
  const stage = new Stage(app, 'Chat', { env: { account: '123456789012', region: 'eu-central-1' } });
  const data = new Stack(stage, 'Data');
  const table = new Table(data, 'People', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    stream: StreamViewType.NEW_IMAGE,
  });
  const api = new Stack(stage, 'Api');
  const connecting = inline(api, 'Connect', connect, { TABLE: table.tableName });
  table.grantWriteData(connecting);
  const webSocketApi = new WebSocketApi(api, 'Socket', {
    connectRouteOptions: { integration: new WebSocketLambdaIntegration('Connect', connecting) },
  });
  const prod = new WebSocketStage(api, 'Prod', { webSocketApi, stageName: 'prod', autoDeploy: true });
  new CfnOutput(api, 'Url', { value: prod.url });
  const jobs = new Stack(stage, 'Jobs');
  const welcoming = inline(jobs, 'Welcome', welcome, { URL: prod.callbackUrl });
  prod.grantManagementApiAccess(welcoming);
  welcoming.addEventSource(
    new DynamoEventSource(table, { startingPosition: StartingPosition.TRIM_HORIZON, retryAttempts: 1 }),
  );
}

test('a socket of one stack is stored in the table of another, whose stream a third one answers, all in the region of their env', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-whole-app-'));
  const assemblyDirectory = synthesizeApp(folder, chat, { '@aws-cdk/core:defaultCrossStackReferences': 'weak' });
  const runtime = await startLocal({ assemblyDirectory, dataDirectory: join(folder, 'data'), port: 0 });
  const socket = new WebSocket(String(runtime.outputs['Chat-Api/Url']));
  const received = new Promise((done, failed) => {
    socket.once('message', (text) => done(String(text))).once('error', failed);
  });
  expect(await received).toBe('welcome to eu-central-1');
  expect(runtime.notServed).toEqual([]);
  socket.close();
  await runtime.stop();
  await rm(folder, { recursive: true, maxRetries: 5 });
});
