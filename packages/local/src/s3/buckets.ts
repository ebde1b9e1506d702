import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import { LifecycleRule } from './lifecycle.ts';

const list = <T extends z.ZodType>(item: T) => z.array(item).default([]);

/** A rule of `CorsConfiguration`. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
export type CorsRule = z.infer<typeof CorsRule>;
const CorsRule = z.object({
  AllowedMethods: list(z.string()),
  AllowedOrigins: list(z.string()),
  AllowedHeaders: list(z.string()),
  ExposedHeaders: list(z.string()),
  MaxAge: z.coerce.number().optional(),
});

const BucketProperties = z.object({
  CorsConfiguration: z.object({ CorsRules: list(CorsRule) }).optional(),
  LifecycleConfiguration: z.object({ Rules: list(LifecycleRule) }).optional(),
  VersioningConfiguration: z.object({ Status: z.string() }).optional(),
});

/** A bucket of the template. There are no other buckets. */
export type Bucket = Readonly<NonNullable<ReturnType<typeof findBucket>>>;

export function findBucket(stack: Stack, name: string) {
  const resource = stack.ofType('AWS::S3::Bucket').find(({ logicalId }) => stack.ref(logicalId) === name);
  if (!resource) return undefined;
  const properties = BucketProperties.parse(resource.properties);
  return {
    logicalId: resource.logicalId,
    name,
    arn: stack.arn(resource.logicalId),
    corsRules: properties.CorsConfiguration?.CorsRules ?? [],
    lifecycleRules: properties.LifecycleConfiguration?.Rules ?? [],
    /** `Enabled`, `Suspended`, or undefined as in a bucket that never had versioning. */
    versioning: properties.VersioningConfiguration?.Status,
  };
}
