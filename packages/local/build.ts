/** Builds the package that is published: `node --import tsx build.ts [folder]`. `npm publish <folder>` publishes it. */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';

const source = import.meta.dirname;
const folder = resolve(process.argv[2] ?? join(source, 'dist'));
const {
  scripts,
  devDependencies,
  private: _,
  ...manifest
} = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));

rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: ['index', 'cli'].map((entry) => join(source, `src/${entry}.ts`)),
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
  logLevel: 'error',
});
writeTypes();
const cli = join(folder, 'cli.js');
writeFileSync(cli, `#!/usr/bin/env node\n${readFileSync(cli, 'utf8')}`, { mode: 0o755 });
// Files that the bundle reads beside itself.
for (const file of [
  'redirect.mjs',
  'lambda/bootstrap.mjs',
  'lambda/call-with-callback.mjs',
  'lambda/collect-stream.mjs',
  'lambda/direct-http.mjs',
  'lambda/opt.mjs',
  'lambda/redirect-hosts.mjs',
  'dynamodb/keep-engine.mjs',
  'dynamodb/new-database.gz',
  'local-page/local-page.html',
  'local-page/local-page.js',
  'local-page/local-page.css',
]) {
  cpSync(join(source, 'src', file), join(folder, file.replace(/.*\//, '')));
}
for (const name of ['README.md', 'PARITY.md', 'LICENSE', 'example', 'img']) {
  const isLeftover = (path: string) => ['.local', 'cdk.out'].includes(basename(path));
  cpSync(join(source, name), join(folder, name), { recursive: true, filter: (path) => !isLeftover(path) });
}
const exports = { '.': { types: './types/index.d.ts', default: './index.js' }, './redirect': './redirect.mjs' };
const { imports: __, ...published } = { ...manifest, exports, bin: { 'parley-local': './cli.js' } };
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);

/** Types are one file for each source, with relative imports. */
function writeTypes(): void {
  const types = join(folder, 'types');
  const compiler = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace(/package\.json$/, 'bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', source, '--outDir', types], { stdio: 'inherit' });
  for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.d.ts'),
  )) {
    const file = join(types, name);
    const up = relative(dirname(file), types).replaceAll(sep, '/') || '.';
    const text = readFileSync(file, 'utf8')
      .replace(/(['"])(\.[^'"]*)\.ts\1/g, "'$2.js'")
      .replace(/(['"])#([^'"]*)\1/g, `'${up}/$2.js'`);
    writeFileSync(file, text);
  }
}
