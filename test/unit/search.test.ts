import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasWords, searchWords } from '#protocol/search';

const found = (query: string, ...texts: string[]) => hasWords(texts, searchWords(query));

describe('a search', () => {
  it.each([
    ['hello', 'Hello, Bob'],
    ['HELLO bob', 'Bob: hello!'],
    ['art', 'at the party'],
    ['uber zurich', 'Über Zürich'],
    ['Über', 'uber'],
    ['strasse', 'Straße'],
    ['STRASSE', 'straße'],
    ['οδος', 'ΟΔΟΣ'],
    ['ΟΔΟΣ', 'οδοσαν'],
    ['елка', 'Ёлка'],
    ['file', 'the ﬁle'],
    ['한', '한국'],
    ['か', 'かな'],
    ['👍🏽', 'ok 👍🏽'],
  ])('for %j finds %j', (query, text) => {
    expect(found(query, text)).toBe(true);
  });

  it.each([
    ['hello carol', 'Hello, Bob'],
    ['hello', ''],
    // In other scripts marks distinguish words.
    ['か', 'がん'],
    ['कम', 'किम'],
  ])('for %j does not find %j', (query, text) => {
    expect(found(query, text)).toBe(false);
  });

  it('finds words across several texts, but no word that spans two of them', () => {
    expect(found('hello report', 'Hello', 'report.pdf')).toBe(true);
    expect(found('lore', 'Hello', 'report.pdf')).toBe(false);
  });

  it('finds every text by its own words, in any order', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const query = text.split(' ').reverse().join(' ');
        expect(found(query, text)).toBe(true);
      }),
    );
  });
});
