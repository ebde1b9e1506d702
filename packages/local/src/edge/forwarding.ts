import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Resource, Stack } from '#assembly/stack';

/** Whether a viewer's header, cookie or query parameter is forwarded to the origin. */
export type Selection = (name: string) => boolean;

/** What a behaviour's cache policy and origin request policy forward together. Header names are in lower case. */
export interface Forwarding {
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly queries: Selection;
}

const all: Selection = () => true;
const none: Selection = () => false;
const only = (names: readonly string[]): Selection => {
  const listed = new Set(names.map((name) => name.toLowerCase()));
  return (name) => listed.has(name.toLowerCase());
};
const except =
  (names: readonly string[]): Selection =>
  (name) =>
    !only(names)(name);

const nothing: Forwarding = { headers: none, cookies: none, queries: none };

/** AWS's managed policies. Source: AWS, "Use managed origin request policies", "Use managed cache policies". */
const managed: Readonly<Record<string, Forwarding>> = {
  // AllViewer
  '216adef6-5c7f-47e4-b989-5492eafa07d3': { headers: all, cookies: all, queries: all },
  // AllViewerExceptHostHeader
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': { headers: except(['host']), cookies: all, queries: all },
  // CORS-CustomOrigin
  '59781a5b-3903-41f3-afcb-af62929ccde1': { headers: only(['origin']), cookies: none, queries: none },
  // CORS-S3Origin
  '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf': {
    headers: only(['origin', 'access-control-request-headers', 'access-control-request-method']),
    cookies: none,
    queries: none,
  },
  // UserAgentRefererHeaders
  'acba4595-bd28-49b8-b9fe-13317c0390fa': { headers: only(['user-agent', 'referer']), cookies: none, queries: none },
  // CachingDisabled, CachingOptimized, CachingOptimizedForUncompressedObjects
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': nothing,
  '658327ea-f89d-4fab-a63d-7e88639e58f6': nothing,
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': nothing,
};

const names = z.array(z.string()).default([]);
const policyProperties = z.object({
  HeadersConfig: z.object({ HeaderBehavior: z.string(), Headers: names }),
  CookiesConfig: z.object({ CookieBehavior: z.string(), Cookies: names }),
  QueryStringsConfig: z.object({ QueryStringBehavior: z.string(), QueryStrings: names }),
});
const originRequestPolicy = z.object({ OriginRequestPolicyConfig: policyProperties });
const cachePolicy = z.object({
  CachePolicyConfig: z.object({ ParametersInCacheKeyAndForwardedToOrigin: policyProperties }),
});

/** @throws BrokenStack for a policy that is neither in the template nor one of the managed policies above */
export function readForwarding(
  stack: Stack,
  behavior: { CachePolicyId?: string; OriginRequestPolicyId?: string },
): Forwarding {
  const parts = [
    policy(stack, 'AWS::CloudFront::CachePolicy', behavior.CachePolicyId, (resource) => {
      const parsed = cachePolicy.parse(resource.properties);
      return parsed.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin;
    }),
    policy(
      stack,
      'AWS::CloudFront::OriginRequestPolicy',
      behavior.OriginRequestPolicyId,
      (resource) => originRequestPolicy.parse(resource.properties).OriginRequestPolicyConfig,
    ),
  ];
  return {
    headers: (name) => parts.some(({ headers }) => headers(name)),
    cookies: (name) => parts.some(({ cookies }) => cookies(name)),
    queries: (name) => parts.some(({ queries }) => queries(name)),
  };
}

function policy(
  stack: Stack,
  type: string,
  id: string | undefined,
  read: (resource: Resource) => z.output<typeof policyProperties>,
): Forwarding {
  if (id === undefined) return nothing;
  const known = managed[id];
  if (known) return known;
  const resource = stack.byPhysicalId(type, id);
  if (!resource) throw new BrokenStack(`unable to serve the policy ${id} (${type}); it is not known locally`);
  const { HeadersConfig, CookiesConfig, QueryStringsConfig } = read(resource);
  return {
    headers: selection(HeadersConfig.HeaderBehavior, HeadersConfig.Headers),
    cookies: selection(CookiesConfig.CookieBehavior, CookiesConfig.Cookies),
    queries: selection(QueryStringsConfig.QueryStringBehavior, QueryStringsConfig.QueryStrings),
  };
}

function selection(behavior: string, listed: readonly string[]): Selection {
  if (behavior === 'whitelist') return only(listed);
  if (behavior === 'allExcept') return except(listed);
  return behavior === 'none' ? none : all;
}
