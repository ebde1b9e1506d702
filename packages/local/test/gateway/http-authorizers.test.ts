import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credentials } from '#iam/access-keys';
import { api, httpRoute, invocation, lambda, ref, stage, sub, withoutPermission } from '../fixture/resources.ts';
import { type Fixture, startFixture } from '../fixture/start-fixture.ts';

/*
 * AWS: "Control access to HTTP APIs with AWS Lambda authorizers", https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 * and "Control access to HTTP APIs with IAM authorization", https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */

const authorizer = (id: string, properties: object, functionId = 'HttpAuthorizer') => ({
  [id]: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: ref('Doors'),
      Name: id,
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocation(functionId),
      IdentitySource: ['$request.header.Authorization'],
      AuthorizerPayloadFormatVersion: '2.0',
      ...properties,
    },
  },
});
const guarded = (key: string, authorizerId: string, properties: object = {}) =>
  httpRoute(key, 'Echo', {
    api: 'Doors',
    AuthorizationType: 'CUSTOM',
    AuthorizerId: ref(authorizerId),
    ...properties,
  });
const signed = (key: string) => httpRoute(key, 'Echo', { api: 'Doors', AuthorizationType: 'AWS_IAM' });
const role = (...statements: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: { Statement: [] },
    Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statements } }],
  },
});

const time = { offset: 0 };
let fixture: Fixture;
beforeAll(async () => {
  const uncached = { AuthorizerResultTtlInSeconds: 0 };
  fixture = await startFixture({
    clock: { now: () => Date.now() + time.offset },
    functions: { HttpAuthorizer: 'http-authorizer', LockedAuthorizer: 'http-authorizer' },
    resources: {
      ...lambda('HttpAuthorizer'),
      ...withoutPermission(lambda('LockedAuthorizer'), 'LockedAuthorizerPermission'),
      ...api('Doors', { ProtocolType: 'HTTP' }),
      ...stage('Doors', 'prod', { StageVariables: { colour: 'blue' } }),
      ...authorizer('Simple', { ...uncached, EnableSimpleResponses: true }),
      ...authorizer('Policy', uncached),
      ...authorizer('Old', {
        ...uncached,
        AuthorizerPayloadFormatVersion: '1.0',
        IdentitySource: ['$request.header.Authorization', '$stageVariables.colour'],
      }),
      ...authorizer('Open', { ...uncached, IdentitySource: [] }),
      ...authorizer('Cached', { AuthorizerResultTtlInSeconds: 60, IdentitySource: ['$request.querystring.who'] }),
      ...authorizer('PerRoute', { IdentitySource: ['$request.querystring.who', '$context.routeKey'] }),
      ...authorizer('Barred', uncached, 'LockedAuthorizer'),
      ...authorizer(
        'WithRole',
        { ...uncached, AuthorizerCredentialsArn: { 'Fn::GetAtt': ['Invoker', 'Arn'] } },
        'LockedAuthorizer',
      ),
      Invoker: role({
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::GetAtt': ['LockedAuthorizer', 'Arn'] },
      }),
      ...guarded('GET /simple', 'Simple'),
      ...guarded('GET /items/{id}', 'Policy'),
      ...guarded('GET /old/{id}', 'Old'),
      ...guarded('GET /old-both/{id}', 'Old', { PayloadFormatVersion: '1.0' }),
      ...guarded('GET /open', 'Open'),
      ...guarded('GET /cached/{id}', 'Cached'),
      ...guarded('GET /per-route/a', 'PerRoute'),
      ...guarded('GET /per-route/b', 'PerRoute'),
      ...guarded('GET /locked', 'Barred'),
      ...guarded('GET /with-role', 'WithRole'),
      ...signed('POST /signed/{id}'),
      Member: role({
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        // What CDK's `grantInvoke` of a route writes.
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's Fn::Sub is written so
        Resource: sub('arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Doors}/*/POST/signed/*'),
      }),
      Stranger: role(),
    },
  });
});
afterAll(() => fixture.stop());

const get = (path: string, authorization?: string) =>
  fetch(`${fixture.httpUrl('Doors')}/prod${path}`, { headers: authorization === undefined ? {} : { authorization } });

async function seen(path: string, authorization?: string) {
  const response = await get(path, authorization);
  return { status: response.status, body: await response.json() };
}

/** The context that the integration got. */
const contextOf = async (path: string, authorization?: string) => {
  const { status, body } = await seen(path, authorization);
  expect(status).toBe(200);
  return body.requestContext.authorizer;
};

const unauthorized = { status: 401, body: { message: 'Unauthorized' } };
const forbidden = { status: 403, body: { message: 'Forbidden' } };
const failed = { status: 500, body: { message: 'Internal Server Error' } };

describe('a Lambda authorizer', () => {
  test('with simple responses allows with its context as it is, or forbids', async () => {
    const { lambda: context } = await contextOf('/simple', 'yes');
    expect(context).toMatchObject({ list: ['a', 'b'], map: { key: 'value' }, yes: true });
    expect(await contextOf('/simple', 'bare')).toEqual({ lambda: null });
    expect(await seen('/simple', 'no')).toEqual(forbidden);
  });

  test('with policies is judged by the policy for this route', async () => {
    expect((await contextOf('/items/7', 'this route alone')).lambda).toMatchObject({ list: ['a', 'b'] });
    expect(await seen('/items/7', 'deny')).toEqual(forbidden);
  });

  test.each(['unauthorized', 'malformed'])(
    'that fails or answers nonsense gives 500, whatever it throws: %s',
    async (token) => {
      expect(await seen('/items/7', token)).toEqual(failed);
      expect(await seen('/simple', token)).toEqual(failed);
    },
  );

  test('is not called without its identity sources', async () => {
    const calls = () => fixture.context.counters.snapshot()['lambda.invoke:HttpAuthorizer'];
    const before = calls();
    expect(await seen('/items/7')).toEqual(unauthorized);
    expect(calls()).toBe(before);
    expect((await contextOf('/open')).lambda).toMatchObject({ yes: true });
  });

  test('needs a permission or a role', async () => {
    expect(await seen('/locked', 'x')).toEqual(failed);
    expect((await contextOf('/with-role', 'x')).lambda).toMatchObject({ yes: true });
  });

  test('gets an event in format 2.0', async () => {
    const event = JSON.parse((await contextOf('/items/a%20b?x=1&x=2', 'token')).lambda.event);
    const apiId = fixture.context.stack.ref('Doors');
    expect(event).toEqual({
      version: '2.0',
      type: 'REQUEST',
      routeArn: `arn:aws:execute-api:us-east-1:000000000000:${apiId}/prod/GET/items/a b`,
      identitySource: ['token'],
      routeKey: 'GET /items/{id}',
      rawPath: '/prod/items/a b',
      rawQueryString: 'x=1&x=2',
      headers: expect.objectContaining({
        authorization: 'token',
        host: `${apiId}.execute-api.us-east-1.amazonaws.com`,
      }),
      queryStringParameters: { x: '1,2' },
      requestContext: {
        accountId: '000000000000',
        apiId,
        domainName: `${apiId}.execute-api.us-east-1.amazonaws.com`,
        domainPrefix: apiId,
        http: expect.objectContaining({ method: 'GET', path: '/prod/items/a b' }),
        requestId: expect.any(String),
        routeKey: 'GET /items/{id}',
        stage: 'prod',
        time: expect.any(String),
        timeEpoch: expect.any(Number),
      },
      pathParameters: { id: 'a b' },
      stageVariables: { colour: 'blue' },
    });
    expect(JSON.parse((await contextOf('/open')).lambda.event).identitySource).toBe(null);
  });

  test('gets an event in format 1.0', async () => {
    const event = JSON.parse((await contextOf('/old/7?x=1', 'token')).lambda.event);
    expect(event).toMatchObject({
      version: '1.0',
      type: 'REQUEST',
      methodArn: expect.stringMatching(/\/prod\/GET\/old\/7$/),
      identitySource: 'token,blue',
      authorizationToken: 'token,blue',
      resource: '/old/{id}',
      path: '/prod/old/7',
      httpMethod: 'GET',
      queryStringParameters: { x: '1' },
      pathParameters: { id: '7' },
      requestContext: { stage: 'prod', resourcePath: '/old/{id}', identity: { sourceIp: '127.0.0.1' } },
    });
    expect(event).not.toHaveProperty('body');
  });

  test('an integration of format 1.0 has its context and principal in requestContext.authorizer', async () => {
    expect(await contextOf('/old-both/7', 'token')).toMatchObject({ principalId: 'somebody', yes: true });
  });
});

describe('answers of a Lambda authorizer', () => {
  const callOf = async (path: string) => (await contextOf(path)).lambda.calls;

  test('are kept for all routes of the authorizer, for its time to live', async () => {
    const first = await callOf('/cached/1?who=a');
    expect(await callOf('/cached/2?who=a')).toBe(first);
    expect(await callOf('/cached/1?who=b')).toBeGreaterThan(first);
    time.offset += 61_000;
    expect(await callOf('/cached/1?who=a')).toBeGreaterThan(first);
  });

  test('are kept per route if $context.routeKey is an identity source, and for five minutes by default', async () => {
    const first = await callOf('/per-route/a?who=c');
    time.offset += 299_000;
    expect(await callOf('/per-route/a?who=c')).toBe(first);
    expect(await callOf('/per-route/b?who=c')).toBeGreaterThan(first);
    time.offset += 2_000;
    expect(await callOf('/per-route/a?who=c')).toBeGreaterThan(first);
  });

  test('are judged for each route, if they are policies', async () => {
    const named = (path: string) => get(path, 'this route alone').then(({ status }) => status);
    expect(await named('/cached/3?who=d')).toBe(200);
    expect(await named('/cached/4?who=d')).toBe(403);
  });
});

describe('IAM authorization', () => {
  async function post(path: string, credentials?: Credentials, change: { body?: string; service?: string } = {}) {
    const url = new URL(`${fixture.httpUrl('Doors')}/prod${path}`);
    const request = new HttpRequest({
      method: 'POST',
      hostname: url.hostname,
      port: Number(url.port),
      path: url.pathname,
      headers: { host: url.host, 'content-type': 'text/plain' },
      body: 'hello',
    });
    const signer =
      credentials &&
      new SignatureV4({ credentials, region: 'us-east-1', service: change.service ?? 'execute-api', sha256: Sha256 });
    const signingDate = new Date(Date.now() + time.offset);
    const { headers } = signer ? await signer.sign(request, { signingDate }) : request;
    const { host: _, ...sent } = headers;
    const response = await fetch(url, { method: 'POST', headers: sent, body: change.body ?? 'hello' });
    return { status: response.status, body: await response.json() };
  }
  const as = (roleId: string) => {
    const arn = `arn:aws:sts::000000000000:assumed-role/${roleId}/session`;
    return fixture.context.keys.issue({ kind: 'role', arn, roleId, functionId: 'Echo' });
  };

  test('lets a signer with execute-api:Invoke pass, and says who it is', async () => {
    const credentials = as('Member');
    const { status, body } = await post('/signed/7', credentials);
    expect([status, body.body]).toEqual([200, 'hello']);
    expect(body.requestContext.authorizer).toEqual({
      iam: {
        accessKey: credentials.accessKeyId,
        accountId: '000000000000',
        callerId: 'Member:session',
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:aws:sts::000000000000:assumed-role/Member/session',
        userId: 'Member:session',
      },
    });
  });

  test('forbids without a signature, with another body or service, unknown keys, and without the permission', async () => {
    expect(await post('/signed/7')).toEqual(forbidden);
    expect(await post('/signed/7', as('Member'), { body: 'changed' })).toEqual(forbidden);
    expect(await post('/signed/7', as('Member'), { service: 's3' })).toEqual(forbidden);
    expect(await post('/signed/7', { accessKeyId: 'AKIAX', secretAccessKey: 'x' })).toEqual(forbidden);
    expect(await post('/signed/7', as('Stranger'))).toEqual(forbidden);
  });
});
