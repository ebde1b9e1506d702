import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Crc, startCrc32c, startCrc64Nvme } from './crc.ts';
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

const crc = (startCrc: () => Crc) => (): Digest => {
  const running = startCrc();
  return { update: (piece) => running.update(piece), base64: () => running.digest().toString('base64') };
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

/** Names such as `x-amz-checksum-type` say something about a checksum and are none. */
export const isChecksumName = (name: string): boolean => Object.hasOwn(digests, name);

/** @param header a checksum's name, see `isChecksumName` */
export function startDigest(header: string): Digest {
  const start = digests[header];
  if (!start) throw notImplemented(header);
  return start();
}
