import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

const functions = resolve(import.meta.dirname, '../fixture/functions');

/** A stack in a cloud assembly. Its functions' code is `Code: { S3Key: '<folder below fixture/functions>.zip' }`. */
export interface WrittenStack {
  readonly template: object;
  /** Like `aws://123456789012/eu-central-1`. */
  readonly environment?: string;
}

/** Writes a cloud assembly as `cdk synth` does: a manifest, templates, and a list of assets that names folders. */
export async function writeAssembly(directory: string, stacks: Record<string, WrittenStack>): Promise<string> {
  const assets = ['answer', 'writer'];
  const artifacts = Object.entries(stacks).flatMap(
    ([name, { environment = 'aws://unknown-account/unknown-region' }]) => [
      [`${name}.assets`, { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } }],
      [name, { type: 'aws:cloudformation:stack', environment, properties: { templateFile: `${name}.template.json` } }],
    ],
  );
  const files = {
    'manifest.json': { artifacts: Object.fromEntries(artifacts) },
    'assets.json': {
      files: Object.fromEntries(
        assets.map((name) => [
          name,
          { source: { path: relative(directory, join(functions, name)), packaging: 'zip' } },
        ]),
      ),
    },
    ...Object.fromEntries(Object.entries(stacks).map(([name, { template }]) => [`${name}.template.json`, template])),
  };
  await mkdir(directory, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(directory, file), JSON.stringify(content));
  return directory;
}
