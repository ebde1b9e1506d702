import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture, template } from './fixture.ts';

const Bucket = 'kept';
const Events = { 'Fn::GetAtt': ['Events', 'Arn'] };
const reader = (Action: string[]) => ({
  ...template.Resources.Auditor,
  Properties: {
    ...template.Resources.Auditor.Properties,
    Policies: [
      {
        PolicyName: 'own',
        PolicyDocument: {
          Statement: [{ Effect: 'Allow', Action, Resource: ['arn:aws:s3:::kept', 'arn:aws:s3:::kept/*'] }],
        },
      },
    ],
  },
});

/** @param versioned Status of VersioningConfiguration */
const withVersions = (versioned: string | undefined) => ({
  Resources: {
    ...template.Resources,
    Reader: reader(['s3:GetObject', 's3:DeleteObject', 's3:ListBucket']),
    Events: { Type: 'AWS::SQS::Queue' },
    EventsPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Events' }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sqs:SendMessage',
              Resource: Events,
              Principal: { Service: 's3.amazonaws.com' },
            },
          ],
        },
      },
    },
    Kept: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: Bucket,
        ...(versioned && { VersioningConfiguration: { Status: versioned } }),
        NotificationConfiguration: { QueueConfigurations: [{ Event: 's3:ObjectRemoved:*', Queue: Events }] },
        LifecycleConfiguration: {
          Rules: [
            {
              Status: 'Enabled',
              Prefix: 'soon/',
              ExpirationInDays: 1,
              NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            },
            { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
            {
              Status: 'Enabled',
              NoncurrentVersionExpiration: { NoncurrentDays: 35 },
              ExpiredObjectDeleteMarker: true,
            },
            { Status: 'Disabled', ExpirationInDays: 1 },
          ],
        },
      },
    },
  },
});

let directory: string;
let s3: Fixture;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-versions-'));
  s3 = await startFixture({ template: withVersions('Enabled'), directory });
});
afterAll(async () => {
  await s3.stop();
  await rm(directory, { recursive: true, force: true });
});

const put = async (Key: string, Body: string) =>
  (await s3.client().send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId ?? '';
const read = async (Key: string, VersionId?: string) =>
  (await s3.client().send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
const remove = (Key: string, VersionId?: string) =>
  s3.client().send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
/** As `<key> <text or marker>`, with a star for the latest. */
async function listed(Prefix: string) {
  const { Versions = [], DeleteMarkers = [] } = await s3
    .client()
    .send(new ListObjectVersionsCommand({ Bucket, Prefix }));
  const texts = await Promise.all(
    Versions.map(
      async ({ Key = '', VersionId, IsLatest }) => `${Key} ${await read(Key, VersionId)}${IsLatest ? '*' : ''}`,
    ),
  );
  return [...texts, ...DeleteMarkers.map(({ Key, IsLatest }) => `${Key} marker${IsLatest ? '*' : ''}`)];
}

describe('a bucket with versions', () => {
  test('keeps what was replaced, and lists it, newest first', async () => {
    const [first, second] = [await put('a/1', 'one'), await put('a/1', 'two')];
    expect(first).not.toBe(second);
    expect([await read('a/1'), await read('a/1', first)]).toEqual(['two', 'one']);
    expect(await listed('a/')).toEqual(['a/1 two*', 'a/1 one']);
    const { Status } = await s3.client().send(new GetBucketVersioningCommand({ Bucket }));
    expect(Status).toBe('Enabled');
  });

  test('hides a deleted object behind a marker; who deletes the marker has the object back', async () => {
    await put('b/1', 'kept');
    const { DeleteMarker, VersionId: marker } = await remove('b/1');
    expect(DeleteMarker).toBe(true);
    const head = await s3
      .client()
      .send(new HeadObjectCommand({ Bucket, Key: 'b/1' }))
      .catch((error) => error);
    expect(head).toMatchObject({ $metadata: { httpStatusCode: 404 } });
    expect(head.$response.headers).toMatchObject({ 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker });
    await expect(read('b/1')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(read('b/1', marker)).rejects.toMatchObject({ name: 'MethodNotAllowed' });
    const { KeyCount } = await s3.client().send(new ListObjectsV2Command({ Bucket, Prefix: 'b/' }));
    expect(KeyCount).toBe(0);
    expect(await listed('b/')).toEqual(['b/1 kept', 'b/1 marker*']);
    expect(await remove('b/1', marker)).toMatchObject({ DeleteMarker: true, VersionId: marker });
    expect(await read('b/1')).toBe('kept');
  });

  test('deletes a version for good, and the one before it is current again', async () => {
    const [first, second] = [await put('c/1', 'one'), await put('c/1', 'two')];
    await remove('c/1', second);
    expect(await read('c/1')).toBe('one');
    await expect(read('c/1', second)).rejects.toMatchObject({ name: 'NoSuchVersion' });
    await remove('c/1', first);
    expect(await listed('c/')).toEqual([]);
  });

  test('copies an older version over the current one', async () => {
    const [first] = [await put('d/1', 'old'), await put('d/1', 'new')];
    const copied = await s3
      .client()
      .send(new CopyObjectCommand({ Bucket, Key: 'd/1', CopySource: `${Bucket}/d/1?versionId=${first}` }));
    expect(copied.CopySourceVersionId).toBe(first);
    expect(await listed('d/')).toEqual(['d/1 old*', 'd/1 new', 'd/1 old']);
  });

  test('deletes many objects or versions at once', async () => {
    const first = await put('e/1', 'one');
    await put('e/2', 'two');
    const { Deleted } = await s3
      .client()
      .send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'e/1', VersionId: first }, { Key: 'e/2' }] } }),
      );
    expect(Deleted).toMatchObject([
      { Key: 'e/1', VersionId: first },
      { Key: 'e/2', DeleteMarker: true },
    ]);
    expect(await listed('e/')).toEqual(['e/2 two', 'e/2 marker*']);
  });

  test('lists page by page, in the middle of a key too', async () => {
    for (const text of ['1', '2', '3']) await put('f/a', text);
    await put('f/b', '4');
    await remove('f/b');
    const pages = [];
    let next: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined = {};
    while (next) {
      const input = { Bucket, Prefix: 'f/', MaxKeys: 2, ...next };
      const page: ListObjectVersionsCommandOutput = await s3.client().send(new ListObjectVersionsCommand(input));
      pages.push([...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key }) => Key));
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
      next = page.IsTruncated ? { KeyMarker, VersionIdMarker } : undefined;
    }
    expect(pages).toEqual([['f/a', 'f/a'], ['f/a', 'f/b'], ['f/b']]);
    const grouped = await s3.client().send(new ListObjectVersionsCommand({ Bucket, Prefix: 'f', Delimiter: '/' }));
    expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'f/' }]);
  });

  test('who may delete objects may neither read nor delete nor list versions', async () => {
    const first = await put('g/1', 'one');
    const client = s3.client(s3.role('Reader'));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'g/1' }));
    const denied = { name: 'AccessDenied' };
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'g/1', VersionId: first }))).rejects.toMatchObject(
      denied,
    );
    await expect(client.send(new DeleteObjectCommand({ Bucket, Key: 'g/1', VersionId: first }))).rejects.toMatchObject(
      denied,
    );
    await expect(client.send(new ListObjectVersionsCommand({ Bucket }))).rejects.toMatchObject(denied);
    expect(await read('g/1', first)).toBe('one');
  });

  test('tells subscribers of a marker and of a version that has ended', async () => {
    const version = await put('h/1', 'one');
    const { VersionId: marker } = await remove('h/1');
    await remove('h/1', version);
    await expect
      .poll(() =>
        s3
          .messages('Events')
          .flatMap(({ Body }) => JSON.parse(Body).Records)
          .filter(({ s3: { object } }) => object.key === 'h/1')
          .map(({ eventName, s3: { object } }) => [eventName, object.versionId]),
      )
      .toEqual([
        ['ObjectRemoved:DeleteMarkerCreated', marker],
        ['ObjectRemoved:Delete', version],
      ]);
  });

  test('has the same versions after a restart; without versioning they stay, and new ones replace each other', async () => {
    await put('i/1', 'one');
    await put('i/1', 'two');
    await put('i/2', 'gone');
    await remove('i/2');
    const before = await listed('i/');
    await s3.stop({ keepFiles: true });
    s3 = await startFixture({ template: withVersions('Suspended'), directory });
    expect(await listed('i/')).toEqual(before);
    await put('i/1', 'three');
    await put('i/1', 'four');
    expect(await listed('i/1')).toEqual(['i/1 four*', 'i/1 two', 'i/1 one']);
    await remove('i/1');
    await expect(read('i/1')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await listed('i/1')).toEqual(['i/1 two', 'i/1 one', 'i/1 marker*']);
    await s3.stop({ keepFiles: true });
    s3 = await startFixture({ template: withVersions('Enabled'), directory });
  });
});

/** The clients sign with the time that it is. */
async function afterDays(days: number): Promise<void> {
  s3.advance(days * 86_400_000);
  await s3.service.applyLifecycle();
  s3.advance(-days * 86_400_000);
}

describe('lifecycle rules', () => {
  test('end versions that were replaced or deleted so many days ago, and markers that hide nothing', async () => {
    await put('later/1', 'one');
    await put('later/1', 'two');
    await put('later/2', 'deleted');
    await remove('later/2');
    await put('soon/1', 'expires');
    const all = async () => [...(await listed('later/')), ...(await listed('soon/'))];
    await afterDays(2);
    expect(await all()).toEqual([
      ...['later/1 two*', 'later/1 one', 'later/2 deleted', 'later/2 marker*'],
      ...['soon/1 expires', 'soon/1 marker*'],
    ]);
    await afterDays(4);
    expect(await all()).toEqual(['later/1 two*', 'later/1 one', 'later/2 deleted', 'later/2 marker*']);
    await afterDays(45);
    expect(await all()).toEqual(['later/1 two*']);
    const bodies = await readdir(join(directory, 's3', Bucket, 'bodies'));
    const { Versions = [] } = await s3.client().send(new ListObjectVersionsCommand({ Bucket }));
    expect(bodies.length).toBe(Versions.length);
  });

  test('give up multipart uploads', async () => {
    await s3.client().send(new CreateMultipartUploadCommand({ Bucket, Key: 'part' }));
    const uploads = async () =>
      (await s3.client().send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.map(({ Key }) => Key) ?? [];
    expect(await uploads()).toEqual(['part']);
    await afterDays(2);
    expect(await uploads()).toEqual([]);
  });
});
