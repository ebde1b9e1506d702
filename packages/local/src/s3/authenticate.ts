import type { IncomingMessage } from 'node:http';
import { sentUrlOf } from '#answer';
import type { Context } from '#context';
import type { Credentials, Principal } from '#iam/access-keys';
import { type SignatureCode, verifySignature } from '#iam/signature';
import { invalidArgument, S3Error } from './errors.ts';

/** The signer of a request. Each chunk of a signed upload is signed with the credentials again. */
export interface Caller {
  readonly principal: Principal;
  readonly credentials: Credentials;
}

/** A presigned URL is valid for at most a week. */
const maxExpirySeconds = 604_800;

const presignedParameters = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-Date',
  'X-Amz-SignedHeaders',
  'X-Amz-Expires',
];

/**
 * Finds the signer of a request, by header or presigned URL. Returns undefined for an anonymous request. No operation accepts one, because no
 * bucket is public.
 * @throws S3Error InvalidAccessKeyId, SignatureDoesNotMatch, AccessDenied, RequestTimeTooSkewed, InvalidToken, …
 */
export function authenticate(
  context: Pick<Context, 'stack' | 'keys' | 'clock'>,
  request: IncomingMessage,
  query: URLSearchParams,
): Caller | undefined {
  const presigned = query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm');
  if (presigned) checkPresignedParameters(query);
  else if (request.headers.authorization === undefined) return undefined;
  else checkAuthorizationHeader(request);

  const now = context.clock.now();
  const result = verifySignature(
    { method: request.method ?? '', url: sentUrlOf(request), headers: request.headers, payload: { unsigned: true } },
    { service: 's3', region: context.stack.region, keys: context.keys, now: () => now },
  );
  if (result.ok) return { principal: result.principal, credentials: result.credentials };
  const wrong = result.code === 'SignatureDoesNotMatch' && wrongRegion(context.stack.region, request, query);
  throw wrong || toS3Error(result.code, presigned ? query : undefined, now);
}

function checkPresignedParameters(query: URLSearchParams): void {
  if (presignedParameters.some((name) => !query.has(name))) {
    throw new S3Error('AuthorizationQueryParametersError', {
      message:
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    });
  }
  const expires = Number(query.get('X-Amz-Expires'));
  if (!Number.isInteger(expires)) {
    throw new S3Error('AuthorizationQueryParametersError', { message: 'X-Amz-Expires should be a number' });
  }
  if (expires < 0) {
    throw new S3Error('AuthorizationQueryParametersError', { message: 'X-Amz-Expires must be non-negative' });
  }
  if (expires > maxExpirySeconds) {
    throw new S3Error('AuthorizationQueryParametersError', {
      message: `X-Amz-Expires must be less than a week (in seconds) that is ${maxExpirySeconds}`,
    });
  }
}

function checkAuthorizationHeader(request: IncomingMessage): void {
  const authorization = request.headers.authorization ?? '';
  if (!authorization.startsWith('AWS4-HMAC-SHA256 ')) {
    throw invalidArgument('Authorization', authorization, 'Unsupported Authorization Type');
  }
  if (request.headers['x-amz-content-sha256'] !== undefined) return;
  throw new S3Error('MissingSecurityHeader', {
    message: 'Missing required header for this request: x-amz-content-sha256',
    details: { MissingHeaderName: 'x-amz-content-sha256' },
  });
}

/** For a signature of another region, S3 names the right one, and some SDKs then sign again for it. */
function wrongRegion(expected: string, request: IncomingMessage, query: URLSearchParams): S3Error | undefined {
  const inQuery = query.get('X-Amz-Credential');
  const credential = inQuery ?? /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  const region = credential?.split('/')[2];
  if (region === undefined || region === expected) return undefined;
  const what =
    inQuery === null ? 'The authorization header is malformed' : 'Error parsing the X-Amz-Credential parameter';
  return new S3Error(inQuery === null ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError', {
    message: `${what}; the region '${region}' is wrong; expecting '${expected}'`,
    details: { Region: expected },
  });
}

function toS3Error(code: SignatureCode, presigned: URLSearchParams | undefined, now: number): S3Error {
  const serverTime = new Date(now).toISOString();
  switch (code) {
    case 'MissingAuthenticationToken':
      return new S3Error('AccessDenied');
    case 'RequestExpired':
      return presigned
        ? new S3Error('AccessDenied', {
            message: 'Request has expired',
            details: { 'X-Amz-Expires': presigned.get('X-Amz-Expires') ?? '', ServerTime: serverTime },
          })
        : new S3Error('RequestTimeTooSkewed', { details: { ServerTime: serverTime } });
    default:
      return new S3Error(code);
  }
}
