/**
 * The archive of what is a user's, which is made in parts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 *
 * `exports/<id>/parley.tar.gz`  the archive; a lifecycle rule deletes it after some days
 * `exports/<id>/rest-<n>`       what a run had left that was too small for a part
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Services } from '../runtime/services.ts';
import { archiveKey } from './bucket.ts';
import { clientOf, missing, unlessRefused } from './s3.ts';

type InBucket = Pick<Services, 'bucket'>;

/** Parts and their archive. */
export interface ArchiveUpload {
  readonly id: string;
  readonly uploadId: string;
  /** The parts' tags, in their order. */
  readonly parts: readonly string[];
}

/** S3's limit for each part but the last is 5 MiB. */
export const partBytes = 8 * 1024 ** 2;

function restKey(id: string, number: number): string {
  return `exports/${id}/rest-${number}`;
}

/** @param filename under which browsers save it */
export async function beginArchive({ bucket }: InBucket, id: string, filename: string): Promise<ArchiveUpload> {
  const { UploadId: uploadId } = await clientOf(bucket).send(
    new CreateMultipartUploadCommand({
      Bucket: bucket.name,
      Key: archiveKey(id),
      ContentType: 'application/gzip',
      ContentDisposition: `attachment; filename="${filename}"`,
    }),
  );
  if (uploadId === undefined) throw new Error(`unable to begin the archive ${id}; S3 gave no id`);
  return { id, uploadId, parts: [] };
}

/** Doing it again replaces the part. */
export async function addPart({ bucket }: InBucket, archive: ArchiveUpload, Body: Buffer): Promise<ArchiveUpload> {
  const { id, uploadId: UploadId, parts } = archive;
  const { ETag: tag } = await clientOf(bucket).send(
    new UploadPartCommand({ Bucket: bucket.name, Key: archiveKey(id), UploadId, PartNumber: parts.length + 1, Body }),
  );
  if (tag === undefined) throw new Error(`unable to add to the archive ${id}; S3 gave no tag`);
  return { ...archive, parts: [...parts, tag] };
}

/** Makes the archive of its parts. Doing it again changes nothing. @returns `false` when a part is not what it was, or all of them are gone */
export async function completeArchive({ bucket }: InBucket, { id, uploadId, parts }: ArchiveUpload): Promise<boolean> {
  const at = { Bucket: bucket.name, Key: archiveKey(id) };
  try {
    const Parts = parts.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    await clientOf(bucket).send(
      new CompleteMultipartUploadCommand({ ...at, UploadId: uploadId, MultipartUpload: { Parts } }),
    );
    return true;
  } catch (error) {
    if (!isLostUpload(error)) throw error;
    const head = clientOf(bucket).send(new HeadObjectCommand(at));
    return (await unlessRefused([...missing, 'NotFound', '403', 'Forbidden'], head)) !== undefined;
  }
}

/** S3 does not know the upload or a part of it any more: it may have been given up after a day. */
export function isLostUpload(error: unknown): boolean {
  return error instanceof S3ServiceException && ['NoSuchUpload', 'InvalidPart'].includes(error.name);
}

export async function putRest({ bucket }: InBucket, id: string, number: number, Body: Buffer): Promise<void> {
  await clientOf(bucket).send(new PutObjectCommand({ Bucket: bucket.name, Key: restKey(id, number), Body }));
}

export async function getRest({ bucket }: InBucket, id: string, number: number): Promise<Buffer> {
  const { Body } = await clientOf(bucket).send(new GetObjectCommand({ Bucket: bucket.name, Key: restKey(id, number) }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** Deletes the archive, what it was made of, and the last rest. @param rest its number */
export async function removeArchive(
  { bucket }: InBucket,
  { id, uploadId }: Pick<ArchiveUpload, 'id' | 'uploadId'>,
  rest: number | undefined,
): Promise<void> {
  const Bucket = bucket.name;
  const client = clientOf(bucket);
  const abort = client.send(new AbortMultipartUploadCommand({ Bucket, Key: archiveKey(id), UploadId: uploadId }));
  await unlessRefused(['NoSuchUpload'], abort);
  await client.send(new DeleteObjectCommand({ Bucket, Key: archiveKey(id) }));
  if (rest !== undefined) await client.send(new DeleteObjectCommand({ Bucket, Key: restKey(id, rest) }));
}

/** @returns undefined when it does not exist any more */
export async function readStored({ bucket }: InBucket, key: string): Promise<Uint8Array | undefined> {
  const get = clientOf(bucket).send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
  const { Body } = (await unlessRefused(missing, get)) ?? {};
  return Body?.transformToByteArray();
}
