import { expect, it } from 'vitest';
import { emoji as oneEmoji } from '#protocol/fields';
import { readHabits, withRecent } from '#web/emoji/emoji-habits';
import { loadEmoji, searchEmoji } from '#web/emoji/load-emoji';
import { skinTones, withTone } from '#web/emoji/skin-tone';

it('every emoji of the palette has a name in each language, and is one that the server takes, in each skin tone', async () => {
  const byLanguage = await Promise.all(['en', 'de', 'es', 'ar'].map(loadEmoji));
  for (const groups of byLanguage) {
    const all = groups.flatMap(({ emoji }) => emoji);
    expect(all.length).toBeGreaterThan(1_800);
    expect(all.filter(({ name }) => name === '')).toEqual([]);
  }
  const all = (byLanguage[0] ?? []).flatMap(({ emoji }) => emoji);
  const written = all.flatMap(({ emoji, isToned }) =>
    (isToned ? skinTones : ['']).map((tone) => withTone(emoji, tone)),
  );
  expect(written.length).toBeGreaterThan(3_000);
  expect(written.filter((emoji) => !oneEmoji.safeParse(emoji).success)).toEqual([]);
});

it('emoji are found by the begin of any word, in the reader’s language, and first by their names', async () => {
  const find = async (language: string, query: string) =>
    searchEmoji(await loadEmoji(language), query).map(({ emoji }) => emoji);
  expect((await find('en', 'thumbs u'))[0]).toBe('👍');
  expect((await find('en-GB', 'Pizza'))[0]).toBe('🍕');
  expect((await find('de-AT', 'daumen hoch'))[0]).toBe('👍');
  expect(await find('es', 'corazon rojo')).toContain('❤️');
  expect(await find('ar', 'قلب')).toContain('❤️');
  expect(await find('fi', 'rocket')).toContain('🚀');
  expect(await find('en', 'qqq')).toEqual([]);
});

it('what was used last is first among the recent ones, each once', () => {
  const used = ['a', 'b', 'a'].reduce(withRecent, { recent: [], tone: '' });
  expect(used.recent).toEqual(['a', 'b']);
  const many = Array.from({ length: 40 }, (_, index) => String(index)).reduce(withRecent, used);
  expect(many.recent).toHaveLength(24);
  expect(readHabits('nobody')).toEqual({ recent: [], tone: '' });
});
