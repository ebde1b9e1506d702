import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalRuntime } from '@parley/local';
import { build } from 'esbuild';
import { bundleOptions } from '#lib/bundle-function';

export interface Bundle {
  /** Logical id. */
  readonly functionId: string;
  /** Bytes of the files that a cold start loads. */
  readonly bytes: number;
}

/** What a cold start of every function loads, largest first. */
export function bundles({ stack }: Pick<LocalRuntime, 'stack'>): Bundle[] {
  return stack.functions
    .map(({ logicalId }) => ({ functionId: logicalId, bytes: loadedBytes(stack.codeDirectory(logicalId)) }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** The sizes of `index.mjs` and of the files that it imports, directly or not. Those that it loads later (`import()`) are not counted. */
function loadedBytes(folder: string): number {
  const files = new Set(['index.mjs']);
  // A set goes on with what is added to it meanwhile.
  for (const file of files) {
    // esbuild writes `import{a as b}from"./chunk-ABC.mjs"` and `import"./chunk-ABC.mjs"`.
    const code = readFileSync(join(folder, file), 'utf8');
    for (const [, name = ''] of code.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.mjs)"/g)) files.add(name);
  }
  return [...files].reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

/** The minified bytes that a cold start loads, in all and by package, largest first. */
export interface Contents {
  readonly bytes: number;
  readonly packages: readonly { readonly name: string; readonly bytes: number }[];
}

/** Bundles an entry again, to see what is in it. */
export async function contentsOf(entry: string): Promise<Contents> {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '..', 'lambdas', entry)],
    outdir: 'bundle',
    ...bundleOptions,
    write: false,
    metafile: true,
  });
  const sizes = new Map<string, number>();
  let bytes = 0;
  const files = new Set([join('bundle', 'index.mjs')]);
  for (const file of files) {
    const output = metafile.outputs[file];
    if (!output) throw new Error(`unable to bundle ${entry}; ${file} did not come out`);
    bytes += output.bytes;
    for (const { path, kind, external } of output.imports)
      if (kind === 'import-statement' && !external) files.add(path);
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = packageOf(input);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
  }
  const packages = [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { bytes, packages };
}

/** `node_modules/@aws-sdk/core/dist-es/index.js` → `@aws-sdk/core`; files outside of packages are Parley's own. */
function packageOf(file: string): string {
  const [, ...packages] = file.split('node_modules/');
  if (packages.length === 0) return 'Parley itself';
  const [scope = '', name = ''] = (packages.at(-1) ?? '').split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
