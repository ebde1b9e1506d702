/** Builds `@parley/cdk` as it is published: `node --import tsx bin/build-construct.ts [folder]`. `npm publish <folder>` publishes it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { streamFilters } from '#lambdas/stream/handlers';
import { buildPage } from '#lib/build-page';
import { bundleFunction } from '#lib/bundle-function';
import { type FunctionName, functionSources } from '#lib/function-sources';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'packages/cdk');

/**
 * Writes the construct as an ES module and as CommonJS, its types, and the files that it would build from the sources: so whoever uses it needs
 * neither esbuild nor the sources.
 * @param folder is emptied first
 */
export async function buildConstruct(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(functionSources) as FunctionName[])
    bundleFunction(name, join(folder, 'functions', name));
  buildPage(join(folder, 'page'));
  copyFileSync(join(root, 'edge/rewrite.js'), join(folder, 'rewrite.js'));
  await bundle(folder);
  writeTypes(folder);
  const { private: _, ...manifest } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const name of ['README.md', 'LICENSE']) copyFileSync(join(source, name), join(folder, name));
}

const built: Plugin = {
  name: 'built',
  setup(of) {
    // In place of the module that builds from the sources.
    of.onResolve({ filter: /^\.\/files\.ts$/ }, () => ({ path: join(source, 'src/built-files.ts') }));
    // The filters alone, without the handlers and all that these import.
    of.onLoad({ filter: /lambdas\/stream\/handlers\.ts$/ }, () => ({
      contents: `export const streamFilters = ${JSON.stringify(streamFilters)};`,
    }));
  },
};

async function bundle(folder: string): Promise<void> {
  const options: BuildOptions = {
    entryPoints: [join(root, 'lib/index.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    // The app that uses it has them, once.
    external: ['aws-cdk-lib', 'constructs'],
    plugins: [built],
    logLevel: 'error',
  };
  await build({ ...options, format: 'esm', outfile: join(folder, 'index.js') });
  // Apps that `cdk init` makes are CommonJS.
  await build({
    ...options,
    format: 'cjs',
    outfile: join(folder, 'index.cjs'),
    define: { 'import.meta.dirname': '__dirname' },
  });
}

/** Types are one file for each source, with relative imports; only those that `index.d.ts` refers to. */
function writeTypes(folder: string): void {
  const all = mkdtempSync(join(root, 'node_modules/.parley-types-'));
  try {
    const config = join(all, 'tsconfig.json');
    const compilerOptions = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: all, rootDir: root };
    const files = [join(root, 'lib/index.ts')];
    writeFileSync(
      config,
      JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }),
    );
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config], { stdio: 'inherit' });
    copyTypes(all, join(folder, 'types'), 'lib/index');
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}

function copyTypes(from: string, to: string, name: string): void {
  const file = join(to, `${name}.d.ts`);
  if (existsSync(file)) return;
  const others: string[] = [];
  const text = readFileSync(join(from, `${name}.d.ts`), 'utf8').replace(
    /(from |import\()'([.#][^']*)'/g,
    (_, before: string, path: string) => {
      const other = path.startsWith('#') ? path.slice(1) : join(dirname(name), path).replace(/\.ts$/, '');
      others.push(other);
      const way = relative(dirname(name), other);
      return `${before}'${way.startsWith('.') ? way : `./${way}`}.js'`;
    },
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  for (const other of others) copyTypes(from, to, other);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildConstruct(resolve(process.argv[2] ?? join(source, 'dist')));
}
