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

/** False for other headers like `x-amz-checksum-type`. */
export const isChecksumName = (name: string): boolean => Object.hasOwn(digests, name);

/** @param header the name of a checksum header, see `isChecksumName` */
export function startDigest(header: string): Digest {
  const start = digests[header];
  if (!start) throw notImplemented(header);
  return start();
}
