/**
 * Files in the bucket. upload.ts says how an object of `incoming/` becomes one of `files/` or `avatars/`.
 *
 * `incoming/<id>`  an upload that nothing uses yet; a lifecycle rule deletes it after a day
 * `files/<id>`     an attachment
 * `avatars/<id>`   a picture of a user
 */
import { limits } from '#protocol/limits';
import { bucketAddress } from '../runtime/aws-target.ts';
import type { Bucket, Services } from '../runtime/services.ts';
import { createAddressSigner } from '../runtime/signature.ts';
import type { File } from './entry.ts';
import type { IncomingFile, SignedForm, StoredFolder } from './s3.ts';
import type { Avatar } from './user.ts';

export type { IncomingFile, StoredFolder };

type InBucket = Pick<Services, 'bucket'>;

const s3 = () => import('./s3.ts');

/** Inspects an uploaded object. It reads only the first bytes. @returns undefined when nothing was uploaded */
export async function inspectIncoming(services: InBucket, id: string): Promise<IncomingFile | undefined> {
  return (await s3()).inspectIncoming(services, id);
}

/**
 * Copies the object that was inspected to a folder that no upload form can write to. The copy keeps the file's type and name as its own
 * headers: in a signed address, each character outside ASCII would take fifteen characters.
 * @returns `false` when the object was replaced after the inspection
 */
export async function storeIncoming(services: InBucket, to: StoredFolder, file: File, etag: string): Promise<boolean> {
  return (await s3()).storeIncoming(services, to, file, etag);
}

/** Copies an attachment for another message, which may be kept longer. @returns `false` when it does not exist any more */
export async function copyFile(services: InBucket, from: string, to: string): Promise<boolean> {
  return (await s3()).copyFile(services, from, to);
}

/** Nothing happens if it does not exist. */
export async function removeFile(services: InBucket, id: string): Promise<void> {
  await (await s3()).removeStored(services, 'files', id);
}

/** Nothing happens if it does not exist. */
export async function removeAvatar(services: InBucket, id: string): Promise<void> {
  await (await s3()).removeStored(services, 'avatars', id);
}

/** An address that serves the file for an hour. Signing is a computation, not a request. */
export async function signDownload({ bucket }: InBucket, { id }: Pick<File, 'id'>): Promise<string> {
  return signAddress(bucket, `files/${id}`);
}

/** An address that serves a user's picture for an hour. */
export async function signAvatar({ bucket }: InBucket, { id }: Avatar): Promise<string> {
  return signAddress(bucket, `avatars/${id}`);
}

export function archiveKey(id: string): string {
  return `exports/${id}/parley.tar.gz`;
}

/** An address that serves the archive of what is a user's (archive.ts), for an hour. */
export function signArchive({ bucket }: InBucket, id: string): string {
  return signAddress(bucket, archiveKey(id));
}

const signers = new WeakMap<Bucket, ReturnType<typeof createAddressSigner>>();

function signAddress(bucket: Bucket, key: string): string {
  const sign = signers.get(bucket) ?? createAddressSigner(bucket.credentials, bucket);
  signers.set(bucket, sign);
  return sign(`${bucketAddress(process.env, bucket.name, bucket.region)}/${key}`, limits.downloadSeconds);
}

/**
 * A form that posts exactly this file, of this type and size, to S3.
 * A form and not a signed PUT, because only a form's policy can bound the size.
 */
export async function signUpload(
  services: InBucket,
  file: Pick<File, 'id' | 'size' | 'content_type'>,
): Promise<SignedForm> {
  return (await s3()).signUpload(services, file);
}
