import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Context } from '#context';
import type { Credentials } from '#iam/access-keys';
import { encoder, encodingFor } from './compression.ts';
import type { Origin } from './distribution.ts';

/** The bucket that an origin is: by its host on AWS, or by its local address. */
export function bucketOf({ domainName }: Origin): string | undefined {
  return (
    /^(.+)\.s3(?:\.[a-z0-9-]+)?\.amazonaws\.com$/.exec(domainName)?.[1] ?? /\/_aws\/s3\/([^/]+)/.exec(domainName)?.[1]
  );
}

/** Headers of the viewer's request that decide what S3 answers. */
const asked = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/**
 * Fetches an object as CloudFront does, GET and HEAD alone: with origin access control signed as the distribution, which the bucket's policy
 * must let in; without it unsigned, which no bucket here answers.
 * @param object.path with the origin's path before it, percent-encoded
 * @param object.compress hands the answer on compressed where CloudFront would
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
  for (const name of asked) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const method = request.method ?? 'GET';
  const sent = new HttpRequest({ method, hostname, port: Number(port), path, headers });
  const signed = credentials ? await sign(sent, credentials, context) : sent;
  await new Promise<void>((resolve, reject) => {
    httpRequest({ hostname, port, path, method, headers: signed.headers }, (answer) => {
      response.once('close', resolve);
      handOn(answer, request, response, object);
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

function handOn(
  answer: IncomingMessage,
  request: IncomingMessage,
  response: ServerResponse,
  { compress }: { readonly compress: boolean },
): void {
  const { connection: _connection, 'transfer-encoding': _encoding, ...own } = answer.headers;
  const status = answer.statusCode ?? 502;
  if (compress) response.setHeader('vary', 'Accept-Encoding');
  const encoding = compress
    ? encodingFor(request.headers['accept-encoding']?.toString(), { status, headers: own })
    : undefined;
  if (encoding === undefined) {
    response.writeHead(status, own);
    answer.pipe(response);
    return;
  }
  const { 'content-length': _length, 'accept-ranges': _ranges, etag, ...kept } = own;
  // Other bytes than the origin's: the tag holds for the meaning only.
  const weak = etag && `W/${etag.replace(/^W\//, '')}`;
  response.writeHead(status, { ...kept, ...(weak && { etag: weak }), 'content-encoding': encoding });
  if (request.method === 'HEAD') response.end();
  else answer.pipe(encoder(encoding)).pipe(response);
}
