import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectAclCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '#s3/store';
import { bucketName as Bucket, type Fixture, startFixture } from './fixture.ts';

let s3: Fixture;
let client: S3Client;
beforeAll(async () => {
  s3 = await startFixture();
  client = s3.client();
});
afterAll(() => s3.stop());

const put = (Key: string, Body: string | Buffer = Key) => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const text = async (Key: string): Promise<string> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString() ?? '';
};

describe('objects', () => {
  test('an object is returned with its type, metadata, length, time and its MD5 as ETag', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const { ETag } = await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'note.txt',
        Body: 'hello',
        ContentType: 'text/plain',
        CacheControl: 'max-age=60',
        ContentDisposition: 'inline',
        Metadata: { author: 'alice' },
      }),
    );
    const { Body, LastModified, $metadata, ...rest } = await client.send(
      new GetObjectCommand({ Bucket, Key: 'note.txt' }),
    );
    expect({ ...rest, body: await Body?.transformToString() }).toEqual({
      AcceptRanges: 'bytes',
      body: 'hello',
      CacheControl: 'max-age=60',
      ContentDisposition: 'inline',
      ContentLength: 5,
      ContentType: 'text/plain',
      ETag: `"${createHash('md5').update('hello').digest('hex')}"`,
      Metadata: { author: 'alice' },
      ServerSideEncryption: 'AES256',
    });
    expect(ETag).toBe(rest.ETag);
    expect(LastModified?.getTime()).toBeGreaterThanOrEqual(before);
    expect($metadata.requestId).toMatch(/^[0-9A-F]{16}$/);
  });

  test('HEAD gives the same headers without a body', async () => {
    await put('head', 'four');
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'head' }))).toMatchObject({
      ContentLength: 4,
      ContentType: 'application/octet-stream',
    });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'nothing' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  test('a later object replaces an earlier one', async () => {
    await put('twice', 'first');
    await put('twice', 'second');
    expect(await text('twice')).toBe('second');
  });

  test('an object may be empty', async () => {
    await put('empty', Buffer.alloc(0));
    expect(await text('empty')).toBe('');
  });

  test('deleting again succeeds and changes nothing', async () => {
    await put('gone');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await expect(text('gone')).rejects.toMatchObject({ name: 'NoSuchKey', Key: 'gone' });
  });

  test('a bucket that is not in the template does not exist', async () => {
    const get = client.send(new GetObjectCommand({ Bucket: 'elsewhere', Key: 'a' }));
    await expect(get).rejects.toMatchObject({ name: 'NoSuchBucket', message: 'The specified bucket does not exist' });
  });

  test.each([
    'grüße 世界/🙂.txt',
    '../../etc/passwd',
    'a/../b',
    './a',
    'a//b',
    '/leading',
    '//two',
    'trailing/',
    'a+b c%20d?e&f#g',
    'quo\'te"<&>',
    'con.json',
    'x'.repeat(1024),
  ])('the key %j is kept as it is', async (key) => {
    await put(key, `at ${key}`);
    expect(await text(key)).toBe(`at ${key}`);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: key }));
    expect(Contents?.map(({ Key }) => Key)).toContain(key);
  });

  test('keys that a file system or URL would merge stay separate', async () => {
    const keys = ['m/b', 'm//b', 'm/./b', 'm/a/../b', 'M/b'];
    for (const key of keys) await put(key);
    expect(await Promise.all(keys.map(text))).toEqual(keys);
  });

  test('a key of more than 1024 bytes is refused', async () => {
    await expect(put('ü'.repeat(513))).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  test('a body of 20 MB is streamed with limited memory', { timeout: 20_000 }, async () => {
    const piece = randomBytes(65_536);
    const pieces = 320;
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    /** The minimum of several measurements, because another thread frees the buffers some time after garbage collection. */
    const held = async (): Promise<number> => {
      const looks: number[] = [];
      for (let look = 0; look < 5; look++) {
        if (typeof collect === 'function') collect();
        await setImmediate();
        looks.push(process.memoryUsage().arrayBuffers);
      }
      return Math.min(...looks);
    };
    const before = await held();
    let peak = 0;
    async function* body() {
      for (let sent = 0; sent < pieces; sent++) {
        if (sent % 80 === 0) peak = Math.max(peak, (await held()) - before);
        yield piece;
      }
    }
    const Body = Readable.from(body());
    await client.send(new PutObjectCommand({ Bucket, Key: 'large', Body, ContentLength: pieces * piece.length }));
    const { Body: received } = await client.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    const hash = createHash('md5');
    let size = 0;
    let parts = 0;
    for await (const part of received as Readable) {
      hash.update(part);
      size += part.length;
      if (++parts % 80 === 0) peak = Math.max(peak, (await held()) - before);
    }
    const expected = createHash('md5');
    for (let index = 0; index < pieces; index++) expected.update(piece);
    expect([size, hash.digest('hex')]).toEqual([pieces * piece.length, expected.digest('hex')]);
    expect(peak).toBeLessThan(8 * 1024 * 1024);
  });

  test('a large upload that is refused gets the error, not a broken connection', { timeout: 20_000 }, async () => {
    const Body = Buffer.alloc(20_000_000);
    const reader = s3.client(s3.role('Reader'));
    for (let attempt = 0; attempt < 3; attempt++) {
      const refused = reader.send(new PutObjectCommand({ Bucket, Key: 'public/large', Body }));
      await expect(refused).rejects.toMatchObject({ name: 'AccessDenied' });
      const anonymous = await fetch(`${s3.endpoint}/${Bucket}/public/large`, { method: 'PUT', body: Body });
      expect([anonymous.status, await anonymous.text()]).toEqual([403, expect.stringContaining('AccessDenied')]);
    }
  });

  test('an upload whose client disconnects leaves nothing', async () => {
    const bodies = join(s3.directory, 's3', Bucket, 'bodies');
    const kept = await readdir(bodies);
    const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'given-up' }));
    const upload = request(url, { method: 'PUT', headers: { 'content-length': 1_000_000 } });
    upload.on('error', () => undefined);
    upload.write(Buffer.alloc(300_000));
    await expect.poll(() => readdir(bodies)).toHaveLength(kept.length + 1);
    upload.destroy();
    await expect.poll(() => readdir(bodies)).toEqual(kept);
    await expect(text('given-up')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('of many concurrent uploads of one key exactly one remains complete', async () => {
    const body = (index: number): string => `${index};`.repeat(20_000 + index);
    await Promise.all(Array.from({ length: 20 }, (_, index) => put('crowded', body(index))));
    const winner = await text('crowded');
    expect(winner).toBe(body(Number.parseInt(winner, 10)));
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    const bodies = join(s3.directory, 's3', Bucket, 'bodies');
    await expect.poll(() => readdir(bodies)).toHaveLength(Contents?.length ?? 0);
  });

  test('bytes and operations are counted', async () => {
    s3.counters.reset();
    await put('counted', '12345');
    await text('counted');
    expect(s3.counters.snapshot()).toEqual({
      's3.GetObject': 1,
      's3.PutObject': 1,
      's3.bytes-in': 5,
      's3.bytes-out': 5,
    });
  });

  test('a feature that is not served is refused with NotImplemented', async () => {
    const acl = client.send(new PutObjectAclCommand({ Bucket, Key: 'm', ACL: 'public-read' }));
    await expect(acl).rejects.toMatchObject({ name: 'NotImplemented' });
    const tagged = client.send(new PutObjectCommand({ Bucket, Key: 'm', Body: 'x', Tagging: 'a=b' }));
    await expect(tagged).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  test('an object cannot be made public', async () => {
    const open = client.send(new PutObjectCommand({ Bucket, Key: 'open', Body: 'x', ACL: 'public-read' }));
    await expect(open).rejects.toMatchObject({ name: 'AccessControlListNotSupported' });
  });

  test('an open object does not change when it is replaced', async () => {
    await put('inner', 'before');
    const store = await openStore(join(s3.directory, 's3', Bucket), { now: Date.now, newId: randomUUID });
    const opened = await store.open('inner');
    await store.put('inner', Readable.from([Buffer.from('after')]), () => ({ contentType: '', headers: {}, user: {} }));
    expect(await opened?.file.readFile('utf8')).toBe('before');
    expect(opened?.object).toMatchObject({ size: 6, contentType: 'application/octet-stream' });
    await opened?.file.close();
    expect(await store.open('nothing')).toBeUndefined();
  });
});

describe('ranges', () => {
  const get = (Range: string) => client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
  beforeAll(() => put('digits', '0123456789'));

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=0-4099', '0123456789', 'bytes 0-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ])('%s gives those bytes with 206', async (range, body, contentRange) => {
    const answer = await get(range);
    expect([answer.$metadata.httpStatusCode, answer.ContentRange, await answer.Body?.transformToString()]).toEqual([
      206,
      contentRange,
      body,
    ]);
  });

  test.each(['bytes=4-2', 'lines=1-2', 'bytes=0-1,3-4'])('%s gets the whole object', async (range) => {
    const answer = await get(range);
    expect([answer.$metadata.httpStatusCode, await answer.Body?.transformToString()]).toEqual([200, '0123456789']);
  });

  test.each(['bytes=10-', 'bytes=-0'])('%s is after the end: InvalidRange', async (range) => {
    await expect(get(range)).rejects.toMatchObject({ name: 'InvalidRange', ActualObjectSize: '10' });
  });
});

describe('conditions', () => {
  test('If-None-Match gives 304 for the current ETag, and the object for another one', async () => {
    const { ETag } = await put('conditional');
    const get = (IfNoneMatch?: string) =>
      client.send(new GetObjectCommand({ Bucket, Key: 'conditional', IfNoneMatch }));
    await expect(get(ETag)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    expect((await get('"other"')).$metadata.httpStatusCode).toBe(200);
  });

  test('If-Match with another ETag fails', async () => {
    const { ETag } = await put('conditional');
    const get = (IfMatch?: string) => client.send(new GetObjectCommand({ Bucket, Key: 'conditional', IfMatch }));
    await expect(get('"other"')).rejects.toMatchObject({ name: 'PreconditionFailed', Condition: 'If-Match' });
    expect((await get(ETag)).$metadata.httpStatusCode).toBe(200);
  });

  test('of many writers with If-None-Match: * exactly one creates the object', async () => {
    const writes = Array.from({ length: 8 }, (_, index) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'once', Body: `${index}`, IfNoneMatch: '*' })),
    );
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await text('once')).toBe(String(outcomes.findIndex(({ status }) => status === 'fulfilled')));
  });
});

describe('copies', () => {
  const copy = (
    CopySource: string,
    Key: string,
    more: { MetadataDirective?: 'REPLACE'; CopySourceIfMatch?: string } = {},
  ) => client.send(new CopyObjectCommand({ Bucket, Key, CopySource, ContentType: 'text/html', ...more }));

  test('a copy has body and metadata of its source', async () => {
    await client.send(
      new PutObjectCommand({ Bucket, Key: 'from ü', Body: 'same', ContentType: 'text/plain', Metadata: { a: 'b' } }),
    );
    const { CopyObjectResult } = await copy(`${Bucket}/${encodeURIComponent('from ü')}`, 'to');
    const { Body, ContentType, Metadata, ETag } = await client.send(new GetObjectCommand({ Bucket, Key: 'to' }));
    expect([await Body?.transformToString(), ContentType, Metadata]).toEqual(['same', 'text/plain', { a: 'b' }]);
    expect(CopyObjectResult?.ETag).toBe(ETag);
  });

  test('with REPLACE it has the metadata of the request', async () => {
    await put('source');
    await copy(`/${Bucket}/source`, 'replaced', { MetadataDirective: 'REPLACE' });
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'replaced' }))).toMatchObject({
      ContentType: 'text/html',
    });
  });

  test('a source that does not match x-amz-copy-source-if-match is not copied', async () => {
    const { ETag } = await put('looked-at', 'first');
    await put('looked-at', 'second');
    const stale = copy(`${Bucket}/looked-at`, 'kept', { CopySourceIfMatch: ETag });
    await expect(stale).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(text('kept')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('a copy onto itself without a change is refused', async () => {
    await put('self');
    await expect(copy(`${Bucket}/self`, 'self')).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  test('a copy needs permission to read the source and to write the target', async () => {
    await put('private/source');
    await put('public/source');
    const send = (client: S3Client, source: string, Key: string) =>
      client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${source}` }));
    await expect(send(s3.client(s3.role('Reader')), 'public/source', 'x')).rejects.toThrow('s3:PutObject');
    const restore = s3.policies.revoke({ roleId: 'Uploader', action: 's3:GetObject' });
    await expect(send(s3.client(s3.role('Uploader')), 'private/source', 'x')).rejects.toThrow('s3:GetObject');
    restore();
    await send(s3.client(s3.role('Uploader')), 'private/source', 'x');
  });
});

describe('listing', () => {
  beforeAll(async () => {
    for (const key of ['l/b/2', 'l/a', 'l/b/1', 'l/c', 'l/ä', 'l/Z', 'l/😀', 'l/\uff5e']) await put(key);
  });

  test('keys are in the order of their UTF-8 bytes', async () => {
    const { Contents, KeyCount } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/' }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['l/Z', 'l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/ä', 'l/\uff5e', 'l/😀']);
    expect(KeyCount).toBe(8);
  });

  test('a delimiter groups deeper keys by common prefix', async () => {
    const { Contents, CommonPrefixes } = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'l/', Delimiter: '/', StartAfter: 'l/Z' }),
    );
    expect([CommonPrefixes, Contents?.map(({ Key }) => Key)]).toEqual([
      [{ Prefix: 'l/b/' }],
      ['l/a', 'l/c', 'l/ä', 'l/\uff5e', 'l/😀'],
    ]);
  });

  test.each([1, 2, 3, 7])('pages of %i show every key and prefix once', async (MaxKeys) => {
    const seen: (string | undefined)[] = [];
    for await (const part of paginateListObjectsV2({ client }, { Bucket, Prefix: 'l/', Delimiter: '/', MaxKeys })) {
      expect(part.KeyCount).toBeLessThanOrEqual(MaxKeys);
      seen.push(
        ...(part.Contents ?? []).map(({ Key }) => Key),
        ...(part.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      );
    }
    expect(seen.sort()).toEqual(['l/Z', 'l/a', 'l/b/', 'l/c', 'l/ä', 'l/\uff5e', 'l/😀'].sort());
  });

  test('an unknown continuation token is refused', async () => {
    const list = client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: '!' }));
    await expect(list).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});

describe('a restart', () => {
  test('keeps the objects and removes the files of a killed upload', async () => {
    const first = await startFixture();
    await first.client().send(
      new PutObjectCommand({
        Bucket,
        Key: '../kept',
        Body: 'still here',
        ContentType: 'text/plain',
        Metadata: { a: 'b' },
      }),
    );
    const bodies = join(first.directory, 's3', Bucket, 'bodies');
    await writeFile(join(bodies, 'half-an-upload'), 'abc');
    await first.stop({ keepFiles: true });

    const second = await startFixture({ directory: first.directory });
    const { Body, ContentType, Metadata } = await second
      .client()
      .send(new GetObjectCommand({ Bucket, Key: '../kept' }));
    expect([await Body?.transformToString(), ContentType, Metadata]).toEqual(['still here', 'text/plain', { a: 'b' }]);
    expect(await readdir(bodies)).toHaveLength(1);
    await second.stop();
  });
});
