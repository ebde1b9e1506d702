/** Builds the page into what is served: `node --import tsx web/build.ts [folder]`. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';

const web = import.meta.dirname;

const shared: BuildOptions = {
  ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', logLevel: 'error', legalComments: 'none' },
  ...{ jsx: 'automatic', jsxImportSource: 'preact' },
  // What a folder above it says of types and imports must not change what is served.
  tsconfigRaw: {},
  absWorkingDir: web,
};

/**
 * Writes `index.html`, the worker and what is in `public/`; and scripts and styles below `assets/` under names that change with their contents,
 * so that a browser may keep them for ever. The same sources give the same bytes.
 * @param folder is emptied first
 */
export function buildPage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(web, 'public'), folder, { recursive: true });
  const { version }: { version: string } = JSON.parse(readFileSync(join(web, '../package.json'), 'utf8'));
  const page = build(folder, ['main.tsx', 'styles/main.css'], {
    ...{ define: { PARLEY: JSON.stringify(version) }, splitting: true, chunkNames: 'assets/[name]-[hash]' },
  });
  const names = {
    ...page.names,
    // Runs before the page is there, so it is no module: those wait for the whole page.
    ...build(folder, ['theme.ts'], { format: 'iife' }).names,
  };
  let html = readFileSync(join(web, 'index.html'), 'utf8');
  for (const [entry, name] of Object.entries(names)) html = html.replace(`"${entry}"`, `"/${name}"`);
  const { 'main.tsx': main = '' } = page.names;
  const needed = page.importedBy(main);
  // Asked for together with the script that imports them. Not as preloads: Chrome fetches those twice where there is a worker.
  const early = needed.map((name) => `<script type="module" src="/${name}"></script>\n    `);
  html = html.replace('<script type="module"', `${early.join('')}<script type="module"`);
  writeFileSync(join(folder, 'index.html'), html);
  const files = [
    '',
    ...Object.values(names),
    ...needed,
    ...readdirSync(join(web, 'public')).filter((name) => name.endsWith('.svg')),
  ];
  // Icons keep their names, so that the worker's version follows from their contents too.
  const contents = files.map((name) => readFileSync(join(folder, name || 'index.html')));
  const state = createHash('sha256').update(Buffer.concat(contents)).digest('hex').slice(0, 12);
  build(folder, ['worker/sw.ts'], {
    ...{ format: 'iife', entryNames: '[name]' },
    define: { FILES: JSON.stringify(files.map((name) => `/${name}`)), VERSION: JSON.stringify(state) },
  });
}

interface Built {
  /** What became of each entry, as names in the folder. */
  readonly names: Record<string, string>;
  /** What a script cannot begin without. */
  importedBy(name: string): string[];
}

function build(folder: string, entryPoints: string[], options: BuildOptions = {}): Built {
  const { metafile } = buildSync({
    ...{ ...shared, entryPoints, entryNames: 'assets/[name]-[hash]', outdir: folder, metafile: true },
    ...options,
  });
  const made = Object.entries(metafile?.outputs ?? {}).flatMap(([path, { entryPoint }]) =>
    entryPoint === undefined || !entryPoints.includes(entryPoint) ? [] : [[entryPoint, nameOf(path)] as const],
  );
  const missing = entryPoints.filter((entry) => !made.some(([point]) => point === entry));
  if (missing.length > 0) throw new Error(`unable to build the page; esbuild made nothing of ${missing.join(', ')}`);
  const outputs = new Map(Object.entries(metafile?.outputs ?? {}).map(([path, output]) => [nameOf(path), output]));
  return {
    names: Object.fromEntries(made),
    importedBy(name) {
      const found = new Set<string>();
      const visit = (from: string) => {
        for (const { path, kind } of outputs.get(from)?.imports ?? []) {
          if (kind !== 'import-statement' || found.has(nameOf(path))) continue;
          found.add(nameOf(path));
          visit(nameOf(path));
        }
      };
      visit(name);
      return [...found];
    },
  };
}

const nameOf = (path: string) => `assets/${basename(path)}`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  buildPage(resolve(process.argv[2] ?? join(web, 'dist')));
