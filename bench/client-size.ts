import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface ClientSize {
  /** Bytes. */
  readonly minified: number;
  /** Bytes that a page loads. */
  readonly gzipped: number;
  /** Bytes of each file in the minified bundle, largest first. Names are paths in the repository. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** What is loaded when it is first needed. */
  readonly later: readonly { readonly name: string; readonly bytes: number }[];
}

/** The import of the core. */
export const core = "export * from '@parley/client';";

/**
 * The bytes that a page loads at once for some imports.
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
    outdir: '.',
    splitting: true,
    chunkNames: '[name]-[hash]',
  });
  const { outputs } = metafile;
  const contents = new Map(outputFiles.map(({ path, contents }) => [relative(root, path), contents]));
  const [entry] = Object.keys(outputs).filter((name) => outputs[name]?.entryPoint === '<stdin>');
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const { path, kind } of outputs[name]?.imports ?? []) if (kind === 'import-statement') load(path);
  };
  if (entry !== undefined) load(entry);
  const sum = (of: (contents: Uint8Array) => number) =>
    [...loaded].reduce((total, name) => total + of(contents.get(name) ?? new Uint8Array()), 0);
  const filesOf = (names: readonly string[]) =>
    names
      .flatMap((name) => Object.entries(outputs[name]?.inputs ?? {}))
      .map(([name, { bytesInOutput: bytes }]) => ({ name, bytes }))
      .filter(({ bytes }) => bytes > 0)
      .sort((a, b) => b.bytes - a.bytes);
  return {
    minified: sum(({ length }) => length),
    gzipped: sum((text) => gzipSync(text, { level: 9 }).length),
    files: filesOf([...loaded]),
    later: filesOf(Object.keys(outputs).filter((name) => !loaded.has(name))),
  };
}

/** Bytes that each entry adds to the core, gzipped. Entries for Node are left out. */
export async function entrySizes(): Promise<Readonly<Record<string, number>>> {
  const { exports } = JSON.parse(readFileSync(new URL('../packages/client/package.json', import.meta.url), 'utf8'));
  const names = Object.keys(exports)
    .map((name) => name.slice(2))
    .filter((name) => name !== '' && name !== 'file');
  const { gzipped } = await clientSize(core);
  const sizes: Record<string, number> = {};
  for (const name of names) {
    const both = await clientSize(`${core} export * as entry from '@parley/client/${name}';`);
    sizes[name] = both.gzipped - gzipped;
  }
  return sizes;
}
