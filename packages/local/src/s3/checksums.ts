import { createHash } from 'node:crypto';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { notImplemented } from './errors.ts';

/** The header `x-amz-checksum-<algorithm>` and its digest in base64. */
export interface Checksum {
  readonly header: string;
  readonly value: string;
}

interface Digest {
  update(piece: Buffer): unknown;
  digest(): Uint8Array | Promise<Uint8Array>;
}

const digests: Readonly<Record<string, () => Digest>> = {
  'x-amz-checksum-crc32': () => new Crc32(),
  'x-amz-checksum-crc32c': () => new Crc32c(),
  'x-amz-checksum-crc64nvme': () => new Crc64Nvme(),
  'x-amz-checksum-sha1': () => createHash('sha1'),
  'x-amz-checksum-sha256': () => createHash('sha256'),
};

/** The headers by the names of their algorithms, which XML and other headers use: `CRC64NVME`, `SHA256`. */
export const algorithmOf = (header: string): string => header.slice('x-amz-checksum-'.length).toUpperCase();

/** `ChecksumCRC64NVME`, the name of the element with the value. */
export const checksumElement = (header: string): string => `Checksum${algorithmOf(header)}`;

/** False for other headers like `x-amz-checksum-type`. */
export const isChecksumName = (name: string): boolean => Object.hasOwn(digests, name);

/** The checksum of bytes in base64. */
export async function digestOf(header: string, bytes: Buffer): Promise<string> {
  const digest = startDigest(header);
  digest.update(bytes);
  return Buffer.from(await digest.digest()).toString('base64');
}

/** @param header the name of a checksum header, see `isChecksumName` */
export function startDigest(header: string): Digest {
  const start = digests[header];
  if (!start) throw notImplemented(header);
  return start();
}

/** The same bytes, and their checksum in base64 when they have been read. */
export function digestStream(header: string, bytes: AsyncIterable<Buffer>) {
  const digest = startDigest(header);
  let value = '';
  async function* stream(): AsyncGenerator<Buffer> {
    for await (const piece of bytes) {
      digest.update(piece);
      yield piece;
    }
    value = Buffer.from(await digest.digest()).toString('base64');
  }
  return { stream: stream(), value: () => value };
}
