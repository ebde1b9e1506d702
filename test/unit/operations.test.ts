import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alarmKinds } from '#lib/alarm-kinds';

const handbook = readFileSync('docs/operations.md', 'utf8');

// An alarm's description sends whoever is woken to this heading.
test('the night handbook has a heading for every kind of alarm, with steps, and for no other', () => {
  const part = handbook.split('\n## ').find((section) => section.startsWith('When an alarm rings')) ?? '';
  const headings = part.split('\n### ').slice(1);
  expect(headings.map((text) => text.split('\n')[0])).toEqual(Object.keys(alarmKinds));
  for (const text of headings) expect(text).toMatch(/\n1\. .+\n2\. /);
});

test('the commands that it names exist', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const named = [...new Set([...handbook.matchAll(/npm run ([a-z-]+)/g)].map(([, name]) => name))];
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => scripts[String(name)] === undefined)).toEqual([]);
});
