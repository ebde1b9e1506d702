import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from '../fixture/start-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const get = (path: string, init: RequestInit = {}) => fetch(`${fixture.httpUrl('Http')}${path}`, init);
const eventOf = async (path: string, init: RequestInit = {}) => (await get(path, init)).json();

async function seen(response: Response) {
  return { status: response.status, body: await response.json() };
}

describe('routes (AWS: the most specific one matches)', () => {
  test.each([
    ['GET', '/items/latest', 'GET /items/latest', undefined],
    ['GET', '/items/7', 'GET /items/{id}', { id: '7' }],
    ['PUT', '/items/7', 'ANY /items/{id}', { id: '7' }],
    ['PUT', '/items/latest', 'ANY /items/{id}', { id: 'latest' }],
    ['GET', '/items/7/parts/8', 'ANY /items/{proxy+}', { proxy: '7/parts/8' }],
    ['GET', '/items/a%20b%2Fc', 'GET /items/{id}', { id: 'a b/c' }],
  ])('%s %s', async (method, path, routeKey, pathParameters) => {
    const event = await eventOf(path, { method });
    expect([event.routeKey, event.pathParameters]).toEqual([routeKey, pathParameters]);
  });

  test.each([
    ['GET', '/'],
    ['GET', '/items'],
    ['GET', '/items/'],
    ['DELETE', '/echo'],
    ['GET', '/Items/7'],
  ])('what no route takes is a 404: %s %s', async (method, path) => {
    expect(await seen(await get(path, { method }))).toEqual({ status: 404, body: { message: 'Not Found' } });
  });

  test('the name of a stage begins the path, also in the event', async () => {
    const event = await (await fetch(`${fixture.httpUrl('Open')}/v1/any/where?x=1`)).json();
    expect([event.routeKey, event.rawPath, event.requestContext.stage]).toEqual(['$default', '/v1/any/where', 'v1']);
    const response = await fetch(`${fixture.httpUrl('Open')}/v2/any/where`);
    expect(await seen(response)).toEqual({ status: 404, body: { message: 'Not Found' } });
  });
});

test('the event is in payload format 2.0', async () => {
  const url = new URL(`${fixture.httpUrl('Http')}/items/a%20b?x=1&x=2&y=a%20b`);
  const event = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const request = httpRequest(
      url,
      { headers: { 'X-Many': ['one', 'two'], Cookie: 'a=1; b=2', 'User-Agent': 'tester' } },
      async (response) => resolve(JSON.parse(Buffer.concat(await response.toArray()).toString('utf8'))),
    );
    request.on('error', reject).end();
  });
  const apiId = fixture.context.stack.ref('Http');
  const domainName = `${apiId}.execute-api.us-east-1.amazonaws.com`;
  expect(event).toEqual({
    version: '2.0',
    routeKey: 'GET /items/{id}',
    rawPath: '/items/a b',
    rawQueryString: 'x=1&x=2&y=a%20b',
    cookies: ['a=1', 'b=2'],
    queryStringParameters: { x: '1,2', y: 'a b' },
    pathParameters: { id: 'a b' },
    headers: {
      host: domainName,
      'user-agent': 'tester',
      'x-many': 'one,two',
      'content-length': '0',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: '000000000000',
      apiId,
      domainName,
      domainPrefix: apiId,
      http: { method: 'GET', path: '/items/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'tester' },
      requestId: expect.stringMatching(/=$/),
      routeKey: 'GET /items/{id}',
      stage: '$default',
      time: expect.stringMatching(/ \+0000$/),
      timeEpoch: expect.any(Number),
    },
    isBase64Encoded: false,
  });
});

describe('a body', () => {
  const send = (body: BodyInit, type?: string) =>
    eventOf('/echo', { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });

  test.each(['application/json', 'text/plain; charset=utf-8', 'application/xml', 'application/problem+json'])(
    'of a textual type arrives as it is: %s',
    async (type) => {
      expect(await send('{"ü":1}', type)).toMatchObject({ body: '{"ü":1}', isBase64Encoded: false });
    },
  );

  test.each(['application/octet-stream', 'image/png', 'application/x-www-form-urlencoded'])(
    'of any other type arrives in base64: %s',
    async (type) => {
      expect(await send('a=1', type)).toMatchObject({
        body: Buffer.from('a=1').toString('base64'),
        isBase64Encoded: true,
      });
    },
  );

  test('that is compressed arrives in base64 for every type', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(await eventOf('/echo', { method: 'POST', body: 'zipped', headers })).toMatchObject({
      body: Buffer.from('zipped').toString('base64'),
      isBase64Encoded: true,
    });
  });

  test('of more than 10 MB gets 413 without an invocation', async () => {
    const before = fixture.context.counters.snapshot()['lambda.invoke:Echo'];
    const response = await get('/echo', { method: 'POST', body: new Uint8Array(10 * 1024 * 1024 + 1) });
    expect(await seen(response)).toEqual({ status: 413, body: { message: 'Request Entity Too Large' } });
    expect(fixture.context.counters.snapshot()['lambda.invoke:Echo']).toBe(before);
  });
});

test('headers of more than 10,240 bytes get 431', async () => {
  expect((await get('/items/7', { headers: { 'x-long': 'x'.repeat(10_240) } })).status).toBe(431);
});

describe('a response', () => {
  test('with a statusCode is sent unchanged, including cookies', async () => {
    const response = await get('/answer?kind=structured');
    expect(response.status).toBe(201);
    expect(response.headers.get('x-kind')).toBe('structured');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2; Secure']);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://of.the.function');
    expect(response.headers.get('apigw-requestid')).toMatch(/=$/);
    expect(await response.text()).toBe('made');
  });

  test('without a statusCode becomes the JSON body of a 200', async () => {
    const response = await get('/answer?kind=simple');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ hello: 'world' });
    expect(await (await get('/answer?kind=text')).text()).toBe('just text');
    expect(await (await get('/nothing')).text()).toBe('null');
  });

  test('in base64 is decoded', async () => {
    const response = await get('/answer?kind=binary');
    expect(response.headers.get('content-type')).toBe('image/png');
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0x89, 0x50, 0x4e, 0x47, 0xff]);
  });

  const failure = { status: 500, body: { message: 'Internal Server Error' } };

  test('that is malformed, an error, or a function without permission gives 500 without details', async () => {
    expect(await seen(await get('/answer?kind=malformed'))).toEqual(failure);
    expect(await seen(await get('/throw'))).toEqual(failure);
    expect(await seen(await get('/locked'))).toEqual(failure);
  });

  test('that takes longer than TimeoutInMillis gives 503', async () => {
    expect(await seen(await get('/hang'))).toEqual({ status: 503, body: { message: 'Service Unavailable' } });
  });
});

test('a request above the rate of its route gets 429; other routes still work', async () => {
  expect((await get('/limited')).status).toBe(200);
  expect(await seen(await get('/limited'))).toEqual({ status: 429, body: { message: 'Too Many Requests' } });
  expect((await get('/items/7')).status).toBe(200);
});

describe('configured CORS', () => {
  const open = (path: string, headers: Record<string, string>, method = 'GET') =>
    fetch(`${fixture.httpUrl('Open')}/v1${path}`, { method, headers });
  const corsOf = (response: Response) =>
    Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));

  test('answers preflights without a function', async () => {
    const runs = () => Object.entries(fixture.context.counters.snapshot()).filter(([name]) => /^lambda\./.test(name));
    const before = runs();
    const asked = { origin: 'https://one.example', 'access-control-request-method': 'POST' };
    const response = await open('/any', asked, 'OPTIONS');
    expect(response.status).toBe(204);
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': 'https://one.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '600',
    });
    expect(corsOf(await open('/any', { ...asked, origin: 'https://two.example' }, 'OPTIONS'))).toEqual({});
    expect(runs()).toEqual(before);
  });

  test('replaces the CORS headers of the function', async () => {
    expect(corsOf(await open('/answer?kind=structured', { origin: 'http://any.example' }))).toEqual({
      'access-control-allow-origin': 'http://any.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-kind',
    });
    expect(corsOf(await open('/answer?kind=structured', { origin: 'https://two.example' }))).not.toHaveProperty(
      'access-control-allow-origin',
    );
  });
});
