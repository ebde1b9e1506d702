/** Uploaded files in S3. See `upload.ts` for how `incoming/` becomes `files/`. */
import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import type { File } from './entry.ts';
import type { Avatar } from './user.ts';

type Bucket = Pick<Services, 'bucket'>;

/** Bytes that are enough to tell a file's type. */
const sniffedBytes = 4_100;

export function incomingKey(id: string): string {
  return `incoming/${id}`;
}

/** Where uploads are kept: those of messages, which may end with them, and pictures of users, which do not. */
export type StoredFolder = 'files' | 'avatars';

function keptKey(kept: StoredFolder, id: string): string {
  return `${kept}/${id}`;
}

interface Uploaded {
  /** bytes */
  readonly size: number;
  readonly etag: string;
  /** The object's first bytes. */
  readonly start: Uint8Array;
}

/** Looks at what was uploaded, reading only its beginning; undefined when nothing was. */
export async function inspectIncoming({ bucket }: Bucket, id: string): Promise<Uploaded | undefined> {
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
 * Copies exactly the object that was looked at to where no upload form reaches it; `false` when it was replaced meanwhile. What it is and how
 * it is called stays with the object: in its signed address a name outside ASCII would take fifteen characters for each of its own.
 */
export async function storeIncoming(
  { bucket }: Bucket,
  kept: StoredFolder,
  file: File,
  etag: string,
): Promise<boolean> {
  try {
    await bucket.client.send(
      new CopyObjectCommand({
        Bucket: bucket.name,
        Key: keptKey(kept, file.id),
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

/** Copies a message's file for another message, which may outlive the first; `false` when it is not there any more. */
export async function copyFile({ bucket }: Bucket, from: string, to: string): Promise<boolean> {
  try {
    await bucket.client.send(
      new CopyObjectCommand({
        Bucket: bucket.name,
        Key: keptKey('files', to),
        CopySource: `${bucket.name}/${keptKey('files', from)}`,
      }),
    );
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Again, or where there is none: nothing happens. */
export async function removeFile({ bucket }: Bucket, id: string): Promise<void> {
  await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: keptKey('files', id) }));
}

/** S3 hides that an object is missing behind AccessDenied from those who may not list the bucket. */
function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && ['NoSuchKey', 'AccessDenied', 'InvalidRange'].includes(error.name);
}

/** An address from which the file can be fetched for an hour. Signing asks nobody: it is computed here. */
export async function signDownload({ bucket }: Bucket, { id }: Pick<File, 'id'>): Promise<string> {
  return sign(bucket, keptKey('files', id));
}

/** An address from which a user's picture can be fetched for an hour. */
export async function signAvatar({ bucket }: Bucket, { id }: Avatar): Promise<string> {
  return sign(bucket, keptKey('avatars', id));
}

function sign({ client, name }: Services['bucket'], Key: string): Promise<string> {
  return getSignedUrl(client, new GetObjectCommand({ Bucket: name, Key }), { expiresIn: limits.downloadSeconds });
}

/** Only what browsers show safely is shown; everything else is saved, so that no upload runs as a page of the bucket's origin. */
function disposition({ content_type, filename }: File): string {
  const shown = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/)/.test(content_type) ? 'inline' : 'attachment';
  return `${shown}; filename*=UTF-8''${encodeRfc5987(filename)}`;
}

/** https://www.rfc-editor.org/rfc/rfc5987#section-3.2.1 */
function encodeRfc5987(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
