import { createHash, randomUUID } from 'node:crypto';
import { readBody } from '#read-body';
import { authorizeCaller, type Call, objectArn, objectEvent, type S3 } from '#s3/call';
import { invalidArgument, S3Error } from '#s3/errors';
import { readMetadata } from '#s3/metadata';
import { readPayload } from '#s3/payload';
import { quotedEtag, sendResult } from '#s3/responses';
import type { ObjectStore, StoredObject } from '#s3/store';
import { metadataHeaders } from './put-object.ts';

/**
 * Multipart uploads. The parts are objects of a store of their own: `<upload id>` has the future object's key and metadata, and
 * `<upload id>/<number>` is a part. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */

const mostParts = 10_000;
/** Bytes of each part but the last. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const leastPartBytes = 5 * 1024 ** 2;
/** Bytes of the list of 10,000 parts. */
const listBytes = 2 * 1024 ** 2;

export async function createMultipartUpload(s3: S3, call: Call): Promise<void> {
  const { request, response, bucket, key } = call;
  authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(bucket, key));
  const metadata = readMetadata(metadataHeaders(request.headers));
  const uploadId = randomUUID().replaceAll('-', '');
  const parts = await s3.parts(bucket);
  await parts.put(uploadId, bytesOf(key), () => metadata);
  sendResult(response, 'InitiateMultipartUploadResult', [
    ['Bucket', bucket.name],
    ['Key', key],
    ['UploadId', uploadId],
  ]);
}

/** A part with the number of an earlier one takes its place. */
export async function uploadPart(s3: S3, call: Call): Promise<void> {
  const { request, response, query } = call;
  const caller = authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(call.bucket, call.key));
  if (request.headers['x-amz-copy-source'] !== undefined) {
    throw new S3Error('NotImplemented', { message: 'UploadPartCopy is not implemented by the local S3.' });
  }
  const { parts, uploadId } = await findUpload(s3, call);
  const number = Number(query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > mostParts) {
    const rule = `Part number must be an integer between 1 and ${mostParts}, inclusive`;
    throw invalidArgument('partNumber', query.get('partNumber') ?? '', rule);
  }
  const payload = readPayload(request, query, caller);
  const part = await parts.put(`${uploadId}/${number}`, payload.stream, () => ({
    contentType: '',
    headers: {},
    user: {},
    checksum: payload.checksum(),
  }));
  s3.context.counters.count('s3.bytes-in', part.size);
  response.setHeader('etag', quotedEtag(part));
  if (part.checksum) response.setHeader(part.checksum.header, part.checksum.value);
  response.writeHead(200, { 'content-length': 0 }).end();
}

/** The parts of the list, in their order, become the object. */
export async function completeMultipartUpload(s3: S3, call: Call): Promise<void> {
  const { request, response, bucket, key } = call;
  const caller = authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(bucket, key));
  const { parts, uploadId, upload } = await findUpload(s3, call);
  const listed = parseList((await readBody(request, listBytes))?.toString() ?? '');
  const found = listed.map(({ number, etag }, index) => {
    if (number <= (listed[index - 1]?.number ?? 0)) throw new S3Error('InvalidPartOrder');
    const part = parts.find(`${uploadId}/${number}`);
    if (part?.etag !== etag) throw new S3Error('InvalidPart');
    return part;
  });
  if (found.slice(0, -1).some(({ size }) => size < leastPartBytes)) {
    throw new S3Error('EntityTooSmall', { details: { MinSizeAllowed: leastPartBytes } });
  }
  // The MD5 of the parts' MD5s, and their number.
  const md5 = createHash('md5').update(Buffer.concat(found.map(({ etag }) => Buffer.from(etag, 'hex'))));
  const { contentType, headers, user } = upload;
  const object = await (await s3.store(bucket)).put(
    key,
    inOrder(parts, found),
    () => ({ contentType, headers, user }),
    undefined,
    `${md5.digest('hex')}-${found.length}`,
  );
  await removeUpload(parts, uploadId);
  sendResult(response, 'CompleteMultipartUploadResult', [
    ['Location', `${s3.context.origin}/${bucket.name}/${key}`],
    ['Bucket', bucket.name],
    ['Key', key],
    ['ETag', quotedEtag(object)],
  ]);
  s3.notify(objectEvent(call, caller, 'ObjectCreated:CompleteMultipartUpload', object));
}

export async function abortMultipartUpload(s3: S3, call: Call): Promise<void> {
  authorizeCaller(s3, call.caller, 's3:AbortMultipartUpload', objectArn(call.bucket, call.key));
  const { parts, uploadId } = await findUpload(s3, call);
  await removeUpload(parts, uploadId);
  call.response.writeHead(204).end();
}

async function findUpload(s3: S3, { bucket, key, query }: Call) {
  const uploadId = query.get('uploadId') ?? '';
  const parts = await s3.parts(bucket);
  const opened = uploadId.includes('/') ? undefined : await parts.open(uploadId);
  if (!opened) throw new S3Error('NoSuchUpload', { details: { UploadId: uploadId } });
  const { file, object: upload } = opened;
  try {
    if ((await file.readFile('utf8')) !== key) throw new S3Error('NoSuchUpload', { details: { UploadId: uploadId } });
  } finally {
    await file.close();
  }
  return { parts, uploadId, upload };
}

/** `<Part><PartNumber>1</PartNumber><ETag>"…"</ETag></Part>…` in any order of the elements. */
function parseList(xml: string): { number: number; etag: string }[] {
  const listed = [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1] ?? 0),
    etag: /<ETag>(?:"|&quot;|&#34;)?([0-9a-f]+)/.exec(part)?.[1] ?? '',
  }));
  if (listed.length === 0 || listed.some(({ number }) => number < 1)) throw new S3Error('MalformedXML');
  return listed;
}

async function* inOrder(parts: ObjectStore, found: readonly StoredObject[]): AsyncGenerator<Buffer> {
  for (const { key } of found) {
    const opened = await parts.open(key);
    if (!opened) throw new S3Error('InvalidPart');
    try {
      yield* opened.file.createReadStream({ autoClose: false });
    } finally {
      await opened.file.close();
    }
  }
}

async function removeUpload(parts: ObjectStore, uploadId: string): Promise<void> {
  for (const { key } of parts.list()) if (key.startsWith(`${uploadId}/`)) await parts.remove(key);
  await parts.remove(uploadId);
}

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
