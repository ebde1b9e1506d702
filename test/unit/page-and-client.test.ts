/** The page is the client's proof: what it needs of the server, the client has. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const files = readdirSync(resolve(root, 'web'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.tsx?$/.test(name) && !name.startsWith('dist'),
);
const textOf = (name: string) => readFileSync(resolve(root, 'web', name), 'utf8');

it('the page calls no route of the HTTP API itself', () => {
  expect(files.length).toBeGreaterThan(100);
  const raw = files.flatMap((name) =>
    [...textOf(name).matchAll(/(\w+)\.(request|pages)\b[<(]/g)].map(([, of]) => `${name}: ${of}`),
  );
  // The browser's locks, and the pool of users, which is another API.
  expect(raw.filter((found) => !/: (locks|cognito)$/.test(found))).toEqual([]);
});

it('the page imports the entries of the client that are published, and nothing of protocol/', () => {
  const { exports } = JSON.parse(readFileSync(resolve(root, 'packages/client/package.json'), 'utf8'));
  const published = Object.keys(exports).map((entry) => entry.replace('.', '@parley/client'));
  const used = new Set(
    files.flatMap((name) =>
      [...textOf(name).matchAll(/(?:from |import\()'((?:@parley|#)[^']*)'/g)].map(([, from]) => from),
    ),
  );
  expect(used.size).toBeGreaterThan(8);
  expect([...used].filter((from) => !published.includes(from ?? ''))).toEqual([]);
});
