import { parseAddress } from './address.ts';
import type { Caller } from './authenticate.ts';
import { type Bucket, findBucket } from './buckets.ts';
import { authorizeCaller, type Call, namedVersion, noSuchKey, objectArn, type S3 } from './call.ts';
import { invalidArgument, S3Error } from './errors.ts';
import { maxObjectBytes } from './payload.ts';
import { notModified } from './preconditions.ts';
import type { ObjectStore, OpenObject } from './store.ts';
import type { StoredObject } from './stored.ts';

export interface CopySource {
  readonly bucket: Bucket;
  readonly key: string;
  /** The id of the version that the request names; undefined for the current one. */
  readonly version: string | undefined;
  /** Opens the object, if it meets the request's conditions. The caller closes the file. @throws S3Error NoSuchKey, PreconditionFailed */
  open(): Promise<OpenObject>;
}

/**
 * The object that `x-amz-copy-source` names. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 * @throws S3Error InvalidArgument, NoSuchBucket, AccessDenied without permission to read it
 */
export function findCopySource(s3: S3, call: Call, caller: Caller): CopySource {
  const { headers } = call.request;
  const source = parseSource(headers['x-amz-copy-source']?.toString() ?? '');
  const bucket = findBucket(s3.context.stack, source.bucket);
  if (!bucket) throw new S3Error('NoSuchBucket', { details: { BucketName: source.bucket } });
  const { account } = s3.context.stack;
  if ((headers['x-amz-source-expected-bucket-owner'] ?? account) !== account) throw new S3Error('AccessDenied');
  const { key, version } = source;
  authorizeCaller(s3, caller, version === undefined ? 's3:GetObject' : 's3:GetObjectVersion', objectArn(bucket, key));
  return {
    bucket,
    key,
    version,
    async open() {
      const store = await s3.store(bucket);
      const opened = await store.open(key, version);
      if (!opened) throw version === undefined ? noSuchKey(s3, { caller, bucket }, key) : noSource(store, key, version);
      try {
        checkConditions(call, opened.object);
      } catch (error) {
        await opened.file.close();
        throw error;
      }
      return opened;
    },
  };
}

/** The limit for a copy in one request. @throws S3Error InvalidRequest */
export function checkCopySize(bytes: number): void {
  if (bytes <= maxObjectBytes) return;
  const message = `The specified copy source is larger than the maximum allowable size for a copy source: ${maxObjectBytes}`;
  throw new S3Error('InvalidRequest', { message });
}

function noSource(store: ObjectStore, key: string, version: string): S3Error {
  if (!store.findVersion(key, version))
    return new S3Error('NoSuchVersion', { details: { Key: key, VersionId: version } });
  const message = 'The source of a copy request may not specifically refer to a delete marker by version id.';
  return new S3Error('InvalidRequest', { message });
}

/** `[/]bucket/key[?versionId=id]`, percent-encoded. */
function parseSource(header: string): { bucket: string; key: string; version: string | undefined } {
  const { bucket, key, query } = parseAddress(`/${header.replace(/^\//, '')}`);
  if (bucket === '' || key === '') {
    throw invalidArgument(
      'x-amz-copy-source',
      header,
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  return { bucket, key, version: namedVersion(query) };
}

function checkConditions(call: Call, object: StoredObject): void {
  const { headers } = call.request;
  const condition = (name: string): string | undefined => headers[`x-amz-copy-source-${name}`]?.toString();
  const conditions = {
    'if-match': condition('if-match'),
    'if-none-match': condition('if-none-match'),
    'if-modified-since': condition('if-modified-since'),
    'if-unmodified-since': condition('if-unmodified-since'),
  };
  if (!notModified(conditions, object)) return;
  const failed = conditions['if-none-match'] === undefined ? 'If-Modified-Since' : 'If-None-Match';
  throw new S3Error('PreconditionFailed', { details: { Condition: `x-amz-copy-source-${failed}` } });
}
