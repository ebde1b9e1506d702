import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '#protocol/fold';
import { hasWords, searchWords } from '#protocol/search';
import { allCharacters } from '../support/all-characters.ts';

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
    ['STRAẞE', 'strasse'],
    ['ΚΩΣ', 'κως'],
    ["don't", 'don’t'],
    ['don’t', "don't"],
    ['donʼt', 'don‘t'],
    ['"quoted"', '“quoted”'],
    ['well-known', 'well\u2011known'],
    ['well‐known', 'well–known'],
    ['cooperate', 'co\u00adoperate'],
    ['co\u00adoperate', 'cooperate'],
    ['zerowidth', 'zero\u200bwidth'],
    ['می‌خواهم', 'میخواهم'],
    ['heart ❤', 'heart ❤️'],
    ['istanbul', 'İstanbul'],
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

  it('ignores the case of every character', () => {
    const withCase = allCharacters().filter((one) => one !== one.toUpperCase() || one !== one.toLowerCase());
    const different = withCase.filter((character) => {
      const forms = [
        character,
        character.toUpperCase(),
        character.toLowerCase(),
        character.toUpperCase().toLowerCase(),
      ];
      return new Set(forms.map(fold)).size > 1;
    });
    expect(different).toEqual([]);
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
