import { invalidArgument, notImplemented, S3Error } from './errors.ts';
import type { ObjectMetadata } from './stored.ts';

/** The standard headers that S3 stores with an object. */
const systemHeaders = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];

/** Refused instead of ignored, because a client relies on them. */
const unsupported = [
  'tagging',
  'x-amz-tagging',
  'x-amz-website-redirect-location',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-object-lock-legal-hold',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-aws-kms-key-id',
];

/** The limit for all user metadata of an object. */
const maxUserMetadataBytes = 2048;

/**
 * Reads an object's metadata from the headers of a request or the fields of a form.
 * @param given lower-case names
 * @throws S3Error NotImplemented, AccessControlListNotSupported, MetadataTooLarge, InvalidArgument
 */
export function readMetadata(given: ReadonlyMap<string, string>): ObjectMetadata {
  const found = unsupported.find((name) => given.has(name));
  if (found) throw notImplemented(found);
  assertNoAcl(given);
  assertPlainStorage(given);

  const user = [...given]
    .filter(([name]) => name.startsWith('x-amz-meta-'))
    .map(([name, value]) => [name.slice('x-amz-meta-'.length), value] as const);
  const size = user.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > maxUserMetadataBytes) {
    throw new S3Error('MetadataTooLarge', { details: { Size: size, MaxSizeAllowed: maxUserMetadataBytes } });
  }
  return {
    contentType: headerValue('Content-Type', given.get('content-type') || 'binary/octet-stream'),
    headers: Object.fromEntries(
      systemHeaders.flatMap((name) => {
        const value = given.get(name);
        const kept = name === 'content-encoding' ? value && withoutChunking(value) : value;
        return kept ? [[name, headerValue(name, kept)]] : [];
      }),
    ),
    user: Object.fromEntries(user),
  };
}

/** Returns the value. @throws S3Error InvalidArgument if a header cannot contain it */
export function headerValue(name: string, value: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value;
  throw invalidArgument(name, value, 'Header value cannot be represented using ISO-8859-1.');
}

/** User metadata is UTF-8. As S3 does, non-ASCII values are returned in the encoding of mail headers. */
export const encodeUserValue = (value: string): string =>
  /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;

/** `aws-chunked` describes the transport and is not stored. */
const withoutChunking = (encoding: string): string =>
  encoding
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== 'aws-chunked')
    .join(',');

/** Buckets created since April 2023 have no ACLs. They only accept an ACL that changes nothing. */
function assertNoAcl(given: ReadonlyMap<string, string>): void {
  const acl = given.get('x-amz-acl') ?? given.get('acl') ?? 'private';
  const grants = [...given.keys()].some((name) => name.startsWith('x-amz-grant-'));
  if (grants || !['private', 'bucket-owner-full-control'].includes(acl)) {
    throw new S3Error('AccessControlListNotSupported');
  }
}

function assertPlainStorage(given: ReadonlyMap<string, string>): void {
  const storageClass = given.get('x-amz-storage-class') ?? 'STANDARD';
  if (storageClass !== 'STANDARD') throw notImplemented(`The storage class ${storageClass}`);
  const encryption = given.get('x-amz-server-side-encryption') ?? 'AES256';
  if (encryption !== 'AES256') throw notImplemented(`The encryption ${encryption}`);
}
