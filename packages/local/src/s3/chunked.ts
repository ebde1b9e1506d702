import { createHash } from 'node:crypto';
import { sign } from '#iam/signing-key';
import { secretsEqual } from '#text';
import { ByteReader } from './byte-reader.ts';
import { S3Error } from './errors.ts';

/** The parameters of the chunk signatures of a `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` upload. */
export interface ChunkSigner {
  readonly key: Buffer;
  /** `x-amz-date`. */
  readonly date: string;
  /** `20151229/us-east-1/s3/aws4_request`. */
  readonly scope: string;
  /** The signature of the request's headers, with which the chain of signatures begins. */
  readonly seed: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Decodes `aws-chunked`: each chunk has the line `<size in hex>[;chunk-signature=…]` and its data. After the empty chunk come trailing headers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 * @throws S3Error IncompleteBody for broken framing, SignatureDoesNotMatch for a chunk with a wrong signature
 */
export async function* decodeChunked(
  source: AsyncIterable<Buffer>,
  options: { readonly signer: ChunkSigner | undefined; readonly onTrailer: (name: string, value: string) => void },
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  const chain = options.signer && signatureChain(options.signer);
  try {
    for (;;) {
      const { size, signature } = parseHeader(await reader.line());
      const hash = createHash('sha256');
      let received = 0;
      for await (const piece of reader.bytes(size)) {
        received += piece.length;
        if (chain) hash.update(piece);
        yield piece;
      }
      if (received < size) throw new S3Error('IncompleteBody');
      chain?.chunk(hash.digest('hex'), signature);
      if (size === 0) break;
      if ((await reader.line()) !== '') throw new S3Error('IncompleteBody');
    }
    await readTrailers(reader, chain, options.onTrailer);
  } finally {
    await reader.close();
  }
}

function parseHeader(line: string | undefined): { size: number; signature: string } {
  const [, size, signature = ''] = /^([0-9a-f]{1,9})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line ?? '') ?? [];
  if (size === undefined) throw new S3Error('IncompleteBody');
  return { size: Number.parseInt(size, 16), signature };
}

async function readTrailers(
  reader: ByteReader,
  chain: ReturnType<typeof signatureChain> | undefined,
  onTrailer: (name: string, value: string) => void,
): Promise<void> {
  let signed = '';
  for (let line = await reader.line(); line; line = await reader.line()) {
    const [, name = '', value = ''] = /^([^:]+):(.*)$/.exec(line) ?? [];
    if (name === 'x-amz-trailer-signature') {
      chain?.trailer(sha256(signed), value);
    } else {
      signed += `${name}:${value}\n`;
      onTrailer(name.toLowerCase(), value.trim());
    }
  }
}

/** Each signature covers the previous one, so that no chunk can be dropped, repeated or moved. */
function signatureChain({ key, date, scope, seed }: ChunkSigner) {
  let previous = seed;
  const check = (expected: string, given: string): void => {
    if (!secretsEqual(expected, given)) throw new S3Error('SignatureDoesNotMatch');
    previous = given;
  };
  return {
    chunk: (hash: string, given: string) =>
      check(sign(key, ['AWS4-HMAC-SHA256-PAYLOAD', date, scope, previous, sha256(''), hash].join('\n')), given),
    trailer: (hash: string, given: string) =>
      check(sign(key, ['AWS4-HMAC-SHA256-TRAILER', date, scope, previous, hash].join('\n')), given),
  };
}
