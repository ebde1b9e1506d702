import { randomBytes } from 'node:crypto';
import type { Call, S3 } from './call.ts';
import { invalidArgument, S3Error } from './errors.ts';
import type { ObjectStore } from './store.ts';
import type { StoredObject } from './stored.ts';
import { compareBytes } from './version-index.ts';

/**
 * Where multipart uploads are kept until they are complete. They are objects of a store of their own: `<upload id>` has the future object's
 * metadata, its key as the body, and the algorithm and type of its checksum; `<upload id>/<number>` is a part.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
export interface Upload {
  readonly id: string;
  /** The future object's. */
  readonly key: string;
  readonly record: StoredObject;
}

export interface UploadedPart extends StoredObject {
  readonly number: number;
}

const mostParts = 10_000;

/** Ids sort by time, because uploads are listed in that order. */
export const newUploadId = (now: number): string =>
  `${now.toString(16).padStart(12, '0')}${randomBytes(24).toString('hex')}`;

export const partName = (uploadId: string, number: number): string => `${uploadId}/${number}`;

/** The upload that a request names. @throws S3Error NoSuchUpload */
export async function findUpload(
  s3: Pick<S3, 'parts'>,
  { bucket, key, query }: Pick<Call, 'bucket' | 'key' | 'query'>,
): Promise<Upload & { readonly parts: ObjectStore }> {
  const id = query.get('uploadId') ?? '';
  const parts = await s3.parts(bucket);
  const upload = id.includes('/') ? undefined : await readUpload(parts, id);
  if (upload?.key !== key) throw new S3Error('NoSuchUpload', { details: { UploadId: id } });
  return { ...upload, parts };
}

/** All uploads of a bucket, by key and time. */
export async function listUploads(parts: ObjectStore): Promise<Upload[]> {
  const ids = parts
    .list()
    .map(({ key }) => key)
    .filter((key) => !key.includes('/'));
  const uploads = await Promise.all(ids.map((id) => readUpload(parts, id)));
  return uploads
    .filter((upload) => upload !== undefined)
    .sort((a, b) => compareBytes(a.key, b.key) || compareBytes(a.id, b.id));
}

/** By number. */
export function listParts(parts: ObjectStore, uploadId: string): UploadedPart[] {
  const prefix = partName(uploadId, 0).slice(0, -1);
  return parts
    .list()
    .filter(({ key }) => key.startsWith(prefix))
    .map((part) => ({ ...part, number: Number(part.key.slice(prefix.length)) }))
    .sort((a, b) => a.number - b.number);
}

export async function removeUpload(parts: ObjectStore, uploadId: string): Promise<void> {
  for (const { key } of listParts(parts, uploadId)) await parts.remove(key);
  await parts.remove(uploadId);
}

/** @throws S3Error InvalidArgument */
export function parsePartNumber(query: URLSearchParams): number {
  const number = Number(query.get('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= mostParts) return number;
  const rule = `Part number must be an integer between 1 and ${mostParts}, inclusive`;
  throw invalidArgument('partNumber', query.get('partNumber') ?? '', rule);
}

async function readUpload(parts: ObjectStore, id: string): Promise<Upload | undefined> {
  const opened = await parts.open(id);
  if (!opened) return undefined;
  try {
    return { id, key: await opened.file.readFile('utf8'), record: opened.object };
  } finally {
    await opened.file.close();
  }
}
