import { hash } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { getCanonicalHeaders, SignatureV4 } from '@smithy/signature-v4';
import { sign, signingKey } from './signing-key.ts';

/** The signed parts of a request. */
export interface SignedParts {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  /** Signed headers only. */
  readonly headers: Record<string, string>;
  readonly payloadHash: string;
  /** `20260101T000000Z` */
  readonly date: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/** Signature Version 4 in hexadecimal. */
export function computeSignature(parts: SignedParts): string {
  const { date, region, service, secretAccessKey } = parts;
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  // Only S3 signs the path unchanged. The other services encode it once more.
  const canonical = (service === 's3' ? unchangedPaths : encodedPaths).canonicalRequest(parts);
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical)}`;
  return sign(signingKey(secretAccessKey, scope), toSign);
}

export function hashOf(body: Buffer): string {
  return hash('sha256', body);
}

/**
 * The SDK's signer chooses the signed headers itself, and works asynchronously. Here the sender has chosen them, and each request is
 * verified. So only its canonical form of a request is used.
 */
class Canonicalizer extends SignatureV4 {
  constructor(uriEscapePath: boolean) {
    const credentials = { accessKeyId: '', secretAccessKey: '' };
    super({ credentials, region: '', service: '', sha256: Sha256, uriEscapePath });
  }

  canonicalRequest({ method, path, query, headers, payloadHash }: SignedParts): string {
    const request = { method, path, query, headers, protocol: 'http:', hostname: '' };
    const canonicalHeaders = getCanonicalHeaders(request, undefined, new Set(Object.keys(headers)));
    return this.createCanonicalRequest(request, canonicalHeaders, payloadHash);
  }
}

const encodedPaths = new Canonicalizer(true);
const unchangedPaths = new Canonicalizer(false);
