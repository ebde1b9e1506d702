import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Context, Service } from '#context';
import { type Address, parseAddress } from './address.ts';
import { authenticate } from './authenticate.ts';
import { type Bucket, findBucket } from './buckets.ts';
import type { S3 } from './call.ts';
import { allowCrossOrigin, answerPreflight } from './cors.ts';
import { createDeployments, type PrepareDeployments } from './deployment/deploy.ts';
import { findOperation } from './dispatch.ts';
import { notImplemented, S3Error } from './errors.ts';
import { deliverEvent } from './notifications.ts';
import { discardBody, sendError } from './responses.ts';
import { type ObjectStore, type OpenObject, openStore } from './store.ts';

export interface S3Service extends Service {
  /** An object for a reader in this process (a distribution's origin); the caller closes its file. `undefined` when bucket or key do not exist. */
  openObject(bucket: string, key: string): Promise<OpenObject | undefined>;
  /** The files that CDK deploys into buckets of a stack that is to be served next. */
  readonly prepareDeployments: PrepareDeployments;
}

/**
 * S3 for the buckets of the template, path style below `/_aws/s3`. Signatures, permissions and form policies are checked as S3 checks them, no
 * bucket is public, and objects lie in `<data>/s3/<bucket>`. Not built, and refused with NotImplemented: multipart uploads, versions, tags,
 * website, and what `dispatch.ts` and `metadata.ts` list. Lifecycle rules are not carried out.
 * @param options.newId names request ids and stored bodies; never the same twice
 */
export async function startS3(context: Context, options: { newId?: () => string } = {}): Promise<S3Service> {
  const newId = options.newId ?? randomUUID;
  const stores = new Map<string, Promise<ObjectStore>>();
  const store = (bucket: Bucket): Promise<ObjectStore> => {
    const directory = join(context.dataDirectory, 's3', encodeURIComponent(bucket.name));
    const opened = stores.get(bucket.name) ?? openStore(directory, { now: () => context.clock.now(), newId });
    stores.set(bucket.name, opened);
    return opened;
  };
  const s3: S3 = {
    context,
    store,
    notify: (event) => {
      deliverEvent(context, event).catch((error: unknown) => context.log(`S3 event not delivered: ${String(error)}`));
    },
  };
  // At once, so that a damaged folder is told at the start and not at the first upload.
  await Promise.all(
    context.stack.ofType('AWS::S3::Bucket').map(async ({ logicalId }) => {
      const bucket = findBucket(context.stack, context.stack.ref(logicalId));
      if (bucket) await store(bucket);
    }),
  );

  const prepareDeployments = createDeployments(store);
  await prepareDeployments(context.stack)();

  return {
    handle: (request, response) => handle(s3, request, response, newId()),
    openObject: async (name, key) => {
      const bucket = findBucket(context.stack, name);
      return bucket && (await store(bucket)).open(key);
    },
    prepareDeployments,
    stop: async () => undefined,
  };
}

/** The one place where a request gets its id and a failure its answer. */
async function handle(s3: S3, request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
  const requestId = id.replaceAll('-', '').slice(0, 16).toUpperCase();
  response.setHeader('x-amz-request-id', requestId);
  response.setHeader('x-amz-id-2', requestId);
  response.setHeader('server', 'AmazonS3');
  // A client that goes away is seen by whoever reads or writes; without a listener it would end the process.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  try {
    await answer(s3, request, response, requestId);
  } catch (error) {
    fail(s3, request, response, { error, requestId });
  } finally {
    discardBody(request);
  }
}

async function answer(s3: S3, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
  const { context } = s3;
  const address = parseAddress(request.url ?? '');
  const bucket = findBucket(context.stack, address.bucket);
  if (request.method === 'OPTIONS') {
    answerPreflight(requireBucket(bucket, address).corsRules, request, response);
    return;
  }
  if (bucket) allowCrossOrigin(bucket.corsRules, request, response);
  const caller = await authenticate(context, request, address.query);
  if (address.bucket === '') throw notImplemented('ListBuckets');
  const call = {
    request,
    response,
    requestId,
    bucket: requireBucket(bucket, address),
    key: address.key,
    query: address.query,
    caller,
  };
  const owner = request.headers['x-amz-expected-bucket-owner'] ?? context.stack.account;
  if (owner !== context.stack.account) throw new S3Error('AccessDenied');
  const operation = findOperation(call);
  context.counters.count(`s3.${operation.name}`);
  await operation.run(s3, call);
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
  const gone = request.destroyed && !request.complete;
  if (!(error instanceof S3Error) && !gone && !response.destroyed) {
    context.log(
      `S3 failed at ${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`,
    );
  }
  if (gone || response.headersSent) {
    // Half an answer must not look like a whole one.
    response.destroy();
    return;
  }
  const refusal = error instanceof S3Error ? error : new S3Error('InternalError');
  sendError(request, response, refusal, { requestId, resource: request.url?.split('?')[0] ?? '' });
}
