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

/** Inspects an uploaded object. It reads only the first bytes. @returns undefined when nothing was uploaded */
export async function inspectIncoming({ bucket }: Bucket, id: string): Promise<IncomingFile | undefined> {
  try {
    const { Body, ContentRange, ETag } = await bucket.client.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: incomingKey(id), Range: `bytes=0-${sniffedBytes - 1}` }),
    );
    // "bytes 0-4099/123456"
    const size = Number(ContentRange?.split('/')[1]);
    return Body && ETag ? { size, etag: ETag, start: await Body.transformToByteArray() } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
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
  try {
    await bucket.client.send(
      new CopyObjectCommand({
        Bucket: bucket.name,
        Key: storedKey(folder, file.id),
        CopySource: `${bucket.name}/${incomingKey(file.id)}`,
        CopySourceIfMatch: etag,
        MetadataDirective: 'REPLACE',
        ContentType: file.content_type,
        ContentDisposition: disposition(file),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'PreconditionFailed') return false;
    throw error;
  }
}

/** Copies an attachment for another message, which may be kept longer. @returns `false` when it does not exist any more */
export async function copyFile({ bucket }: Bucket, from: string, to: string): Promise<boolean> {
  try {
    await bucket.client.send(
      new CopyObjectCommand({
        Bucket: bucket.name,
        Key: storedKey('files', to),
        CopySource: `${bucket.name}/${storedKey('files', from)}`,
      }),
    );
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Nothing happens if it does not exist. */
export async function removeFile({ bucket }: Bucket, id: string): Promise<void> {
  await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: storedKey('files', id) }));
}

/** S3 answers AccessDenied for a missing object if the caller may not list the bucket. */
function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && ['NoSuchKey', 'AccessDenied', 'InvalidRange'].includes(error.name);
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
