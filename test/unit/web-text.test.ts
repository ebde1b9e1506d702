import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmojiOnly } from '#web/conversation/emoji-only';
import { splitMentions } from '#web/state/mentions';
import { addressLength } from '#web/text/address';
import { isMarked } from '#web/text/is-marked';
import { type Block, type Inline, parse } from '#web/text/parse';
import { plainWords } from '#web/text/plain-words';
import { initialOf } from '#web/ui/initial';
import { playTime } from '#web/voice/play-time';
import { voiceName, voiceSeconds } from '#web/voice/voice-name';
import { levelsOf } from '#web/voice/waveform';

const inlinesOf = (block: Block): readonly Inline[] => {
  if (block.kind === 'text') return block.parts.flatMap(flat);
  if (block.kind === 'quote') return block.blocks.flatMap(inlinesOf);
  return block.kind === 'list' ? block.items.flat().flatMap(inlinesOf) : [];
};
const flat = (part: Inline): readonly Inline[] =>
  typeof part !== 'string' && 'parts' in part ? part.parts.flatMap(flat) : [part];
const linksIn = (text: string) =>
  parse(text)
    .flatMap(inlinesOf)
    .flatMap((part) => (typeof part !== 'string' && part.kind === 'link' ? [part.href] : []));
const mentionsIn = (text: string, ...members: string[]) =>
  splitMentions(text, members).flatMap((piece) => (piece.kind === 'mention' ? [piece.text, piece.username] : []));

// An address and a mention end before the same scripts; the two are loaded at different times, and so have a list each.
it.each([...'漢あアㄅ한กກកကཀꀀᨠᬅꦄ'])('an address and a mention end before %s', (letter) => {
  expect(linksIn(`https://example.com${letter}`)).toEqual(['https://example.com']);
  expect(mentionsIn(`@bob${letter}`, 'bob')).toEqual(['@bob', 'bob']);
});

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
    ['请看https://example.com/a谢谢', 'https://example.com/a'],
    ['https://example.comを見て', 'https://example.com'],
    ['ดูhttps://example.com/ที่นี่', 'https://example.com/'],
    ['https://example.com，谢谢', 'https://example.com'],
    ['https://日本語.jp/a', 'https://日本語.jp/a'],
    ['https://example.com/%E6%97%A5', 'https://example.com/%E6%97%A5'],
    ['https://he.wikipedia.org/wiki/שלום', 'https://he.wikipedia.org/wiki/שלום'],
    ['https://example.com/_a_/b', 'https://example.com/_a_/b'],
    ['**https://example.com**', 'https://example.com'],
    ['http://localhost:8080/a', 'http://localhost:8080/a'],
    ['http://[::1]/a', 'http://[::1]/a'],
    ['see www.example.com/a, please', 'https://www.example.com/a'],
    ['看www.example.com吧', 'https://www.example.com'],
    ['write to bob.smith@example.co.uk.', 'mailto:bob.smith@example.co.uk'],
    ['[here](https://example.com)', 'https://example.com'],
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
    'awww.example.com',
    'www.',
    'www.example',
    'bob@example',
    '@bob@example.com',
    '`https://example.com`',
    '```\nhttps://example.com\n```',
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
        const pieces = splitMentions(text, ['bob']);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });
});

/** A text as one can see it: `<b>bold</b>`. */
function shown(text: string): string {
  const inline = (part: Inline): string => {
    if (typeof part === 'string') return part;
    if (!('parts' in part)) return `<${part.kind}>${part.text}</${part.kind}>`;
    return `<${part.kind}>${part.parts.map(inline).join('')}</${part.kind}>`;
  };
  const block = (each: Block): string => {
    if (each.kind === 'text') return each.parts.map(inline).join('');
    if (each.kind === 'code') return `<pre>${each.text}</pre>`;
    if (each.kind === 'quote') return `<quote>${each.blocks.map(block).join('')}</quote>`;
    return `<list ${each.start ?? ''}>${each.items.map((item) => `<item>${item.map(block).join('')}`).join('')}</list>`;
  };
  return parse(text).map(block).join('');
}

describe('the marks of a text', () => {
  it.each([
    [
      '**bold**, *italic*, _too_ and ~~no~~',
      '<bold>bold</bold>, <italic>italic</italic>, <italic>too</italic> and <struck>no</struck>',
    ],
    ['***both***', '<italic><bold>both</bold></italic>'],
    ['use `a *b* c`', 'use <code>a *b* c</code>'],
    ['```js\nlet a;\n\n  b\n```\nSo?', '<pre>let a;\n\n  b</pre>So?'],
    ['```\na```', '<pre>a</pre>'],
    ['Buy:\n- milk\n- *two* eggs\nThanks', 'Buy:<list ><item>milk<item><italic>two</italic> eggs</list>Thanks'],
    ['3. a\n\n4. b', '<list 3><item>a<item>b</list>'],
    ['- a\n  - b', '<list ><item>a<list ><item>b</list></list>'],
    ['> Are you\n> there?\nYes', '<quote>Are you\nthere?</quote>Yes'],
    ['\\*as written\\*', '*as written*'],
  ])('of %j are shown as %j', (text, expected) => {
    expect(isMarked(text)).toBe(true);
    expect(shown(text)).toBe(expected);
  });

  it.each([
    '2*3*4 = 24 and 2 * 3 * 4',
    'src/**/*.ts',
    'snake_case_name',
    '¯\\_(ツ)_/¯',
    '~5 or ~6',
    '# one\n\n\n  two\n---\n    three',
    '```\nnever ended',
    '| a | b |\n|---|---|',
    '<b>x</b> &amp; <script>alert(1)</script> <!-- -->',
    '[text][1] ![picture](x)\n\n[1]: x',
    '2026. A good year',
    '>:( no',
    '+ 1',
    'a  \nb\\\nc',
    '* * *',
    '- ',
  ])('%j has none', (text) => {
    expect(shown(text)).toBe(text);
  });

  it('leave every word in its place, whatever people write', () => {
    const word = fc.constantFrom(
      '*',
      '**',
      '_',
      '`',
      '```',
      '\n',
      '\n\n',
      '> ',
      '- ',
      '1. ',
      '~~',
      '\\',
      '<',
      'a',
      ' ',
      '   ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        const text = words.join('');
        const letters = (of: string) => of.replace(/\r\n?/g, '\n').replace(/[^\p{L}]/gu, '');
        const written = parse(text)
          .map(function words(block: Block): string {
            if (block.kind === 'code') return block.text;
            if (block.kind === 'text')
              return block.parts
                .flatMap(flat)
                .map((part) => (typeof part === 'string' ? part : 'text' in part ? part.text : ''))
                .join('');
            return (block.kind === 'quote' ? block.blocks : block.items.flat()).map(words).join('');
          })
          .join('');
        expect(letters(written)).toBe(letters(text));
      }),
    );
  });

  it('are no way to make a page deep', () => {
    expect(shown(`${'>'.repeat(2_000)} a`).split('<quote>').length - 1).toBe(4);
    expect(shown(`${'- '.repeat(2_000)}a`).split('<list').length - 1).toBe(4);
  });

  it.each([
    ['**Hi** *there*, ***you***', 'Hi there, you'],
    ['`*a*` ~~b~~', '*a* b'],
    ['```js\nlet a;\n```', 'let a;\n'],
    ['> Are you?\nYes', 'Are you?\nYes'],
    ['https://example.com/_a_ 2*3*4 ¯\\_(ツ)_/¯', 'https://example.com/_a_ 2*3*4 ¯\\_(ツ)_/¯'],
  ])('are not among the words of %j', (text, words) => {
    expect(plainWords(text)).toBe(words);
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

describe('a voice message', () => {
  it.each([
    [0.2, 'voice-message-0m1s.webm', '0:01'],
    [64.6, 'voice-message-1m5s.webm', '1:05'],
    [900, 'voice-message-15m0s.webm', '15:00'],
  ])('of %d seconds is called %j', (seconds, name, shown) => {
    expect(voiceName(seconds, 'webm')).toBe(name);
    expect(playTime(voiceSeconds(name) ?? 0)).toBe(shown);
  });

  it.each(['song.mp3', 'voice-message-1m5s', 'my voice-message-1m5s.webm', 'voice-message.webm'])(
    'is not called %j',
    (name) => {
      expect(voiceSeconds(name)).toBeUndefined();
    },
  );

  it('has bars as high as its parts are loud', () => {
    expect(levelsOf([0, 0, 0.1, -0.25, 0.5, 0.2], 3)).toEqual([0, 0.5, 1]);
    expect(levelsOf([0, 0], 2)).toEqual([0, 0]);
    expect(levelsOf([0.5], 2)).toEqual([0, 1]);
  });
});
