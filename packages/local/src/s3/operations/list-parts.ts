import { authorizeCaller, type Call, objectArn, type S3 } from '#s3/call';
import { algorithmOf, checksumElement } from '#s3/checksums';
import { parseCount, parsePageSize } from '#s3/list-page';
import { owner } from '#s3/owner';
import { quotedEtag, sendResult, xmlTime } from '#s3/responses';
import { findUpload, listParts as partsOf, type UploadedPart } from '#s3/uploads';
import type { Xml } from '#s3/xml';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export async function listParts(s3: S3, call: Call): Promise<void> {
  const { query, bucket, key, response } = call;
  authorizeCaller(s3, call.caller, 's3:ListMultipartUploadParts', objectArn(bucket, key));
  const { parts, id, record } = await findUpload(s3, call);
  const size = parsePageSize('max-parts', query.get('max-parts'));
  const marker = parseCount('part-number-marker', query.get('part-number-marker') || '0');
  const found = partsOf(parts, id).filter(({ number }) => number > marker);
  const page = found.slice(0, size);
  const { checksum } = record;
  sendResult(response, 'ListPartsResult', [
    ['Bucket', bucket.name],
    ['Key', key],
    ['UploadId', id],
    ['Initiator', owner(s3.context.stack)],
    ['Owner', owner(s3.context.stack)],
    ['StorageClass', 'STANDARD'],
    ['PartNumberMarker', marker],
    ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
    ['MaxParts', size],
    ['IsTruncated', size > 0 && found.length > page.length],
    ['ChecksumAlgorithm', checksum && algorithmOf(checksum.header)],
    ['ChecksumType', checksum?.type],
    ...page.map(describe),
  ]);
}

function describe(part: UploadedPart): Xml {
  return [
    'Part',
    [
      ['PartNumber', part.number],
      ['LastModified', xmlTime(part.lastModified)],
      ['ETag', quotedEtag(part)],
      ['Size', part.size],
      ...(part.checksum ? [[checksumElement(part.checksum.header), part.checksum.value] as const] : []),
    ],
  ];
}
