import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const packageDirectory = resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8'));
const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

const sources = ['src', 'example'].flatMap((folder) =>
  readdirSync(join(packageDirectory, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|mjs|json)$/.test(path) && !path.includes('.local'))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(packageDirectory, folder, path), 'utf8') })),
);

test('the sources name nobody who uses the package', () => {
  const naming = sources.filter(({ text }) => /shop/i.test(text.replaceAll('@shop/local', '')));
  expect(naming.map(({ path }) => path)).toEqual([]);
});

test('the sources import nothing but themselves, Node and the declared dependencies', () => {
  const imports = sources
    .filter(({ path }) => path.startsWith('src'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/(?:from|import\(|import) ?'([^']+)'/g)].map(([, name = '']) => ({ path, name })),
    );
  expect(imports.length).toBeGreaterThan(100);
  const foreign = imports.filter(({ path, name }) => {
    if (name.startsWith('.')) return !join(path, '..', name).startsWith('src/');
    if (name.startsWith('#')) return false;
    if (name.startsWith('node:')) return !builtinModules.includes(name.slice(5));
    return !dependencies.some((dependency) => name === dependency || name.startsWith(`${dependency}/`));
  });
  expect(foreign).toEqual([]);
});
