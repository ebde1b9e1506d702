import { authorizeCaller, type Call, objectArn, objectEvent, type S3 } from '#s3/call';
import { checksumElement, digestStream } from '#s3/checksums';
import { checkCopySize, findCopySource } from '#s3/copy-source';
import { invalidArgument, S3Error } from '#s3/errors';
import { readMetadata } from '#s3/metadata';
import { checkWriteConditions } from '#s3/preconditions';
import { quotedEtag, sendResult, setVersionHeader, xmlTime } from '#s3/responses';
import type { StoredObject } from '#s3/stored';
import { chooseChecksum } from '#s3/upload-checksum';
import { metadataHeaders } from './put-object.ts';

/**
 * Needs permission to read the source and to write the target. The copy is one piece: also that of a multipart upload gets an MD5 as its tag, and
 * a checksum of its whole body.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export async function copyObject(s3: S3, call: Call): Promise<void> {
  const { request, response } = call;
  const caller = authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(call.bucket, call.key));
  const source = findCopySource(s3, call, caller);
  const replace = replacesMetadata(call);
  // An older version over the current one is a change.
  const isItself = source.bucket.name === call.bucket.name && source.key === call.key && source.version === undefined;
  if (!replace && isItself) {
    throw new S3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  const given = readMetadata(metadataHeaders(request.headers));
  const chosen = chooseCopyChecksum(request.headers['x-amz-checksum-algorithm']?.toString());

  const opened = await source.open();
  let object: StoredObject;
  try {
    checkCopySize(opened.object.size);
    const { contentType, headers, user } = replace ? given : opened.object;
    const header = chosen ?? opened.object.checksum?.header;
    const bytes = opened.file.createReadStream({ autoClose: false });
    const digested = header === undefined ? undefined : digestStream(header, bytes);
    object = await (await s3.store(call.bucket)).put(
      call.key,
      digested?.stream ?? bytes,
      () => ({
        contentType,
        headers,
        user,
        checksum: header && digested ? { header, value: digested.value() } : undefined,
      }),
      (existing) => checkWriteConditions(request.headers, existing),
    );
  } finally {
    await opened.file.close();
  }
  response.setHeader('x-amz-server-side-encryption', 'AES256');
  setVersionHeader(response, object);
  if (opened.object.version !== undefined) response.setHeader('x-amz-copy-source-version-id', opened.object.version);
  sendResult(response, 'CopyObjectResult', [
    ['LastModified', xmlTime(object.lastModified)],
    ['ETag', quotedEtag(object)],
    ...(object.checksum
      ? ([
          [checksumElement(object.checksum.header), object.checksum.value],
          ['ChecksumType', 'FULL_OBJECT'],
        ] as const)
      : []),
  ]);
  s3.notify(objectEvent(call, caller, 'ObjectCreated:Copy', object));
}

/** A copy's checksum is always that of the whole body. */
const chooseCopyChecksum = (algorithm: string | undefined): string | undefined =>
  chooseChecksum({ 'x-amz-checksum-algorithm': algorithm })?.header;

function replacesMetadata(call: Call): boolean {
  const directive = call.request.headers['x-amz-metadata-directive']?.toString() ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw invalidArgument('x-amz-metadata-directive', directive, 'Unknown metadata directive.');
}
