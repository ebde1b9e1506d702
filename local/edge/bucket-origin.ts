import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Context } from '#local/context';
import type { Credentials } from '#local/iam/access-keys';
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
 * Fetches an object as CloudFront does with origin access control: signed, GET and HEAD alone. It signs as the account's owner, so a bucket
 * policy that forgot CloudFront is not noticed here.
 * @param path of the object, with the origin's path before it, percent-encoded
 */
export async function sendFromBucket(
  context: Pick<Context, 'origin' | 'stack' | 'clock'>,
  credentials: Credentials,
  object: { readonly bucket: string; readonly path: string },
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
  const signer = new SignatureV4({
    service: 's3',
    region: context.stack.region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
  });
  const method = request.method ?? 'GET';
  const signed = await signer.sign(new HttpRequest({ method, hostname, port: Number(port), path, headers }), {
    signingDate: new Date(context.clock.now()),
  });
  await new Promise<void>((resolve, reject) => {
    httpRequest({ hostname, port, path, method, headers: signed.headers }, (answer) => {
      const { connection: _connection, 'transfer-encoding': _encoding, ...own } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, own);
      answer.pipe(response);
      response.once('close', resolve);
    })
      .once('error', reject)
      .end();
  });
}
