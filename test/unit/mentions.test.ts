import { describe, expect, it } from 'vitest';
import { limits } from '#protocol/limits';
import { namesAfterAt } from '#protocol/mentions';

describe('the names after an @', () => {
  it.each([
    ['@bob', [['bob']]],
    ['Hi @Bob, and (@carol)!', [['bob'], ['carol']]],
    ['ask @bob.', [['bob.', 'bob']]],
    [
      '@bob... @bob-',
      [
        ['bob...', 'bob'],
        ['bob-', 'bob'],
      ],
    ],
    ['@bob’s turn', [['bob']]],
    ['@bob%5fsmith: hello', [['bob%5fsmith']]],
    ['@BOB and @bob', [['bob']]],
    ['@anna-lena.b', [['anna-lena.b']]],
    // Scripts that are written without spaces.
    ['你好@bob', [['bob']]],
    ['@bobさん、こんにちは', [['bob']]],
    ['ありがとう@bob', [['bob']]],
    ['サーバー@bob', [['bob']]],
    ['@bob님 안녕하세요', [['bob']]],
    ['안녕@bob', [['bob']]],
    ['สวัสดี@bobครับ', [['bob']]],
    ['@bob你好@carol', [['bob'], ['carol']]],
  ])('of %j are %j', (text, names) => {
    expect(namesAfterAt(text)).toEqual(names);
  });

  it.each([
    '',
    'bob',
    '@',
    '@ bob',
    'write to bob@example.com',
    'bob.@example.com',
    '@bob@example.com',
    'https://example.com/@bob',
    '@bob_smith',
    '@bobé',
    '@@bob',
    'é@bob',
    'привет@bob',
    '@bobл',
    '你好@bob@example.com',
    'a你@@bob',
    `@${'b'.repeat(limits.userNameLength + 1)}`,
    '@.',
  ])('%j has none that is a user’s', (text) => {
    expect(
      namesAfterAt(text)
        .flat()
        .filter((name) => name !== '.'),
    ).toEqual([]);
  });

  it('stop at the limit of different names', () => {
    const names = Array.from({ length: limits.mentionsPerMessage + 1 }, (_, index) => `u${index}`);
    const text = names.map((name) => `@${name} @${name}`).join(' ');
    expect(namesAfterAt(text).flat()).toEqual(names.slice(0, -1));
  });

  it('are found in linear time, whatever the text', () => {
    const began = performance.now();
    for (const part of ['@a.', '@', '%', '@%4', 'a.-', '你@a', '@你']) namesAfterAt(part.repeat(8_000));
    for (const text of [`@${'-'.repeat(8_000)}a`, `@a${'-.'.repeat(4_000)}`]) namesAfterAt(text);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
