import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Alias, Code, FunctionUrlAuthType, HttpMethod, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedApp, serveApp } from './serve-app.ts';

const who =
  'exports.handler = async (event, { functionVersion, invokedFunctionArn }) => [functionVersion, invokedFunctionArn];';
const caller = `
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
const lambda = new LambdaClient({});
exports.handler = async (input) => {
  try {
    const { Payload, ExecutedVersion } = await lambda.send(new InvokeCommand(input));
    return [ExecutedVersion, JSON.parse(Buffer.from(Payload))];
  } catch (error) {
    return error.name;
  }
};`;

/** Answers as the path says. */
const web = `
exports.handler = async (event) => {
  if (event.rawPath === '/throws') throw new Error('no');
  if (event.rawPath === '/odd') return { statusCode: 'odd' };
  if (event.rawPath === '/plain') return { hello: 'world' };
  return {
    statusCode: 201,
    headers: { 'content-type': 'application/json', 'access-control-allow-origin': 'nobody' },
    cookies: ['a=b'],
    body: JSON.stringify(event),
  };
};`;
/** Asks a function URL, with the function's own signature. */
const signer = `
const { SignatureV4 } = require('@smithy/signature-v4');
const { HttpRequest } = require('@smithy/protocol-http');
const { Sha256 } = require('@aws-crypto/sha256-js');
exports.handler = async ({ address, sign }) => {
  const { hostname, host, pathname, port, protocol } = new URL(address);
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const signature = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256 });
  const request = new HttpRequest({ method: 'POST', hostname, port, protocol, path: pathname, headers: { host }, body: 'hello' });
  const { headers } = sign ? await signature.sign(request) : request;
  const response = await fetch(address, { method: 'POST', headers, body: 'hello' });
  return [response.status, response.headers.get('x-amzn-errortype'), await response.json()];
};`;

let app: ServedApp;
const output = (name: string) => app.runtime.outputs[name] ?? '';

beforeAll(async () => {
  app = await serveApp(build);
}, 60_000);
afterAll(() => app?.stop());

function build(stack: Stack): void {
  const common = { runtime: Runtime.NODEJS_22_X, handler: 'index.handler' };
  const target = new Lambda(stack, 'Who', { ...common, code: Code.fromInline(who) });
  const live = new Alias(stack, 'Live', { aliasName: 'live', version: target.currentVersion });
  const api = new HttpApi(stack, 'Http', { defaultIntegration: new HttpLambdaIntegration('ToLive', live) });
  const queue = new Queue(stack, 'Queue', { visibilityTimeout: Duration.seconds(30) });
  live.addEventSource(new SqsEventSource(queue));
  const calls = new Lambda(stack, 'Caller', {
    ...common,
    code: Code.fromInline(caller),
    timeout: Duration.seconds(10),
  });
  live.grantInvoke(calls);
  const page = new Lambda(stack, 'Page', { ...common, code: Code.fromInline(web) });
  const cors = { allowedOrigins: ['https://chat.example'], allowedMethods: [HttpMethod.ALL], allowCredentials: true };
  const open = page.addFunctionUrl({ authType: FunctionUrlAuthType.NONE, cors });
  const closed = new Lambda(stack, 'Closed', { ...common, code: Code.fromInline(web) }).addFunctionUrl();
  const [friend] = ['Friend', 'Stranger'].map(
    (name) => new Lambda(stack, name, { ...common, code: Code.fromInline(signer), timeout: Duration.seconds(10) }),
  );
  if (friend) closed.grantInvokeUrl(friend);
  const values = {
    OpenUrl: open.url,
    ClosedUrl: closed.url,
    Url: api.apiEndpoint,
    Name: target.functionName,
    Arn: target.functionArn,
    Live: live.functionArn,
    QueueUrl: queue.queueUrl,
  };
  for (const [name, value] of Object.entries(values))
    new CfnOutput(stack, `${name}Output`, { value }).overrideLogicalId(name);
}

const invokeAsCaller = (input: object) => invokeFunction('Caller', input);

async function invokeFunction(name: string, input: object): Promise<unknown> {
  const id = app.runtime.stack.functions.find(({ logicalId }) => logicalId.startsWith(name))?.logicalId ?? '';
  const result = await app.runtime.functions.invoke(id, input);
  return result.ok ? result.payload : result;
}

describe('an alias', () => {
  test('has the ARN of its function with its name, and an API reaches it with a permission of its own', async () => {
    expect(output('Live')).toBe(`${output('Arn')}:live`);
    expect(await (await fetch(output('Url'))).json()).toEqual(['1', output('Live')]);
  });

  test.each([
    ['a name and a qualifier', () => ({ FunctionName: output('Name'), Qualifier: 'live' })],
    ['its ARN', () => ({ FunctionName: output('Live') })],
    ['the end of its ARN', () => ({ FunctionName: `000000000000:function:${output('Name')}:live` })],
  ])('is invoked by %s', async (_what, input) => {
    expect(await invokeAsCaller(input())).toEqual(['1', ['1', output('Live')]]);
  });

  test('may be permitted where the function itself is not', async () => {
    expect(await invokeAsCaller({ FunctionName: output('Name') })).toBe('AccessDeniedException');
  });

  test('gets the messages of its queue', async () => {
    const { stack, counters, origin, rootCredentials } = app.runtime;
    const client = new SQSClient({
      region: stack.region,
      endpoint: `${origin}/_aws/sqs`,
      credentials: rootCredentials,
    });
    const done = () => counters.snapshot()['lambda.done:Who'] ?? 0;
    const before = done();
    await client.send(new SendMessageCommand({ QueueUrl: output('QueueUrl'), MessageBody: 'hello' }));
    await expect.poll(done).toBe(before + 1);
    expect(counters.snapshot()['sqs.failed']).toBeUndefined();
  });
});

describe('Invoke', () => {
  const client = () =>
    new LambdaClient({
      region: 'us-east-1',
      endpoint: `${app.runtime.origin}/_aws/lambda`,
      credentials: app.runtime.rootCredentials,
    });
  const invoke = async (FunctionName: string) => {
    const { Payload, ExecutedVersion } = await client().send(new InvokeCommand({ FunctionName }));
    return [ExecutedVersion, JSON.parse(Buffer.from(Payload ?? []).toString())];
  };

  test('runs $LATEST without a qualifier, and a version with its number', async () => {
    expect(await invoke(output('Name'))).toEqual(['$LATEST', ['$LATEST', output('Arn')]]);
    expect(await invoke(`${output('Arn')}:1`)).toEqual(['1', ['1', `${output('Arn')}:1`]]);
  });

  test('does not find a version or an alias that is not there', async () => {
    await expect(invoke(`${output('Arn')}:2`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(invoke(`${output('Name')}:dead`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a function URL', () => {
  test('without authentication passes a request in payload format 2.0, and answers with the result', async () => {
    const headers = { cookie: 'x=1; y=2', 'content-type': 'text/plain', 'x-own': 'own' };
    const response = await fetch(`${output('OpenUrl')}a%20b?c=d&c=e`, { method: 'PUT', headers, body: 'hi' });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([201, 'a=b']);
    const id = output('OpenUrl').split('/').at(-2);
    const domainName = `${id}.lambda-url.us-east-1.on.aws`;
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a b',
      rawQueryString: 'c=d&c=e',
      cookies: ['x=1', 'y=2'],
      headers: { host: domainName, 'x-own': 'own' },
      queryStringParameters: { c: 'd,e' },
      requestContext: {
        accountId: 'anonymous',
        apiId: id,
        domainName,
        domainPrefix: id,
        http: { method: 'PUT', path: '/a b' },
        routeKey: '$default',
        stage: '$default',
      },
      body: 'hi',
      isBase64Encoded: false,
    });
  });

  test.each([
    ['plain', 200, '{"hello":"world"}'],
    ['throws', 502, 'Internal Server Error'],
    ['odd', 502, 'Internal Server Error'],
  ])('%s: answers with %d', async (path, status, body) => {
    const response = await fetch(`${output('OpenUrl')}${path}`);
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  test('answers preflights itself, and its CORS headers take the place of the function’s', async () => {
    const headers = { origin: 'https://chat.example', 'access-control-request-method': 'PUT' };
    const preflight = await fetch(output('OpenUrl'), { method: 'OPTIONS', headers });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([200, headers.origin]);
    const response = await fetch(output('OpenUrl'), { headers: { origin: headers.origin } });
    expect(response.headers.get('access-control-allow-origin')).toBe(headers.origin);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
  });

  const aws = () => `https://${output('ClosedUrl').split('/').at(-2)}.lambda-url.us-east-1.on.aws/x`;

  test('with IAM passes who signed, at its local address and at its host of AWS', async () => {
    for (const address of [`${output('ClosedUrl')}x`, aws()]) {
      expect(await invokeFunction('Friend', { address, sign: true })).toMatchObject([
        201,
        null,
        {
          body: 'hello',
          requestContext: {
            accountId: '000000000000',
            authorizer: { iam: { userArn: expect.stringContaining(':assumed-role/App-Friend') } },
          },
        },
      ]);
    }
  });

  test.each([
    ['Friend', false],
    ['Stranger', true],
  ])('with IAM is forbidden for %s, signed: %s', async (name, sign) => {
    const expected = [403, 'AccessDeniedException', { Message: 'Forbidden' }];
    expect(await invokeFunction(name, { address: aws(), sign })).toEqual(expected);
  });
});
