/** Builds the page into what is served: `node --import tsx web/build.ts [folder]` prints what a first visit downloads. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, buildSync } from 'esbuild';

const web = import.meta.dirname;

const shared: BuildOptions = {
  ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', logLevel: 'error', legalComments: 'none' },
  ...{ jsx: 'automatic', jsxImportSource: 'preact' },
  // What a folder above it says of types and imports must not change what is served.
  tsconfigRaw: {},
};

/**
 * Writes `index.html`, and script and style below `assets/` under names that change with their contents, so that a browser may keep them for ever.
 * The same sources give the same bytes.
 * @param folder is emptied first
 */
export function buildPage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = buildSync({
    ...shared,
    absWorkingDir: web,
    entryPoints: ['main.tsx', 'styles/main.css'],
    entryNames: 'assets/[name]-[hash]',
    outdir: folder,
    metafile: true,
  });
  const made = Object.entries(metafile?.outputs ?? {}).map(([path, { entryPoint }]) => ({ path, entryPoint }));
  const nameOf = (entry: string) => {
    const output = made.find(({ entryPoint }) => entryPoint === entry);
    if (!output) throw new Error(`unable to build the page; esbuild made nothing of ${entry}`);
    return `assets/${basename(output.path)}`;
  };
  const html = readFileSync(join(web, 'index.html'), 'utf8')
    .replace('main.tsx', nameOf('main.tsx'))
    .replace('styles/main.css', nameOf('styles/main.css'));
  writeFileSync(join(folder, 'index.html'), html);
}

/** Bytes as they travel, by file. */
export function sizesOf(folder: string, files: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    files.map((file) => [file, gzipSync(readFileSync(join(folder, file)), { level: 9 }).length]),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  buildPage(resolve(process.argv[2] ?? join(web, 'dist')));
