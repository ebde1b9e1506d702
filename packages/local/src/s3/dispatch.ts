import { authorizeCaller, type Call, type Operation, type S3 } from './call.ts';
import { notImplemented, S3Error } from './errors.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteObject } from './operations/delete-object.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { listObjects } from './operations/list-objects.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './operations/multipart.ts';
import { postObject } from './operations/post-object.ts';
import { putObject } from './operations/put-object.ts';

/** Query parameters that select another operation. */
const subresources = [
  'accelerate',
  'acl',
  'analytics',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'session',
  'tagging',
  'torrent',
  'versioning',
  'versions',
  'website',
];

const multipart = ['uploads', 'uploadId', 'partNumber'];

/** Listing parts and uploads is not served. */
function multipartOperation({ request, query }: Pick<Call, 'request' | 'query'>): { name: string; run: Operation } {
  const { method } = request;
  if (method === 'POST' && query.has('uploads')) return { name: 'CreateMultipartUpload', run: createMultipartUpload };
  if (!query.has('uploadId')) throw notImplemented('Reading a part, or listing multipart uploads,');
  if (method === 'PUT' && query.has('partNumber')) return { name: 'UploadPart', run: uploadPart };
  if (method === 'POST') return { name: 'CompleteMultipartUpload', run: completeMultipartUpload };
  if (method === 'DELETE') return { name: 'AbortMultipartUpload', run: abortMultipartUpload };
  throw notImplemented('Listing the parts of a multipart upload');
}

/** Finds the operation of a request and its S3 name. @throws S3Error NotImplemented, MethodNotAllowed */
export function findOperation(call: Pick<Call, 'request' | 'key' | 'query'>): { name: string; run: Operation } {
  const { request, key, query } = call;
  if (multipart.some((name) => query.has(name))) return multipartOperation(call);
  const subresource = subresources.find((name) => query.has(name));
  if (subresource) throw notImplemented(`The subresource ?${subresource}`);
  if ((query.get('versionId') ?? 'null') !== 'null') throw notImplemented('Versioning');
  return key === '' ? bucketOperation(request.method, query) : objectOperation(call);
}

function bucketOperation(method: string | undefined, query: URLSearchParams): { name: string; run: Operation } {
  switch (method) {
    case 'GET':
      if (query.get('list-type') === '2') return { name: 'ListObjectsV2', run: listObjects };
      throw notImplemented('ListObjects (use ListObjectsV2)');
    case 'HEAD':
      return { name: 'HeadBucket', run: headBucket };
    case 'POST':
      return { name: 'PostObject', run: postObject };
    case 'PUT':
    case 'DELETE':
      throw notImplemented('Making and deleting buckets (they are those of the template)');
    default:
      throw new S3Error('MethodNotAllowed', { details: { Method: method ?? '', ResourceType: 'BUCKET' } });
  }
}

function objectOperation({ request }: Pick<Call, 'request'>): { name: string; run: Operation } {
  switch (request.method) {
    case 'GET':
      return { name: 'GetObject', run: getObject };
    case 'HEAD':
      return { name: 'HeadObject', run: headObject };
    case 'PUT':
      return request.headers['x-amz-copy-source'] === undefined
        ? { name: 'PutObject', run: putObject }
        : { name: 'CopyObject', run: copyObject };
    case 'DELETE':
      return { name: 'DeleteObject', run: deleteObject };
    default:
      throw new S3Error('MethodNotAllowed', { details: { Method: request.method ?? '', ResourceType: 'OBJECT' } });
  }
}

async function headBucket(s3: S3, { caller, bucket, response }: Call): Promise<void> {
  authorizeCaller(s3, caller, 's3:ListBucket', bucket.arn);
  response.writeHead(200, { 'x-amz-bucket-region': s3.context.stack.region }).end();
}
