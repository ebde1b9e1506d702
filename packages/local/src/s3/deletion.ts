import type { Caller } from './authenticate.ts';
import { authorizeCaller, type Call, objectArn, objectEvent, type S3 } from './call.ts';
import { checkDeleteCondition } from './preconditions.ts';
import type { Removal } from './store.ts';

/** What is deleted: an object, or one of its versions. */
export interface Target {
  readonly key: string;
  readonly version: string | undefined;
  /** The condition. */
  readonly etag: string | undefined;
}

/**
 * Deletes an object, or a version for good, and tells whoever is subscribed. https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
 * @throws S3Error AccessDenied, PreconditionFailed
 */
export async function deleteTarget(
  s3: S3,
  call: Call,
  caller: Caller,
  { key, version, etag }: Target,
): Promise<Removal> {
  const action = version === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
  authorizeCaller(s3, caller, action, objectArn(call.bucket, key));
  const store = await s3.store(call.bucket);
  const removal =
    version === undefined
      ? await store.remove(key, (existing) => checkDeleteCondition(etag, existing))
      : await store.removeVersion(key, version, (existing) => checkDeleteCondition(etag, existing));
  const { marker, removed } = removal;
  const name = marker ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete';
  const changed = marker ?? removed;
  if (changed) s3.notify({ ...objectEvent({ ...call, key }, caller, name), version: changed.version });
  return removal;
}
