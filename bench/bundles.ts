import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalRuntime } from '@parley/local';
import { build } from 'esbuild';

export interface Bundle {
  /** Logical id. */
  readonly functionId: string;
  /** Bytes of the deployed file. */
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

/**
 * Bundles an entry again to measure its contents. lib/parley-function.ts gives the same options in CDK's words:
 * the number of bytes must be that of the deployed file.
 */
export async function contentsOf(entry: string): Promise<Contents> {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '..', 'lambdas', entry)],
    outfile: 'index.mjs',
    ...{ bundle: true, minify: true, write: false, metafile: true, logLevel: 'error' },
    ...{ platform: 'node', format: 'esm', target: 'es2022', mainFields: ['module', 'main'] },
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

/** `node_modules/@aws-sdk/core/dist-es/index.js` → `@aws-sdk/core`; other files are Parley's own. */
function packageOf(file: string): string {
  const inPackages = file.split('node_modules/').at(-1) ?? '';
  if (!file.includes('node_modules/')) return 'Parley itself';
  const [scope = '', name = ''] = inPackages.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
