import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Crc, startCrc32c, startCrc64Nvme } from './crc.ts';
import { notImplemented } from './errors.ts';

/** The header `x-amz-checksum-<algorithm>` and its digest in base64. */
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

const crc = (startCrc: () => Crc) => (): Digest => {
  const digest = startCrc();
  return { update: (piece) => digest.update(piece), base64: () => digest.digest().toString('base64') };
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
  'x-amz-checksum-crc32c': crc(startCrc32c),
  'x-amz-checksum-crc64nvme': crc(startCrc64Nvme),
  'x-amz-checksum-sha1': hash('sha1'),
  'x-amz-checksum-sha256': hash('sha256'),
};

/** False for other headers like `x-amz-checksum-type`. */
export const isChecksumName = (name: string): boolean => Object.hasOwn(digests, name);

/** @param header the name of a checksum header, see `isChecksumName` */
export function startDigest(header: string): Digest {
  const start = digests[header];
  if (!start) throw notImplemented(header);
  return start();
}
