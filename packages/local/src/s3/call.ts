import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { Caller } from './authenticate.ts';
import type { Bucket } from './buckets.ts';
import { invalidArgument, S3Error } from './errors.ts';
import type { ObjectStore } from './store.ts';
import type { StoredObject } from './stored.ts';

export interface S3 {
  readonly context: Context;
  store(bucket: Bucket): Promise<ObjectStore>;
  /** The parts of multipart uploads that are not complete. */
  parts(bucket: Bucket): Promise<ObjectStore>;
  /** Starts the functions that are subscribed to the event, without waiting for them. */
  notify(event: ObjectEvent): void;
}

/** A request to the account. */
export interface AccountCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly query: URLSearchParams;
  /** Absent for anonymous requests. */
  readonly caller: Caller | undefined;
}

/** A request to an existing bucket. */
export interface Call extends AccountCall {
  readonly bucket: Bucket;
  /** Empty for the bucket itself. */
  readonly key: string;
}

export type Operation = (s3: S3, call: Call) => Promise<void>;

export interface ObjectEvent {
  /** Without the `s3:` prefix. */
  readonly name:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:Post'
    | 'ObjectCreated:Copy'
    | 'ObjectCreated:CompleteMultipartUpload'
    | 'ObjectRemoved:Delete'
    | 'ObjectRemoved:DeleteMarkerCreated';
  readonly bucket: Bucket;
  readonly key: string;
  /** Absent for a removed object. */
  readonly object?: StoredObject;
  /** Of a bucket with versioning: the version that was stored or removed, or the marker. */
  readonly version?: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly sourceAddress: string;
}

export const objectArn = (bucket: Bucket, key: string): string => `${bucket.arn}/${key}`;

/**
 * Checks the signer's permission. For a presigned URL or a form, the permission at the time of use counts.
 * @throws S3Error AccessDenied, also for an anonymous request
 */
export function authorizeCaller(
  { context }: Pick<S3, 'context'>,
  caller: Caller | undefined,
  action: string,
  resource: string,
  conditions?: Record<string, string>,
): Caller {
  if (!caller) throw new S3Error('AccessDenied');
  const decision = context.policies.authorize(caller.principal, action, resource, conditions);
  if (!decision.allowed) throw new S3Error('AccessDenied', { message: decision.message });
  return caller;
}

/** The error for a missing object. As on S3, without permission to list the bucket it is AccessDenied. */
export function noSuchKey(s3: Pick<S3, 'context'>, call: Pick<Call, 'caller' | 'bucket'>, key: string): S3Error {
  authorizeCaller(s3, call.caller, 's3:ListBucket', call.bucket.arn);
  return new S3Error('NoSuchKey', { details: { Key: key } });
}

/** The version that a request names: `null` is the one that was stored without versioning. Undefined: the current one. */
export function namedVersion(query: URLSearchParams): string | undefined {
  const id = query.get('versionId');
  if (id === '') throw invalidArgument('versionId', '', 'Version id cannot be the empty string');
  return id ?? undefined;
}

export function objectEvent(call: Call, caller: Caller, name: ObjectEvent['name'], object?: StoredObject): ObjectEvent {
  return {
    name,
    bucket: call.bucket,
    key: object?.key ?? call.key,
    object,
    version: object?.version,
    principal: caller.principal,
    requestId: call.requestId,
    sourceAddress: call.request.socket.remoteAddress ?? '',
  };
}
