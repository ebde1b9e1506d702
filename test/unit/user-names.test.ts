/** Which names may sign up, and which look alike. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksOf } from '#lambdas/chat/looks';
import { userNameProblem } from '#lambdas/chat/user-name-rules';
import { decodeUserName, encodeUserName } from '#protocol/names';

describe('a name may sign up', () => {
  it.each([
    'alice',
    'bob_smith',
    'x'.repeat(64),
    'Zoë',
    'александр'.slice(0, 10),
    '山田太郎',
    'a.b-c',
    '.a',
    'a@example.com',
    '👍',
  ])('%s', (name) => {
    expect(userNameProblem(name)).toBeUndefined();
  });
});

describe('a name is refused', () => {
  it.each([
    ['with 65 characters', 'x'.repeat(65), /takes 65 characters and may take 64/],
    ['with 11 Cyrillic letters, which take 66', 'александрови'.slice(0, 11), /takes 66 characters and may take 64/],
    ['with no character', '', /at least one/],
    ['of a dot', '.', /dots alone/],
    ['of two dots', '..', /dots alone/],
    ['of many dots', '.....', /dots alone/],
    ['with a line break', 'ali\nce', /nobody sees/],
    ['with a space', 'ali ce', /nobody sees/],
    ['with a no-break space', 'ali\u00a0ce', /nobody sees/],
    ['with a zero-width space', 'ali\u200bce', /nobody sees/],
    ['with a joiner', 'ali\u200dce', /nobody sees/],
    ['with a soft hyphen', 'ali\u00adce', /nobody sees/],
    ['with a bidi override', 'ali\u202ece', /nobody sees/],
    ['with a bidi isolate', 'ali\u2066ce', /nobody sees/],
    ['with a variation selector', 'ali\ufe0fce', /nobody sees/],
    ['with a tag', 'ali\u{e0041}ce', /nobody sees/],
    ['of the Hangul filler', '\u3164', /nobody sees/],
    ['of the empty Braille pattern', '\u2800', /nobody sees/],
    ['with half a pair', 'ali\ud83dce', /nobody sees/],
    ['with a character of private use', 'ali\ue000ce', /nobody sees/],
    ['that begins with an accent', '\u0301alice', /begins with a mark/],
  ])('%s', (_, name, why) => {
    expect(userNameProblem(name)).toMatch(why);
  });
});

describe('two names look alike', () => {
  it.each([
    ['composed and decomposed', 'ren\u00e9', 'rene\u0301'],
    ['a Cyrillic letter among Latin ones', 'alice', '\u0430lice'],
    ['all Cyrillic', 'рауреа', 'paypea'],
    ['Greek', 'νina', 'vina'],
    ['upper and lower case', 'ALICE', 'alice'],
    ['full width', 'ａｌｉｃｅ', 'alice'],
    ['mathematical letters', '𝒶𝓁𝒾𝒸ℯ', 'alice'],
    ['a ligature', 'ﬁona', 'fiona'],
    ['one and l', 'al1ce', 'allce'],
    ['zero and o', 'b0b', 'bob'],
    ['rn and m', 'rnark', 'mark'],
    ['ß and ss', 'weiß', 'weiss'],
    ['the two small sigmas', 'κώστας', 'κώστασ'],
    ['an invisible character', 'ali\u200bce', 'alice'],
    ['the hyphens', 'a\u2010b', 'a-b'],
  ])('%s', (_, one, other) => {
    expect(looksOf(one)).toBe(looksOf(other));
  });

  it.each([
    ['alice', 'alicia'],
    ['bob', 'rob'],
    ['rene', 'ren\u00e9'],
    ['ann2', 'ann3'],
    ['саша', 'маша'],
    ['user10', 'user100'],
  ])('%s and %s do not', (one, other) => {
    expect(looksOf(one)).not.toBe(looksOf(other));
  });
});

it('a user name says what the identity provider’s name was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(decodeUserName(encodeUserName(name))).toBe(name);
    }),
  );
});

it('however Unicode composes a name, it looks the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(looksOf(name.normalize('NFD'))).toBe(looksOf(name.normalize('NFC')));
    }),
  );
});
