import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketName, type Fixture, page, startFixture } from './fixture.ts';

let s3: Fixture;
beforeAll(async () => {
  s3 = await startFixture();
  await s3.client().send(new PutObjectCommand({ Bucket: bucketName, Key: 'a', Body: 'a' }));
});
afterAll(() => s3.stop());

async function preflight(headers: Record<string, string>, bucket = bucketName) {
  const response = await fetch(`${s3.endpoint}/${bucket}/a`, { method: 'OPTIONS', headers });
  const { headers: answered } = response;
  return { status: response.status, text: await response.text(), header: (name: string) => answered.get(name) };
}

describe('a preflight', () => {
  test('that a rule allows gets the headers of that rule', async () => {
    const { status, header } = await preflight({
      origin: page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'Content-Type, x-amz-meta-a',
    });
    expect({
      status,
      origin: header('access-control-allow-origin'),
      methods: header('access-control-allow-methods'),
      headers: header('access-control-allow-headers'),
      exposed: header('access-control-expose-headers'),
      age: header('access-control-max-age'),
      vary: header('vary'),
    }).toEqual({
      status: 200,
      origin: page,
      methods: 'POST, GET',
      headers: 'content-type, x-amz-meta-a',
      exposed: 'ETag',
      age: '3600',
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    });
  });

  test('may come from an origin that matches a pattern', async () => {
    const from = (origin: string) => preflight({ origin, 'access-control-request-method': 'GET' });
    expect((await from('https://pr-7.preview.example')).header('access-control-allow-origin')).toBe(
      'https://pr-7.preview.example',
    );
    expect((await from('https://preview.example')).status).toBe(403);
  });

  test.each([
    ['another origin', { origin: 'https://evil.example', 'access-control-request-method': 'POST' }],
    ['another method', { origin: page, 'access-control-request-method': 'DELETE' }],
    [
      'another header',
      { origin: page, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    ],
  ])('with %s is refused with 403', async (_what, headers) => {
    const { status, text, header } = await preflight(headers);
    expect([status, header('access-control-allow-origin')]).toEqual([403, null]);
    expect(text).toContain('<Code>AccessForbidden</Code><Message>CORSResponse: This CORS request is not allowed.');
  });

  test('to a bucket without rules is refused', async () => {
    const { status, text } = await preflight({ origin: page, 'access-control-request-method': 'GET' }, 'plain');
    expect([status, text]).toEqual([403, expect.stringContaining('CORS is not enabled for this bucket.')]);
  });

  test('without origin or method gets 400', async () => {
    expect((await preflight({ 'access-control-request-method': 'GET' })).status).toBe(400);
    expect((await preflight({ origin: page })).status).toBe(400);
  });
});

test('an error has the CORS headers too, so that the page can read it', async () => {
  const response = await fetch(`${s3.endpoint}/${bucketName}/a`, { headers: { origin: page } });
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, page]);
  expect(response.headers.get('access-control-expose-headers')).toBe('ETag');
});

test('a response to an origin without a rule has no CORS headers', async () => {
  const response = await fetch(`${s3.endpoint}/${bucketName}/a`, { headers: { origin: 'https://evil.example' } });
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});
