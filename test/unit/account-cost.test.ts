import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { accountCost, costTable, priceOf, rateTable, useOf, usesInAnHour } from '#bench/account-cost';
import { type RateKind, rates } from '#protocol/limits';

const page = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8');

/** The cells of the rows of a table between two marks of the page, without the alignment that the formatter adds. */
function rowsOf(mark: string): string[][] {
  const [, part = ''] = page.split(new RegExp(`<!-- /?${mark} -->`));
  return part
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map(cellsOf);
}

const cellsOf = (line: string) => line.split('|').map((cell) => cell.trim());

it('one account costs less than a dollar in an hour, before what it sends', () => {
  expect(accountCost()).toBeLessThan(1);
});

it('docs/security.md has every limit of a user, and what it costs, as they are computed', () => {
  expect(rowsOf('rates')).toEqual(rateTable().map(cellsOf));
  expect(rowsOf('cost')).toEqual(costTable().map(cellsOf));
});

it('every kind of use has a number and a price, so none is left out of the sum', () => {
  for (const kind of Object.keys(rates) as RateKind[]) {
    expect(usesInAnHour(kind)).toBeGreaterThan(rates[kind].count);
    expect(priceOf(useOf(kind))).toBeGreaterThan(0);
  }
});
