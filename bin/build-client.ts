/** Builds the client into the package that is published: `node --import tsx bin/build-client.ts [folder]`. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { clientTypes } from './client-types.ts';

const root = resolve(import.meta.dirname, '..');
const client = join(root, 'packages/client');
const entries = ['index', 'indexeddb', 'file'];

/** Writes modules, their types, and what a package needs beside them. `npm publish <folder>` publishes it. */
export async function buildClient(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: entries.map((entry) => join(client, 'src', `${entry}.ts`)),
    outdir: folder,
    bundle: true,
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
  const emitted = mkdtempSync(join(tmpdir(), 'parley-types-'));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', client, '--outDir', emitted], { stdio: 'inherit' });
  const made = join(emitted, 'packages/client/src');
  for (const name of readdirSync(made)) {
    const text = readFileSync(join(made, name), 'utf8');
    const own = text
      .replace(/'(?:\.\.\/)+protocol\/[a-z-]+\.ts'/g, "'./protocol.js'")
      .replace(/'(\.\/[a-z-]+)\.ts'/g, "'$1.js'");
    writeFileSync(join(folder, name), own);
  }
  writeFileSync(join(folder, 'protocol.d.ts'), clientTypes());
  rmSync(emitted, { recursive: true, force: true });
}

/** In the repository the exports are the sources; in what is published, the modules. */
function writeManifest(folder: string): void {
  const { scripts, private: _, ...manifest } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'));
  const exports = Object.fromEntries(
    entries.map((entry) => [
      entry === 'index' ? '.' : `./${entry}`,
      { types: `./${entry}.d.ts`, default: `./${entry}.js` },
    ]),
  );
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, exports }, undefined, 2)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildClient(resolve(process.argv[2] ?? join(client, 'dist')));
}
