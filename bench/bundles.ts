import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalRuntime } from '@parley/local';
import { build } from 'esbuild';
import { bundleOptions } from '#lib/parley-function';

export interface Bundle {
  /** Logical id. */
  readonly functionId: string;
  /** Bytes of the files that a cold start loads. */
  readonly bytes: number;
}

/** The deployed file of every function, largest first. */
export function bundles({ stack }: Pick<LocalRuntime, 'stack'>): Bundle[] {
  return stack.functions
    .map(({ logicalId }) => ({
      functionId: logicalId,
      bytes: statSync(join(stack.codeDirectory(logicalId), 'index.mjs')).size,
    }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** The minified bytes of a bundle, in all and by package, largest first. */
export interface Contents {
  readonly bytes: number;
  readonly packages: readonly { readonly name: string; readonly bytes: number }[];
}

/** Bundles an entry again, to see what is in it. */
export async function contentsOf(entry: string): Promise<Contents> {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '..', 'lambdas', entry)],
    outfile: 'index.mjs',
    ...bundleOptions,
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  if (!output) throw new Error(`unable to bundle ${entry}; nothing came out`);
  const sizes = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
    const name = packageOf(file);
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  const packages = [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { bytes: output.bytes, packages };
}

/** `node_modules/@aws-sdk/core/dist-es/index.js` → `@aws-sdk/core`; files outside of packages are Parley's own. */
function packageOf(file: string): string {
  const [, ...packages] = file.split('node_modules/');
  if (packages.length === 0) return 'Parley itself';
  const [scope = '', name = ''] = (packages.at(-1) ?? '').split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
