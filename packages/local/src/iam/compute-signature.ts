import { hash } from 'node:crypto';
import { canonicalRequest, type SignedParts } from './canonical-request.ts';
import { sign, signingKey } from './signing-key.ts';

/**
 * Signature Version 4 in hexadecimal.
 * @param signing.date `20260101T000000Z`
 */
export function computeSignature(
  parts: SignedParts,
  signing: { readonly date: string; readonly region: string; readonly secretAccessKey: string },
): string {
  const { date, region, secretAccessKey } = signing;
  const scope = `${date.slice(0, 8)}/${region}/${parts.service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonicalRequest(parts))}`;
  return sign(signingKey(secretAccessKey, scope), toSign);
}

export function hashOf(body: Buffer): string {
  return hash('sha256', body);
}
