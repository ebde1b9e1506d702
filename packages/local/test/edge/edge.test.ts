import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, refusedHandshake } from '../fixture/sockets.ts';
import { type Fixture, startFixture } from '../fixture/start-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const get = (path: string, init: RequestInit = {}) =>
  fetch(`${fixture.origin}${path}`, { redirect: 'manual', ...init });
const wsOrigin = () => fixture.origin.replace('http', 'ws');

describe('a request', () => {
  test('goes to the origin with method, body and headers, and with the origin’s host', async () => {
    const response = await get('/echo', {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x', 'x-own': 'yes', cookie: 'a=1; b=2' },
    });
    const event = await response.json();
    expect(event).toMatchObject({ routeKey: 'POST /echo', body: '{"a":1}', cookies: ['a=1', 'b=2'] });
    expect(event.headers).toMatchObject({
      authorization: 'Bearer x',
      'x-own': 'yes',
      host: `${fixture.context.stack.ref('Http')}.execute-api.us-east-1.amazonaws.com`,
      via: expect.stringContaining('CloudFront'),
      'x-amz-cf-id': expect.any(String),
    });
    expect(response.headers.get('x-cache')).toBe('Miss from cloudfront');
  });

  test('goes to the first behaviour whose pattern matches, below its origin’s path, or else to the default', async () => {
    const event = await (await get('/open/x?q=1')).json();
    expect([event.rawPath, event.rawQueryString]).toEqual(['/v1/open/x', 'q=1']);
    expect((await get('/open/xy')).status).toBe(404);
    expect((await (await get('/items/7')).json()).rawPath).toBe('/items/7');
  });

  test('goes to a function URL, which has its own host', async () => {
    const event = await (await get('/url/x', { method: 'POST', body: 'hello' })).json();
    const [id] = event.headers.host.split('.');
    expect(event).toMatchObject({ rawPath: '/below/url/x', body: 'hello', requestContext: { accountId: 'anonymous' } });
    expect(event.headers).toMatchObject({ host: `${id}.lambda-url.us-east-1.on.aws`, via: expect.any(String) });
  });

  test('with a method that the behaviour does not allow gets 403', async () => {
    expect((await get('/items/read-only', { method: 'POST', body: 'x' })).status).toBe(403);
    expect((await get('/items/read-only')).status).toBe(200);
  });

  test('loses query, cookies and headers at a behaviour whose policies forward none', async () => {
    const headers = { authorization: 'Bearer x', cookie: 'a=1', 'x-own': 'yes' };
    const event = await (await get('/items/poor?q=1', { headers })).json();
    expect(event.rawQueryString).toBe('');
    expect(event.cookies).toBeUndefined();
    expect(event.headers).not.toHaveProperty('authorization');
    expect(event.headers).not.toHaveProperty('x-own');
    expect(event.headers['user-agent']).toBe('Amazon CloudFront');
  });

  test('forwarded with the viewer’s Host header gets 403 from API Gateway, which does not know that host', async () => {
    const response = await get('/items/hosted');
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
  });

  test('to an origin outside the stack gets 502 with a reason', async () => {
    const response = await get('/elsewhere');
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('example.com');
  });
});

describe('a bucket as origin', () => {
  const page = `<h1>${'hello '.repeat(300)}</h1>`;
  beforeAll(async () => {
    const s3 = new S3Client({
      endpoint: `${fixture.origin}/_aws/s3`,
      region: 'us-east-1',
      credentials: fixture.context.keys.issue({ kind: 'root', arn: 'arn:aws:iam::000000000000:root' }),
      forcePathStyle: true,
    });
    const Bucket = fixture.context.stack.ref('Files');
    const put = (Key: string, Body: string, ContentType: string) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
    await put('public/files/a page.html', '<h1>hello</h1>', 'text/html');
    await put('public/small/page.html', page, 'text/html');
    await put('public/small/tiny.html', '<h1>hello</h1>', 'text/html');
    await put('public/small/picture.png', page, 'image/png');
    await put('public/unsigned/page.html', page, 'text/html');
    await put('private/private/page.html', page, 'text/html');
    await put('old/old/app.html', page, 'text/html');
    s3.destroy();
  });

  test('serves its objects below the origin’s path, with the headers of the behaviour’s policy', async () => {
    const response = await get('/files/a%20page.html', { headers: { range: 'bytes=4-8' } });
    expect([response.status, await response.text()]).toEqual([206, 'hello']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=60; includeSubDomains',
      'x-own': 'yes',
      'x-cache': 'Miss from cloudfront',
    });
    expect((await get('/files/x', { method: 'PUT', body: 'x' })).status).toBe(502);
  });

  test('serves what its policy allows this distribution, and answers 403 for a missing object without list permission', async () => {
    const paths = ['/small/page.html', '/small/none.html', '/private/page.html', '/unsigned/page.html'];
    expect(await Promise.all(paths.map(async (path) => (await get(path)).status))).toEqual([200, 403, 403, 403]);
  });

  test('lets an origin access identity read what the policy gives its canonical user', async () => {
    expect(await (await get('/old/app.html')).text()).toBe(page);
    expect((await get('/old/none.html')).status).toBe(403);
  });

  test('compresses text in an encoding that the viewer accepts, with a weak tag that still revalidates', async () => {
    const encoded = async (encodings: string, path = '/small/page.html') => {
      const { headers } = await get(path, { headers: { 'accept-encoding': encodings }, method: 'HEAD' });
      return headers.get('content-encoding');
    };
    expect(await Promise.all(['gzip, br', 'gzip', 'br;q=0, gzip', 'identity'].map((each) => encoded(each)))).toEqual([
      'br',
      'gzip',
      'gzip',
      null,
    ]);
    for (const path of ['/small/tiny.html', '/small/picture.png', '/files/a%20page.html'])
      expect(await encoded('gzip', path)).toBeNull();
    const response = await get('/small/page.html', { headers: { 'accept-encoding': 'br' } });
    expect(await response.text()).toBe(page);
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"/);
    expect((await get('/small/page.html', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

describe('an error of an origin', () => {
  const failed = (status: number, init: RequestInit = {}) => get(`/status?status=${status}`, init);

  test('with a page is replaced by the page, with the status that the distribution sets', async () => {
    const response = await failed(405, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(await response.text()).toMatch(/^<h1>hello/);
    const [head, part] = await Promise.all([
      failed(405, { method: 'HEAD' }),
      failed(405, { headers: { range: 'bytes=0-1' } }),
    ]);
    expect([head.status, await head.text(), part.status]).toEqual([200, '', 200]);
  });

  test('with a page that cannot be had is the error of the page', async () => {
    expect((await failed(416)).status).toBe(403);
  });

  test('without a page stays as it is', async () => {
    expect([(await failed(404)).status, (await failed(500)).status]).toEqual([404, 500]);
  });
});

describe('a viewer-request function', () => {
  test('rewrites path and query, and leaves the rest unchanged', async () => {
    const event = await (await get('/api/items/a%2Fb?x=1&x=%C3%BC')).json();
    expect([event.pathParameters, event.rawQueryString]).toEqual([
      { id: 'a/b' },
      'x=1&x=%C3%BC&edge=viewer-request%20127.0.0.1',
    ]);
  });

  test('may return a response', async () => {
    const response = await get('/api/moved');
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe(`https://${new URL(fixture.origin).host}/there`);
  });

  test('that fails gives 503', async () => {
    const response = await get('/api/broken');
    expect(response.status).toBe(503);
    expect(response.headers.get('x-cache')).toBe('FunctionExecutionError from cloudfront');
    expect(fixture.lines.join('\n')).toContain('broken at the edge');
  });

  test('has neither Node’s globals nor eval', async () => {
    expect((await get('/api/eval')).status).toBe(503);
    expect((await (await get('/api/escape')).json()).rawPath).toBe('/items/undefined-undefined');
  });
});

describe('an upgrade', () => {
  test('goes to a WebSocket origin with query and subprotocol', async () => {
    const client = await connect(`${wsOrigin()}/?speak=second&note=x`, ['first', 'second']);
    expect(client.socket.protocol).toBe('second');
    client.socket.send('{"action":"echo"}');
    expect(JSON.parse(await client.next()).requestContext).toMatchObject({
      routeKey: 'echo',
      stage: 'test',
      apiId: fixture.context.stack.ref('Socket'),
    });
    client.socket.close();
  });

  test('is refused with the API’s status', async () => {
    expect((await refusedHandshake(`${wsOrigin()}/?status=418`)).status).toBe(418);
  });

  test('to an HTTP API gets 403; through a behaviour without policies it loses its headers and gets 400', async () => {
    expect((await refusedHandshake(`${wsOrigin()}/echo`)).status).toBe(403);
    expect((await refusedHandshake(`${wsOrigin()}/items/poor`)).status).toBe(400);
  });

  test('gets the response of the viewer-request function, if it returns one', async () => {
    const refused = await refusedHandshake(`${wsOrigin()}/api/moved`);
    expect([refused.status, refused.headers.location]).toEqual([302, `https://${new URL(fixture.origin).host}/there`]);
  });
});
