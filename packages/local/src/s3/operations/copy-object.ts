import { parseAddress, s3Prefix } from '#s3/address';
import { findBucket } from '#s3/buckets';
import { authorizeCaller, type Call, noSuchKey, objectArn, objectEvent, type S3 } from '#s3/call';
import { invalidArgument, S3Error } from '#s3/errors';
import { readMetadata } from '#s3/metadata';
import { checkWriteConditions, notModified } from '#s3/preconditions';
import { quotedEtag, sendResult } from '#s3/responses';
import type { ObjectMetadata, StoredObject } from '#s3/store';
import { metadataHeaders } from './put-object.ts';

/** Needs permission to read the source and to write the target. */
export async function copyObject(s3: S3, call: Call): Promise<void> {
  const { request, response } = call;
  const caller = authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(call.bucket, call.key));
  const source = parseSource(request.headers['x-amz-copy-source']?.toString() ?? '');
  const sourceBucket = findBucket(s3.context.stack, source.bucket);
  if (!sourceBucket) throw new S3Error('NoSuchBucket', { details: { BucketName: source.bucket } });
  authorizeCaller(s3, caller, 's3:GetObject', objectArn(sourceBucket, source.key));
  const replace = replacesMetadata(call);
  if (!replace && sourceBucket.name === call.bucket.name && source.key === call.key) {
    throw new S3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  const given = readMetadata(metadataHeaders(request.headers));

  const opened = await (await s3.store(sourceBucket)).open(source.key);
  if (!opened) throw noSuchKey(s3, { caller, bucket: sourceBucket }, source.key);
  let object: StoredObject;
  try {
    checkSourceConditions(call, opened.object);
    const metadata: ObjectMetadata = { ...(replace ? given : opened.object), checksum: opened.object.checksum };
    object = await (await s3.store(call.bucket)).put(
      call.key,
      opened.file.createReadStream({ autoClose: false }),
      () => metadata,
      (existing) => checkWriteConditions(request.headers, existing),
    );
  } finally {
    await opened.file.close();
  }
  sendResult(response, 'CopyObjectResult', [
    ['LastModified', new Date(object.lastModified).toISOString()],
    ['ETag', quotedEtag(object)],
  ]);
  s3.notify(objectEvent(call, caller, 'ObjectCreated:Copy', object));
}

/** `[/]bucket/key`, percent-encoded. */
function parseSource(header: string): { bucket: string; key: string } {
  const { bucket, key, query } = parseAddress(`${s3Prefix}/${header.replace(/^\//, '')}`);
  if (bucket === '' || key === '') {
    throw invalidArgument(
      'x-amz-copy-source',
      header,
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  if (query.has('versionId')) throw invalidArgument('x-amz-copy-source', header, 'Invalid version id specified');
  return { bucket, key };
}

function replacesMetadata(call: Call): boolean {
  const directive = call.request.headers['x-amz-metadata-directive']?.toString() ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw invalidArgument('x-amz-metadata-directive', directive, 'Unknown metadata directive.');
}

function checkSourceConditions(call: Call, object: StoredObject): void {
  const { headers } = call.request;
  const condition = (name: string): string | undefined => headers[`x-amz-copy-source-${name}`]?.toString();
  const unchanged = notModified(
    {
      'if-match': condition('if-match'),
      'if-none-match': condition('if-none-match'),
      'if-modified-since': condition('if-modified-since'),
      'if-unmodified-since': condition('if-unmodified-since'),
    },
    object,
  );
  if (unchanged) throw new S3Error('PreconditionFailed', { details: { Condition: 'x-amz-copy-source-If-None-Match' } });
}
