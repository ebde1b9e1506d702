import { createHash } from 'node:crypto';
import { z } from 'zod';
import { s3Prefix } from '#s3/address';
import { authorizeCaller, type Call, objectArn, objectEvent, type S3 } from '#s3/call';
import { algorithmOf, checksumElement, digestStream } from '#s3/checksums';
import { S3Error } from '#s3/errors';
import { checkWriteConditions } from '#s3/preconditions';
import { readDocument } from '#s3/request-document';
import { quotedEtag, sendResult, setVersionHeader } from '#s3/responses';
import type { ObjectStore } from '#s3/store';
import type { StoredObject } from '#s3/stored';
import { compositeChecksum } from '#s3/upload-checksum';
import { findUpload, partName, removeUpload, type Upload, type UploadedPart } from '#s3/uploads';
import { oneOrMore } from '#s3/xml';

/** Bytes of each part but the last. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const leastPartBytes = 5 * 1024 ** 2;
/** Bytes of the list of 10,000 parts with their checksums. */
const listBytes = 4 * 1024 ** 2;

const ListedPart = z.looseObject({ PartNumber: z.coerce.number().int().min(1), ETag: z.string() });
type ListedPart = z.infer<typeof ListedPart>;
const Complete = z.object({ CompleteMultipartUpload: z.object({ Part: oneOrMore(ListedPart) }) });

/** The parts of the list, in their order, become the object. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export async function completeMultipartUpload(s3: S3, call: Call): Promise<void> {
  const { request, response, bucket, key } = call;
  const caller = authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(bucket, key));
  const { parts, ...upload } = await findUpload(s3, call);
  // A checksum header here is that of the object, and not that of the list.
  const document = await readDocument(call, caller, { limit: listBytes, schema: Complete, isChecked: false });
  const found = findParts(parts, upload, document.CompleteMultipartUpload.Part);
  const size = found.reduce((sum, part) => sum + part.size, 0);
  checkSize(request.headers['x-amz-mp-object-size']?.toString(), size);

  const chosen = upload.record.checksum;
  const whole = chosen?.type === 'FULL_OBJECT' ? digestStream(chosen.header, inOrder(parts, found)) : undefined;
  const composite =
    chosen?.type === 'COMPOSITE'
      ? await compositeChecksum(
          chosen,
          found.map((part) => part.checksum),
        )
      : undefined;
  const checksum = () => (whole && chosen ? { ...chosen, value: whole.value() } : composite);
  const { contentType, headers, user } = upload.record;
  const object = await (await s3.store(bucket)).put(
    key,
    whole?.stream ?? inOrder(parts, found),
    () => {
      const computed = checksum();
      if (computed) checkGiven(request.headers[computed.header]?.toString(), computed);
      const sizes = found.map((part) => ({ number: part.number, size: part.size, checksum: part.checksum?.value }));
      return { contentType, headers, user, checksum: computed, parts: sizes };
    },
    (existing) => checkWriteConditions(request.headers, existing),
    etagOf(found),
  );
  await removeUpload(parts, upload.id);
  setVersionHeader(response, object);
  response.setHeader('x-amz-server-side-encryption', 'AES256');
  sendResult(response, 'CompleteMultipartUploadResult', [
    ['Location', `${s3.context.origin}${s3Prefix}/${bucket.name}/${encodeURIComponent(key)}`],
    ['Bucket', bucket.name],
    ['Key', key],
    ['ETag', quotedEtag(object)],
    ...(object.checksum
      ? ([
          [checksumElement(object.checksum.header), object.checksum.value],
          ['ChecksumType', object.checksum.type],
        ] as const)
      : []),
  ]);
  s3.notify(objectEvent(call, caller, 'ObjectCreated:CompleteMultipartUpload', object));
}

/** @throws S3Error InvalidPartOrder, InvalidPart, InvalidRequest, EntityTooSmall */
function findParts(parts: ObjectStore, { id, record }: Upload, listed: readonly ListedPart[]): UploadedPart[] {
  const found = listed.map((entry, index) => {
    const number = entry.PartNumber;
    if (number <= (listed[index - 1]?.PartNumber ?? 0)) throw new S3Error('InvalidPartOrder');
    const part = parts.find(partName(id, number));
    const etag = entry.ETag.trim().replaceAll('"', '');
    if (part?.etag !== etag)
      throw new S3Error('InvalidPart', { details: { UploadId: id, PartNumber: number, ETag: etag } });
    checkListedChecksum(record, part, entry);
    return { ...part, number };
  });
  const small = found.slice(0, -1).find(({ size }) => size < leastPartBytes);
  if (small) {
    throw new S3Error('EntityTooSmall', {
      details: { ProposedSize: small.size, MinSizeAllowed: leastPartBytes, PartNumber: small.number, ETag: small.etag },
    });
  }
  return found;
}

/** An upload whose checksum is that of its parts' names them all. */
function checkListedChecksum({ checksum: chosen }: StoredObject, part: StoredObject, listed: ListedPart): void {
  const given = part.checksum && listed[checksumElement(part.checksum.header)];
  if (given !== undefined && given !== part.checksum?.value) throw new S3Error('InvalidPart');
  if (given !== undefined || chosen?.type !== 'COMPOSITE') return;
  const algorithm = algorithmOf(chosen.header).toLowerCase();
  throw new S3Error('InvalidRequest', {
    message: `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.PartNumber} in the request.`,
  });
}

/** The MD5 of the parts' MD5s, and their number. */
function etagOf(found: readonly StoredObject[]): string {
  const md5 = createHash('md5').update(Buffer.concat(found.map(({ etag }) => Buffer.from(etag, 'hex'))));
  return `${md5.digest('hex')}-${found.length}`;
}

function checkSize(given: string | undefined, computed: number): void {
  if (given === undefined || Number(given) === computed) return;
  const message = `The provided 'x-amz-mp-object-size' header value ${given} does not match what was computed: ${computed}`;
  throw new S3Error('InvalidRequest', { message });
}

function checkGiven(given: string | undefined, { header, value }: { header: string; value: string }): void {
  if (given === undefined || given === value.replace(/-\d+$/, '') || given === value) return;
  const algorithm = algorithmOf(header).toLowerCase();
  throw new S3Error('BadDigest', { message: `The ${algorithm} you specified did not match the calculated checksum.` });
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
