import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { type Bucket, findBucket } from '#s3/buckets';
import { S3Error } from '#s3/errors';
import { readMetadata } from '#s3/metadata';
import type { ObjectStore } from '#s3/store';
import type { ObjectMetadata } from '#s3/stored';
import { contentTypeOf } from './content-type.ts';
import { isIncluded, readSources } from './files.ts';
import { type DeploymentRequest, readRequest } from './request.ts';

/** Reads the files of a stack's deployments, and returns the step that writes them into the buckets. @throws BrokenStack before any change */
export type PrepareDeployments = (stack: Stack) => () => Promise<void>;

/**
 * Runs the `Custom::CDKBucketDeployment`s of stacks as CDK's function does, with `aws s3 sync`. Like CloudFormation, it does not run an
 * unchanged deployment again.
 */
export function createDeployments(open: (bucket: Bucket) => Promise<ObjectStore>): PrepareDeployments {
  const done = new Map<string, string>();
  return (stack) => {
    const due = stack.ofType('Custom::CDKBucketDeployment').flatMap((resource) => {
      const properties = JSON.stringify(resource.properties);
      if (done.get(resource.logicalId) === properties) return [];
      return [{ ...prepare(stack, readRequest(resource)), logicalId: resource.logicalId, properties }];
    });
    return async () => {
      for (const deployment of due) {
        await sync(await open(deployment.bucket), deployment);
        done.set(deployment.logicalId, deployment.properties);
      }
    };
  };
}

interface Deployment {
  readonly request: DeploymentRequest;
  readonly bucket: Bucket;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly files: readonly { readonly key: string; readonly body: Buffer; readonly metadata: ObjectMetadata }[];
}

async function sync(store: ObjectStore, { request, prefix, files }: Deployment): Promise<void> {
  for (const { key, body, metadata } of files) await store.put(key, oneChunk(body), () => metadata);
  if (!request.Prune) return;
  const kept = new Set(files.map(({ key }) => key));
  const others = store.list().filter(({ key }) => key.startsWith(prefix) && !kept.has(key));
  for (const { key } of others) if (isIncluded(key.slice(prefix.length), request)) await store.remove(key);
}

function prepare(stack: Stack, request: DeploymentRequest): Deployment {
  const bucket = findBucket(stack, request.DestinationBucketName);
  if (!bucket)
    throw new BrokenStack(`unable to deploy to ${request.DestinationBucketName}; the stack has no such bucket`);
  const prefix = request.DestinationBucketKeyPrefix.replace(/^\/$/, '').replace(/([^/])$/, '$1/');
  const files = [...readSources(stack, request)]
    .filter(([path]) => isIncluded(path, request))
    .map(([path, body]) => ({ key: `${prefix}${path}`, body, metadata: metadataOf(path, request) }));
  return { request, bucket, prefix, files };
}

/** Headers of the AWS CLI's options with another name. */
const headerOf: Readonly<Record<string, string>> = {
  acl: 'x-amz-acl',
  sse: 'x-amz-server-side-encryption',
  'sse-kms-key-id': 'x-amz-server-side-encryption-aws-kms-key-id',
  'sse-c-copy-source': 'x-amz-server-side-encryption-customer-algorithm',
  'storage-class': 'x-amz-storage-class',
  'website-redirect': 'x-amz-website-redirect-location',
};

/** @throws BrokenStack for metadata that local buckets do not store */
function metadataOf(path: string, { SystemMetadata, UserMetadata }: DeploymentRequest): ObjectMetadata {
  const type = contentTypeOf(path);
  try {
    return readMetadata(
      new Map([
        ...(type === undefined ? [] : [['content-type', type] as const]),
        ...Object.entries(SystemMetadata).map(
          ([name, value]) => [headerOf[name] ?? name.toLowerCase(), value] as const,
        ),
        ...Object.entries(UserMetadata).map(([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, value] as const),
      ]),
    );
  } catch (error) {
    if (error instanceof S3Error) throw new BrokenStack(`unable to deploy ${path}; ${error.message}`);
    throw error;
  }
}

async function* oneChunk(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
