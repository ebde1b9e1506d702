/**
 * Files in the bucket. upload.ts says how an object of `incoming/` becomes one of `attachments/` or `avatars/`.
 *
 * `incoming/<id>`     an upload that nothing uses yet; a lifecycle rule deletes it after a day
 * `attachments/<id>`  a file of messages
 * `files/<id>`        a file of one message, from before messages shared files
 * `avatars/<id>`      a picture of a user, group or room
 */
import { limits } from '#protocol/limits';
import { bucketAddress } from '../runtime/aws-target.ts';
import type { Bucket, Services } from '../runtime/services.ts';
import { createAddressSigner } from '../runtime/signature.ts';
import type { File } from './entry.ts';
import type { IncomingFile, SignedForm } from './s3.ts';
import type { Avatar } from './user.ts';

export type { IncomingFile };

type InBucket = Pick<Services, 'bucket'>;

const s3 = () => import('./s3.ts');

/** Inspects an uploaded object. It reads only the first bytes. @returns undefined when nothing was uploaded */
export async function inspectIncoming(services: InBucket, id: string): Promise<IncomingFile | undefined> {
  return (await s3()).inspectIncoming(services, id);
}

/**
 * Copies the object that was inspected to where no upload form can write. The copy keeps the file's type and name as its own headers: in a
 * signed address, each character outside ASCII would take fifteen characters.
 * @returns `false` when the object was replaced after the inspection
 */
export async function storeIncoming(services: InBucket, file: File, etag: string): Promise<boolean> {
  return (await s3()).storeIncoming(services, file, keyOf(file), etag);
}

/** Copies a file of a message for another one. @returns `false` when it does not exist any more */
export async function copyFile(services: InBucket, from: ObjectOf, to: ObjectOf): Promise<boolean> {
  return (await s3()).copyFile(services, keyOf(from), keyOf(to));
}

/** Nothing happens if it does not exist. */
export async function removeFile(services: InBucket, file: ObjectOf): Promise<void> {
  await (await s3()).removeObject(services, keyOf(file));
}

/** What tells the object of a file. */
type ObjectOf = Pick<File, 'id' | 'object'>;

/** The key of a file's object. */
export function keyOf({ id, object }: ObjectOf): string {
  return object === undefined ? `files/${id}` : `attachments/${object}`;
}

/** The whole object of an upload, which may have been replaced after an inspection. @returns undefined when nothing was uploaded */
export async function readIncoming(services: InBucket, id: string): Promise<Uint8Array | undefined> {
  return (await s3()).readIncoming(services, id);
}

/** Stores a picture of a user, group or room. */
export async function putAvatar(
  services: InBucket,
  avatar: Avatar,
  picture: Uint8Array,
  filename: string,
): Promise<void> {
  const { content_type } = avatar;
  return (await s3()).putObject(services, avatarKey(avatar.id), picture, { content_type, filename });
}

/** Nothing happens if it does not exist. */
export async function removeAvatar(services: InBucket, id: string): Promise<void> {
  await (await s3()).removeObject(services, avatarKey(id));
}

export function avatarKey(id: string): string {
  return `avatars/${id}`;
}

/** An address that serves the file for an hour. Signing is a computation, not a request. */
export async function signDownload({ bucket }: InBucket, file: ObjectOf): Promise<string> {
  return signAddress(bucket, keyOf(file));
}

/** An address that serves a picture of a user, group or room for an hour. */
export async function signAvatar({ bucket }: InBucket, { id }: Pick<Avatar, 'id'>): Promise<string> {
  return signAddress(bucket, avatarKey(id));
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
