import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPage } from '#lib/build-page';

const folder = mkdtempSync(join(tmpdir(), 'parley-page-'));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
beforeAll(() => buildPage(folder));
afterAll(() => rmSync(folder, { recursive: true }));

test('the page refers only to built files that exist', () => {
  const named = [...read('index.html').matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  const there = readdirSync(folder, { recursive: true }).map((name) => `/${name}`);
  expect(named.filter((path) => !there.includes(path))).toEqual([]);
  expect(named.filter((path) => /\.tsx?$/.test(path))).toEqual([]);
  expect(named.length).toBeGreaterThan(5);
});

test('the worker caches the page with all files that it loads at start, and then all others', () => {
  const worker = read('sw.js');
  const [list = '[]'] = /\["\/",[^\]]*\]/.exec(worker) ?? [];
  const kept: string[] = JSON.parse(list);
  const named = [...read('index.html').matchAll(/(src|href|content)="(\/assets\/[\w.-]+)"/g)];
  const atStart = named.flatMap(([, attribute, path = '']) => (attribute === 'content' ? [] : [path]));
  const later = named.flatMap(([, attribute, path = '']) => (attribute === 'content' ? [path] : []));
  expect(atStart.length).toBeGreaterThan(2);
  expect(later.length).toBe(2);
  expect(atStart.filter((path) => !kept.includes(path))).toEqual([]);
  expect(later.filter((path) => kept.includes(path))).toEqual([]);
  const all = readdirSync(join(folder, 'assets')).map((name) => `/assets/${name}`);
  const others = all.filter((path) => !worker.includes(`"${path}"`));
  // The names of emoji in other languages are kept when they are used; until then there are the English ones.
  expect(others.map((path) => path.replace(/-\w+\.js$/, '')).sort()).toEqual(
    ['ar', 'de', 'es'].map((language) => `/assets/names-${language}`),
  );
});

test('the same sources give the same bytes, so that browsers need not load them again', () => {
  const before = [read('index.html'), read('sw.js')];
  buildPage(folder);
  expect([read('index.html'), read('sw.js')]).toEqual(before);
});
