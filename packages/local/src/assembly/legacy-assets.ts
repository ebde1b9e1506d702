import { z } from 'zod';

const metadataShape = z.record(z.string(), z.array(z.looseObject({ type: z.string(), data: z.unknown().optional() })));

const assetShape = z.looseObject({
  id: z.string(),
  path: z.string(),
  packaging: z.string(),
  s3BucketParameter: z.string().optional(),
  s3KeyParameter: z.string().optional(),
  artifactHashParameter: z.string().optional(),
});

/** A folder or file of an app. */
export interface LegacyAsset {
  readonly hash: string;
  /** Relative to the assembly. */
  readonly path: string;
  readonly isFolder: boolean;
  /** The values of the template's parameters that stand for it. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Whether a template takes its assets as parameters, as those of CDK 1 and of `LegacyStackSynthesizer` do. */
export function hasLegacyAssets(template: unknown): boolean {
  const parsed = z.looseObject({ Parameters: z.record(z.string(), z.unknown()) }).safeParse(template);
  return parsed.success && Object.keys(parsed.data.Parameters).some((name) => name.startsWith('AssetParameters'));
}

/**
 * The assets in the metadata of such a stack. The parameter of the key is a prefix and a name with `||` between them.
 * Source: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/stack-synthesizers/legacy.ts
 */
export function legacyAssets(metadata: unknown): LegacyAsset[] {
  const parsed = metadataShape.safeParse(metadata);
  return Object.values(parsed.data ?? {})
    .flat()
    .flatMap(({ type, data }) => {
      const asset = type === 'aws:cdk:asset' ? assetShape.safeParse(data).data : undefined;
      if (!asset) return [];
      const { id, path, packaging, s3BucketParameter, s3KeyParameter, artifactHashParameter } = asset;
      const isFolder = packaging === 'zip';
      const values: [string | undefined, string][] = [
        [s3BucketParameter, 'assets'],
        [s3KeyParameter, `||${id}.${isFolder ? 'zip' : 'json'}`],
        [artifactHashParameter, id],
      ];
      const given = values.filter((entry): entry is [string, string] => entry[0] !== undefined);
      return [{ hash: id, path, isFolder, parameters: Object.fromEntries(given) }];
    });
}
