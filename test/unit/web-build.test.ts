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

test('the worker caches the page and all files that it loads at start', () => {
  const [list = '[]'] = /\["\/",[^\]]*\]/.exec(read('sw.js')) ?? [];
  const kept: string[] = JSON.parse(list);
  const named = read('index.html').match(/\/assets\/[\w.-]+/g) ?? [];
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((path) => !kept.includes(path))).toEqual([]);
});

test('the same sources give the same bytes, so that browsers need not load them again', () => {
  const before = [read('index.html'), read('sw.js')];
  buildPage(folder);
  expect([read('index.html'), read('sw.js')]).toEqual(before);
});
