import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credentials } from '#iam/access-keys';
import { sign, signingKey } from '#iam/signing-key';
import { bucketName as Bucket, type Fixture, startFixture } from './fixture.ts';

let s3: Fixture;
let uploader: Credentials;
beforeAll(async () => {
  s3 = await startFixture();
  uploader = s3.role('Uploader');
});
afterAll(() => s3.stop());

/** A form's variable, not a template literal. */
const variable = ['$', '{filename}'].join('');

type Fields = Record<string, string>;

const presign = (options: Partial<PresignedPostOptions> & { Key: string }, credentials = uploader) =>
  createPresignedPost(s3.client(credentials), { Bucket, Expires: 60, ...options });

/** A browser's form: the fields in order, the file last. */
async function send(
  { url, fields }: { url: string; fields: Fields },
  file: string | Blob = 'content',
  fileName = 'file.txt',
): Promise<{ status: number; code?: string; message?: string; text: string; headers: Headers }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', typeof file === 'string' ? new Blob([file]) : file, fileName);
  const response = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  return read(response);
}

async function read(response: Response) {
  const text = await response.text();
  const element = (name: string): string | undefined => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1];
  const [code, message] = [element('Code'), element('Message')?.replaceAll('&quot;', '"')];
  return { status: response.status, code, message, text, headers: response.headers };
}

const stored = async (Key: string) => {
  const { Body, ContentType, Metadata } = await s3.client().send(new GetObjectCommand({ Bucket, Key }));
  return { body: await Body?.transformToString(), type: ContentType, metadata: Metadata };
};
const expectNothingAt = (Key: string) =>
  expect(s3.client().send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });

/** Signs any policy document, also one that the SDK would not make. */
function signPolicy(policy: unknown, more: Fields = {}, { secretAccessKey, accessKeyId, sessionToken } = uploader) {
  const date = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const scope = `${date}/us-east-1/s3/aws4_request`;
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  const encoded = Buffer.from(text).toString('base64');
  const fields: Fields = {
    ...more,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${accessKeyId}/${scope}`,
    'X-Amz-Date': `${date}T000000Z`,
    'X-Amz-Security-Token': sessionToken ?? '',
    Policy: encoded,
    'X-Amz-Signature': sign(signingKey(secretAccessKey, scope), encoded),
  };
  return { url: `${s3.endpoint}/${Bucket}`, fields };
}
const anything: unknown[] = [
  '$key',
  '$X-Amz-Algorithm',
  '$X-Amz-Credential',
  '$X-Amz-Date',
  '$X-Amz-Security-Token',
].map((name) => ['starts-with', name, '']);
const later = () => new Date(Date.now() + 60_000).toISOString();

describe('a form that conforms to its policy', () => {
  test('stores the file with type and metadata and gets 204 with ETag and Location', async () => {
    const fields = { 'Content-Type': 'image/png', 'x-amz-meta-name': 'ünï' };
    const form = await presign({
      Key: 'images/a b.png',
      Fields: fields,
      Conditions: [
        ['content-length-range', 1, 100],
        ['starts-with', '$Content-Type', 'image/'],
      ],
    });
    const { status, headers, text } = await send(form, 'pixels');
    expect({ status, text, etag: headers.get('etag'), location: headers.get('location') }).toEqual({
      status: 204,
      text: '',
      etag: `"${createHash('md5').update('pixels').digest('hex')}"`,
      location: `${s3.endpoint}/${Bucket}/images%2Fa%20b.png`,
    });
    expect(await stored('images/a b.png')).toEqual({
      body: 'pixels',
      type: 'image/png',
      metadata: { name: '=?UTF-8?B?w7xuw68=?=' },
    });
  });

  test('without a Content-Type field the object is binary/octet-stream, also if the file part has a type', async () => {
    await send(await presign({ Key: 'untyped' }), new Blob(['x'], { type: 'text/html' }));
    expect(await stored('untyped')).toMatchObject({ type: 'binary/octet-stream' });
  });

  test('success_action_status 200 gives an empty 200, 201 a document, any other value 204', async () => {
    const answer = async (status: string) =>
      send(await presign({ Key: 'dir/status', Fields: { success_action_status: status } }));
    expect(await answer('200')).toMatchObject({ status: 200, text: '' });
    expect(await answer('418')).toMatchObject({ status: 204 });
    const created = await answer('201');
    const location = `${s3.endpoint}/${Bucket}/dir%2Fstatus`;
    expect(created.text).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${location}</Location><Bucket>${Bucket}</Bucket><Key>dir/status</Key><ETag>&quot;9a0364b9e99bb480dd25e1f0284c8555&quot;</ETag></PostResponse>`,
    );
  });

  test('success_action_redirect redirects with bucket, key and etag; an invalid URL is ignored', async () => {
    const answer = async (to: string) =>
      send(await presign({ Key: 'dir/to', Fields: { success_action_redirect: to } }));
    const { status, headers } = await answer('https://app.example/done?id=7');
    expect([status, headers.get('location')]).toEqual([
      303,
      `https://app.example/done?id=7&bucket=${Bucket}&key=dir%2Fto&etag=%229a0364b9e99bb480dd25e1f0284c8555%22`,
    ]);
    expect(await answer('/relative')).toMatchObject({ status: 204 });
  });

  test('the variable filename is replaced by the file name without folders', async () => {
    const form = await presign({ Key: `names/${variable}` });
    expect(await send(form, 'x', 'C:\\dir\\grüße.txt')).toMatchObject({ status: 204 });
    expect(await stored('names/grüße.txt')).toMatchObject({ body: 'x' });
  });

  test('names of fields and conditions ignore case', async () => {
    const fields = { KEY: 'case', 'content-TYPE': 'text/plain' };
    const form = signPolicy(
      { expiration: later(), conditions: [...anything, { 'Content-Type': 'text/plain' }] },
      fields,
    );
    expect(await send(form)).toMatchObject({ status: 204 });
  });

  test('x-ignore- fields need no condition', async () => {
    const form = await presign({ Key: 'ignoring' });
    expect(await send({ ...form, fields: { ...form.fields, 'x-ignore-me': '1' } })).toMatchObject({ status: 204 });
  });

  test('fields after the file are ignored', async () => {
    const { url, fields } = await presign({ Key: 'trailing' });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob(['x']), 'a');
    form.append('submit', 'Upload');
    form.append('file', new Blob(['y'.repeat(1_000_000)]), 'b');
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
    expect(await stored('trailing')).toMatchObject({ body: 'x' });
  });

  test('a file part may have no file name', async () => {
    const { url, fields } = await presign({ Key: `text-area/${variable}` });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', 'typed');
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
    expect(await stored(`text-area/${variable}`)).toMatchObject({ body: 'typed' });
  });

  test('content-length-range is inclusive', async () => {
    const form = await presign({ Key: 'bounds', Conditions: [['content-length-range', 5, 10]] });
    const statuses = [5, 10].map(async (size) => (await send(form, 'x'.repeat(size))).status);
    expect(await Promise.all(statuses)).toEqual([204, 204]);
  });

  test('a large file is streamed', { timeout: 20_000 }, async () => {
    const form = await presign({ Key: 'large', Conditions: [['content-length-range', 1, 30_000_000]] });
    expect(await send(form, new Blob([Buffer.alloc(20_000_000, 7)]))).toMatchObject({ status: 204 });
    const head = await s3.client().send(new HeadObjectCommand({ Bucket, Key: 'large' }));
    expect(head.ContentLength).toBe(20_000_000);
  });
});

describe('a form that breaks its policy', () => {
  test('another key', async () => {
    const form = await presign({ Key: 'mine' });
    expect(await send({ ...form, fields: { ...form.fields, key: 'yours' } })).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Invalid according to Policy: Policy Condition failed: ["eq", "$key", "mine"]',
    });
    await expectNothingAt('yours');
  });

  test('a key outside of the prefix', async () => {
    const form = await presign({ Key: `user/1/${variable}` });
    expect(await send({ ...form, fields: { ...form.fields, key: 'user/2/x' } })).toMatchObject({
      status: 403,
      message: 'Invalid according to Policy: Policy Condition failed: ["starts-with", "$key", "user/1/"]',
    });
  });

  test('another type', async () => {
    const form = await presign({ Key: 'typed', Fields: { 'Content-Type': 'image/png' } });
    expect(await send({ ...form, fields: { ...form.fields, 'Content-Type': 'text/html' } })).toMatchObject({
      status: 403,
      message: 'Invalid according to Policy: Policy Condition failed: ["eq", "$Content-Type", "image/png"]',
    });
  });

  test('one wrong type in a list', async () => {
    const form = await presign({
      Key: 'types',
      Fields: { 'Content-Type': 'image/png,text/html' },
      Conditions: [['starts-with', '$Content-Type', 'image/']],
    });
    expect(await send(form)).toMatchObject({
      message: 'Invalid according to Policy: Policy Condition failed: ["starts-with", "$Content-Type", "image/"]',
    });
  });

  test('a missing field, even if any value would match', async () => {
    const form = await presign({ Key: 'absent', Conditions: [['starts-with', '$Content-Type', '']] });
    expect(await send(form)).toMatchObject({
      message: 'Invalid according to Policy: Policy Condition failed: ["starts-with", "$Content-Type", ""]',
    });
  });

  test('too large: refused at the first byte above the limit, and nothing is stored', async () => {
    const form = await presign({ Key: 'too-large', Conditions: [['content-length-range', 1, 10]] });
    const answer = await send(form, 'x'.repeat(12));
    expect(answer).toMatchObject({
      status: 400,
      code: 'EntityTooLarge',
      message: 'Your proposed upload exceeds the maximum allowed size',
    });
    expect(answer.text).toContain('<MaxSizeAllowed>10</MaxSizeAllowed>');
    await expectNothingAt('too-large');
  });

  test('far too large: the client still gets the error', { timeout: 20_000 }, async () => {
    const form = await presign({ Key: 'far-too-large', Conditions: [['content-length-range', 1, 10]] });
    const file = new Blob([Buffer.alloc(20_000_000)]);
    expect(await send(form, file)).toMatchObject({ status: 400, code: 'EntityTooLarge' });
  });

  test('too small', async () => {
    const form = await presign({ Key: 'too-small', Conditions: [['content-length-range', 5, 10]] });
    expect(await send(form, 'x')).toMatchObject({
      status: 400,
      code: 'EntityTooSmall',
      message: 'Your proposed upload is smaller than the minimum allowed size',
    });
    await expectNothingAt('too-small');
  });

  test('expired', async () => {
    const late = await startFixture();
    const form = await createPresignedPost(late.client(), { Bucket, Key: 'late', Expires: 60 });
    late.advance(59_000);
    expect(await send(form)).toMatchObject({ status: 204 });
    late.advance(2_000);
    expect(await send(form)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Invalid according to Policy: Policy expired.',
    });
    await late.stop();
  });

  test('a field without a condition', async () => {
    const form = await presign({ Key: 'extra' });
    expect(await send({ ...form, fields: { ...form.fields, 'x-amz-meta-more': '1' } })).toMatchObject({
      status: 403,
      message: 'Invalid according to Policy: Extra input fields: x-amz-meta-more',
    });
  });

  test('the form of another bucket', async () => {
    const { url, fields } = await presign({ Key: 'elsewhere' }, s3.root);
    expect(await send({ url: url.replace(Bucket, 'plain'), fields })).toMatchObject({
      status: 403,
      message: expect.stringContaining('["eq", "$bucket",'),
    });
  });

  test.each([
    ['an unknown operation', [['contains', '$key', 'a']], 400, 'InvalidPolicyDocument'],
    ['too few arguments', [['eq', '$key']], 400, 'InvalidPolicyDocument'],
    ['an object of two', [{ key: 'a', acl: 'b' }], 400, 'InvalidPolicyDocument'],
    ['a number to match', [{ key: 1 }], 400, 'InvalidPolicyDocument'],
    ['a number for a condition', [1], 400, 'InvalidPolicyDocument'],
    ['a name without $', [['eq', 'key', 'k']], 403, 'AccessDenied'],
    ['sizes that are no numbers', [['content-length-range', 'a', 'b']], 403, 'AccessDenied'],
  ])('a policy with %s', async (_what, conditions, status, code) => {
    const form = signPolicy({ expiration: later(), conditions: [...anything, ...conditions] }, { key: 'k' });
    expect(await send(form)).toMatchObject({ status, code });
  });

  test.each([
    ['no JSON', '{', 'Invalid Policy: Invalid JSON.'],
    ['a list', '[]', 'Invalid Policy: Invalid JSON.'],
    ['no expiration', '{"conditions":[]}', 'Invalid Policy: Policy missing expiration.'],
    ['no date', '{"expiration":"soon","conditions":[]}', "Invalid Policy: Invalid 'expiration' value: 'soon'"],
    ['no conditions', '{"expiration":"2100-01-01T00:00:00Z"}', 'Invalid Policy: Policy missing conditions.'],
  ])('a policy that is or has %s', async (_what, policy, message) => {
    const answer = await send(signPolicy(policy, { key: 'k' }));
    expect(answer).toMatchObject({ status: 400, code: 'InvalidPolicyDocument' });
    expect(answer.message?.replaceAll('&#39;', "'")).toBe(message);
  });
});

describe('the signature of a form', () => {
  const change = async (changed: Fields) => {
    const form = await presign({ Key: 'signed' });
    return send({ ...form, fields: { ...form.fields, ...changed } });
  };

  test('a changed policy does not match its signature', async () => {
    const form = await presign({ Key: 'tampered', Conditions: [['content-length-range', 0, 10]] });
    const policy = Buffer.from(form.fields.Policy ?? '', 'base64')
      .toString()
      .replace('0,10]', '0,99]');
    const fields = { ...form.fields, Policy: Buffer.from(policy).toString('base64') };
    expect(await send({ ...form, fields }, 'x'.repeat(50))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  test('a changed signature does not match', async () => {
    expect(await change({ 'X-Amz-Signature': '0'.repeat(64) })).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    expect(await change({ 'X-Amz-Signature': 'short' })).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  test('an unknown key, a wrong token, a wrong region', async () => {
    const { fields } = await presign({ Key: 'signed' });
    const credential = fields['X-Amz-Credential'] ?? '';
    const unknown = { 'X-Amz-Credential': credential.replace(/^[^/]+/, 'ASIAUNKNOWN') };
    expect(await change(unknown)).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
    expect(await change({ 'X-Amz-Security-Token': 'x' })).toMatchObject({ status: 400, code: 'InvalidToken' });
    expect(await change({ 'X-Amz-Credential': credential.replace('us-east-1', 'eu-west-1') })).toMatchObject({
      status: 400,
      message: "the region 'eu-west-1' is wrong; expecting 'us-east-1'",
    });
    expect(await change({ 'X-Amz-Credential': 'garbage' })).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  test('an unsigned form is denied: no bucket is public', async () => {
    const form = { url: `${s3.endpoint}/${Bucket}`, fields: { key: 'anonymous' } };
    expect(await send(form)).toMatchObject({ status: 403, code: 'AccessDenied', message: 'Access Denied' });
  });

  test.each(['X-Amz-Signature', 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date'])(
    '%s is missed by name',
    async (name) => {
      const { url, fields } = await presign({ Key: 'partly' });
      delete fields[name];
      expect(await send({ url, fields })).toMatchObject({
        status: 400,
        code: 'InvalidArgument',
        message: `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
      });
    },
  );

  test('a form signed by a role without s3:PutObject is denied', async () => {
    const form = await presign({ Key: 'public/form' }, s3.role('Reader'));
    expect(await send(form)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: expect.stringContaining('is not authorized to perform: s3:PutObject on resource:'),
    });
  });

  test('a form is denied after its signer loses the permission', async () => {
    const form = await presign({ Key: 'revoked' });
    const restore = s3.policies.revoke({ roleId: 'Uploader', action: 's3:PutObject' });
    expect(await send(form)).toMatchObject({ status: 403, code: 'AccessDenied' });
    restore();
    expect(await send(form)).toMatchObject({ status: 204 });
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
  test('equals the one in the example of AWS', () => {
    const lines = [
      '{ "expiration": "2015-12-30T12:00:00.000Z",',
      '  "conditions": [',
      '    {"bucket": "sigv4examplebucket"},',
      '    ["starts-with", "$key", "user/user1/"],',
      '    {"acl": "public-read"},',
      '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
      '    ["starts-with", "$Content-Type", "image/"],',
      '    {"x-amz-meta-uuid": "14365123651274"},',
      '    {"x-amz-server-side-encryption": "AES256"},',
      '    ["starts-with", "$x-amz-meta-tag", ""],',
      '',
      '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
      '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
      '    {"x-amz-date": "20151229T000000Z" }',
      '  ]',
      '}',
    ];
    const key = signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '20151229/us-east-1/s3/aws4_request');
    const policy = Buffer.from(lines.join('\r\n')).toString('base64');
    expect(sign(key, policy)).toBe('8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e');
  });
});

describe('a malformed form', () => {
  const post = async (contentType: string, body: string) =>
    read(await fetch(`${s3.endpoint}/${Bucket}`, { method: 'POST', headers: { 'content-type': contentType }, body }));
  const multipart = 'multipart/form-data; boundary=b';

  test('of another type', async () => {
    expect(await post('application/json', '{}')).toMatchObject({ status: 412, code: 'PreconditionFailed' });
  });

  test.each([
    ['no boundary', 'multipart/form-data', '--b--'],
    ['nothing in it', multipart, ''],
    ['no end', multipart, '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nx'],
    ['half a header', multipart, '--b\r\nContent-Disp'],
    ['a broken header', multipart, '--b\r\nContent Disposition; x\r\n\r\nx\r\n--b--'],
    ['no file', multipart, '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nx\r\n--b--'],
    ['a part without name', multipart, '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--'],
    ['another boundary', multipart, '--c\r\nContent-Disposition: form-data; name="key"\r\n\r\nx\r\n--c--'],
  ])('with %s is answered with 400', async (_what, type, body) => {
    const { status, code } = await post(type, body);
    expect(status).toBe(400);
    expect(['MalformedPOSTRequest', 'InvalidArgument']).toContain(code);
  });

  test('with more than 20 KB before the file', async () => {
    const { url, fields } = await presign({ Key: 'k' });
    expect(await send({ url, fields: { ...fields, 'x-ignore-much': 'x'.repeat(20_000) } })).toMatchObject({
      status: 400,
      code: 'MaxPostPreDataLengthExceeded',
    });
  });

  test('without a key, with a too long key, with the same field twice', async () => {
    const { url, fields } = await presign({ Key: variable });
    const { key: _key, ...keyless } = fields;
    expect(await send({ url, fields: keyless })).toMatchObject({
      status: 400,
      message:
        "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    });
    expect(await send({ url, fields }, 'x', 'n'.repeat(1025))).toMatchObject({ status: 400, code: 'KeyTooLongError' });
    expect(await send({ url, fields: { ...fields, KEY: 'other' } })).toMatchObject({ status: 400 });
  });

  test('with values that a header cannot contain', async () => {
    const form = await presign({ Key: 'k', Fields: { 'Content-Type': 'text/plain\r\nSet-Cookie: a=b' } });
    expect((await send(form)).status).toBe(400);
    const emoji = await presign({ Key: 'k', Fields: { 'Content-Disposition': 'inline; filename=🙂' } });
    expect(await send(emoji)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  test('that ends in the middle of the file stores nothing, and the service keeps running', async () => {
    const { fields } = await presign({ Key: 'broken-off' });
    const parts = Object.entries(fields).map(
      ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const body = `${parts.join('')}--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf of`;
    // The client ends the request: a malformed form.
    expect(await post(multipart, body)).toMatchObject({ status: 400, code: 'MalformedPOSTRequest' });
    // The client disconnects.
    const socket = connect(Number(new URL(s3.origin).port), '127.0.0.1');
    socket.write(
      `POST /_aws/s3/${Bucket} HTTP/1.1\r\nHost: x\r\nContent-Type: ${multipart}\r\nContent-Length: 99999\r\n\r\n${body}`,
    );
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    setImmediate(() => socket.destroy());
    await closed;
    await expectNothingAt('broken-off');
  });

  test('of any kind gets a response, and the service keeps running', { timeout: 20_000 }, async () => {
    const piece = fc.constantFrom(
      '--b',
      '--b--',
      '\r\n',
      '\r\n\r\n',
      'Content-Disposition: form-data; name="file"; filename="f"',
      ': ',
      '"',
      ';',
      'Content-Disposition: form-data; name="key"',
      'Content-Type: application/octet-stream',
      '\0',
      'é',
      'x'.repeat(300),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
        const { status } = await post(multipart, pieces.join(''));
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    expect(await send(await presign({ Key: 'alive' }))).toMatchObject({ status: 204 });
  });
});
