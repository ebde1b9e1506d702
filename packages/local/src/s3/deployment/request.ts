import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Resource } from '#assembly/stack';

/** Custom resources get their properties as strings. */
const flag = z.union([z.boolean(), z.string()]).transform((value) => String(value).toLowerCase() === 'true');
const texts = z.array(z.string()).default([]);

/** How the values of one source's markers are written. */
const markersConfig = z.object({
  jsonEscape: flag.default(false),
  markerEncodings: z.record(z.string(), z.string()).default({}),
});

const requestShape = z.object({
  SourceObjectKeys: z.array(z.string()),
  SourceMarkers: z.array(z.record(z.string(), z.unknown())).default([]),
  SourceMarkersConfig: z.array(markersConfig).default([]),
  DestinationBucketName: z.string(),
  DestinationBucketKeyPrefix: z.string().default(''),
  Extract: flag.refine((extract) => extract, 'only sources that are unpacked are deployed locally').default(true),
  Prune: flag.default(true),
  Exclude: texts,
  Include: texts,
  UserMetadata: z.record(z.string(), z.string()).default({}),
  SystemMetadata: z.record(z.string(), z.string()).default({}),
});

/** The properties of a `Custom::CDKBucketDeployment`, with the defaults of CDK's function `bucket-deployment-handler/index.py`. */
export type DeploymentRequest = z.infer<typeof requestShape>;
export type MarkersConfig = z.infer<typeof markersConfig>;

/** @throws BrokenStack */
export function readRequest({ logicalId, properties }: Resource): DeploymentRequest {
  const parsed = requestShape.safeParse(properties);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BrokenStack(`unable to deploy the files of ${logicalId}; ${issue?.path.join('.')}: ${issue?.message}`);
}
