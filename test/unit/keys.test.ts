import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** A key attribute, or the beginning of a key: `pk`, `item.sk`, `'USER#'`, `LOG#${id}`. */
const spelling =
  /\b(pk|sk|member_of|listed_in|listed_as)\b|['"`](USER|CONV|LOG|LIVE|NOTICE|FRIEND|FILE|DEVICE|HEAD)(#|['"`])/;

test('only lambdas/store writes the keys of the table, so that one file says what a key means', () => {
  const files = readdirSync('lambdas', { recursive: true, encoding: 'utf8' });
  const spelled = files
    .filter((file) => file.endsWith('.ts') && !file.startsWith('store'))
    .filter((file) => spelling.test(readFileSync(join('lambdas', file), 'utf8')));
  expect(spelled).toEqual([]);
});
