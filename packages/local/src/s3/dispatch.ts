import type { Call, Operation } from './call.ts';
import { notImplemented, S3Error } from './errors.ts';
import { getBucketLocation, getBucketVersioning, headBucket } from './operations/bucket.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteObject } from './operations/delete-object.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { getObjectAttributes } from './operations/get-object-attributes.ts';
import { listMultipartUploads } from './operations/list-multipart-uploads.ts';
import { listObjectVersions } from './operations/list-object-versions.ts';
import { listObjects, listObjectsV2 } from './operations/list-objects.ts';
import { listParts } from './operations/list-parts.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart } from './operations/multipart.ts';
import { postObject } from './operations/post-object.ts';
import { putObject } from './operations/put-object.ts';
import { uploadPartCopy } from './operations/upload-part-copy.ts';

interface Served {
  /** S3's name of the operation. */
  readonly name: string;
  readonly run: Operation;
}

type Asked = Pick<Call, 'request' | 'key' | 'query'>;

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

/** Finds the operation of a request. @throws S3Error NotImplemented, MethodNotAllowed */
export function findOperation(asked: Asked): Served {
  const { query, key } = asked;
  const served = subresourceOperation(asked);
  if (served) return served;
  const subresource = subresources.find((name) => query.has(name));
  if (subresource) throw notImplemented(`The subresource ?${subresource}`);
  return key === '' ? bucketOperation(asked) : objectOperation(asked);
}

/** The operations that a query parameter selects. */
function subresourceOperation({ request: { method, headers }, key, query }: Asked): Served | undefined {
  if (key === '') {
    if (method === 'POST' && query.has('delete')) return { name: 'DeleteObjects', run: deleteObjects };
    if (method === 'GET' && query.has('location')) return { name: 'GetBucketLocation', run: getBucketLocation };
    if (method === 'GET' && query.has('uploads')) return { name: 'ListMultipartUploads', run: listMultipartUploads };
    if (method === 'GET' && query.has('versioning')) return { name: 'GetBucketVersioning', run: getBucketVersioning };
    if (method === 'GET' && query.has('versions')) return { name: 'ListObjectVersions', run: listObjectVersions };
    return undefined;
  }
  if (method === 'GET' && query.has('attributes')) return { name: 'GetObjectAttributes', run: getObjectAttributes };
  if (method === 'POST' && query.has('uploads')) return { name: 'CreateMultipartUpload', run: createMultipartUpload };
  if (!query.has('uploadId')) return undefined;
  if (method === 'PUT' && headers['x-amz-copy-source'] !== undefined) {
    return { name: 'UploadPartCopy', run: uploadPartCopy };
  }
  if (method === 'PUT') return { name: 'UploadPart', run: uploadPart };
  if (method === 'POST') return { name: 'CompleteMultipartUpload', run: completeMultipartUpload };
  if (method === 'DELETE') return { name: 'AbortMultipartUpload', run: abortMultipartUpload };
  if (method === 'GET') return { name: 'ListParts', run: listParts };
  return undefined;
}

function bucketOperation({ request: { method }, query }: Asked): Served {
  switch (method) {
    case 'GET':
      return query.get('list-type') === '2'
        ? { name: 'ListObjectsV2', run: listObjectsV2 }
        : { name: 'ListObjects', run: listObjects };
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

function objectOperation({ request }: Asked): Served {
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
