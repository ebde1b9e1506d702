import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { expect, test } from 'vitest';

interface Locked {
  readonly version: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly optional?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const packages: Record<string, Locked> = read('package-lock.json').packages;

/*
 * `npm ci` installs what the lock file lists and nothing else. npm leaves out entries of other platforms that the registry of the machine
 * lacks; people there would install without an error, and nothing would start.
 */
test.each([
  ['packages/local', '@dynoxide', ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64']],
  ['node_modules/esbuild', '@esbuild', ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64']],
  [
    'node_modules/@biomejs/biome',
    '@biomejs',
    ['cli-darwin-arm64', 'cli-darwin-x64', 'cli-linux-arm64', 'cli-linux-x64', 'cli-win32-x64'],
  ],
  [
    'node_modules/typescript',
    '@typescript',
    ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'].map((name) => `typescript-${name}`),
  ],
])('the lock file has the programs of %s for macOS, Linux and Windows', (user, scope, names) => {
  for (const name of names) {
    const [os, cpu] = name.split('-').slice(-2);
    expect(packages[`node_modules/${scope}/${name}`], name).toMatchObject({
      version: packages[user]?.optionalDependencies?.[`${scope}/${name}`],
      os: [os],
      cpu: [cpu],
      optional: true,
    });
  }
});

test('the lock file names no registry, so that any may be used', () => {
  // Links to the workspaces are resolved to their folders.
  const resolved = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
  expect(resolved.filter((place) => place.includes(':'))).toEqual([]);
});

test('every package with an install script is allowed or denied it, so that npm asks nothing', () => {
  const scripts = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = scripts.map(([path]) => path.replace(/.*node_modules\//, ''));
  expect(Object.keys(read('package.json').allowScripts)).toEqual(expect.arrayContaining(names));
});

test('npm start imports no package that is for development alone, which its installation leaves out', () => {
  const { devDependencies }: { devDependencies: Record<string, string> } = read('package.json');
  const files = ['bin', 'edge', 'lambdas', 'lib', 'protocol', 'web'].flatMap((folder) =>
    readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((path) => /(?<!\.test)\.(ts|tsx|mjs)$/.test(path))
      .map((path) => `${folder}/${path}`),
  );
  const imported = files.flatMap((file) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    return [...text.matchAll(/^(?:import|export) (?!type\b)[^']*'([^'.#/][^']*)'/gm)].map(([, name = '']) =>
      name.split('/', name.startsWith('@') ? 2 : 1).join('/'),
    );
  });
  const packages = new Set(imported.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name)));
  expect(packages).toContain('aws-cdk-lib');
  // `cdk.json` and the lines that are printed name these.
  for (const name of [...packages, 'tsx', 'wscat']) expect(Object.keys(devDependencies)).not.toContain(name);
});
