import { authorizeCaller, type Call, type S3 } from '#s3/call';
import { algorithmOf } from '#s3/checksums';
import { type Entry, isAfterName, listPage, parseEncoding, parsePageSize } from '#s3/list-page';
import { owner } from '#s3/owner';
import { sendResult, xmlTime } from '#s3/responses';
import { listUploads, type Upload } from '#s3/uploads';
import type { Xml } from '#s3/xml';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export async function listMultipartUploads(s3: S3, call: Call): Promise<void> {
  const { query, bucket, response } = call;
  authorizeCaller(s3, call.caller, 's3:ListBucketMultipartUploads', bucket.arn);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  // It only says something together with the other.
  const idMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const size = parsePageSize('max-uploads', query.get('max-uploads'));
  const encode = parseEncoding(query);
  const isAfterKey = isAfterName(keyMarker);
  const isAfter = (entry: Entry<Upload>) =>
    isAfterKey(entry) || (idMarker !== '' && entry.item?.key === keyMarker && entry.item.id > idMarker);
  const page = listPage(await listUploads(await s3.parts(bucket)), { prefix, delimiter, size, isAfter });
  const owned = owner(s3.context.stack);
  sendResult(response, 'ListMultipartUploadsResult', [
    ['Bucket', bucket.name],
    ['KeyMarker', encode(keyMarker)],
    ['UploadIdMarker', idMarker],
    ['NextKeyMarker', page.last ? encode(page.last.name) : undefined],
    ['NextUploadIdMarker', page.last?.item?.id],
    ['Delimiter', delimiter === '' ? undefined : encode(delimiter)],
    ['Prefix', encode(prefix)],
    ['EncodingType', query.get('encoding-type') || undefined],
    ['MaxUploads', size],
    ['IsTruncated', page.truncated],
    ...page.entries.flatMap(({ item }) => (item ? [describe(item, encode, owned)] : [])),
    ...page.entries.flatMap(({ name, item }): Xml[] => (item ? [] : [['CommonPrefixes', [['Prefix', encode(name)]]]])),
  ]);
}

function describe({ id, key, record }: Upload, encode: (text: string) => string, owned: readonly Xml[]): Xml {
  const { checksum } = record;
  return [
    'Upload',
    [
      ['Key', encode(key)],
      ['UploadId', id],
      ['Initiator', owned],
      ['Owner', owned],
      ['StorageClass', 'STANDARD'],
      ['Initiated', xmlTime(record.lastModified)],
      ['ChecksumAlgorithm', checksum && algorithmOf(checksum.header)],
      ['ChecksumType', checksum?.type],
    ],
  ];
}
