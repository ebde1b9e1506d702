import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { z } from 'zod';
import type { Stack } from '#assembly/stack';

/** AWS's own policy CachingOptimized; of those that are known here it alone keeps encodings apart. */
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';

const cachePolicy = z.object({
  CachePolicyConfig: z.object({
    ParametersInCacheKeyAndForwardedToOrigin: z.object({ EnableAcceptEncodingGzip: z.boolean() }),
  }),
});

/** Without a cache policy that tells encodings apart, CloudFront compresses nothing. */
export function keepsEncodings(stack: Stack, policyId = ''): boolean {
  if (policyId === cachingOptimized) return true;
  const parsed = cachePolicy.safeParse(stack.byPhysicalId('AWS::CloudFront::CachePolicy', policyId)?.properties);
  return parsed.data?.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingGzip ?? false;
}

/** Of CloudFront's list what the web is made of; what is not in the list (woff2, pictures, a manifest) is small already. */
const compressible =
  /^(application\/(javascript|json|wasm|xml|xhtml\+xml|pdf)|font\/(ttf|otf)|image\/svg\+xml|text\/(css|csv|html|javascript|plain|xml))$/;

/**
 * The encoding in which CloudFront hands on an answer, if it changes it at all.
 * Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
 */
export function encodingFor(
  accepted: string | undefined,
  answer: { readonly status: number; readonly headers: IncomingHttpHeaders },
): 'br' | 'gzip' | undefined {
  const { 'content-type': type = '', 'content-length': length, 'content-encoding': encoded } = answer.headers;
  const size = Number(length);
  const fits = [200, 403, 404].includes(answer.status) && size >= 1_000 && size <= 10_000_000;
  if (!fits || encoded !== undefined || !compressible.test(type.split(';')[0] ?? '')) return undefined;
  const names = (accepted ?? '').split(',').filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part));
  const takes = (name: string) => names.some((part) => part.split(';')[0]?.trim() === name);
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : undefined;
}

/** Quickly rather than as small as can be, as a cache does with what it has just got. */
export function encoder(encoding: 'br' | 'gzip'): Transform {
  return encoding === 'gzip' ? createGzip() : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
