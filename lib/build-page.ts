/** Builds `web/` into files to serve. By hand: `node --import tsx lib/build-page.ts [folder]`. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';

const web = join(import.meta.dirname, '../web');
/** What the page loads after its start: `web/load-later.ts`. */
const later = ['lazy-chunk.ts', 'styles/later.css'];

/**
 * Writes `index.html`, the service worker and the files of `public/`; and scripts and styles in `assets/` under names with a hash of their
 * contents, so that browsers may cache them for ever. The same sources give the same bytes.
 * @param folder is emptied first
 */
export function buildPage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(web, 'public'), folder, { recursive: true });
  const { version }: { version: string } = JSON.parse(readFileSync(join(web, '../package.json'), 'utf8'));
  const page = build(folder, ['main.tsx', 'styles/main.css', ...later], {
    define: { PARLEY: JSON.stringify(version) },
    splitting: true,
    // esbuild then puts the whole start into the one file that all scripts share: that compresses better than two.
    inject: ['main.tsx'],
    chunkNames: 'assets/[name]-[hash]',
  });
  // Not a module: modules run only after the whole document is parsed, and this script has to run before the first paint.
  const early = build(folder, ['early.ts'], { format: 'iife' });
  const names = { ...page.names, ...early.names };
  let html = readFileSync(join(web, 'index.html'), 'utf8');
  for (const [entry, name] of Object.entries(names)) html = html.replace(`"${entry}"`, `"/${name}"`);
  const imported = importsOf(page.outputs, names['main.tsx'] ?? '');
  // The browser then requests them together with the script that imports them. Chrome would fetch preloads twice if there is a worker.
  const scripts = imported.map((name) => `<script type="module" src="/${name}"></script>\n    `);
  html = html.replace('<script type="module"', `${scripts.join('')}<script type="module"`);
  writeFileSync(join(folder, 'index.html'), html);
  const icons = readdirSync(join(web, 'public')).filter((name) => name.endsWith('.svg'));
  const atStart = Object.entries(names).filter(([entry]) => !later.includes(entry));
  const files = ['', ...atStart.map(([, name]) => name), ...imported, ...icons];
  // The hash includes the icons: their names have no hash, so the worker's version has to change with their contents.
  const contents = files.map((name) => readFileSync(join(folder, name || 'index.html')));
  const hash = createHash('sha256').update(Buffer.concat(contents)).digest('hex').slice(0, 12);
  // Of the names of emoji, the worker fetches the English ones; those of another language are kept when they are used.
  const isLater = (name: string) => !files.includes(name) && !/names-(?!en)/.test(name);
  build(folder, ['worker/sw.ts'], {
    format: 'iife',
    entryNames: '[name]',
    define: {
      FILES: JSON.stringify(files.map((name) => `/${name}`)),
      LATER: JSON.stringify([...page.outputs.keys()].filter(isLater).map((name) => `/${name}`)),
      VERSION: JSON.stringify(hash),
    },
  });
}

/** @returns `names`: the output of each entry point. @throws Error if one has no output */
function build(folder: string, entryPoints: string[], options: BuildOptions) {
  const { metafile = { outputs: {} } } = buildSync({
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    legalComments: 'none',
    // Else each Arabic letter would be six bytes.
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // A tsconfig.json in a parent folder must not change the output.
    tsconfigRaw: {},
    absWorkingDir: web,
    entryPoints,
    entryNames: 'assets/[name]-[hash]',
    outdir: folder,
    metafile: true,
    ...options,
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [nameOf(path), output]));
  const names = Object.fromEntries(
    entryPoints.map((entry) => {
      const [name] = [...outputs].find(([, { entryPoint }]) => entryPoint === entry) ?? [];
      if (name === undefined) throw new Error(`unable to build the page; esbuild made no output for ${entry}`);
      return [entry, name];
    }),
  );
  return { names, outputs };
}

const nameOf = (path: string) => `assets/${basename(path)}`;

/** The scripts that a script imports statically, directly or not. */
function importsOf(outputs: ReturnType<typeof build>['outputs'], name: string, found = new Set<string>()): string[] {
  for (const { path, kind } of outputs.get(name)?.imports ?? []) {
    if (kind !== 'import-statement' || found.has(nameOf(path))) continue;
    found.add(nameOf(path));
    importsOf(outputs, nameOf(path), found);
  }
  return [...found];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  buildPage(resolve(process.argv[2] ?? join(web, 'dist')));
