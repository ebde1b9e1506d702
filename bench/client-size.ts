import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface ClientSize {
  /** Bytes. */
  readonly minified: number;
  /** Bytes that a page loads. */
  readonly gzipped: number;
  /** Bytes of each file in the minified bundle, largest first. Names are paths in the repository. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/**
 * The bytes that a page loads for some imports.
 * @param code such as `export { createChat } from '@parley/client'`
 */
export async function clientSize(code: string): Promise<ClientSize> {
  const root = resolve(import.meta.dirname, '..');
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'error',
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    absWorkingDir: root,
    outfile: 'index.js',
  });
  const [bundle] = outputFiles;
  const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {};
  const files = Object.entries(inputs)
    .map(([name, { bytesInOutput: bytes }]) => ({ name, bytes }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  const text = bundle?.contents ?? new Uint8Array();
  return { minified: text.length, gzipped: gzipSync(text, { level: 9 }).length, files };
}
