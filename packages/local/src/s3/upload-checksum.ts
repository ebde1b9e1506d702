import { algorithmOf, type Checksum, digestOf, isChecksumName } from './checksums.ts';
import { S3Error } from './errors.ts';
import type { StoredObject } from './stored.ts';

type Kept = NonNullable<StoredObject['checksum']>;

const header = (headers: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/**
 * The checksum that a multipart upload was begun with: its value is empty, because the object does not exist yet.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 * @throws S3Error InvalidRequest
 */
export function chooseChecksum(headers: Readonly<Record<string, unknown>>): Kept | undefined {
  const algorithm = header(headers, 'x-amz-checksum-algorithm')?.toUpperCase();
  if (algorithm === undefined) return undefined;
  const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
  if (!isChecksumName(name)) {
    const message =
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]';
    throw new S3Error('InvalidRequest', { message });
  }
  const type = header(headers, 'x-amz-checksum-type') ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const possible = algorithm.startsWith('SHA')
    ? ['COMPOSITE']
    : algorithm === 'CRC64NVME'
      ? ['FULL_OBJECT']
      : ['COMPOSITE', 'FULL_OBJECT'];
  if ((type !== 'COMPOSITE' && type !== 'FULL_OBJECT') || !possible.includes(type)) {
    const message = `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`;
    throw new S3Error('InvalidRequest', { message });
  }
  return { header: name, value: '', type };
}

/** A part has the algorithm of its upload. @throws S3Error InvalidRequest */
export function checkPartAlgorithm(upload: Kept | undefined, part: string | undefined): void {
  if (!upload || upload.header === part) return;
  const expected = algorithmOf(upload.header).toLowerCase();
  const actual = part === undefined ? 'null' : algorithmOf(part).toLowerCase();
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`;
  throw new S3Error('InvalidRequest', { message });
}

/** The checksum of the parts' checksums, with their number. */
export async function compositeChecksum(chosen: Kept, parts: readonly (Checksum | undefined)[]): Promise<Kept> {
  const bytes = Buffer.concat(parts.map((checksum) => Buffer.from(checksum?.value ?? '', 'base64')));
  return { ...chosen, value: `${await digestOf(chosen.header, bytes)}-${parts.length}` };
}
