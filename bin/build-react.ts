/** Builds `@parley/react` as it is published: `node --import tsx bin/build-react.ts [folder]`. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildClient } from './build-client.ts';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'packages/react');

/** Writes the module, its types, and the package's other files. @param folder is emptied first; `npm publish <folder>` publishes it */
export async function buildReact(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(source, 'src/index.ts')],
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: true,
    external: ['react', '@parley/client', '@parley/client/*'],
    // Frameworks that render on servers leave modules with this line to the browser.
    banner: { js: '"use client";' },
    logLevel: 'error',
  });
  await writeTypes(folder);
  const { private: _, ...manifest } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const exports = { '.': { types: './index.d.ts', default: './index.js' } };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, exports }, undefined, 2)}\n`);
  for (const name of ['README.md', 'LICENSE']) copyFileSync(join(source, name), join(folder, name));
}

/** Against the client as it is published, whose types the compiler does not write again. */
async function writeTypes(folder: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'parley-react-'));
  try {
    cpSync(join(source, 'src'), join(work, 'src'), { recursive: true });
    await buildClient(join(work, 'node_modules/@parley/client'));
    for (const name of ['@types', 'csstype', 'react']) {
      symlinkSync(join(root, 'node_modules', name), join(work, 'node_modules', name), 'junction');
    }
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8'));
    const config = {
      compilerOptions: {
        ...compilerOptions,
        lib: ['ES2023', 'ESNext.String', 'DOM', 'DOM.Iterable'],
        types: ['react'],
        rootDir: 'src',
        outDir: folder,
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
      },
      include: ['src'],
    };
    writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(config));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [compiler, '-p', work], { stdio: 'inherit' });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildReact(resolve(process.argv[2] ?? join(source, 'dist')));
}
