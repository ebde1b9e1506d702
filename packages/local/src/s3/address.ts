import { splitOnce } from '#text';
import { S3Error } from './errors.ts';

/** The path of the local S3. */
export const s3Prefix = '/_aws/s3';

export interface Address {
  readonly bucket: string;
  /** Decoded. Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/**
 * Reads bucket, key and query of a request. Does not use `URL`, which would resolve `../` and merge keys that S3 keeps separate. A `+` in the
 * path is a plus sign.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 * @param target the request's path and query, with or without the prefix of the local S3
 * @param hostBucket the bucket of a virtual-hosted address; otherwise the path names it
 * @throws S3Error InvalidURI, KeyTooLongError
 */
export function parseAddress(target: string, hostBucket?: string): Address {
  const [path, search] = splitOnce(target, '?');
  const local = path === s3Prefix || path.startsWith(`${s3Prefix}/`) ? path.slice(s3Prefix.length) : path;
  const rest = local.replace(/^\//, '');
  const [bucket, key] = hostBucket === undefined ? splitOnce(rest, '/') : [hostBucket, rest];
  const address = { bucket: decode(bucket), key: decode(key), query: new URLSearchParams(search) };
  assertKeyLength(address.key);
  return address;
}

/**
 * The name before `localhost`, like `photos` of `photos.localhost:8080`. SDKs write a bucket there for an endpoint like
 * `http://localhost:8080/_aws/s3`. AWS's own hosts never come here: the port has written their buckets into the path.
 * @returns undefined for other hosts
 */
export function nameBeforeLocalhost(host: string | undefined): string | undefined {
  return /^(.+)\.localhost(?::\d+)?$/i.exec(host ?? '')?.[1]?.toLowerCase();
}

/** A key has at most 1,024 bytes of UTF-8. @throws S3Error KeyTooLongError */
export function assertKeyLength(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > 1024) throw new S3Error('KeyTooLongError', { details: { Size: size, MaxSizeAllowed: 1024 } });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', { details: { URI: text } });
  }
}
