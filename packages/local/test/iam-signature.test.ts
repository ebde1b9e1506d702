import { Sha256 } from '@aws-crypto/sha256-js';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Credentials, createAccessKeys } from '#iam/access-keys';
import { type SignedRequest, verifySignature } from '#iam/signature';

const now = Date.parse('2026-03-01T12:00:00Z');
const keys = createAccessKeys();
const role = { kind: 'role', arn: 'arn:aws:sts::0:assumed-role/r/f', roleId: 'R', functionId: 'F' } as const;
const credentials = keys.issue(role);
const options = { service: 'dynamodb', region: 'us-east-1', keys, now: () => now };
const minute = 60_000;

async function signed(change: { at?: number; as?: Credentials; body?: string; service?: string; path?: string } = {}) {
  const { at = now, as = credentials, body = '{}', service = 'dynamodb', path = '/_aws/dynamodb' } = change;
  const signer = new SignatureV4({ credentials: as, region: 'us-east-1', service, sha256: Sha256 });
  const request = new HttpRequest({
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    headers: { host: '127.0.0.1:8080', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
    body,
  });
  const { headers } = await signer.sign(request, { signingDate: new Date(at) });
  return { method: 'POST', url: path, headers, payload: { body: Buffer.from(body) } } satisfies SignedRequest;
}

describe('a signature in the header', () => {
  test('gives the principal that owns the keys', async () => {
    expect(await verifySignature(await signed(), options)).toMatchObject({ ok: true, principal: role });
  });

  test('covers paths with encoded characters, which it encodes once more', async () => {
    const request = await signed({ service: 'execute-api', path: '/v1/@connections/abc%3D' });
    expect(await verifySignature(request, { ...options, service: 'execute-api' })).toMatchObject({ ok: true });
  });

  test.each([
    ['none at all', async () => ({ ...(await signed()), headers: { host: 'x' } }), 'MissingAuthenticationToken'],
    [
      'keys that nobody has',
      () => signed({ as: { accessKeyId: 'AKIA0', secretAccessKey: 's' } }),
      'InvalidAccessKeyId',
    ],
    ['the wrong secret', () => signed({ as: { ...credentials, secretAccessKey: 'x' } }), 'SignatureDoesNotMatch'],
    [
      'another body',
      async () => ({ ...(await signed()), payload: { body: Buffer.from('{"a":1}') } }),
      'SignatureDoesNotMatch',
    ],
    ['another path', async () => ({ ...(await signed()), url: '/other' }), 'SignatureDoesNotMatch'],
    ['another query', async () => ({ ...(await signed()), url: '/_aws/dynamodb?a=1' }), 'SignatureDoesNotMatch'],
    ['another service', () => signed({ service: 's3' }), 'SignatureDoesNotMatch'],
    ['no session token', () => signed({ as: { ...credentials, sessionToken: undefined } }), 'InvalidToken'],
    ['another session token', () => signed({ as: { ...credentials, sessionToken: 'x' } }), 'InvalidToken'],
    ['a clock 16 minutes behind', () => signed({ at: now - 16 * minute }), 'RequestExpired'],
    ['a clock 16 minutes ahead', () => signed({ at: now + 16 * minute }), 'RequestExpired'],
  ])('is refused: %s', async (_what, request, code) => {
    expect(await verifySignature(await request(), options)).toMatchObject({ ok: false, code });
  });

  test('is the same as that of the SDK for any path, query and headers', async () => {
    const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("a b!'()*", 'ü€', '%25', '.', '..', '+&=/?#'));
    const name = fc.stringMatching(/^x-[a-z0-9-]{1,8}$/).filter((one) => !one.startsWith('x-amz'));
    const inputs = {
      segments: fc.array(text, { maxLength: 4 }),
      query: fc.dictionary(text, fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })), { maxKeys: 4 }),
      // HTTP's parser removes spaces at both ends.
      headers: fc.dictionary(
        name,
        fc.stringMatching(/^[ -~\t]{0,12}$/).map((value) => value.trim()),
        { maxKeys: 4 },
      ),
      service: fc.constantFrom('dynamodb', 's3', 'execute-api'),
    };
    await fc.assert(
      fc.asyncProperty(fc.record(inputs), async ({ segments, query, headers: sent, service }) => {
        const path = `/${segments.map(encodeURIComponent).join('/')}`;
        const signer = new SignatureV4({
          credentials,
          region: 'us-east-1',
          service,
          sha256: Sha256,
          uriEscapePath: service !== 's3',
        });
        const { headers } = await signer.sign(
          new HttpRequest({ method: 'PUT', path, query, headers: { host: 'h', ...sent }, body: 'body' }),
          { signingDate: new Date(now) },
        );
        const pairs = Object.entries(query).flatMap(([key, value]) =>
          [value].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`),
        );
        const url = pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
        const request = { method: 'PUT', url, headers, payload: { body: Buffer.from('body') } };
        expect(verifySignature(request, { ...options, service })).toMatchObject({ ok: true });
        const forged = { ...request, url: `${url}${pairs.length > 0 ? '&' : '?'}more=1` };
        expect(verifySignature(forged, { ...options, service })).toMatchObject({ code: 'SignatureDoesNotMatch' });
      }),
      { numRuns: 300 },
    );
  });

  test('may differ from the clock by up to 15 minutes', async () => {
    for (const at of [now - 14 * minute, now + 14 * minute]) {
      expect(await verifySignature(await signed({ at }), options)).toMatchObject({ ok: true });
    }
  });
});

describe('a presigned URL', () => {
  const client = new S3Client({ region: 'us-east-1', endpoint: 'http://127.0.0.1:8080/_aws/s3', credentials });
  const command = new GetObjectCommand({ Bucket: 'files', Key: "a b/ü+'(1).png", ResponseContentType: 'image/png' });

  async function presigned(at = now): Promise<SignedRequest> {
    const url = new URL(await getSignedUrl(client, command, { expiresIn: 60, signingDate: new Date(at) }));
    return { method: 'GET', url: url.pathname + url.search, headers: { host: url.host }, payload: { unsigned: true } };
  }
  const s3 = { ...options, service: 's3' };

  test('is valid until it expires', async () => {
    expect(await verifySignature(await presigned(), s3)).toMatchObject({ ok: true, expiresAt: now + minute });
    expect(await verifySignature(await presigned(now - 61_000), s3)).toMatchObject({
      ok: false,
      code: 'RequestExpired',
    });
  });

  test('is valid for one key, one method and one response only', async () => {
    const request = await presigned();
    const changes = [
      { url: request.url.replace('.png', '.exe') },
      { method: 'PUT' },
      { url: `${request.url}&versionId=1` },
    ];
    for (const change of changes) {
      expect(await verifySignature({ ...request, ...change }, s3)).toMatchObject({ code: 'SignatureDoesNotMatch' });
    }
  });

  test('cannot be extended', async () => {
    const request = await presigned(now - 61_000);
    const longer = { ...request, url: request.url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600') };
    expect(await verifySignature(longer, s3)).toMatchObject({ ok: false, code: 'SignatureDoesNotMatch' });
  });

  test('does not allow unsigned x-amz- headers', async () => {
    const request = await presigned();
    const headers = { ...request.headers, 'x-amz-acl': 'public-read' };
    expect(await verifySignature({ ...request, headers }, s3)).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});
