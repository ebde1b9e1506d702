/** The part of bucket.ts that needs the SDK of S3. It is loaded with the first file: most events have none, and a cold start gets by without it. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { limits } from '#protocol/limits';
import type { Bucket, Services } from '../runtime/services.ts';
import type { File } from './entry.ts';
import { sniff } from './sniff.ts';

type InBucket = Pick<Services, 'bucket'>;

export interface IncomingFile {
  /** bytes */
  readonly size: number;
  readonly etag: string;
  /** The media types that the file can be by its first bytes, the likeliest first. */
  readonly types: readonly string[];
}

/** A form that posts one file. */
export interface SignedForm {
  readonly url: string;
  readonly fields: Record<string, string>;
}

function incomingKey(id: string): string {
  return `incoming/${id}`;
}

/** Enough bytes to recognise a file's type. */
const sniffedBytes = 4_100;

const clients = new WeakMap<Bucket, S3Client>();

export function clientOf(bucket: Bucket): S3Client {
  let client = clients.get(bucket);
  if (!client) {
    client = new S3Client({
      // Otherwise signed addresses contain the checksum of an empty body, and ask for one, which browsers do not send.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      region: bucket.region,
      credentials: bucket.credentials,
    });
    clients.set(bucket, client);
  }
  return client;
}

/** S3 answers AccessDenied for a missing object if the caller may not list the bucket. */
export const missing = ['NoSuchKey', 'AccessDenied', 'InvalidRange'];

export async function inspectIncoming({ bucket }: InBucket, id: string): Promise<IncomingFile | undefined> {
  const Range = `bytes=0-${sniffedBytes - 1}`;
  const get = new GetObjectCommand({ Bucket: bucket.name, Key: incomingKey(id), Range });
  const { Body, ContentRange, ETag } = (await unlessRefused(missing, clientOf(bucket).send(get))) ?? {};
  // "bytes 0-4099/123456"
  const size = Number(ContentRange?.split('/')[1]);
  if (!Body || !ETag) return undefined;
  return { size, etag: ETag, types: await sniff(await Body.transformToByteArray()) };
}

export async function storeIncoming({ bucket }: InBucket, file: File, key: string, etag: string): Promise<boolean> {
  const copy = new CopyObjectCommand({
    Bucket: bucket.name,
    Key: key,
    CopySource: `${bucket.name}/${incomingKey(file.id)}`,
    CopySourceIfMatch: etag,
    MetadataDirective: 'REPLACE',
    ...headersOf(file),
  });
  return (await unlessRefused(['PreconditionFailed', ...missing], clientOf(bucket).send(copy))) !== undefined;
}

export async function copyFile({ bucket }: InBucket, from: string, to: string): Promise<boolean> {
  const copy = new CopyObjectCommand({ Bucket: bucket.name, Key: to, CopySource: `${bucket.name}/${from}` });
  return (await unlessRefused(missing, clientOf(bucket).send(copy))) !== undefined;
}

export async function readIncoming({ bucket }: InBucket, id: string): Promise<Uint8Array | undefined> {
  const get = new GetObjectCommand({ Bucket: bucket.name, Key: incomingKey(id) });
  const { Body } = (await unlessRefused(missing, clientOf(bucket).send(get))) ?? {};
  return Body?.transformToByteArray();
}

export async function putObject(
  { bucket }: InBucket,
  key: string,
  body: Uint8Array,
  file: Pick<File, 'content_type' | 'filename'>,
): Promise<void> {
  await clientOf(bucket).send(new PutObjectCommand({ Bucket: bucket.name, Key: key, Body: body, ...headersOf(file) }));
}

function headersOf(file: Pick<File, 'content_type' | 'filename'>) {
  return { ContentType: file.content_type, ContentDisposition: disposition(file) };
}

/** The answer of S3; undefined when it refuses the request with one of these errors. */
export async function unlessRefused<Answer>(
  errors: readonly string[],
  request: Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof S3ServiceException && errors.includes(error.name)) return undefined;
    throw error;
  }
}

export async function removeObject({ bucket }: InBucket, key: string): Promise<void> {
  await clientOf(bucket).send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key }));
}

export function signUpload({ bucket }: InBucket, file: Pick<File, 'id' | 'size' | 'content_type'>) {
  const type = file.content_type || 'application/octet-stream';
  return createPresignedPost(clientOf(bucket), {
    Bucket: bucket.name,
    Key: incomingKey(file.id),
    Fields: { 'Content-Type': type },
    Conditions: [
      ['eq', '$Content-Type', type],
      ['content-length-range', file.size, file.size],
    ],
    Expires: limits.uploadFormSeconds,
  });
}

/**
 * Browsers show only types that are safe to show, and save all others. So no upload runs as a page of the bucket's origin: in particular no
 * SVG and no HTML, which have scripts.
 */
function disposition({ content_type, filename }: Pick<File, 'content_type' | 'filename'>): string {
  const kind = /^(image\/(png|jpeg|gif|webp)|(audio|video)\/[^;]+)(;|$)/.test(content_type) ? 'inline' : 'attachment';
  return `${kind}; filename*=UTF-8''${encodeRfc5987(filename)}`;
}

/** https://www.rfc-editor.org/rfc/rfc5987#section-3.2.1 */
function encodeRfc5987(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
