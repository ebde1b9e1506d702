import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BrokenStack } from './broken-stack.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { hasLegacyAssets, legacyAssets } from './legacy-assets.ts';

const manifestShape = z.object({
  artifacts: z
    .record(
      z.string(),
      z.looseObject({
        type: z.string(),
        environment: z.string().optional(),
        metadata: z.unknown().optional(),
        additionalMetadataFile: z.string().optional(),
        displayName: z.string().optional(),
        dependencies: z.array(z.string()).default([]),
        properties: z
          .looseObject({
            templateFile: z.string().optional(),
            stackName: z.string().optional(),
            file: z.string().optional(),
            directoryName: z.string().optional(),
            parameters: z.record(z.string(), z.string()).optional(),
          })
          .optional(),
      }),
    )
    .default({}),
});

const assetsShape = z.object({
  files: z
    .record(
      z.string(),
      z.looseObject({ source: z.looseObject({ path: z.string().optional(), packaging: z.string().optional() }) }),
    )
    .default({}),
});

/** A stack as `cdk synth` wrote it. */
export interface SynthesizedStack {
  /** CloudFormation's name. */
  readonly name: string;
  /** By what else it can be chosen: its id in the assembly, and its path in the app, like `Prod/Web`. */
  readonly otherNames: readonly string[];
  /** Names of the stacks that are deployed before it. */
  readonly dependencies: readonly string[];
  readonly environment: Environment;
  readonly template: unknown;
  /** Values of its parameters that the assembly gives. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Asset hash (the `S3Key` without its ending) → folder. */
  readonly folders: ReadonlyMap<string, string>;
  /** The template of a nested stack. @param hash the last part of its `TemplateURL` without the ending */
  nestedTemplate(hash: string): unknown;
}

/**
 * Reads all stacks of a cloud assembly (`cdk.out`), with those of its stages.
 * @throws BrokenStack
 */
export function readAssembly(directory: string): SynthesizedStack[] {
  const manifest = read(directory, 'manifest.json', manifestShape);
  const artifacts = Object.entries(manifest.artifacts);
  const folders = new Map<string, string>();
  const files = new Map<string, string>();
  for (const [, { type, properties }] of artifacts) {
    if (type !== 'cdk:asset-manifest' || !properties?.file) continue;
    for (const [hash, { source }] of Object.entries(read(directory, properties.file, assetsShape).files)) {
      if (!source.path) continue;
      if (source.packaging === 'zip') folders.set(hash, join(directory, source.path));
      else files.set(hash, source.path);
    }
  }
  const nameOf = (id: string) => {
    const artifact = manifest.artifacts[id];
    return artifact?.type === 'aws:cloudformation:stack' ? (artifact.properties?.stackName ?? id) : undefined;
  };
  return artifacts.flatMap(([id, artifact]) => {
    const { type, environment, displayName, dependencies, properties, additionalMetadataFile } = artifact;
    if (type === 'cdk:cloud-assembly' && properties?.directoryName) {
      return readAssembly(join(directory, properties.directoryName));
    }
    const name = nameOf(id);
    if (name === undefined || !properties?.templateFile) return [];
    const template = read(directory, properties.templateFile, z.unknown());
    const metadata = () => additionalMetadataFile && read(directory, additionalMetadataFile, z.unknown());
    const legacy = hasLegacyAssets(template) ? legacyAssets(artifact.metadata ?? metadata()) : [];
    for (const { hash, path, isFolder } of legacy) {
      if (isFolder) folders.set(hash, join(directory, path));
      else files.set(hash, path);
    }
    const stack: SynthesizedStack = {
      name,
      otherNames: displayName === undefined ? [id] : [id, displayName],
      dependencies: dependencies.flatMap((other) => nameOf(other) ?? []),
      get environment() {
        return parseEnvironment(environment, name);
      },
      template,
      parameters: Object.assign({}, properties.parameters, ...legacy.map(({ parameters }) => parameters)),
      folders,
      nestedTemplate: (hash) => {
        const file = files.get(hash);
        return file === undefined ? undefined : read(directory, file, z.unknown());
      },
    };
    return [stack];
  });
}

function read<T>(directory: string, file: string, shape: z.ZodType<T>): T {
  const path = join(directory, file);
  try {
    return shape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? error.issues[0]?.message : error instanceof Error ? error.message : error;
    throw new BrokenStack(`unable to load the stack; ${path} cannot be read: ${reason}`);
  }
}
