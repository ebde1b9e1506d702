import { authorizeCaller, type Call, namedVersion, noSuchKey, objectArn, type S3 } from '#s3/call';
import { checksumElement } from '#s3/checksums';
import { invalidArgument, S3Error } from '#s3/errors';
import { parseCount, parsePageSize } from '#s3/list-page';
import { sendResult, setVersionHeader } from '#s3/responses';
import type { StoredObject } from '#s3/stored';
import { isMarker } from '#s3/version-index';
import type { Xml } from '#s3/xml';

const known = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export async function getObjectAttributes(s3: S3, call: Call): Promise<void> {
  const { request, response, bucket, key } = call;
  const id = namedVersion(call.query);
  const actions =
    id === undefined
      ? ['s3:GetObject', 's3:GetObjectAttributes']
      : ['s3:GetObjectVersion', 's3:GetObjectVersionAttributes'];
  for (const action of actions) {
    authorizeCaller(s3, call.caller, action, objectArn(bucket, key));
  }
  const asked = (request.headers['x-amz-object-attributes']?.toString() ?? '').split(',').map((name) => name.trim());
  if (asked.some((name) => !known.includes(name))) {
    const name = 'x-amz-object-attributes';
    throw invalidArgument(name, asked.join(','), 'Invalid attribute name specified.');
  }
  const store = await s3.store(bucket);
  const object = id === undefined ? store.find(key) : store.findVersion(key, id);
  if (!object || isMarker(object)) throw id === undefined ? noSuchKey(s3, call, key) : new S3Error('NoSuchVersion');
  setVersionHeader(response, object);
  const { checksum } = object;
  const attributes: Xml[] = [
    ['ETag', object.etag],
    [
      'Checksum',
      checksum && [
        [checksumElement(checksum.header), checksum.value],
        ['ChecksumType', checksum.type ?? 'FULL_OBJECT'],
      ],
    ],
    ['ObjectParts', describeParts(call, object)],
    ['StorageClass', 'STANDARD'],
    ['ObjectSize', object.size],
  ];
  response.setHeader('last-modified', new Date(object.lastModified).toUTCString());
  sendResult(
    response,
    'GetObjectAttributesResponse',
    attributes.filter(([name]) => asked.includes(name)),
  );
}

/** The parts themselves are kept only for objects with a checksum of their own for each. */
function describeParts({ request }: Call, { parts, checksum }: StoredObject): readonly Xml[] | undefined {
  if (!parts) return undefined;
  const total: Xml = ['PartsCount', parts.length];
  if (!checksum) return [total];
  const size = parsePageSize('x-amz-max-parts', request.headers['x-amz-max-parts']?.toString() ?? null);
  const marker = parseCount('x-amz-part-number-marker', request.headers['x-amz-part-number-marker']?.toString() || '0');
  const after = parts.filter(({ number }) => number > marker);
  const page = after.slice(0, size);
  return [
    total,
    ['PartNumberMarker', marker],
    ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
    ['MaxParts', size],
    ['IsTruncated', after.length > page.length],
    ...page.map(
      (part): Xml => [
        'Part',
        [
          ['PartNumber', part.number],
          ['Size', part.size],
          [checksumElement(checksum.header), part.checksum],
        ],
      ],
    ),
  ];
}
