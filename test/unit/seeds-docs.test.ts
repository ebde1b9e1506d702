/** docs/seeds.md, for users of the replaced programs, names the test that proves each row. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The number of rows for each program. */
const rowsOf = [11, 12, 8, 11, 10];
const rows = rowsOf.flatMap((count, program) => Array.from({ length: count }, (_, row) => `R${program}.${row + 1}`));

/** The tests of test/seeds: `it('R1.4 who is online …', …)`. */
const tests = readdirSync(join(root, 'test/seeds')).flatMap((file) =>
  [...read(join('test/seeds', file)).matchAll(/\bit\(\s*'(R\d\.\d+) ([^'\n]+)'/g)].map(([, row = '', name = '']) => ({
    file,
    row,
    name,
  })),
);

describe('docs/seeds.md', () => {
  const lines = read('docs/seeds.md').split('\n');

  it.each(rows)('has the row %s, with the name of the one test that proves it', (row) => {
    const [cells, ...more] = lines
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, first]) => first === row);
    expect(more).toEqual([]);
    const file = `seed-${row[1]}.test.ts`;
    expect(tests.filter((test) => test.row === row)).toEqual([{ file, row, name: cells?.at(-2)?.replaceAll('`', '') }]);
  });

  it('leaves out no test of test/seeds', () => {
    expect(tests.map((test) => test.row).filter((row) => !rows.includes(row))).toEqual([]);
  });
});
