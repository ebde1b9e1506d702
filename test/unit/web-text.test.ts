import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressLength } from '#web/conversation/address-length';
import { isEmojiOnly } from '#web/conversation/emoji-only';
import { splitText } from '#web/conversation/split-text';
import { initialOf } from '#web/ui/initial';

const linksIn = (text: string) =>
  splitText(text, []).flatMap((piece) => (piece.kind === 'link' ? [piece.address] : []));
const mentionsIn = (text: string, ...members: string[]) =>
  splitText(text, members).flatMap((piece) => (piece.kind === 'mention' ? [piece.text, piece.username] : []));

describe('a text', () => {
  it.each([
    ['see https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
    ['https://example.com.', 'https://example.com'],
    ['(https://example.com/a)', 'https://example.com/a'],
    ['https://example.com/a_(b).', 'https://example.com/a_(b)'],
    ['is it HTTP://EXAMPLE.com/?!', 'HTTP://EXAMPLE.com/'],
    ['«https://example.com»', 'https://example.com'],
    ['<https://example.com>', 'https://example.com'],
    ['((https://example.com/a_(b)_(c)))', 'https://example.com/a_(b)_(c)'],
    ['https://example.com/)(', 'https://example.com/)('],
    [`http://a${')'.repeat(7_900)}`, 'http://a'],
  ])('%j leads to %j', (text, address) => {
    expect(linksIn(text)).toEqual([address]);
  });

  it.each([
    'javascript:alert(1)',
    'https://',
    'http:// example',
    'ftp://example.com',
    'data:text/html,x',
    'example.com',
  ])('%j leads nowhere', (text) => {
    expect(linksIn(text)).toEqual([]);
  });

  it.each([
    ['Hi @Bob, come', ['@Bob', 'bob']],
    ['ask @bob.', ['@bob', 'bob']],
    ['@bob%5fsmith', ['@bob%5fsmith', 'bob%5fsmith']],
    ['@bob_smith', []],
    ['你好@bob', ['@bob', 'bob']],
    ['@bobさん', ['@bob', 'bob']],
    ['alice@bob', []],
    ['https://example.com/@bob', []],
    ['@carol', []],
  ])('%j mentions %j', (text, found) => {
    expect(mentionsIn(text, 'bob', 'bob%5fsmith')).toEqual(found);
  });

  it.each([')', '.', '(', '()', ')(', ').', '(.', 'a.'])(
    'of an address and many %j is looked at in linear time',
    (part) => {
      const looks = (count: number) => {
        const text = `http://a${part.repeat(count)}`;
        let seen = 0;
        addressLength({
          length: text.length,
          charAt(index) {
            seen += 1;
            return text.charAt(index);
          },
        });
        return seen / text.length;
      };
      expect(looks(400)).toBeLessThanOrEqual(2);
      expect(looks(1_600)).toBeLessThanOrEqual(2);
    },
  );

  it('is the same again when its pieces are joined', () => {
    const word = fc.constantFrom('https://a.b/', ')', '(', '.', '@bob', ' ', '\n', 'x', '👍', '@', '//');
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        const text = words.join('');
        const pieces = splitText(text, ['bob']);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });
});

describe('a message', () => {
  it.each(['👍', '👍🏽 🎉', '❤️❤️❤️', '👩‍👩‍👧', '🇨🇭', '1️⃣', ' 😀\n'])('of %j is emoji only', (text) => {
    expect(isEmojiOnly(text)).toBe(true);
  });

  it.each(['', '  ', '12', '#', 'ok 👍', '😀😀😀😀', '©', '™', '❤', 'a', '👍.'])('of %j is text', (text) => {
    expect(isEmojiOnly(text)).toBe(false);
  });
});

it('an avatar has the first letter of a name in any script', () => {
  const initials = {
    alice: 'A',
    '@Éva': 'É',
    أليس: 'أ',
    王小明: '王',
    Жанна: 'Ж',
    किरण: 'कि',
    ßen: 'ß',
    '#7th': '7',
    '🎉 Party': 'P',
    '👩‍🚀': '👩‍🚀',
    '': '',
  };
  expect(Object.keys(initials).map(initialOf)).toEqual(Object.values(initials));
});
