import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Context } from '#context';
import type { Credentials } from '#iam/access-keys';
import { createEncoder, responseEncoding } from './compression.ts';
import type { Origin } from './distribution.ts';

/** The name of the bucket that is the origin, from its AWS host or its local address. */
export function originBucket({ domainName }: Origin): string | undefined {
  return (
    /^(.+)\.s3(?:\.[a-z0-9-]+)?\.amazonaws\.com$/.exec(domainName)?.[1] ?? /\/_aws\/s3\/([^/]+)/.exec(domainName)?.[1]
  );
}

/** The viewer's headers that change S3's response. */
const forwardedHeaders = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/**
 * Fetches an object with GET or HEAD, as CloudFront does. With origin access control, the request is signed as the distribution, which
 * the bucket's policy must allow. Without it, the request is unsigned, and every bucket here refuses it.
 * @param object.path starts with the origin's path; percent-encoded
 * @param object.compress whether to compress the response where CloudFront would
 */
export async function sendFromBucket(
  context: Pick<Context, 'origin' | 'stack' | 'clock'>,
  credentials: Credentials | undefined,
  object: { readonly bucket: string; readonly path: string; readonly compress: boolean },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { hostname, port, host } = new URL(context.origin);
  const path = `/_aws/s3/${object.bucket}${object.path}`;
  const headers: Record<string, string> = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  for (const name of forwardedHeaders) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const method = request.method ?? 'GET';
  const sent = new HttpRequest({ method, hostname, port: Number(port), path, headers });
  const signed = credentials ? await sign(sent, credentials, context) : sent;
  await new Promise<void>((resolve, reject) => {
    httpRequest({ hostname, port, path, method, headers: signed.headers }, (answer) => {
      response.once('close', resolve);
      relay(answer, request, response, object);
    })
      .once('error', reject)
      .end();
  });
}

function sign(
  request: HttpRequest,
  credentials: Credentials,
  { stack, clock }: Pick<Context, 'stack' | 'clock'>,
): Promise<Pick<HttpRequest, 'headers'>> {
  const options = { service: 's3', region: stack.region, credentials, sha256: Sha256, uriEscapePath: false };
  return new SignatureV4(options).sign(request, { signingDate: new Date(clock.now()) });
}

function relay(
  answer: IncomingMessage,
  request: IncomingMessage,
  response: ServerResponse,
  { compress }: { readonly compress: boolean },
): void {
  const { connection: _connection, 'transfer-encoding': _encoding, ...own } = answer.headers;
  const status = answer.statusCode ?? 502;
  if (compress) response.setHeader('vary', 'Accept-Encoding');
  const encoding = compress
    ? responseEncoding(request.headers['accept-encoding']?.toString(), { status, headers: own })
    : undefined;
  if (encoding === undefined) {
    response.writeHead(status, own);
    answer.pipe(response);
    return;
  }
  const { 'content-length': _length, 'accept-ranges': _ranges, etag, ...kept } = own;
  // The bytes differ from the origin's, so the tag becomes weak.
  const weak = etag && `W/${etag.replace(/^W\//, '')}`;
  response.writeHead(status, { ...kept, ...(weak && { etag: weak }), 'content-encoding': encoding });
  if (request.method === 'HEAD') response.end();
  else answer.pipe(createEncoder(encoding)).pipe(response);
}
