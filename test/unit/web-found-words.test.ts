import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerptAround, findWords, wordsOf } from '#web/conversation/found-words';

const found = (text: string, query: string) =>
  findWords(text, wordsOf(query)).map(({ start, end }) => text.slice(start, end));

describe('found words', () => {
  test('are what the server finds: without case, accents and the forms of hyphens, inside of longer words too', () => {
    expect(found('Zürich, zurich and ZÜRICH', 'zurich')).toEqual(['Zürich', 'zurich', 'ZÜRICH']);
    expect(found('Party', 'art')).toEqual(['art']);
    expect(found('well–known', 'well-known')).toEqual(['well–known']);
  });

  test('keep their place where folding makes a text longer or shorter', () => {
    expect(found('Die Straße 7', 'strasse')).toEqual(['Straße']);
    expect(found('ﬁne wine', 'wine')).toEqual(['wine']);
    expect(found('soft\u00adly now', 'softly')).toEqual(['soft\u00adly']);
    expect(found('👩‍👩‍👧 here', 'here')).toEqual(['here']);
  });

  test('that overlap are one place', () => {
    expect(found('lunchtime', 'lunch htime')).toEqual(['lunchtime']);
  });

  test('are inside of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, query) => {
        let last = 0;
        for (const { start, end } of findWords(text, wordsOf(query))) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          last = end;
        }
      }),
    );
  });
});

test('an excerpt begins shortly before the first found word, and is the text where that is near', () => {
  expect(excerptAround('The plan', wordsOf('plan'))).toBe('The plan');
  const text = `${'Many words before it. '.repeat(10)}The plan is here.`;
  expect(excerptAround(text, wordsOf('plan'))).toBe('…Many words before it. The plan is here.');
});
