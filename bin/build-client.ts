/** Builds `@parley/client` as it is published: `node --import tsx bin/build-client.ts [folder]`. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const client = join(root, 'packages/client');
const sources: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(client, 'package.json'), 'utf8'),
).exports;

/** Writes the modules, their types, and the package's other files. @param folder is emptied first; `npm publish <folder>` publishes it */
export async function buildClient(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: Object.values(sources).map((source) => join(client, source)),
    outdir: folder,
    bundle: true,
    // What several entries use is in a file of its own: each class of errors exists once.
    splitting: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: true,
    external: ['node:*'],
    logLevel: 'error',
  });
  writeTypes(folder);
  writeManifest(folder);
  for (const name of ['README.md', 'LICENSE']) copyFileSync(join(client, name), join(folder, name));
}

function writeTypes(folder: string): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  for (const config of ['tsconfig.json', 'tsconfig.node.json']) {
    const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', folder];
    execFileSync(process.execPath, [compiler, '-p', join(client, config), ...options], { stdio: 'inherit' });
  }
}

/** In the repository, `exports` names the sources; in the published package, it names the modules. */
function writeManifest(folder: string): void {
  const { private: _, ...manifest } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'));
  const exports = Object.fromEntries(
    Object.entries(sources).map(([entry, source]) => {
      const name = source.replace('./src/', './').replace(/\.ts$/, '');
      return [entry, { types: `${name}.d.ts`, default: `${name}.js` }];
    }),
  );
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, exports }, undefined, 2)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildClient(resolve(process.argv[2] ?? join(client, 'dist')));
}
