import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BrokenStack } from './broken-stack.ts';
import { type Environment, parseEnvironment } from './environment.ts';

const manifestShape = z.object({
  artifacts: z
    .record(
      z.string(),
      z.looseObject({
        type: z.string(),
        environment: z.string().optional(),
        properties: z
          .looseObject({
            templateFile: z.string().optional(),
            stackName: z.string().optional(),
            file: z.string().optional(),
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
  readonly name: string;
  readonly environment: Environment;
  readonly template: unknown;
  /** Asset hash (the `S3Key` without its ending) → folder. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Reads a cloud assembly (`cdk.out`).
 * @param stackName not needed when there is only one stack
 * @throws BrokenStack
 */
export function readAssembly(directory: string, stackName?: string): SynthesizedStack {
  const manifest = read(directory, 'manifest.json', manifestShape);
  const artifacts = Object.entries(manifest.artifacts);
  const stacks = artifacts.flatMap(([id, { type, environment, properties }]) =>
    type === 'aws:cloudformation:stack' && properties?.templateFile
      ? [{ name: properties.stackName ?? id, environment, templateFile: properties.templateFile }]
      : [],
  );
  const chosen = stackName === undefined ? stacks : stacks.filter(({ name }) => name === stackName);
  const [stack, another] = chosen;
  if (!stack) {
    throw new BrokenStack(
      `unable to load the stack; ${directory} has no stack${stackName ? ` named ${stackName}` : ''}`,
    );
  }
  if (another) {
    throw new BrokenStack(`unable to choose a stack; ${directory} has ${stacks.map(({ name }) => name).join(', ')}`);
  }
  const assets = new Map<string, string>();
  for (const [, { type, properties }] of artifacts) {
    if (type !== 'cdk:asset-manifest' || !properties?.file) continue;
    for (const [hash, { source }] of Object.entries(read(directory, properties.file, assetsShape).files)) {
      if (source.path && source.packaging === 'zip') assets.set(hash, join(directory, source.path));
    }
  }
  return {
    name: stack.name,
    environment: parseEnvironment(stack.environment, stack.name),
    template: read(directory, stack.templateFile, z.unknown()),
    assets,
  };
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
