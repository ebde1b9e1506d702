/** What the cases cannot ask through an SDK, or not of another S3: permissions, addresses, signed requests of parts, old folders. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { Sha256 } from '@aws-crypto/sha256-js';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketName as Bucket, type Fixture, startFixture } from './fixture.ts';

let s3: Fixture;
let client: S3Client;
beforeAll(async () => {
  s3 = await startFixture();
  client = s3.client();
  await client.send(new PutObjectCommand({ Bucket, Key: 'public/a', Body: 'a' }));
});
afterAll(() => s3.stop());

describe('permissions', () => {
  const upload = { Bucket, Key: 'public/a', UploadId: 'any' };
  test.each([
    ['ListBuckets', 's3:ListAllMyBuckets', new ListBucketsCommand({})],
    ['GetBucketLocation', 's3:GetBucketLocation', new GetBucketLocationCommand({ Bucket })],
    ['ListObjects', 's3:ListBucket', new ListObjectsCommand({ Bucket })],
    ['ListMultipartUploads', 's3:ListBucketMultipartUploads', new ListMultipartUploadsCommand({ Bucket })],
    ['ListParts', 's3:ListMultipartUploadParts', new ListPartsCommand(upload)],
    ['UploadPart', 's3:PutObject', new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'a' })],
  ] as const)('%s needs %s', async (_operation, action, command) => {
    // @ts-expect-error -- the types of commands have no common form
    const sent: Promise<unknown> = s3.client(s3.role('Reader')).send(command);
    await expect(sent).rejects.toMatchObject({ name: 'AccessDenied', message: expect.stringContaining(action) });
  });

  test('DeleteObjects asks for each key, and a refused one does not keep the others', async () => {
    const Objects = [{ Key: 'public/a' }, { Key: 'private/a' }];
    const { Deleted, Errors } = await s3
      .client(s3.role('Reader'))
      .send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toBeUndefined();
    expect(Errors?.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['public/a', 'AccessDenied'],
      ['private/a', 'AccessDenied'],
    ]);
    await client.send(new HeadObjectCommand({ Bucket, Key: 'public/a' }));
  });

  test('UploadPartCopy needs permission to read its source', async () => {
    const [from, Key] = ['private/source', 'copy'];
    await client.send(new PutObjectCommand({ Bucket, Key: from, Body: 'a' }));
    const uploader = s3.client(s3.role('Uploader'));
    const { UploadId } = await uploader.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const copy = () =>
      uploader.send(
        new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber: 1, CopySource: `${Bucket}/${from}` }),
      );
    const giveBack = s3.policies.revoke({ roleId: 'Uploader', action: 's3:GetObject' });
    await expect(copy()).rejects.toThrow('s3:GetObject');
    giveBack();
    await copy();
  });
});

describe('requests', () => {
  /** A deletion with exactly this body and these headers. */
  const remove = async (body: string, headers: Record<string, string>) => {
    const { hostname, host } = new URL(s3.origin);
    const signer = new SignatureV4({
      credentials: s3.root,
      region: 'us-east-1',
      service: 's3',
      sha256: Sha256,
      uriEscapePath: false,
    });
    const path = `/_aws/s3/${Bucket}`;
    const given = { hostname, path, query: { delete: '' }, headers: { host, ...headers }, body };
    const signed = await signer.sign(new HttpRequest({ method: 'POST', protocol: 'http:', ...given }));
    const sent = { method: 'POST', headers: signed.headers, body };
    const response = await fetch(`${s3.origin}${path}?delete=`, sent);
    return `${response.status} ${(await response.text()).replace(/.*<Code>(.*?)<.*<Message>(.*?)<.*/s, '$1: $2')}`;
  };

  test('DeleteObjects without a checksum of its body is refused', async () => {
    expect(await remove('<Delete><Object><Key>a</Key></Object></Delete>', {})).toBe(
      '400 InvalidRequest: Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  });

  test.each(['', '<Delete>', '<Other/>', '<Delete><Object><Key></Key></Object></Delete>', `<a>${'a'.repeat(9e6)}</a>`])(
    'a malformed document is refused: %#',
    async (body) => {
      const md5 = createHash('md5').update(body).digest('base64');
      expect(await remove(body, { 'content-md5': md5 })).toMatch(/^400 MalformedXML/);
    },
  );

  test('a part is uploaded by a presigned address', async () => {
    const Key = 'presigned';
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const url = await getSignedUrl(client, new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1 }));
    const ETag = (await fetch(url, { method: 'PUT', body: 'from afar' })).headers.get('etag') ?? undefined;
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe('from afar');
  });

  test('an SDK with its default checksums uploads in parts, and lists with the same client', async () => {
    const modern = new S3Client({ endpoint: s3.endpoint, region: 'us-east-1', credentials: s3.root });
    const Key = 'modern';
    const { UploadId } = await modern.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32' }),
    );
    const { ETag, ChecksumCRC32 } = await modern.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: Readable.from(['abc']), ContentLength: 3 }),
    );
    const Parts = [{ PartNumber: 1, ETag, ChecksumCRC32 }];
    await modern.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const { Body } = await modern.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe('abc');
    await modern.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }));
    modern.destroy();
  });
});

describe('virtual-hosted addresses', () => {
  /** Asks this S3, whatever the host of the address. */
  const ask = (address: string): Promise<[number | undefined, string]> =>
    new Promise((resolve, reject) => {
      const { host, pathname, search } = new URL(address);
      const { hostname, port } = new URL(s3.origin);
      request({ hostname, port, path: `${pathname}${search}`, headers: { host } }, async (response) => {
        resolve([response.statusCode, (await response.toArray()).join('')]);
      })
        .on('error', reject)
        .end();
    });

  test('an SDK with an endpoint below localhost writes the bucket before it, which is answered', async () => {
    const endpoint = s3.endpoint.replace('127.0.0.1', 'localhost');
    const local = new S3Client({ endpoint, region: 'us-east-1', credentials: s3.root });
    const url = await getSignedUrl(local, new GetObjectCommand({ Bucket, Key: 'public/a' }));
    expect(new URL(url).hostname).toBe('uploads.localhost');
    expect(await ask(url)).toEqual([200, 'a']);
    const list = await getSignedUrl(local, new ListObjectsV2Command({ Bucket: 'plain' }));
    expect(await ask(list)).toEqual([200, expect.stringContaining('<Name>plain</Name>')]);
    local.destroy();
  });

  test('a name below localhost that is no bucket is this machine', async () => {
    const endpoint = s3.endpoint.replace('127.0.0.1', 'alice.localhost');
    const local = new S3Client({ endpoint, region: 'us-east-1', credentials: s3.root, forcePathStyle: true });
    expect(await ask(await getSignedUrl(local, new GetObjectCommand({ Bucket, Key: 'public/a' })))).toEqual([200, 'a']);
    local.destroy();
  });
});

test('an upload that was begun before a restart is completed after it', async () => {
  const first = await startFixture();
  const Key = 'slow';
  const { UploadId } = await first
    .client()
    .send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256', Metadata: { a: 'b' } }));
  const { ETag, ChecksumSHA256 } = await first
    .client()
    .send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'a', ChecksumAlgorithm: 'SHA256' }));
  await first.stop({ keepFiles: true });
  const second = await startFixture({ directory: first.directory });
  const Parts = [{ PartNumber: 1, ETag, ChecksumSHA256 }];
  await second.client().send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  const head = await second.client().send(new HeadObjectCommand({ Bucket, Key, PartNumber: 1 }));
  expect([head.PartsCount, head.ContentLength, head.Metadata]).toEqual([1, 1, { a: 'b' }]);
  await second.stop();
});
