import { createHmac } from 'node:crypto';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Keys stay the same for a day, and each takes four HMACs, so the last ones are kept. */
const kept = new Map<string, Buffer>();
const maxKept = 100;

/**
 * The Signature Version 4 key for one day, region and service.
 * @param scope `20151229/us-east-1/s3/aws4_request`
 */
export function signingKey(secretAccessKey: string, scope: string): Buffer {
  const name = `${secretAccessKey} ${scope}`;
  const known = kept.get(name);
  if (known) return known;
  const key = scope.split('/').reduce<Buffer>((last, part) => hmac(last, part), Buffer.from(`AWS4${secretAccessKey}`));
  if (kept.size >= maxKept) kept.clear();
  kept.set(name, key);
  return key;
}

export const sign = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('hex');
