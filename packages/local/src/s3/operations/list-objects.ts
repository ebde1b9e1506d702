import { authorizeCaller, type Call, type S3 } from '#s3/call';
import { algorithmOf } from '#s3/checksums';
import { invalidArgument } from '#s3/errors';
import { type Entry, isAfterName, listPage, type Page, parseEncoding, parsePageSize } from '#s3/list-page';
import { owner } from '#s3/owner';
import { quotedEtag, sendResult, xmlTime } from '#s3/responses';
import type { StoredObject } from '#s3/stored';
import type { Xml } from '#s3/xml';

/** Version 1. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export async function listObjects(s3: S3, call: Call): Promise<void> {
  const marker = call.query.get('marker') ?? '';
  const { page, encode, delimiter, head } = await readPage(s3, call, marker);
  sendResult(call.response, 'ListBucketResult', [
    ...head,
    ['Marker', encode(marker)],
    // Without a delimiter, the last key is the next marker.
    ['NextMarker', page.truncated && delimiter !== '' && page.last ? encode(page.last.name) : undefined],
    ...describeEntries(page.entries, { encode, owner: owner(s3.context.stack) }),
  ]);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export async function listObjectsV2(s3: S3, call: Call): Promise<void> {
  const { query } = call;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const { page, encode, head } = await readPage(s3, call, token === null ? startAfter : parseToken(token));
  sendResult(call.response, 'ListBucketResult', [
    ...head,
    ['StartAfter', startAfter === null ? undefined : encode(startAfter)],
    ['ContinuationToken', token ?? undefined],
    [
      'NextContinuationToken',
      page.truncated && page.last ? Buffer.from(page.last.name).toString('base64url') : undefined,
    ],
    ['KeyCount', page.entries.length],
    ...describeEntries(page.entries, {
      encode,
      owner: query.get('fetch-owner') === 'true' ? owner(s3.context.stack) : undefined,
    }),
  ]);
}

/** What both versions have in common. */
async function readPage(s3: S3, { query, bucket, caller }: Call, after: string | null) {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const size = parsePageSize('max-keys', query.get('max-keys'));
  const encode = parseEncoding(query);
  const conditions = { 's3:prefix': prefix, 's3:delimiter': delimiter, 's3:max-keys': String(size) };
  authorizeCaller(s3, caller, 's3:ListBucket', bucket.arn, conditions);
  const objects = (await s3.store(bucket)).list();
  const page: Page<StoredObject> = listPage(objects, { prefix, delimiter, size, isAfter: isAfterName(after) });
  const head: Xml[] = [
    ['Name', bucket.name],
    ['Prefix', encode(prefix)],
    ['Delimiter', delimiter === '' ? undefined : encode(delimiter)],
    ['EncodingType', query.get('encoding-type') || undefined],
    ['MaxKeys', size],
    ['IsTruncated', page.truncated],
  ];
  return { page, encode, delimiter, head };
}

function describeEntries(
  entries: readonly Entry<StoredObject>[],
  { encode, owner }: { encode: (text: string) => string; owner: readonly Xml[] | undefined },
): Xml[] {
  const contents = entries.flatMap(({ item }): Xml[] => (item ? [describe(item, encode, owner)] : []));
  const prefixes = entries.flatMap(({ name, item }): Xml[] =>
    item ? [] : [['CommonPrefixes', [['Prefix', encode(name)]]]],
  );
  return [...contents, ...prefixes];
}

function describe(object: StoredObject, encode: (text: string) => string, owner: readonly Xml[] | undefined): Xml {
  const { checksum } = object;
  return [
    'Contents',
    [
      ['Key', encode(object.key)],
      ['LastModified', xmlTime(object.lastModified)],
      ['ETag', quotedEtag(object)],
      ['ChecksumAlgorithm', checksum && algorithmOf(checksum.header)],
      ['ChecksumType', checksum && (checksum.type ?? 'FULL_OBJECT')],
      ['Size', object.size],
      ['StorageClass', 'STANDARD'],
      ['Owner', owner],
    ],
  ];
}

function parseToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString('utf8');
  if (name !== '' && Buffer.from(name).toString('base64url') === token) return name;
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
}
