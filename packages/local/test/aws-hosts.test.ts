import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { DomainName, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type ServedApp, serveApp } from './serve-app.ts';

/** The chat of AWS's own samples, in their shape: CommonJS, the table of connections, and an endpoint made from the event. */
const chat = `
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand, ScanCommand, DeleteCommand } = require('@aws-sdk/lib-dynamodb');
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const TableName = process.env.TABLE_NAME;
const key = (event) => ({ connectionId: event.requestContext.connectionId });

exports.connect = async (event) => {
  await table.send(new PutCommand({ TableName, Item: key(event) }));
  return { statusCode: 200, body: 'Connected.' };
};
exports.disconnect = async (event) => {
  await table.send(new DeleteCommand({ TableName, Key: key(event) }));
  return { statusCode: 200, body: 'Disconnected.' };
};
exports.send = async (event) => {
  const { data, domain } = JSON.parse(event.body);
  const endpoint = 'https://' + (domain || event.requestContext.domainName + '/' + event.requestContext.stage);
  const api = new ApiGatewayManagementApiClient({ endpoint });
  const { Items } = await table.send(new ScanCommand({ TableName, ProjectionExpression: 'connectionId' }));
  await Promise.all(Items.map(({ connectionId }) => api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: data }))));
  return { statusCode: 200, body: 'Data sent.' };
};`;

/** Calls a host of AWS in many ways. */
const caller = `
const https = require('node:https');
const { DynamoDBClient, DescribeTableCommand, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const { S3Client, PutObjectCommand, GetObjectCommand } = require('@aws-sdk/client-s3');
const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
const { TABLE_NAME: TableName, BUCKET: Bucket, QUEUE, POOL, AWS_REGION: region } = process.env;
const host = (service) => 'https://' + service + '.' + region + '.amazonaws.com';
const get = (url) => new Promise((resolve, reject) => https.get(url, (response) => {
  let text = '';
  response.on('data', (data) => (text += data)).on('end', () => resolve([response.statusCode, text]));
}).on('error', reject));
const ways = {
  async dynamodb() {
    const client = new DynamoDBClient({ endpoint: host('dynamodb') });
    return (await client.send(new GetItemCommand({ TableName, Key: { connectionId: { S: 'nobody' } } }))).$metadata.httpStatusCode;
  },
  async pathStyle() {
    const client = new S3Client({ endpoint: host('s3'), forcePathStyle: true });
    await client.send(new PutObjectCommand({ Bucket, Key: 'a b/ü.txt', Body: 'text' }));
    return (await client.send(new GetObjectCommand({ Bucket, Key: 'a b/ü.txt' }))).Body.transformToString();
  },
  async virtualHost() {
    const client = new S3Client({ endpoint: host('s3') });
    await client.send(new PutObjectCommand({ Bucket, Key: 'c', Body: 'more' }));
    return (await client.send(new GetObjectCommand({ Bucket, Key: 'c' }))).Body.transformToString();
  },
  async sqs() {
    const client = new SQSClient({ endpoint: host('sqs') });
    const QueueUrl = host('sqs') + '/' + QUEUE;
    return (await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }))).$metadata.httpStatusCode;
  },
  async jwks() {
    const [status, text] = await get(host('cognito-idp') + '/' + POOL + '/.well-known/jwks.json');
    return [status, JSON.parse(text).keys.length];
  },
  async fetch() {
    const response = await fetch(host('cognito-idp') + '/' + POOL + '/.well-known/jwks.json');
    return [response.status, (await response.json()).keys.length];
  },
  plainHttp: async () => (await fetch(host('cognito-idp').replace('https', 'http') + '/' + POOL + '/.well-known/jwks.json')).status,
  otherApi: () => get('https://a1b2c3.execute-api.' + region + '.amazonaws.com/prod/@connections/abc'),
  notServed: () => get(host('bedrock-runtime') + '/model'),
  notServedByFetch: () => fetch('https://sts.amazonaws.com/').catch(({ cause }) => Promise.reject(cause)),
  otherRegion: () => get('https://dynamodb.mars-east-1.amazonaws.com/'),
  database: () => new Promise((resolve, reject) => require('node:net').connect(5432, 'db.abc.' + region + '.rds.amazonaws.com', resolve).on('error', reject)),
};
exports.handler = async (way) => {
  try {
    return await ways[way]();
  } catch (error) {
    return [error.name, error.code, error.message];
  }
};`;

let app: ServedApp;

beforeAll(async () => {
  app = await serveApp(build);
}, 60_000);
afterAll(() => app?.stop());

function build(stack: Stack, folder: string): void {
  // Most projects of today are of this type. A function's own folder is another one.
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const code = (name: string, source: string) => {
    const directory = join(folder, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'index.js'), source);
    return Code.fromAsset(directory);
  };
  const table = new Table(stack, 'Connections', {
    partitionKey: { name: 'connectionId', type: AttributeType.STRING },
  });
  const [bucket, queue, pool] = [new Bucket(stack, 'Files'), new Queue(stack, 'Queue'), new UserPool(stack, 'People')];
  const common = { runtime: Runtime.NODEJS_22_X, environment: { TABLE_NAME: table.tableName } };
  const chatCode = code('chat', chat);
  const chatFunction = (name: string) =>
    new Lambda(stack, name, { ...common, code: chatCode, handler: `index.${name.toLowerCase()}` });
  const [onConnect, onDisconnect, onSend] = [chatFunction('Connect'), chatFunction('Disconnect'), chatFunction('Send')];
  const socket = new WebSocketApi(stack, 'Chat', {
    connectRouteOptions: { integration: new WebSocketLambdaIntegration('ConnectTo', onConnect) },
    disconnectRouteOptions: { integration: new WebSocketLambdaIntegration('DisconnectTo', onDisconnect) },
  });
  socket.addRoute('sendmessage', { integration: new WebSocketLambdaIntegration('SendTo', onSend) });
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:us-east-1:1:certificate/a');
  const domainName = new DomainName(stack, 'Domain', { domainName: 'ws.chat.example', certificate });
  const stage = new WebSocketStage(stack, 'Stage', {
    ...{ webSocketApi: socket, stageName: 'dev', autoDeploy: true },
    domainMapping: { domainName, mappingKey: 'chat' },
  });
  for (const each of [onConnect, onDisconnect, onSend]) table.grantReadWriteData(each);
  socket.grantManageConnections(onSend);

  const calls = new Lambda(stack, 'Caller', { ...common, code: code('caller', caller), handler: 'index.handler' });
  table.grantReadData(calls);
  bucket.grantReadWrite(calls);
  queue.grantSendMessages(calls);
  calls.addEnvironment('BUCKET', bucket.bucketName);
  calls.addEnvironment('QUEUE', `${stack.account}/${queue.queueName}`);
  calls.addEnvironment('POOL', pool.userPoolId);
  new CfnOutput(stack, 'Url', { value: stage.url });
}

async function call(way: string): Promise<unknown> {
  const id = app.runtime.stack.functions.find(({ logicalId }) => logicalId.startsWith('Caller'))?.logicalId ?? '';
  const result = await app.runtime.functions.invoke(id, way);
  return result.ok ? result.payload : result;
}

test("AWS's own chat delivers: an endpoint made of domainName and stage reaches @connections", async () => {
  const url = app.runtime.outputs.Url ?? '';
  const [anna, ben] = [await connect(url), await connect(url)];
  anna.send({ action: 'sendmessage', data: 'hello' });
  expect(await Promise.all([anna.next(), ben.next()])).toEqual(['hello', 'hello']);
  anna.close();
  ben.close();
});

test("a custom domain of the stack's API is that API, below the key of its mapping", async () => {
  const anna = await connect(app.runtime.outputs.Url ?? '');
  anna.send({ action: 'sendmessage', data: 'by its own name', domain: 'ws.chat.example/chat' });
  expect(await anna.next()).toBe('by its own name');
  anna.close();
});

describe('a host of AWS, as a function calls it', () => {
  test.each([
    ['dynamodb', 200],
    ['pathStyle', 'text'],
    ['virtualHost', 'more'],
    ['sqs', 200],
    ['jwks', [200, 2]],
    ['fetch', [200, 2]],
    ['plainHttp', 200],
  ])('is answered here: %s', async (way, expected) => {
    expect(await call(way)).toEqual(expected);
  });

  test('is forbidden for an API of somebody else', async () => {
    expect(await call('otherApi')).toEqual([403, '{"message":"Forbidden"}']);
  });

  test.each([
    ['notServed', 'bedrock-runtime.us-east-1.amazonaws.com'],
    ['notServedByFetch', 'sts.amazonaws.com'],
    ['otherRegion', 'dynamodb.mars-east-1.amazonaws.com'],
    ['database', 'db.abc.us-east-1.rds.amazonaws.com'],
  ])('is refused, with a line on the console, if nobody here is it: %s', async (way, host) => {
    const sentence = `unable to reach ${host}; it is not served here (region us-east-1), and nothing that a local function does goes to AWS`;
    expect(await call(way)).toEqual(['Error', 'ERR_NOT_SERVED_LOCALLY', sentence]);
    expect(app.lines).toContainEqual(expect.stringContaining(`: ${sentence}`));
  });
});
