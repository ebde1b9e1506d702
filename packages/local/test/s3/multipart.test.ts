import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketName, type Fixture, startFixture } from './fixture.ts';

let s3: Fixture;
beforeAll(async () => {
  s3 = await startFixture();
});
afterAll(() => s3.stop());

const Bucket = bucketName;
const large = Buffer.alloc(5 * 1024 ** 2, 'a');

async function begin(Key: string) {
  const { UploadId } = await s3
    .client()
    .send(
      new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/plain', ContentDisposition: 'attachment' }),
    );
  const part = async (PartNumber: number, Body: Buffer | string) => {
    const { ETag } = await s3.client().send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
    s3.client().send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  const abort = () => s3.client().send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  return { part, complete, abort };
}

const read = async (Key: string) => s3.client().send(new GetObjectCommand({ Bucket, Key }));

describe('a multipart upload', () => {
  test('becomes one object of its parts in their order, with its headers; its tag names their number', async () => {
    const { part, complete } = await begin('whole');
    const second = await part(2, 'b');
    await part(1, 'replaced');
    const first = await part(1, large);
    const { ETag } = await complete([first, second]);
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const { Body, ContentType, ContentDisposition } = await read('whole');
    expect([ContentType, ContentDisposition]).toEqual(['text/plain', 'attachment']);
    expect(await Body?.transformToString()).toBe(`${large}b`);
    await expect(complete([first, second])).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('is refused with another tag than the part’s, in another order, or with a small part before the last', async () => {
    const { part, complete } = await begin('refused');
    const parts = [await part(1, 'a'), await part(2, 'b')];
    await expect(complete([{ PartNumber: 1, ETag: parts[1]?.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete(parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(read('refused')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('that was aborted is gone', async () => {
    const { part, complete, abort } = await begin('aborted');
    const only = await part(1, 'a');
    await abort();
    await expect(complete([only])).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});
