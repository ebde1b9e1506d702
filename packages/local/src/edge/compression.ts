import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { z } from 'zod';
import type { Stack } from '#assembly/stack';

/** AWS's managed policy CachingOptimized. No other managed policy known here has the encoding in its cache key. */
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';

const cachePolicy = z.object({
  CachePolicyConfig: z.object({
    ParametersInCacheKeyAndForwardedToOrigin: z.object({ EnableAcceptEncodingGzip: z.boolean() }),
  }),
});

/** Whether the cache key contains the encoding. Without such a cache policy, CloudFront does not compress. */
export function separatesEncodings(stack: Stack, policyId = ''): boolean {
  if (policyId === cachingOptimized) return true;
  const parsed = cachePolicy.safeParse(stack.byPhysicalId('AWS::CloudFront::CachePolicy', policyId)?.properties);
  return parsed.data?.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingGzip ?? false;
}

/** The types in CloudFront's list that web pages use. CloudFront does not compress woff2 fonts, pictures or manifests. */
const compressible =
  /^(application\/(javascript|json|wasm|xml|xhtml\+xml|pdf)|font\/(ttf|otf)|image\/svg\+xml|text\/(css|csv|html|javascript|plain|xml))$/;

/**
 * The encoding with which CloudFront compresses a response; undefined if it does not.
 * Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
 */
export function responseEncoding(
  accepted: string | undefined,
  answer: { readonly status: number; readonly headers: IncomingHttpHeaders },
): 'br' | 'gzip' | undefined {
  const { 'content-type': type = '', 'content-length': length, 'content-encoding': encoded } = answer.headers;
  const size = Number(length);
  const eligible = [200, 403, 404].includes(answer.status) && size >= 1_000 && size <= 10_000_000;
  if (!eligible || encoded !== undefined || !compressible.test(type.split(';')[0] ?? '')) return undefined;
  const names = (accepted ?? '').split(',').filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part));
  const takes = (name: string) => names.some((part) => part.split(';')[0]?.trim() === name);
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : undefined;
}

/** Brotli's quality 5 is fast, as a cache needs it for a new response. */
export function createEncoder(encoding: 'br' | 'gzip'): Transform {
  return encoding === 'gzip' ? createGzip() : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
