/** Builds `client/` into what is published: `node --import tsx bin/build-client.ts [folder]`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { clientTypes } from './client-types.ts';

const client = resolve(import.meta.dirname, '../client');
const entries = ['index', 'indexeddb', 'file'];

/** Writes modules and their types. */
export async function buildClient(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: entries.map((entry) => join(client, `${entry}.ts`)),
    outdir: folder,
    ...{ bundle: true, format: 'esm', target: 'es2022', sourcemap: true, external: ['node:*'], logLevel: 'error' },
  });
  writeTypes(folder);
}

function writeTypes(folder: string): void {
  const emitted = mkdtempSync(join(tmpdir(), 'parley-types-'));
  const compiler = resolve(client, '../node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', client, '--outDir', emitted], { stdio: 'inherit' });
  const made = join(emitted, 'client');
  for (const name of readdirSync(made)) {
    const text = readFileSync(join(made, name), 'utf8');
    const own = text
      .replace(/'\.\.\/protocol\/[a-z-]+\.ts'/g, "'./protocol.js'")
      .replace(/'(\.\/[a-z-]+)\.ts'/g, "'$1.js'");
    writeFileSync(join(folder, name), own);
  }
  writeFileSync(join(folder, 'protocol.d.ts'), clientTypes());
  rmSync(emitted, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildClient(resolve(process.argv[2] ?? join(client, 'dist')));
}
