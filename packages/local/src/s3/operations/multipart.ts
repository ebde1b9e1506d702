import { authorizeCaller, type Call, objectArn, type S3 } from '#s3/call';
import { algorithmOf } from '#s3/checksums';
import { readMetadata } from '#s3/metadata';
import { readPayload } from '#s3/payload';
import { quotedEtag, sendResult } from '#s3/responses';
import { checkPartAlgorithm, chooseChecksum } from '#s3/upload-checksum';
import { findUpload, newUploadId, parsePartNumber, partName, removeUpload } from '#s3/uploads';
import { metadataHeaders } from './put-object.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export async function createMultipartUpload(s3: S3, call: Call): Promise<void> {
  const { request, response, bucket, key } = call;
  authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(bucket, key));
  const metadata = readMetadata(metadataHeaders(request.headers));
  const checksum = chooseChecksum(request.headers);
  const uploadId = newUploadId(s3.context.clock.now());
  const parts = await s3.parts(bucket);
  await parts.put(uploadId, bytesOf(key), () => ({ ...metadata, checksum }));
  if (checksum) {
    response.setHeader('x-amz-checksum-algorithm', algorithmOf(checksum.header));
    response.setHeader('x-amz-checksum-type', checksum.type ?? '');
  }
  response.setHeader('x-amz-server-side-encryption', 'AES256');
  sendResult(response, 'InitiateMultipartUploadResult', [
    ['Bucket', bucket.name],
    ['Key', key],
    ['UploadId', uploadId],
  ]);
}

/** A part with the number of an earlier one takes its place. https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export async function uploadPart(s3: S3, call: Call): Promise<void> {
  const { request, response, query } = call;
  const caller = authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(call.bucket, call.key));
  const number = parsePartNumber(query);
  const upload = await findUpload(s3, call);
  const payload = readPayload(request, query, caller);
  const part = await upload.parts.put(partName(upload.id, number), payload.stream, () => {
    const checksum = payload.checksum();
    checkPartAlgorithm(upload.record.checksum, checksum?.header);
    return { contentType: '', headers: {}, user: {}, checksum };
  });
  s3.context.counters.count('s3.bytes-in', part.size);
  response.setHeader('etag', quotedEtag(part));
  response.setHeader('x-amz-server-side-encryption', 'AES256');
  if (part.checksum) response.setHeader(part.checksum.header, part.checksum.value);
  response.writeHead(200, { 'content-length': 0 }).end();
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export async function abortMultipartUpload(s3: S3, call: Call): Promise<void> {
  authorizeCaller(s3, call.caller, 's3:AbortMultipartUpload', objectArn(call.bucket, call.key));
  const { parts, id } = await findUpload(s3, call);
  await removeUpload(parts, id);
  call.response.writeHead(204).end();
}

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
