/**
 * Files in the bucket. upload.ts says how an object of `incoming/` becomes one of `files/` or `avatars/`.
 *
 * `incoming/<id>`  an upload that nothing uses yet; a lifecycle rule deletes it after a day
 * `files/<id>`     an attachment
 * `avatars/<id>`   a picture of a user
 */
import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import type { File } from './entry.ts';
import type { Avatar } from './user.ts';

type Bucket = Pick<Services, 'bucket'>;

/** Enough bytes to recognise a file's type. */
const sniffedBytes = 4_100;

export function incomingKey(id: string): string {
  return `incoming/${id}`;
}

/** `files` may be deleted together with their messages; `avatars` are kept. */
export type StoredFolder = 'files' | 'avatars';

function storedKey(folder: StoredFolder, id: string): string {
  return `${folder}/${id}`;
}

interface IncomingFile {
  /** bytes */
  readonly size: number;
  readonly etag: string;
  /** The first bytes of the object. */
  readonly start: Uint8Array;
}

/** S3 answers AccessDenied for a missing object if the caller may not list the bucket. */
const missing = ['NoSuchKey', 'AccessDenied', 'InvalidRange'];

/** Inspects an uploaded object. It reads only the first bytes. @returns undefined when nothing was uploaded */
export async function inspectIncoming({ bucket }: Bucket, id: string): Promise<IncomingFile | undefined> {
  const Range = `bytes=0-${sniffedBytes - 1}`;
  const get = new GetObjectCommand({ Bucket: bucket.name, Key: incomingKey(id), Range });
  const { Body, ContentRange, ETag } = (await unlessRefused(missing, bucket.client.send(get))) ?? {};
  // "bytes 0-4099/123456"
  const size = Number(ContentRange?.split('/')[1]);
  return Body && ETag ? { size, etag: ETag, start: await Body.transformToByteArray() } : undefined;
}

/**
 * Copies the object that was inspected to a folder that no upload form can write to. The copy keeps the file's type and name as its own
 * headers: in a signed address, each character outside ASCII would take fifteen characters.
 * @returns `false` when the object was replaced after the inspection
 */
export async function storeIncoming(
  { bucket }: Bucket,
  folder: StoredFolder,
  file: File,
  etag: string,
): Promise<boolean> {
  const copy = new CopyObjectCommand({
    Bucket: bucket.name,
    Key: storedKey(folder, file.id),
    CopySource: `${bucket.name}/${incomingKey(file.id)}`,
    CopySourceIfMatch: etag,
    MetadataDirective: 'REPLACE',
    ContentType: file.content_type,
    ContentDisposition: disposition(file),
  });
  return (await unlessRefused(['PreconditionFailed'], bucket.client.send(copy))) !== undefined;
}

/** Copies an attachment for another message, which may be kept longer. @returns `false` when it does not exist any more */
export async function copyFile({ bucket }: Bucket, from: string, to: string): Promise<boolean> {
  const copy = new CopyObjectCommand({
    Bucket: bucket.name,
    Key: storedKey('files', to),
    CopySource: `${bucket.name}/${storedKey('files', from)}`,
  });
  return (await unlessRefused(missing, bucket.client.send(copy))) !== undefined;
}

/** The answer of S3; undefined when it refuses the request with one of these errors. */
async function unlessRefused<Answer>(errors: readonly string[], request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof S3ServiceException && errors.includes(error.name)) return undefined;
    throw error;
  }
}

/** Nothing happens if it does not exist. */
export async function removeFile({ bucket }: Bucket, id: string): Promise<void> {
  await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: storedKey('files', id) }));
}

/** An address that serves the file for an hour. Signing is a computation, not a request. */
export async function signDownload({ bucket }: Bucket, { id }: Pick<File, 'id'>): Promise<string> {
  return sign(bucket, storedKey('files', id));
}

/** An address that serves a user's picture for an hour. */
export async function signAvatar({ bucket }: Bucket, { id }: Avatar): Promise<string> {
  return sign(bucket, storedKey('avatars', id));
}

function sign({ client, name }: Services['bucket'], Key: string): Promise<string> {
  return getSignedUrl(client, new GetObjectCommand({ Bucket: name, Key }), { expiresIn: limits.downloadSeconds });
}

/** Browsers show only types that are safe to show, and save all others. So no upload runs as a page of the bucket's origin. */
function disposition({ content_type, filename }: File): string {
  const kind = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/)/.test(content_type) ? 'inline' : 'attachment';
  return `${kind}; filename*=UTF-8''${encodeRfc5987(filename)}`;
}

/** https://www.rfc-editor.org/rfc/rfc5987#section-3.2.1 */
function encodeRfc5987(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
