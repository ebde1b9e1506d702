import { authorizeCaller, type Call, type S3 } from '#s3/call';
import { invalidArgument } from '#s3/errors';
import { quotedEtag, sendResult } from '#s3/responses';
import type { StoredObject } from '#s3/store';
import type { Xml } from '#s3/xml';

const maxPageSize = 1000;

/** An object, or a common prefix: all keys that are equal up to the delimiter. */
interface Entry {
  readonly name: string;
  readonly object?: StoredObject;
}

export async function listObjects(s3: S3, call: Call): Promise<void> {
  const { query, bucket } = call;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const pageSize = parsePageSize(query.get('max-keys'));
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const conditions = { 's3:prefix': prefix, 's3:delimiter': delimiter, 's3:max-keys': String(pageSize) };
  authorizeCaller(s3, call.caller, 's3:ListBucket', bucket.arn, conditions);

  const after = token === null ? startAfter : parseToken(token);
  const entries = groupByDelimiter((await s3.store(bucket)).list(), prefix, delimiter).filter(
    ({ name }) => after === null || Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0,
  );
  const page = entries.slice(0, pageSize);
  const last = page.at(-1);
  const more = entries.length > page.length && last !== undefined;
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string): string => text;

  sendResult(call.response, 'ListBucketResult', [
    ['Name', bucket.name],
    ['Prefix', encode(prefix)],
    ['Delimiter', delimiter === '' ? undefined : encode(delimiter)],
    ['StartAfter', startAfter === null ? undefined : encode(startAfter)],
    ['ContinuationToken', token ?? undefined],
    ['NextContinuationToken', more ? Buffer.from(last.name).toString('base64url') : undefined],
    ['EncodingType', query.get('encoding-type') ?? undefined],
    ['KeyCount', page.length],
    ['MaxKeys', pageSize],
    ['IsTruncated', more],
    ...page.map((entry) => describe(entry, encode)),
  ]);
}

/** The entries below the prefix, in the order of the objects. Keys with the delimiter after the prefix are grouped by common prefix. */
function groupByDelimiter(objects: readonly StoredObject[], prefix: string, delimiter: string): Entry[] {
  const entries: Entry[] = [];
  for (const object of objects) {
    if (!object.key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (end < 0) entries.push({ name: object.key, object });
    else {
      const name = object.key.slice(0, end + delimiter.length);
      if (entries.at(-1)?.name !== name) entries.push({ name });
    }
  }
  return entries;
}

function describe({ name, object }: Entry, encode: (text: string) => string): Xml {
  if (!object) return ['CommonPrefixes', [['Prefix', encode(name)]]];
  return [
    'Contents',
    [
      ['Key', encode(object.key)],
      ['LastModified', new Date(object.lastModified).toISOString()],
      ['ETag', quotedEtag(object)],
      ['Size', object.size],
      ['StorageClass', 'STANDARD'],
    ],
  ];
}

function parsePageSize(value: string | null): number {
  if (value === null || value === '') return maxPageSize;
  if (!/^\d{1,10}$/.test(value)) {
    throw invalidArgument('max-keys', value, 'Provided max-keys not an integer or within integer range');
  }
  return Math.min(Number(value), maxPageSize);
}

function parseToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString('utf8');
  if (name !== '' && Buffer.from(name).toString('base64url') === token) return name;
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
}
