import type { IncomingHttpHeaders } from 'node:http';
import { secretsEqual } from '#text';
import type { AccessKeys, Credentials, Principal } from './access-keys.ts';
import { computeSignature, hashOf } from './compute-signature.ts';
import { one, type Query, readSignatureParameters, splitUrl } from './signature-parameters.ts';

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as received. A normalised path would have another signature. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, whose hash must be signed. With `unsigned`, as in S3, `x-amz-content-sha256` has the signed hash. */
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
      /** Presigned URLs only: milliseconds since the epoch. */
      readonly expiresAt?: number;
    }
  | { readonly ok: false; readonly code: SignatureCode; readonly message: string };

/** AWS accepts clocks that differ by 15 minutes. A presigned URL is valid for at most a week. */
const maxClockSkewMs = 15 * 60_000;
const maxLifetimeSeconds = 7 * 24 * 3600;

/**
 * Checks a Signature Version 4 in the Authorization header or in the query of a presigned URL.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 * @param options.service the signing name, like `dynamodb`, `s3`, `execute-api`
 */
export function verifySignature(
  request: SignedRequest,
  options: { service: string; region: string; keys: AccessKeys; now: () => number },
): SignatureResult {
  const { path, query } = splitUrl(request.url);
  const signed = readSignatureParameters(request.headers, query);
  if (!signed) return invalid('MissingAuthenticationToken', 'Missing Authentication Token');

  const [accessKeyId = '', date, region, service, end] = signed.credential.split('/');
  const key = options.keys.find(accessKeyId);
  if (!key) return invalid('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  const signedAt = parseDate(signed.date);
  if (region !== options.region || service !== options.service || end !== 'aws4_request' || signedAt === undefined) {
    const scope = `${options.region}/${options.service}`;
    return invalid('SignatureDoesNotMatch', `Credential should be scoped to a valid region and service: ${scope}.`);
  }
  if (date !== signed.date.slice(0, 8)) {
    return invalid(
      'SignatureDoesNotMatch',
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date',
    );
  }
  if (!secretsEqual(signed.token ?? '', key.credentials.sessionToken ?? '')) {
    return invalid('InvalidToken', 'The security token included in the request is invalid.');
  }
  const unsigned = unsignedHeaders(request.headers, signed.signedHeaders, options.service);
  if (unsigned.length > 0) {
    return invalid(
      'SignatureDoesNotMatch',
      `There were headers present in the request which were not signed: ${unsigned}`,
    );
  }

  const signature = computeSignature(
    {
      method: request.method,
      path,
      query,
      headers: signedHeaders(request.headers, signed.signedHeaders),
      payloadHash: payloadHash(request, query),
      service: options.service,
    },
    { date: signed.date, region: options.region, secretAccessKey: key.credentials.secretAccessKey },
  );
  if (!secretsEqual(signature, signed.signature)) {
    return invalid(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }

  // The age is checked last, so that only the owner of the secret learns that the signature is too old.
  const age = options.now() - signedAt;
  if (age < -maxClockSkewMs)
    return invalid('RequestExpired', `Signature not yet current: ${signed.date} is still in the future`);
  if (signed.expiresInSeconds === undefined) {
    if (age > maxClockSkewMs)
      return invalid('RequestExpired', `Signature expired: ${signed.date} is more than 15 minutes ago`);
    return { ok: true, ...key };
  }
  if (!(signed.expiresInSeconds > 0 && signed.expiresInSeconds <= maxLifetimeSeconds)) {
    return invalid('RequestExpired', 'X-Amz-Expires must be between 1 and 604800 seconds');
  }
  if (age > signed.expiresInSeconds * 1000) return invalid('RequestExpired', 'Request has expired');
  return { ok: true, ...key, expiresAt: signedAt + signed.expiresInSeconds * 1000 };
}

function payloadHash(request: SignedRequest, query: Query): string {
  if ('body' in request.payload) return hashOf(request.payload.body);
  return one(request.headers['x-amz-content-sha256']) ?? one(query['X-Amz-Content-Sha256']) ?? 'UNSIGNED-PAYLOAD';
}

/** `host` must be signed, and for S3 also all `x-amz-` headers. */
function unsignedHeaders(headers: IncomingHttpHeaders, signed: readonly string[], service: string): string[] {
  if (service !== 's3') return signed.includes('host') ? [] : ['host'];
  const needed = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  // The hash of the payload is always signed, even if its header is not listed.
  return ['host', ...needed].filter((name) => !signed.includes(name) && name !== 'x-amz-content-sha256');
}

function signedHeaders(headers: IncomingHttpHeaders, signed: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of signed) {
    const value = headers[name] ?? '';
    values[name] = typeof value === 'string' ? value : value.join(',');
  }
  return values;
}

/** `20260101T000000Z` */
function parseDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function invalid(code: SignatureCode, message: string): SignatureResult {
  return { ok: false, code, message };
}
