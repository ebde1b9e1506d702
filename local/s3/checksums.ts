import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { notImplemented } from './errors.ts';

/** `x-amz-checksum-<algorithm>` with the digest in base64. */
export interface Checksum {
  readonly header: string;
  readonly value: string;
}

interface Digest {
  update(piece: Buffer): void;
  base64(): string;
}

const hash = (algorithm: string) => (): Digest => {
  const digest = createHash(algorithm);
  return { update: (piece) => void digest.update(piece), base64: () => digest.digest('base64') };
};

const digests: Readonly<Record<string, () => Digest>> = {
  'x-amz-checksum-crc32': () => {
    let value = 0;
    return {
      update: (piece) => {
        value = crc32(piece, value);
      },
      base64: () => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(value);
        return bytes.toString('base64');
      },
    };
  },
  'x-amz-checksum-sha1': hash('sha1'),
  'x-amz-checksum-sha256': hash('sha256'),
};

/** Names such as `x-amz-checksum-type` say something about a checksum and are none. */
const checksumName = /^x-amz-checksum-(?:crc32|crc32c|crc64nvme|sha1|sha256)$/;

export const isChecksumName = (name: string): boolean => checksumName.test(name);

/** @throws S3Error NotImplemented for CRC32C and CRC64NVME */
export function startDigest(header: string): Digest {
  const start = digests[header];
  if (!start) throw notImplemented(`The checksum ${header.replace('x-amz-checksum-', '').toUpperCase()}`);
  return start();
}
