import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, httpRoute, lambda, stage } from '../fixture/resources.ts';
import { type Fixture, startFixture } from '../fixture/start-fixture.ts';

/*
 * AWS: "Create AWS Lambda proxy integrations for HTTP APIs", payload format 1.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */

let fixture: Fixture;
beforeAll(async () => {
  const old = { api: 'Old', PayloadFormatVersion: '1.0' };
  fixture = await startFixture({
    functions: { AnswerV1: 'answer-v1' },
    resources: {
      ...lambda('AnswerV1'),
      ...api('Old', { ProtocolType: 'HTTP' }),
      ...stage('Old', '$default', { StageVariables: { colour: 'blue' } }),
      ...httpRoute('POST /items/{id}', 'Echo', old),
      ...httpRoute('GET /answer', 'AnswerV1', old),
      ...httpRoute('$default', 'Echo', old),
    },
  });
});
afterAll(() => fixture.stop());

/** With repeated headers, which `fetch` would join. */
const send = (method: string, path: string, headers: Record<string, string | string[]>, body = '') =>
  new Promise<Record<string, unknown>>((resolve, reject) => {
    const request = httpRequest(`${fixture.httpUrl('Old')}${path}`, { method, headers }, async (response) =>
      resolve(JSON.parse(Buffer.concat(await response.toArray()).toString('utf8'))),
    );
    request.on('error', reject).end(body);
  });

test('the event is that of REST APIs, with every value of headers and parameters', async () => {
  const event = await send(
    'POST',
    '/items/a%20b?x=1&x=2&y=3',
    { 'X-Many': ['one', 'two'], Cookie: 'a=1; b=2', 'Content-Type': 'text/plain' },
    'hello',
  );
  const apiId = fixture.context.stack.ref('Old');
  const domainName = `${apiId}.execute-api.us-east-1.amazonaws.com`;
  expect(event).toEqual({
    version: '1.0',
    resource: '/items/{id}',
    path: '/items/a b',
    httpMethod: 'POST',
    headers: expect.objectContaining({ 'X-Many': 'two', Cookie: 'a=1; b=2', 'Content-Length': '5', Host: domainName }),
    multiValueHeaders: expect.objectContaining({ 'X-Many': ['one', 'two'], 'Content-Type': ['text/plain'] }),
    queryStringParameters: { x: '2', y: '3' },
    multiValueQueryStringParameters: { x: ['1', '2'], y: ['3'] },
    requestContext: {
      accountId: '000000000000',
      apiId,
      authorizer: { claims: null, scopes: null },
      domainName,
      domainPrefix: apiId,
      extendedRequestId: expect.any(String),
      httpMethod: 'POST',
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        user: null,
        userAgent: '',
        userArn: null,
      },
      path: '/items/a b',
      protocol: 'HTTP/1.1',
      requestId: expect.any(String),
      requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestTimeEpoch: expect.any(Number),
      resourceId: 'POST /items/{id}',
      resourcePath: '/items/{id}',
      stage: '$default',
    },
    pathParameters: { id: 'a b' },
    stageVariables: { colour: 'blue' },
    body: 'hello',
    isBase64Encoded: false,
  });
});

test('what a request lacks is null', async () => {
  expect(await send('GET', '/elsewhere', {})).toMatchObject({
    resource: '$default',
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    body: null,
  });
});

test('a response needs a statusCode, and may have several values of a header', async () => {
  const answer = (kind: string) => fetch(`${fixture.httpUrl('Old')}/answer?kind=${kind}`);
  const several = await answer('several');
  expect([several.status, await several.text()]).toEqual([201, 'made']);
  expect(several.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(several.headers.get('x-kind')).toBe('one, two');
  const inferred = await answer('inferred');
  expect([inferred.status, await inferred.json()]).toEqual([500, { message: 'Internal Server Error' }]);
});
