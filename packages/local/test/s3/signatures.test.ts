import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { Sha256 } from '@aws-crypto/sha256-js';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credentials } from '#iam/access-keys';
import { sign, signingKey } from '#iam/signing-key';
import { bucketName as Bucket, type Fixture, startFixture } from './fixture.ts';

let s3: Fixture;
let client: S3Client;
let uploader: Credentials;
beforeAll(async () => {
  s3 = await startFixture();
  client = s3.client();
  uploader = s3.role('Uploader');
  await client.send(new PutObjectCommand({ Bucket, Key: 'public/a', Body: 'a', ContentType: 'text/plain' }));
});
afterAll(() => s3.stop());

const stored = async (Key: string): Promise<string | undefined> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
};

async function answer(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    text,
    code: /<Code>(.*?)<\/Code>/.exec(text)?.[1],
    message: /<Message>(.*?)<\/Message>/.exec(text)?.[1],
    headers: response.headers,
  };
}

describe('authorization', () => {
  test.each(['GET', 'PUT', 'DELETE'])('an unsigned %s is denied: no bucket is public', async (method) => {
    const body = method === 'PUT' ? 'x' : undefined;
    expect(await answer(`${s3.endpoint}/${Bucket}/public/a`, { method, body })).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Access Denied',
    });
  });

  test('unsigned listing and other methods are denied too', async () => {
    expect(await answer(`${s3.endpoint}/${Bucket}?list-type=2`)).toMatchObject({ status: 403 });
    expect(await answer(`${s3.endpoint}/`)).toMatchObject({ status: 403 });
    expect(await answer(`${s3.endpoint}/${Bucket}/a`, { method: 'PATCH' })).toMatchObject({ status: 405 });
    const bearer = await answer(`${s3.endpoint}/${Bucket}/a`, { headers: { authorization: 'Bearer x' } });
    expect(bearer).toMatchObject({ status: 400, message: 'Unsupported Authorization Type' });
  });

  test('a signature for another region gets an error with the right one, in a header and in a presigned URL', async () => {
    const abroad = new S3Client({ endpoint: s3.endpoint, credentials: uploader, region: 'eu-west-1' });
    const get = new GetObjectCommand({ Bucket, Key: 'public/a' });
    const says = "the region 'eu-west-1' is wrong; expecting 'us-east-1'";
    await expect(abroad.send(get)).rejects.toMatchObject({
      name: 'AuthorizationHeaderMalformed',
      message: `The authorization header is malformed; ${says}`,
      Region: 'us-east-1',
    });
    const { status, text } = await answer(await getSignedUrl(abroad, get));
    expect(status).toBe(400);
    expect(text).toContain('<Code>AuthorizationQueryParametersError</Code>');
    expect(text).toContain('<Region>us-east-1</Region>');
    abroad.destroy();
  });

  test('unknown keys and wrong secrets get different errors', async () => {
    const get = (credentials: Credentials) =>
      s3.client(credentials).send(new GetObjectCommand({ Bucket, Key: 'public/a' }));
    const { accessKeyId, sessionToken } = uploader;
    await expect(get({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' })).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
      message: 'The AWS Access Key Id you provided does not exist in our records.',
    });
    await expect(get({ accessKeyId, sessionToken, secretAccessKey: 'wrong' })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(get({ ...uploader, sessionToken: 'wrong' })).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  test.each([
    ['PutObject', 'Reader', 's3:PutObject', new PutObjectCommand({ Bucket, Key: 'public/a', Body: 'x' })],
    ['GetObject', 'Auditor', 's3:GetObject', new GetObjectCommand({ Bucket, Key: 'public/a' })],
    ['GetObject outside of its prefix', 'Reader', 's3:GetObject', new GetObjectCommand({ Bucket, Key: 'b' })],
    ['DeleteObject', 'Uploader', 's3:DeleteObject', new DeleteObjectCommand({ Bucket, Key: 'public/a' })],
    ['ListObjectsV2', 'Uploader', 's3:ListBucket', new ListObjectsV2Command({ Bucket })],
  ] as const)("%s by %s, who has no %s, is denied in IAM's words", async (_operation, role, action, command) => {
    const denied = s3.client(s3.role(role)).send(command as GetObjectCommand);
    await expect(denied).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        `/${role}/session is not authorized to perform: ${action} on resource: arn:aws:s3:::`,
      ),
    });
  });

  test('a missing key gives AccessDenied without permission to list', async () => {
    const get = new GetObjectCommand({ Bucket, Key: 'public/nothing' });
    await expect(s3.client(s3.role('Reader')).send(get)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(client.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
    const head = new HeadObjectCommand({ Bucket, Key: 'public/nothing' });
    await expect(s3.client(s3.role('Reader')).send(head)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('a wrong x-amz-expected-bucket-owner is denied', async () => {
    const get = client.send(new GetObjectCommand({ Bucket, Key: 'public/a', ExpectedBucketOwner: '111111111111' }));
    await expect(get).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a presigned URL', () => {
  const signGet = (credentials: Credentials, more = {}, expiresIn = 60) =>
    getSignedUrl(s3.client(credentials), new GetObjectCommand({ Bucket, Key: 'public/a', ...more }), { expiresIn });

  test('is valid for its object only', async () => {
    const url = await signGet(uploader);
    expect(await answer(url)).toMatchObject({ status: 200, text: 'a' });
    expect(await answer(url.replace('public/a', 'public/b'))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    expect(await answer(url, { method: 'DELETE' })).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  test('sets the signed response headers', async () => {
    const url = await signGet(uploader, {
      ResponseContentDisposition: `attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt`,
      ResponseContentType: 'application/octet-stream',
    });
    const { headers } = await answer(url);
    expect([headers.get('content-disposition'), headers.get('content-type')]).toEqual([
      `attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt`,
      'application/octet-stream',
    ]);
    expect(await answer(url.replace('octet-stream', 'html'))).toMatchObject({ code: 'SignatureDoesNotMatch' });
    expect(await answer(`${await signGet(uploader)}&response-content-type=text%2Fhtml`)).toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  test.each(['🙂', 'a\r\nSet-Cookie: b=c'])('cannot set a header to %j', async (value) => {
    expect(await answer(await signGet(uploader, { ResponseContentDisposition: value }))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
      message: 'Header value cannot be represented using ISO-8859-1.',
    });
  });

  test('expires', async () => {
    const late = await startFixture();
    await late.client().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
    const url = await getSignedUrl(late.client(), new GetObjectCommand({ Bucket, Key: 'a' }), { expiresIn: 60 });
    late.advance(59_000);
    expect(await answer(url)).toMatchObject({ status: 200 });
    late.advance(3_000);
    expect(await answer(url)).toMatchObject({ status: 403, code: 'AccessDenied', message: 'Request has expired' });
    await late.stop();
  });

  test('is valid for at most a week', async () => {
    const url = (await signGet(uploader)).replace('X-Amz-Expires=60', 'X-Amz-Expires=604801');
    expect(await answer(url)).toMatchObject({ status: 400, code: 'AuthorizationQueryParametersError' });
    const partly = (await signGet(uploader)).replace(/&X-Amz-Signature=[^&]*/, '');
    expect(await answer(partly)).toMatchObject({ status: 400, code: 'AuthorizationQueryParametersError' });
  });

  test('needs the permission of its signer at the time of use', async () => {
    const url = await signGet(uploader);
    const restore = s3.policies.revoke({ roleId: 'Uploader', action: 's3:GetObject' });
    expect(await answer(url)).toMatchObject({ status: 403, code: 'AccessDenied' });
    restore();
    expect(await answer(url)).toMatchObject({ status: 200 });
    expect(await answer(await signGet(s3.role('Auditor')))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test('accepts an upload with the signed headers only', async () => {
    const command = new PutObjectCommand({ Bucket, Key: 'presigned', ContentType: 'image/png' });
    const url = await getSignedUrl(s3.client(uploader), command, { signableHeaders: new Set(['content-type']) });
    const put = (type: string) => answer(url, { method: 'PUT', body: 'x', headers: { 'content-type': type } });
    expect(await put('text/html')).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await put('image/png')).toMatchObject({ status: 200 });
    expect(await stored('presigned')).toBe('x');
    const meta = { 'content-type': 'image/png', 'x-amz-meta-a': 'b' };
    expect(await answer(url, { method: 'PUT', body: 'x', headers: meta })).toMatchObject({ status: 403 });
  });

  test('with the checksum of an empty body accepts no other body', async () => {
    const { endpoint, root: credentials } = s3;
    const careless = new S3Client({ endpoint, credentials, region: 'us-east-1' });
    const url = await getSignedUrl(careless, new PutObjectCommand({ Bucket, Key: 'careless' }));
    expect(await answer(url, { method: 'PUT', body: 'x' })).toMatchObject({ status: 400, code: 'BadDigest' });
    careless.destroy();
  });
});

describe('a body that differs from its headers', () => {
  const send = (input: { ContentMD5?: string; ChecksumCRC32?: string; ChecksumSHA256?: string }) =>
    client.send(new PutObjectCommand({ Bucket, Key: 'checked', Body: 'hello', ...input }));
  const base64 = (algorithm: string) => createHash(algorithm).update('hello').digest('base64');

  test('Content-MD5 and checksums are compared', async () => {
    await send({ ContentMD5: base64('md5') });
    await send({ ChecksumSHA256: base64('sha256') });
    await expect(send({ ContentMD5: createHash('md5').update('x').digest('base64') })).rejects.toMatchObject({
      name: 'BadDigest',
      message: 'The Content-MD5 you specified did not match what we received.',
    });
    await expect(send({ ContentMD5: 'x' })).rejects.toMatchObject({ name: 'InvalidDigest' });
    await expect(send({ ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({
      name: 'BadDigest',
      message: 'The CRC32 you specified did not match the calculated checksum.',
    });
  });

  test('a body that differs from the signed hash is refused', async () => {
    const put = await signPut('hashed', {
      'x-amz-content-sha256': createHash('sha256').update('signed').digest('hex'),
    });
    expect(await put('changed')).toMatchObject({ status: 400, code: 'XAmzContentSHA256Mismatch' });
    expect(await put('signed')).toMatchObject({ status: 200 });
  });

  test('a body of unknown length is refused', async () => {
    const put = await signPut('unknown-length', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' });
    expect(await put(Readable.from(['abc']))).toMatchObject({ status: 411, code: 'MissingContentLength' });
  });
});

describe('aws-chunked', () => {
  const body = Buffer.from('0123456789'.repeat(30_000));

  test("the SDK's own stream with a CRC32 trailer is stored without framing", async () => {
    const { endpoint, root: credentials } = s3;
    const checking = new S3Client({ endpoint, credentials, region: 'us-east-1' });
    const Body = Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]);
    const put = await checking.send(
      new PutObjectCommand({ Bucket, Key: 'streamed', Body, ContentLength: body.length }),
    );
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    expect(put.ChecksumCRC32).toBe(sum.toString('base64'));
    const got = await checking.send(new GetObjectCommand({ Bucket, Key: 'streamed', ChecksumMode: 'ENABLED' }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    expect([got.ContentEncoding, got.ContentLength, got.ChecksumCRC32]).toEqual([
      undefined,
      body.length,
      sum.toString('base64'),
    ]);
    checking.destroy();
  });

  // Check values from published CRC catalogues.
  test.each([
    ['x-amz-checksum-crc32', 'cbf43926'],
    ['x-amz-checksum-crc32c', 'e3069283'],
    ['x-amz-checksum-crc64nvme', 'ae8b14860a799888'],
    ['x-amz-checksum-sha1', createHash('sha1').update('123456789').digest('hex')],
    ['x-amz-checksum-sha256', createHash('sha256').update('123456789').digest('hex')],
  ])('%s is compared, kept and given back', async (trailer, hex) => {
    const value = Buffer.from(hex, 'hex').toString('base64');
    const headers = { ...unsigned(9), 'x-amz-trailer': trailer };
    const put = await signPut(trailer, headers);
    expect(await put(`4\r\n1234\r\n5\r\n56789\r\n0\r\n${trailer}:${value}\r\n\r\n`)).toMatchObject({ status: 200 });
    expect(await put(`4\r\n1234\r\n5\r\n56780\r\n0\r\n${trailer}:${value}\r\n\r\n`)).toMatchObject({
      code: 'BadDigest',
    });
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: trailer, ChecksumMode: 'ENABLED' }), {
      unhoistableHeaders: new Set(['x-amz-checksum-mode']),
    });
    const { headers: got } = await answer(url, { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect(got.get(trailer)).toBe(value);
  });

  const unsigned = (length: number) => ({
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
  });
  const crcOfAbc = 'NSRBwg==';

  test.each([
    ["a checksum that is not the body's", 3, '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', 'BadDigest'],
    ['no checksum though one was announced', 3, '3\r\nabc\r\n0\r\n\r\n', 'BadDigest'],
    ['less than was announced', 5, `3\r\nabc\r\n0\r\nx-amz-checksum-crc32:${crcOfAbc}\r\n\r\n`, 'IncompleteBody'],
    ['more than was announced', 2, `3\r\nabc\r\n0\r\nx-amz-checksum-crc32:${crcOfAbc}\r\n\r\n`, 'IncompleteBody'],
    ['a chunk that breaks off', 3, '9\r\nabc', 'IncompleteBody'],
    ['no framing', 3, 'abc', 'IncompleteBody'],
    ['a size that is no number', 3, 'xyz\r\nabc\r\n', 'IncompleteBody'],
    ['a chunk longer than its size', 3, '2\r\nabc\r\n0\r\n\r\n', 'IncompleteBody'],
  ])('with %s stores nothing', async (_what, length, framed, code) => {
    const put = await signPut('chunked', unsigned(length));
    expect(await put(framed)).toMatchObject({ status: 400, code });
    await expect(stored('chunked')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('chunks of any size give the same body', async () => {
    const framed = `3\r\nabc\r\n0\r\nx-amz-checksum-crc32:${crcOfAbc}\r\n\r\n`;
    const put = await signPut('bytewise', { ...unsigned(3), 'content-length': String(framed.length) });
    expect(await put(Readable.from([...framed].map((byte) => Buffer.from(byte))))).toMatchObject({ status: 200 });
    expect(await stored('bytewise')).toBe('abc');
  });

  describe('with signed chunks', () => {
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': '6',
    };
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');

    /** The framed chunks. Each signature covers the previous one. */
    function frames(put: Awaited<ReturnType<typeof signPut>>, chunks: readonly string[]): string[] {
      let previous = put.signature;
      const key = signingKey(s3.root.secretAccessKey, put.scope);
      return chunks.map((chunk) => {
        const parts = ['AWS4-HMAC-SHA256-PAYLOAD', put.date, put.scope, previous, hash(''), hash(chunk)];
        previous = sign(key, parts.join('\n'));
        return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`;
      });
    }

    test('signed chunks are stored', async () => {
      const put = await signPut('signed-chunks', headers);
      expect(await put(frames(put, ['abc', 'def', '']).join(''))).toMatchObject({ status: 200 });
      expect(await stored('signed-chunks')).toBe('abcdef');
    });

    test('changed, reordered and unsigned chunks are refused', async () => {
      const put = await signPut('forged-chunks', headers);
      const [first = '', second = '', last = ''] = frames(put, ['abc', 'def', '']);
      for (const forged of [
        first.replace('abc', 'abd') + second + last,
        second + first + last,
        `3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n`,
      ]) {
        expect(await put(forged)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
      }
      await expect(stored('forged-chunks')).rejects.toMatchObject({ name: 'NoSuchKey' });
    });
  });
});

/** A PUT with a signature over exactly these headers and an unchanged body. */
async function signPut(key: string, headers: Record<string, string>) {
  const { hostname, port, host } = new URL(s3.origin);
  const path = `/_aws/s3/${Bucket}/${key}`;
  const signer = new SignatureV4({
    credentials: s3.root,
    region: 'us-east-1',
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const { 'content-length': length, ...signable } = headers;
  const signed = await signer.sign(
    new HttpRequest({ method: 'PUT', protocol: 'http:', hostname, path, headers: { host, ...signable } }),
  );
  const authorization = signed.headers.authorization ?? '';

  const put = (body: string | Readable) =>
    new Promise<{ status?: number; code?: string }>((resolve, reject) => {
      const outgoing = request({
        hostname,
        port,
        path,
        method: 'PUT',
        headers: { ...signed.headers, ...(length ? { 'content-length': length } : {}) },
      });
      outgoing.once('error', reject);
      outgoing.once('response', async (response) => {
        let text = '';
        for await (const part of response) text += String(part);
        resolve({ status: response.statusCode, code: /<Code>(.*?)<\/Code>/.exec(text)?.[1] });
      });
      if (typeof body === 'string') outgoing.end(body);
      else body.pipe(outgoing);
    });
  return Object.assign(put, {
    signature: /Signature=(\w+)/.exec(authorization)?.[1] ?? '',
    scope: /Credential=[^/]+\/([^,]+)/.exec(authorization)?.[1] ?? '',
    date: signed.headers['x-amz-date'] ?? '',
  });
}
