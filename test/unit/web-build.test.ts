import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPage } from '#web/build';

const folder = mkdtempSync(join(tmpdir(), 'parley-page-'));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
beforeAll(() => buildPage(folder));
afterAll(() => rmSync(folder, { recursive: true }));

test('the page names files that are there, and nothing that is not built', () => {
  const named = [...read('index.html').matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  const there = readdirSync(folder, { recursive: true }).map((name) => `/${name}`);
  expect(named.filter((path) => !there.includes(path))).toEqual([]);
  expect(named.filter((path) => /\.tsx?$/.test(path))).toEqual([]);
  expect(named.length).toBeGreaterThan(5);
});

test('the worker keeps the page and all that it begins with', () => {
  const [list = '[]'] = /\["\/",[^\]]*\]/.exec(read('sw.js')) ?? [];
  const kept: string[] = JSON.parse(list);
  const named = read('index.html').match(/\/assets\/[\w.-]+/g) ?? [];
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((path) => !kept.includes(path))).toEqual([]);
});

test('the same sources give the same bytes, so that nobody fetches them again', () => {
  const before = [read('index.html'), read('sw.js')];
  buildPage(folder);
  expect([read('index.html'), read('sw.js')]).toEqual(before);
});
