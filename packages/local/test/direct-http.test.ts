import { once } from 'node:events';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { text } from 'node:stream/consumers';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Answer, Incoming } from '#answer';
import { answerServiceCalls, directPaths } from '#lambda/service-calls';

const { request, get } = http;
const credentials = { accessKeyId: 'AKIA0', secretAccessKey: 'secret' };
let server: http.Server;
let port: number;
let ports: MessagePort[];
/** Requests that came as messages, and over HTTP. */
let direct: { incoming: Incoming; body: Buffer | undefined }[];
let overHttp: string[];
let answer: (incoming: Incoming) => Promise<Answer>;

beforeAll(async () => {
  server = http.createServer((incoming, response) => {
    overHttp.push(incoming.url ?? '');
    response.end('over HTTP');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;

  const { port1, port2 } = new MessageChannel();
  ports = [port1, port2];
  answerServiceCalls(port1, async (incoming) => {
    direct.push({ incoming, body: await incoming.body(1_000_000) });
    return answer(incoming);
  });
  // @ts-expect-error It is plain JavaScript, because it runs in a function's thread.
  const { callServicesDirectly } = await import('../src/lambda/direct-http.mjs');
  callServicesDirectly({ port: port2, host: `127.0.0.1:${port}`, paths: directPaths });
});
afterAll(() => {
  Object.assign(http, { request, get });
  syncBuiltinESMExports();
  for (const one of ports) one.close();
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  direct = [];
  overHttp = [];
  answer = async () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' });
});

const options = (path: string) => ({ hostname: '127.0.0.1', port, path, method: 'POST' });

async function send(path: string, body: Buffer | string = '', more: http.RequestOptions = {}) {
  const outgoing = http.request({ ...options(path), ...more });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test('a request has the same method, path, headers and bytes as over a connection', async () => {
  const bytes = Buffer.from([0, 10, 13, 127, 128, 255, ...Buffer.from('ü\n{"a":"€"}')]);
  await send('/_aws/dynamodb?a=%20b', bytes, { headers: { 'X-Amz-Target': 'T', n: 1, list: ['a', 'b'] } });
  expect(direct).toMatchObject([{ incoming: { method: 'POST', url: '/_aws/dynamodb?a=%20b' }, body: bytes }]);
  expect(direct[0]?.incoming.headers).toEqual({
    'x-amz-target': 'T',
    n: '1',
    list: 'a, b',
    host: `127.0.0.1:${port}`,
    'content-length': String(bytes.length),
  });
});

test('an answer has its status, headers and bytes', async () => {
  answer = async () => ({ status: 410, headers: { 'x-amzn-errortype': 'GoneException' }, body: '{"message":"ü€\\n"}' });
  expect(await send('/_aws/execute-api/api/prod/@connections/abc%3D')).toEqual({
    status: 410,
    headers: { 'x-amzn-errortype': 'GoneException' },
    body: '{"message":"ü€\\n"}',
  });
});

test('requests at the same time get their own answers', async () => {
  answer = async ({ url }) => ({ status: 200, headers: {}, body: url });
  const paths = Array.from({ length: 50 }, (_, at) => `/_aws/lambda/${at}`);
  const answers = await Promise.all(paths.map((path) => send(path)));
  expect(answers.map(({ body }) => body)).toEqual(paths);
});

test.each([
  ['a service that streams', '/_aws/s3/bucket/key'],
  ['an API of the stack', '/_aws/execute-api/api/prod/items'],
  ['the distribution', '/index.html'],
  ['a path that only begins like a service', '/_aws/dynamodbs'],
])('%s is called over HTTP', async (_what, path) => {
  expect(await send(path)).toMatchObject({ body: 'over HTTP' });
  expect([direct.length, overHttp]).toEqual([0, [path]]);
});

test('another address, an agent of its own kind, and a URL instead of options are called over HTTP', async () => {
  class Tunnel extends http.Agent {}
  const agent = new Tunnel();
  await send('/_aws/dynamodb', '', { hostname: 'localhost', family: 4 });
  await send('/_aws/dynamodb', '', { agent });
  const outgoing = http.get(`http://127.0.0.1:${port}/_aws/dynamodb`);
  const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage];
  expect(await text(response)).toBe('over HTTP');
  expect([direct.length, overHttp.length]).toEqual([0, 3]);
  agent.destroy();
});

test('a header that HTTP does not allow is refused', () => {
  expect(() => http.request({ ...options('/_aws/dynamodb'), headers: { a: 'b\r\nc: d' } })).toThrow(
    'Invalid character',
  );
});

test('a request that is destroyed before its answer fails as over a connection', async () => {
  answer = () => new Promise(() => {});
  const outgoing = http.request(options('/_aws/dynamodb'));
  outgoing.end();
  outgoing.destroy();
  const [error] = await once(outgoing, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
});

test('a request without an answer in time says so', async () => {
  answer = () => new Promise(() => {});
  const outgoing = http.request({ ...options('/_aws/dynamodb'), timeout: 20 });
  outgoing.on('error', () => {});
  outgoing.end();
  await once(outgoing, 'timeout');
  outgoing.destroy();
});

test('a request ends with close after its answer was read', async () => {
  const outgoing = http.request(options('/_aws/dynamodb'), (response) => response.resume());
  outgoing.end();
  await once(outgoing, 'close');
  expect(outgoing.destroyed).toBe(true);
});

test("the SDK's clients call directly, with timeouts too", async () => {
  const endpoint = `http://127.0.0.1:${port}/_aws`;
  answer = async ({ url }) => ({
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: url.includes('dynamodb') ? '{"Item":{"pk":{"S":"a"}}}' : '',
  });
  const requestHandler = { connectionTimeout: 500, requestTimeout: 3_000, socketTimeout: 2_000 };
  const table = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: `${endpoint}/dynamodb`,
    credentials,
    requestHandler,
  });
  const { Item } = await table.send(new GetItemCommand({ TableName: 'T', Key: { pk: { S: 'a' } } }));
  expect(Item).toEqual({ pk: { S: 'a' } });
  const connections = new ApiGatewayManagementApiClient({
    region: 'us-east-1',
    endpoint: `${endpoint}/execute-api/api/prod`,
    credentials,
  });
  await connections.send(new PostToConnectionCommand({ ConnectionId: 'abc=', Data: 'hi' }));
  expect([direct.map(({ incoming }) => incoming.url), overHttp]).toEqual([
    ['/_aws/dynamodb/', '/_aws/execute-api/api/prod/@connections/abc%3D'],
    [],
  ]);
  table.destroy();
  connections.destroy();
});
