import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { readProperties } from '#gateway/properties';
import { globMatches } from '#iam/glob';
import { separatesEncodings } from './compression.ts';
import { type Forwarding, readForwarding } from './forwarding.ts';
import { readResponseHeaders } from './response-headers.ts';

export interface Origin {
  /** As on AWS (`<api>.execute-api.us-east-1.amazonaws.com`), or a local address. */
  readonly domainName: string;
  /** Put before the path. Empty, or begins with `/`. */
  readonly path: string;
  /** Whether CloudFront signs its requests to a bucket: origin access control. */
  readonly signed: boolean;
}

export interface Behavior {
  /** `*` and `?` are wildcards. */
  readonly pattern: string;
  readonly origin: Origin;
  readonly methods: readonly string[];
  readonly forwarding: Forwarding;
  /** Added to every response. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** The behaviour's setting; false if the cache policy does not separate encodings. */
  readonly compress: boolean;
  /** Code of the viewer-request function. */
  readonly viewerRequest: string | undefined;
}

export interface Distribution {
  readonly id: string;
  readonly arn: string;
  readonly domainName: string;
  /** In the order of evaluation. The last one is the default. */
  readonly behaviors: readonly Behavior[];
  /** The object served for `/`, without the slash. Empty if there is none. */
  readonly rootObject: string;
}

const behaviorProperties = z.object({
  PathPattern: z.string().default('*'),
  TargetOriginId: z.string(),
  // CloudFront's default.
  AllowedMethods: z.array(z.string()).default(['GET', 'HEAD']),
  CachePolicyId: z.string().optional(),
  OriginRequestPolicyId: z.string().optional(),
  ResponseHeadersPolicyId: z.string().optional(),
  Compress: z.boolean().default(false),
  FunctionAssociations: z.array(z.object({ EventType: z.string(), FunctionARN: z.string() })).default([]),
  LambdaFunctionAssociations: z.array(z.unknown()).max(0, 'Lambda@Edge is not run locally').default([]),
});

const distributionProperties = z.object({
  DistributionConfig: z.object({
    Origins: z.array(
      z.object({
        Id: z.string(),
        DomainName: z.string(),
        OriginPath: z.string().default(''),
        OriginAccessControlId: z.string().default(''),
      }),
    ),
    DefaultCacheBehavior: behaviorProperties,
    CacheBehaviors: z.array(behaviorProperties).default([]),
    DefaultRootObject: z.string().default(''),
  }),
});

const functionProperties = z.object({ FunctionCode: z.string() });

/** The first distribution of the template, if there is one. @throws BrokenStack */
export function readDistribution(stack: Stack): Distribution | undefined {
  const [resource] = stack.ofType('AWS::CloudFront::Distribution');
  if (!resource) return undefined;
  const { DistributionConfig } = readProperties(distributionProperties, resource);
  const { Origins, DefaultCacheBehavior, CacheBehaviors, DefaultRootObject } = DistributionConfig;
  const id = stack.ref(resource.logicalId);
  return {
    id,
    arn: stack.arn(resource.logicalId),
    domainName: `${id.toLowerCase()}.cloudfront.net`,
    rootObject: DefaultRootObject,
    behaviors: [...CacheBehaviors, { ...DefaultCacheBehavior, PathPattern: '*' }].map((behavior) => {
      const origin = Origins.find((each) => each.Id === behavior.TargetOriginId);
      if (!origin)
        throw new BrokenStack(`unable to serve ${resource.logicalId}; it has no origin ${behavior.TargetOriginId}`);
      return {
        pattern: behavior.PathPattern,
        origin: { domainName: origin.DomainName, path: origin.OriginPath, signed: origin.OriginAccessControlId !== '' },
        methods: behavior.AllowedMethods,
        forwarding: readForwarding(stack, behavior),
        compress: behavior.Compress && separatesEncodings(stack, behavior.CachePolicyId),
        responseHeaders: readResponseHeaders(stack, behavior.ResponseHeadersPolicyId),
        viewerRequest: viewerRequestCode(stack, behavior.FunctionAssociations),
      };
    }),
  };
}

/** The first behaviour whose pattern matches the viewer's path. A function that rewrites the path does not change the behaviour. */
export function findBehavior({ behaviors }: Distribution, path: string): Behavior | undefined {
  const withoutSlash = (text: string) => text.replace(/^\//, '');
  return behaviors.find(({ pattern }) => globMatches(withoutSlash(pattern), withoutSlash(path)));
}

function viewerRequestCode(
  stack: Stack,
  associations: readonly { EventType: string; FunctionARN: string }[],
): string | undefined {
  const unserved = associations.find(({ EventType }) => EventType !== 'viewer-request');
  if (unserved)
    throw new BrokenStack(`unable to serve a ${unserved.EventType} function; only viewer-request runs locally`);
  const [association] = associations;
  if (!association) return undefined;
  const resource = stack.byPhysicalId('AWS::CloudFront::Function', association.FunctionARN);
  if (!resource) throw new BrokenStack(`unable to find the edge function ${association.FunctionARN} in the template`);
  return functionProperties.parse(resource.properties).FunctionCode;
}
