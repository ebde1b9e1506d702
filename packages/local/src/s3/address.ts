import { S3Error } from './errors.ts';

/** The path of the local S3. URLs below it are path style. */
export const s3Prefix = '/_aws/s3';

export interface Address {
  readonly bucket: string;
  /** Decoded. Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/**
 * Reads bucket, key and query of a request target. Does not use `URL`, which would resolve `../` and merge keys that S3 keeps separate.
 * A `+` in the path is a plus sign.
 * @throws S3Error InvalidURI, KeyTooLongError
 */
export function parseAddress(target: string): Address {
  const [path = '', search = ''] = splitOnce(target, '?');
  const [bucket = '', key = ''] = splitOnce(path.slice(s3Prefix.length).replace(/^\//, ''), '/');
  const address = { bucket: decode(bucket), key: decode(key), query: new URLSearchParams(search) };
  assertKeyLength(address.key);
  return address;
}

/** A key has at most 1,024 bytes of UTF-8. @throws S3Error KeyTooLongError */
export function assertKeyLength(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > 1024) throw new S3Error('KeyTooLongError', { details: { Size: size, MaxSizeAllowed: 1024 } });
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', { details: { URI: text } });
  }
}
