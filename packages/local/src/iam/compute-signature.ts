import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { createScope, getCanonicalHeaders, SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './access-keys.ts';

/** The signed parts of a request. */
export interface SignedParts {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  /** Signed headers only. */
  readonly headers: Record<string, string>;
  readonly payloadHash: string;
  readonly date: Date;
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
}

/** Signature Version 4 in hexadecimal. */
export function computeSignature(parts: SignedParts): Promise<string> {
  return new Signer(parts).compute(parts);
}

export function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

/**
 * The SDK's `sign` chooses the signed headers itself. Here the sender has chosen them, so this calls the steps of `sign` one by one.
 */
class Signer extends SignatureV4 {
  constructor({ credentials, region, service }: SignedParts) {
    // Only S3 signs the path unchanged. The other services encode it once more.
    super({ credentials, region, service, sha256: Sha256, uriEscapePath: service !== 's3' });
  }

  async compute({ method, path, query, headers, payloadHash, date, region, service }: SignedParts): Promise<string> {
    const request = { method, path, query, headers, protocol: 'http:', hostname: '' };
    const canonicalHeaders = getCanonicalHeaders(request, undefined, new Set(Object.keys(headers)));
    const canonical = this.createCanonicalRequest(request, canonicalHeaders, payloadHash);
    const { longDate, shortDate } = this.formatDate(date);
    const scope = createScope(shortDate, region, service);
    return this.sign(await this.createStringToSign(longDate, scope, canonical, 'AWS4-HMAC-SHA256'), {
      signingDate: date,
    });
  }
}

/** Node's SHA-256 with the interface that the SDK's signer needs. */
class Sha256 {
  #hash: Hash | Hmac;
  readonly #secret: string | ArrayBuffer | ArrayBufferView | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret;
    this.#hash = this.#start();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  #start(): Hash | Hmac {
    const secret = this.#secret;
    if (secret === undefined) return createHash('sha256');
    if (typeof secret === 'string') return createHmac('sha256', secret);
    const bytes = ArrayBuffer.isView(secret)
      ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
      : Buffer.from(secret);
    return createHmac('sha256', bytes);
  }
}
