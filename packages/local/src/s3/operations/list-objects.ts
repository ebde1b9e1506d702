import { type Call, requireAllowed, type S3 } from '../call.ts';
import { invalidArgument } from '../errors.ts';
import { quotedEtag, sendResult } from '../responses.ts';
import type { StoredObject } from '../store.ts';
import type { Xml } from '../xml.ts';

/** S3's page. */
const largestPage = 1000;

/** A line of the listing: an object, or all keys that share what comes before the delimiter. */
type Entry =
  | { readonly at: string; readonly object: StoredObject }
  | { readonly at: string; readonly object?: undefined };

/** ListObjectsV2, with prefix, delimiter and pages. */
export async function listObjects(s3: S3, call: Call): Promise<void> {
  const { query, bucket } = call;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const pageSize = parsePageSize(query.get('max-keys'));
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const conditions = { 's3:prefix': prefix, 's3:delimiter': delimiter, 's3:max-keys': String(pageSize) };
  requireAllowed(s3, call.caller, 's3:ListBucket', bucket.arn, conditions);

  const after = token === null ? startAfter : parseToken(token);
  const entries = gather((await s3.store(bucket)).list(), prefix, delimiter).filter(
    ({ at }) => after === null || Buffer.compare(Buffer.from(at), Buffer.from(after)) > 0,
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
    ['NextContinuationToken', more ? Buffer.from(last.at).toString('base64url') : undefined],
    ['EncodingType', query.get('encoding-type') ?? undefined],
    ['KeyCount', page.length],
    ['MaxKeys', pageSize],
    ['IsTruncated', more],
    ...page.map((entry) => describe(entry, encode)),
  ]);
}

/** The objects under the prefix, those with the delimiter behind it rolled up into one entry each; in order, since the objects are. */
function gather(objects: readonly StoredObject[], prefix: string, delimiter: string): Entry[] {
  const entries: Entry[] = [];
  for (const object of objects) {
    if (!object.key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (end < 0) entries.push({ at: object.key, object });
    else {
      const common = object.key.slice(0, end + delimiter.length);
      if (entries.at(-1)?.at !== common) entries.push({ at: common });
    }
  }
  return entries;
}

function describe({ at, object }: Entry, encode: (text: string) => string): Xml {
  if (!object) return ['CommonPrefixes', [['Prefix', encode(at)]]];
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
  if (value === null || value === '') return largestPage;
  if (!/^\d{1,10}$/.test(value)) {
    throw invalidArgument('max-keys', value, 'Provided max-keys not an integer or within integer range');
  }
  return Math.min(Number(value), largestPage);
}

function parseToken(token: string): string {
  const at = Buffer.from(token, 'base64url').toString('utf8');
  if (at !== '' && Buffer.from(at).toString('base64url') === token) return at;
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
}
