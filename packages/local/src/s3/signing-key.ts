import { createHmac } from 'node:crypto';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * The Signature Version 4 key for one day, region and service. Forms and chunks are signed with it directly.
 * @param scope `20151229/us-east-1/s3/aws4_request`
 */
export function signingKey(secretAccessKey: string, scope: string): Buffer {
  return scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`));
}

export const sign = (key: Buffer, text: string): string => hmac(key, text).toString('hex');
