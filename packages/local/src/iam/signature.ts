import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessKeys, Credentials, Principal } from './access-keys.ts';
import { claimOf, one, type Query, splitUrl } from './signature-claim.ts';
import { computeSignature, hashOf } from './signature-version-4.ts';

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

/** AWS accepts clocks that differ by a quarter of an hour; a presigned address lives a week at most. */
const skew = 15 * 60_000;
const longestLife = 7 * 24 * 3600;

/**
 * Checks a Signature Version 4, in the Authorization header or in the query (presigned).
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 * @param options.service the signing name, like `dynamodb`, `s3`, `execute-api`
 */
export async function verifySignature(
  request: SignedRequest,
  options: { service: string; region: string; keys: AccessKeys; now: () => number },
): Promise<SignatureResult> {
  const { path, query } = splitUrl(request.url);
  const claim = claimOf(request.headers, query);
  if (!claim) return refuse('MissingAuthenticationToken', 'Missing Authentication Token');

  const [accessKeyId = '', date, region, service, end] = claim.credential.split('/');
  const found = options.keys.find(accessKeyId);
  if (!found) return refuse('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  const signedAt = parseDate(claim.date);
  if (region !== options.region || service !== options.service || end !== 'aws4_request' || signedAt === undefined) {
    const scope = `${options.region}/${options.service}`;
    return refuse('SignatureDoesNotMatch', `Credential should be scoped to a valid region and service: ${scope}.`);
  }
  if (date !== claim.date.slice(0, 8)) {
    return refuse(
      'SignatureDoesNotMatch',
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date',
    );
  }
  if (!same(claim.token ?? '', found.credentials.sessionToken ?? '')) {
    return refuse('InvalidToken', 'The security token included in the request is invalid.');
  }
  const unsigned = unsignedHeaders(request.headers, claim.signedHeaders, options.service);
  if (unsigned.length > 0) {
    return refuse(
      'SignatureDoesNotMatch',
      `There were headers present in the request which were not signed: ${unsigned}`,
    );
  }

  const signature = await computeSignature({
    method: request.method,
    path,
    query,
    headers: chosenHeaders(request.headers, claim.signedHeaders),
    payloadHash: payloadHash(request, query),
    date: new Date(signedAt),
    credentials: found.credentials,
    region: options.region,
    service: options.service,
  });
  if (!same(signature, claim.signature)) {
    return refuse(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }

  // The age comes last: only who holds the secret learns that it is merely too old.
  const age = options.now() - signedAt;
  if (age < -skew) return refuse('RequestExpired', `Signature not yet current: ${claim.date} is still in the future`);
  if (claim.life === undefined) {
    if (age > skew) return refuse('RequestExpired', `Signature expired: ${claim.date} is more than 15 minutes ago`);
    return { ok: true, ...found };
  }
  if (!(claim.life > 0 && claim.life <= longestLife)) {
    return refuse('RequestExpired', 'X-Amz-Expires must be between 1 and 604800 seconds');
  }
  if (age > claim.life * 1000) return refuse('RequestExpired', 'Request has expired');
  return { ok: true, ...found, expiresAt: signedAt + claim.life * 1000 };
}

function payloadHash(request: SignedRequest, query: Query): string {
  if ('body' in request.payload) return hashOf(request.payload.body);
  return one(request.headers['x-amz-content-sha256']) ?? one(query['X-Amz-Content-Sha256']) ?? 'UNSIGNED-PAYLOAD';
}

/** `host` must always be signed; S3 also wants every `x-amz-` header that is there. */
function unsignedHeaders(headers: IncomingHttpHeaders, signed: readonly string[], service: string): string[] {
  const needed = service === 's3' ? Object.keys(headers).filter((name) => name.startsWith('x-amz-')) : [];
  // The hash of the payload is part of what is signed even where the header is not listed.
  return ['host', ...needed].filter((name) => !signed.includes(name) && name !== 'x-amz-content-sha256');
}

function chosenHeaders(headers: IncomingHttpHeaders, signed: readonly string[]): Record<string, string> {
  return Object.fromEntries(signed.map((name) => [name, [headers[name] ?? ''].flat().join(',')]));
}

/** `20260101T000000Z` */
function parseDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function refuse(code: SignatureCode, message: string): SignatureResult {
  return { ok: false, code, message };
}
