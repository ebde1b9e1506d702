import { expect, test } from 'vitest';
import { readFilterPattern } from '#logs/filter-pattern';
import { parseJson } from '#text';

const matches = (pattern: string, text: string) => readFilterPattern(pattern)({ text, json: parseJson(text) });

const line = JSON.stringify({
  level: 'ERROR',
  status: '503',
  ms: 12.5,
  ok: true,
  gone: null,
  'a key': 1,
  error: { codes: ['late', 'gone'] },
  empty: '',
});

test.each([
  ['{ $.level = "ERROR" }', true],
  ['{ $.level = ERROR }', true],
  ['{ $.level = "error" }', false],
  ['{ $.level != "INFO" }', true],
  ['{ $.status = "5*" }', true],
  ['{ $.status = 5* }', true],
  ['{ $.status = "4*" }', false],
  ['{ $.ms > 12 && $.ms <= 12.5 }', true],
  ['{ $.ms = 12.5 }', true],
  ['{ $.status > 400 }', false],
  ['{ ($.level = "INFO" || $.ms > 10) && $.ok IS TRUE }', true],
  ['{ $.level = "INFO" || $.level = "ERROR" && $.ms > 99 }', false],
  ['{ $.gone IS NULL }', true],
  ['{ $.nothing IS NULL }', false],
  ['{ $.nothing NOT EXISTS }', true],
  ['{ $.level EXISTS }', true],
  ['{ $.nothing != "x" }', false],
  ["{ $.['a key'] = 1 }", true],
  ['{ $.error.codes[1] = "gone" }', true],
  ['{ $.level.length = 5 }', false],
  ['ERROR', true],
  ['ERROR 503', true],
  ['ERROR -503', false],
  ['?WARN ?ERROR', true],
  ['?WARN ?FATAL', false],
  ['"late\\",\\"gone"', false],
  ['', true],
])('%s of a line of JSON: %s', (pattern, expected) => {
  expect(matches(pattern, line)).toBe(expected);
});

test('a pattern for JSON matches no other line', () => {
  expect(matches('{ $.level NOT EXISTS }', 'plain text')).toBe(false);
  expect(matches('plain', 'plain text')).toBe(true);
});

test.each([
  ['[ip, user]', 'patterns for columns are not served locally'],
  ['{ $.ip = %10\\.%  }', 'regular expressions are not served locally'],
  ['{ $.level = }', 'this is no filter pattern'],
  ['{ level = "ERROR" }', 'this is no filter pattern'],
  ['{ ($.a = 1 }', 'this is no filter pattern'],
  ['{ $.a = 1 } more', 'this is no filter pattern'],
])('%s is refused: %s', (pattern, message) => {
  expect(() => readFilterPattern(pattern)).toThrow(message);
});
