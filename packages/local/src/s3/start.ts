import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Stack } from '#assembly/stack';
import type { Context, Service } from '#context';
import { type Address, nameBeforeLocalhost, parseAddress } from './address.ts';
import { authenticate } from './authenticate.ts';
import { type Bucket, findBucket } from './buckets.ts';
import type { S3 } from './call.ts';
import { allowCrossOrigin, answerPreflight } from './cors.ts';
import { createDeployments, type PrepareDeployments } from './deployment/deploy.ts';
import { findOperation } from './dispatch.ts';
import { S3Error } from './errors.ts';
import { readMetadata } from './metadata.ts';
import { deliverEvent, type EventTargets } from './notifications.ts';
import { listBuckets } from './operations/list-buckets.ts';
import { discardBody, sendError } from './responses.ts';
import { startLifecycle } from './run-lifecycle.ts';
import { type ObjectStore, openStore } from './store.ts';

export interface S3Service extends Service {
  /** Does now what the lifecycle rules of the buckets say. This also happens at start and once an hour. */
  applyLifecycle(): Promise<void>;
  /** Prepares the files that CDK deploys into the buckets of the next stack. */
  readonly prepareDeployments: PrepareDeployments;
  /**
   * Stores an object without a request, a signature or an event.
   * @param headers as in a request, in lower case: `content-type`, `cache-control`, `x-amz-meta-…`
   * @throws Error when the stack has no such bucket; S3Error for a header that local buckets do not store
   */
  put(
    bucketName: string,
    key: string,
    body: string | Buffer,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void>;
}

/**
 * S3 for the template's buckets, below `/_aws/s3` and for hosts of S3 that name a bucket. Signatures, permissions and form policies are checked
 * as in S3, no bucket is public, and objects are stored in `<data>/s3/<bucket>`. Tags, websites and the features listed in `dispatch.ts` and
 * `metadata.ts` are refused with NotImplemented.
 * @param options.newId returns a unique id for a request or a stored body
 */
export async function startS3(
  context: Context,
  options: { newId?: () => string; events?: EventTargets } = {},
): Promise<S3Service> {
  const newId = options.newId ?? randomUUID;
  const stores = new Map<string, Promise<ObjectStore>>();
  const open = (folder: string, bucket: Bucket): Promise<ObjectStore> => {
    const directory = join(context.dataDirectory, folder, encodeURIComponent(bucket.name));
    // Read at each call: the stack may be another one after a reload.
    const isVersioned = () => folder === 's3' && findBucket(context.stack, bucket.name)?.versioning === 'Enabled';
    const opened =
      stores.get(directory) ?? openStore(directory, { now: () => context.clock.now(), newId, isVersioned });
    stores.set(directory, opened);
    return opened;
  };
  const store = (bucket: Bucket) => open('s3', bucket);
  const s3: S3 = {
    context,
    store,
    parts: (bucket) => open('s3-parts', bucket),
    notify: (event) => {
      if (!options.events) return;
      deliverEvent(context, options.events, event).catch((error: unknown) =>
        context.log(`S3 event not delivered: ${String(error)}`),
      );
    },
  };
  // Opened now, so that a damaged folder fails the start and not the first upload.
  await Promise.all(
    context.stack.ofType('AWS::S3::Bucket').map(async ({ logicalId }) => {
      const bucket = findBucket(context.stack, context.stack.ref(logicalId));
      if (bucket) await store(bucket);
    }),
  );

  const lifecycle = startLifecycle(s3);
  await lifecycle.run();

  const prepareDeployments = createDeployments(store);
  await prepareDeployments(context.stack)();

  return {
    handle: (request, response) => handle(s3, request, response, newId()),
    prepareDeployments,
    async put(bucketName, key, body, headers = {}) {
      const bucket = findBucket(context.stack, bucketName);
      if (!bucket) throw new Error(`unable to store ${key}; the stack has no bucket ${bucketName}`);
      const metadata = readMetadata(new Map(Object.entries(headers)));
      await (await store(bucket)).put(key, Readable.from([Buffer.from(body)]), () => metadata);
    },
    applyLifecycle: lifecycle.run,
    stop: lifecycle.stop,
  };
}

async function handle(s3: S3, request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
  const requestId = id.replaceAll('-', '').slice(0, 16).toUpperCase();
  response.setHeader('x-amz-request-id', requestId);
  response.setHeader('x-amz-id-2', requestId);
  response.setHeader('server', 'AmazonS3');
  // A disconnect fails the read or the write. Without a listener it would end the process.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  try {
    await serve(s3, request, response, requestId);
  } catch (error) {
    fail(s3, request, response, { error, requestId });
  } finally {
    discardBody(request);
  }
}

async function serve(s3: S3, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
  const { context } = s3;
  const address = findAddress(context.stack, request);
  const bucket = findBucket(context.stack, address.bucket);
  if (request.method === 'OPTIONS') {
    answerPreflight(requireBucket(bucket, address).corsRules, request, response);
    return;
  }
  if (bucket) allowCrossOrigin(bucket.corsRules, request, response);
  const caller = authenticate(context, request, address.query);
  const accountCall = { request, response, requestId, query: address.query, caller };
  if (address.bucket === '') {
    if (request.method !== 'GET') throw new S3Error('MethodNotAllowed');
    context.counters.count('s3.ListBuckets');
    await listBuckets(s3, accountCall);
    return;
  }
  const call = { ...accountCall, bucket: requireBucket(bucket, address), key: address.key };
  const owner = request.headers['x-amz-expected-bucket-owner'] ?? context.stack.account;
  if (owner !== context.stack.account) throw new S3Error('AccessDenied');
  const operation = findOperation(call);
  context.counters.count(`s3.${operation.name}`);
  await operation.run(s3, call);
}

/** `photos.localhost` is the bucket's address if there is such a bucket, and otherwise a name of this machine. */
function findAddress(stack: Stack, { url = '', headers }: IncomingMessage): Address {
  const named = nameBeforeLocalhost(headers.host);
  return parseAddress(url, named !== undefined && findBucket(stack, named) ? named : undefined);
}

function requireBucket(bucket: Bucket | undefined, address: Address): Bucket {
  if (!bucket) throw new S3Error('NoSuchBucket', { details: { BucketName: address.bucket } });
  return bucket;
}

function fail(
  { context }: S3,
  request: IncomingMessage,
  response: ServerResponse,
  { error, requestId }: { error: unknown; requestId: string },
): void {
  const disconnected = request.destroyed && !request.complete;
  if (!(error instanceof S3Error) && !disconnected && !response.destroyed) {
    context.log(
      `S3 failed at ${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`,
    );
  }
  if (disconnected || response.headersSent) {
    // A partial response must not look complete.
    response.destroy();
    return;
  }
  const s3Error = error instanceof S3Error ? error : new S3Error('InternalError');
  sendError(request, response, s3Error, { requestId, resource: request.url?.split('?')[0] ?? '' });
}
