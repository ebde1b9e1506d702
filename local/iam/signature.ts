import type { IncomingHttpHeaders } from 'node:http';
import type { AccessKeys, Credentials, Principal } from './access-keys.ts';

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as they came: a normalised path has another signature. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, whose hash must be the signed one; or S3's way, where `x-amz-content-sha256` says what was signed. */
  readonly payload: { readonly body: Buffer } | { readonly unsigned: true };
}

export type SignatureCode =
  | 'MissingAuthenticationToken'
  | 'InvalidAccessKeyId'
  | 'SignatureDoesNotMatch'
  | 'RequestExpired'
  | 'InvalidToken';

export type SignatureResult =
  | {
      readonly ok: true;
      readonly principal: Principal;
      readonly credentials: Credentials;
      /** Presigned only: milliseconds since the epoch. */
      readonly expiresAt?: number;
    }
  | { readonly ok: false; readonly code: SignatureCode; readonly message: string };

export async function verifySignature(
  _request: SignedRequest,
  _options: { service: string; region: string; keys: AccessKeys; now: () => number },
): Promise<SignatureResult> {
  return { ok: false, code: 'MissingAuthenticationToken', message: 'Missing Authentication Token' };
}
