import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { readProperties } from '#gateway/properties';
import { globMatches } from '#iam/glob';
import { separatesEncodings } from './compression.ts';
import type { ErrorPage } from './error-pages.ts';
import { readForwarding } from './forwarding.ts';
import { readResponseHeaders } from './response-headers.ts';

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
        S3OriginConfig: z
          .object({ OriginAccessIdentity: z.string().default('') })
          .default({ OriginAccessIdentity: '' }),
      }),
    ),
    DefaultCacheBehavior: behaviorProperties,
    CacheBehaviors: z.array(behaviorProperties).default([]),
    DefaultRootObject: z.string().default(''),
    CustomErrorResponses: z
      .array(
        z.object({
          ErrorCode: z.coerce.number(),
          ResponseCode: z.coerce.number().optional(),
          ResponsePagePath: z.string().default(''),
        }),
      )
      .default([]),
  }),
});

const functionProperties = z.object({ FunctionCode: z.string() });

export type Distribution = NonNullable<ReturnType<typeof readDistribution>>;
export type Behavior = Distribution['behaviors'][number];
export type Origin = Behavior['origin'];

/** The first distribution of the template, if there is one. @throws BrokenStack */
export function readDistribution(stack: Stack) {
  const [resource] = stack.ofType('AWS::CloudFront::Distribution');
  if (!resource) return undefined;
  const { DistributionConfig } = readProperties(distributionProperties, resource);
  const { Origins, DefaultCacheBehavior, CacheBehaviors, DefaultRootObject, CustomErrorResponses } = DistributionConfig;
  const id = stack.ref(resource.logicalId);
  return {
    id,
    arn: stack.arn(resource.logicalId),
    domainName: `${id.toLowerCase()}.cloudfront.net`,
    /** The object served for `/`, without the slash. Empty if there is none. */
    rootObject: DefaultRootObject,
    /** The origin's status → what the viewer gets instead. Without a page only the time in the cache changes, and there is no cache here. */
    errorPages: new Map<number, ErrorPage>(
      CustomErrorResponses.filter(({ ResponsePagePath }) => ResponsePagePath !== '').map(
        ({ ErrorCode, ResponseCode, ResponsePagePath }) => [
          ErrorCode,
          { path: ResponsePagePath, status: ResponseCode ?? ErrorCode },
        ],
      ),
    ),
    /** In the order of evaluation. The last one is the default. */
    behaviors: [...CacheBehaviors, { ...DefaultCacheBehavior, PathPattern: '*' }].map((behavior) => {
      const origin = Origins.find((each) => each.Id === behavior.TargetOriginId);
      if (!origin)
        throw new BrokenStack(`unable to serve ${resource.logicalId}; it has no origin ${behavior.TargetOriginId}`);
      return {
        /** `*` and `?` are wildcards. */
        pattern: behavior.PathPattern,
        origin: {
          /** As on AWS (`<api>.execute-api.us-east-1.amazonaws.com`), or a local address. */
          domainName: origin.DomainName,
          /** Put before the path. Empty, or begins with `/`. */
          path: origin.OriginPath,
          /** Whether CloudFront signs its requests to a bucket: origin access control. */
          signed: origin.OriginAccessControlId !== '',
          /** The id of the origin access identity that asks a bucket, the older way. Empty if there is none. */
          identity: origin.S3OriginConfig.OriginAccessIdentity.replace(/^origin-access-identity\/cloudfront\//, ''),
        },
        methods: behavior.AllowedMethods,
        forwarding: readForwarding(stack, behavior),
        /** The behaviour's setting; false if the cache policy does not separate encodings. */
        compress: behavior.Compress && separatesEncodings(stack, behavior.CachePolicyId),
        /** Added to every response. */
        responseHeaders: readResponseHeaders(stack, behavior.ResponseHeadersPolicyId),
        /** Code of the viewer-request function. */
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
