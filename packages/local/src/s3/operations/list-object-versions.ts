import { authorizeCaller, type Call, type S3 } from '#s3/call';
import { invalidArgument } from '#s3/errors';
import { type Entry, isAfterName, listPage, parseEncoding, parsePageSize } from '#s3/list-page';
import { owner } from '#s3/owner';
import { quotedEtag, sendResult, xmlTime } from '#s3/responses';
import type { ObjectStore } from '#s3/store';
import type { StoredVersion } from '#s3/stored';
import { isMarker, orderOf, versionIdOf } from '#s3/version-index';
import type { Xml } from '#s3/xml';

/** All versions and delete markers, those of a key newest first. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export async function listObjectVersions(s3: S3, call: Call): Promise<void> {
  const { query, bucket, response } = call;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const size = parsePageSize('max-keys', query.get('max-keys'));
  const conditions = { 's3:prefix': prefix, 's3:delimiter': delimiter, 's3:max-keys': String(size) };
  authorizeCaller(s3, call.caller, 's3:ListBucketVersions', bucket.arn, conditions);
  const encode = parseEncoding(query);
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('version-id-marker') ?? '';
  const store = await s3.store(bucket);
  const page = listPage(store.versions(), { prefix, delimiter, size, isAfter: isAfter(store, keyMarker, idMarker) });
  const owned = owner(s3.context.stack);
  sendResult(response, 'ListVersionsResult', [
    ['Name', bucket.name],
    ['Prefix', encode(prefix)],
    ['KeyMarker', encode(keyMarker)],
    ['VersionIdMarker', idMarker],
    ['NextKeyMarker', page.truncated && page.last ? encode(page.last.name) : undefined],
    ['NextVersionIdMarker', page.truncated && page.last?.item ? versionIdOf(page.last.item) : undefined],
    ['MaxKeys', size],
    ['Delimiter', delimiter === '' ? undefined : encode(delimiter)],
    ['EncodingType', query.get('encoding-type') || undefined],
    ['IsTruncated', page.truncated],
    ...page.entries.flatMap(({ item }): Xml[] => (item ? [describe(store, item, encode, owned)] : [])),
    ...page.entries.flatMap(({ name, item }): Xml[] => (item ? [] : [['CommonPrefixes', [['Prefix', encode(name)]]]])),
  ]);
}

/** What comes after the markers. @throws S3Error InvalidArgument for the marker of a version without a key, or of none that is there */
function isAfter(store: ObjectStore, keyMarker: string, idMarker: string): (entry: Entry<StoredVersion>) => boolean {
  const isAfterKey = isAfterName(keyMarker);
  if (idMarker === '') return isAfterKey;
  if (keyMarker === '') {
    const message = 'A version-id marker cannot be specified without a key marker.';
    throw invalidArgument('version-id-marker', idMarker, message);
  }
  const marked = store.findVersion(keyMarker, idMarker);
  if (!marked) throw invalidArgument('version-id-marker', idMarker, 'Invalid version id specified');
  return (entry) => isAfterKey(entry) || (entry.item?.key === keyMarker && orderOf(entry.item) < orderOf(marked));
}

function describe(
  store: ObjectStore,
  version: StoredVersion,
  encode: (text: string) => string,
  owned: readonly Xml[],
): Xml {
  const common: Xml[] = [
    ['Key', encode(version.key)],
    ['VersionId', versionIdOf(version)],
    ['IsLatest', store.of(version.key)[0] === version],
    ['LastModified', xmlTime(version.lastModified)],
    ['Owner', owned],
  ];
  if (isMarker(version)) return ['DeleteMarker', common];
  return ['Version', [...common, ['ETag', quotedEtag(version)], ['Size', version.size], ['StorageClass', 'STANDARD']]];
}
