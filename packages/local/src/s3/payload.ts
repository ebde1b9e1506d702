import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { signingKey } from '#iam/signing-key';
import type { Caller } from './authenticate.ts';
import { type Checksum, isChecksumName, startDigest } from './checksums.ts';
import { type ChunkSigner, decodeChunked } from './chunked.ts';
import { invalidArgument, S3Error } from './errors.ts';

/** The limit for an upload in one request. */
export const maxObjectBytes = 5 * 1024 ** 3;

export interface Payload {
  /** The object's bytes. Reading them throws at the end if length, hash or checksum differ from the request's. */
  readonly stream: AsyncIterable<Buffer>;
  /** The client's checksum, stored with the object. It is complete when the body has been read. */
  checksum(): Checksum | undefined;
}

/** The request's bytes. Ending the loop early keeps the socket open, so that the error can still be sent. */
const requestBytes = (request: IncomingMessage): AsyncIterable<Buffer> => ({
  [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }),
});

/**
 * Reads the body of a PUT: decodes `aws-chunked`, and verifies length, `x-amz-content-sha256`, `Content-MD5` and checksum meanwhile.
 * @param isChecked false if a checksum of the request is not that of its body
 * @throws S3Error MissingContentLength, EntityTooLarge, InvalidArgument, InvalidDigest; while reading
 * IncompleteBody, XAmzContentSHA256Mismatch, BadDigest, SignatureDoesNotMatch
 */
export function readPayload(
  request: IncomingMessage,
  query: URLSearchParams,
  caller: Caller,
  isChecked = true,
): Payload {
  const hashHeader = header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const streaming = hashHeader.startsWith('STREAMING-');
  assertContentHash(hashHeader);
  const length = expectedLength(request, streaming);
  const md5 = expectedMd5(request);
  let checksum = isChecked ? givenChecksum(request, query) : undefined;
  const trailer = header(request, 'x-amz-trailer')?.toLowerCase();
  const checksumHeader = checksum?.header ?? (trailer && isChecksumName(trailer) ? trailer : undefined);
  const digest = checksumHeader ? startDigest(checksumHeader) : undefined;
  const signer = hashHeader.startsWith('STREAMING-AWS4-HMAC-SHA256') ? chunkSigner(request, caller) : undefined;

  const bytes = requestBytes(request);
  const decoded = streaming
    ? decodeChunked(bytes, {
        signer,
        onTrailer: (name, value) => {
          if (name === trailer && isChecksumName(name)) checksum = { header: name, value };
        },
      })
    : bytes;

  async function* verified(): AsyncGenerator<Buffer> {
    const sha256 = createHash('sha256');
    const md5Digest = createHash('md5');
    let received = 0;
    for await (const piece of decoded) {
      received += piece.length;
      if (received > length) throw new S3Error('IncompleteBody');
      if (!streaming) sha256.update(piece);
      if (md5) md5Digest.update(piece);
      digest?.update(piece);
      yield piece;
    }
    if (received < length) throw new S3Error('IncompleteBody');
    const computed = sha256.digest('hex');
    if (/^[0-9a-f]{64}$/.test(hashHeader) && computed !== hashHeader) {
      throw new S3Error('XAmzContentSHA256Mismatch', {
        details: { ClientComputedContentSHA256: hashHeader, S3ComputedContentSHA256: computed },
      });
    }
    if (md5 && md5Digest.digest('base64') !== md5) throw new S3Error('BadDigest');
    if (digest && Buffer.from(await digest.digest()).toString('base64') !== checksum?.value) {
      const name = checksumHeader?.replace('x-amz-checksum-', '').toUpperCase();
      throw new S3Error('BadDigest', { message: `The ${name} you specified did not match the calculated checksum.` });
    }
  }
  return { stream: verified(), checksum: () => checksum };
}

function assertContentHash(value: string): void {
  const known = [
    'UNSIGNED-PAYLOAD',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  ];
  if (known.includes(value) || /^[0-9a-f]{64}$/.test(value)) return;
  throw invalidArgument(
    'x-amz-content-sha256',
    value,
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
  );
}

/** S3 does not accept an upload of unknown length. */
function expectedLength(request: IncomingMessage, streaming: boolean): number {
  const given = header(request, streaming ? 'x-amz-decoded-content-length' : 'content-length');
  if (given === undefined || !/^\d+$/.test(given)) throw new S3Error('MissingContentLength');
  const length = Number(given);
  if (length > maxObjectBytes) {
    throw new S3Error('EntityTooLarge', { details: { ProposedSize: length, MaxSizeAllowed: maxObjectBytes } });
  }
  return length;
}

function expectedMd5(request: IncomingMessage): string | undefined {
  const md5 = header(request, 'content-md5');
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) throw new S3Error('InvalidDigest');
  return md5;
}

/**
 * The checksum of a header or of a presigned URL. It is not clear whether S3 compares the latter. Here it is compared, which finds URLs that
 * were signed with the checksum of an empty body.
 */
function givenChecksum(request: IncomingMessage, query: URLSearchParams): Checksum | undefined {
  const fromHeaders = Object.keys(request.headers).find(isChecksumName);
  if (fromHeaders) return { header: fromHeaders, value: header(request, fromHeaders) ?? '' };
  const [name, value] = [...query].find(([candidate]) => isChecksumName(candidate)) ?? [];
  return name && value ? { header: name, value } : undefined;
}

function chunkSigner(request: IncomingMessage, caller: Caller): ChunkSigner {
  const authorization = request.headers.authorization ?? '';
  const [, scope = ''] = /Credential=[^/]+\/([^,\s]+)/.exec(authorization) ?? [];
  const [, seed = ''] = /Signature=([0-9a-f]+)/.exec(authorization) ?? [];
  return {
    key: signingKey(caller.credentials.secretAccessKey, scope),
    date: header(request, 'x-amz-date') ?? '',
    scope,
    seed,
  };
}

const header = (request: IncomingMessage, name: string): string | undefined => request.headers[name]?.toString();
