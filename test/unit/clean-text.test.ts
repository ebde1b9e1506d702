import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { readIdentity } from '#lambdas/identity/claims';
import { capMarks, cleanName, cleanText } from '#protocol/clean-text';
import { fold } from '#protocol/fold';
import { AttachBody, AvatarBody, CreateGroupBody, MeBody, UpdateGroupBody } from '#protocol/http';
import { limits } from '#protocol/limits';
import { messageText } from '#protocol/message-text';
import { hasWords, searchWords } from '#protocol/search';
import { allCharacters } from '../support/all-characters.ts';

const file = { content_type: 'image/png', size: 1 };

/** Every way by which a name of a person, a conversation or a file comes in. */
const ways: Readonly<Record<string, (name: string) => string | undefined>> = {
  'a profile': (name) => MeBody.safeParse({ name }).data?.name,
  'a new group': (title) => CreateGroupBody.safeParse({ title, members: [] }).data?.title,
  'a title': (title) => UpdateGroupBody.safeParse({ title }).data?.title,
  'a file': (filename) => AttachBody.safeParse({ filename, ...file }).data?.filename,
  'a picture': (filename) => AvatarBody.safeParse({ filename, ...file }).data?.filename,
};

describe.each(Object.entries(ways))('the name of %s', (_, nameOf) => {
  it.each([
    ['gpj\u202eexe.', 'gpjexe.'],
    ['\u2066a\u2069 \u202da\u202c', 'a a'],
    ['one\r\ntwo\u2028three\u0000', 'one two three'],
    ['\tAlice \u0085', 'Alice'],
    // Nothing that a language or an emoji needs is lost.
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['👩‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿', '👩‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['\u200eשלום\u200f', '\u200eשלום\u200f'],
    [`a${'\u0301\u0316'.repeat(100)}b`, `a${'\u0301\u0316'.repeat(15)}b`],
  ])('%j is stored as %j', (written, stored) => {
    expect(nameOf(written)).toBe(stored);
  });

  it.each(['', ' ', '\u200b', '\u202e\u202c', '\u00ad\u2060\ufeff', '\u3164', '\u2800', '\n\0', '\u{e0041}', '\ud800'])(
    '%j is refused',
    (name) => {
      expect(nameOf(name)).toBeUndefined();
    },
  );
});

describe('a message', () => {
  it.each(['\u200b', ' \u2060\u00ad ', '\u3164\n', '\u{e0041}\u{e0042}', '\ufe0f', '\u2800'])(
    'of %j alone is empty',
    (text) => {
      expect(() => messageText(text, 0)).toThrow(expect.objectContaining({ code: 'invalid_frame' }));
      expect(messageText(text, 1)).toBe('');
    },
  );

  it('keeps its lines, and all but the first thirty of many marks', () => {
    expect(messageText('one\n\ttwo\u202e ', 0)).toBe('one\n\ttwo\u202e');
    expect(messageText('a'.concat('\u0301'.repeat(7_990)), 0)).toBe('a'.concat('\u0301'.repeat(30)));
  });
});

describe('the name in a token', () => {
  const owner = { iss: 'https://issuer.example', sub: '1' };

  it.each([
    ['A\u202elice\n', 'Alice'],
    ['\u200b', 'alice'],
    [`${'x'.repeat(63)} y`, 'x'.repeat(63)],
  ])('%j is shown as %j', (name, shown) => {
    expect(readIdentity({ ...owner, username: 'alice', name })?.name).toBe(shown);
  });

  it('is the user name where the provider’s cannot be seen', () => {
    expect(readIdentity({ ...owner, username: '\u200b' })).toMatchObject({ username: '%e2%80%8b', name: '%e2%80%8b' });
  });
});

describe('marks', () => {
  /** A mark may stand for three, and a letter for itself and a mark. */
  const most = 3 * limits.marksInARow + 2;

  it('are capped wherever a character becomes one', () => {
    const unbounded = allCharacters()
      .filter((character) => /^\p{M}/u.test(character.normalize('NFKD')))
      .filter((character) => longestRow(capMarks(character.repeat(100)).normalize('NFKD')) > most);
    expect(unbounded).toEqual([]);
  });

  it('never come to `normalize` in long rows, however a text is made', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    const longest = () => Math.max(0, ...normalize.mock.contexts.map((text) => longestRow(String(text))));
    const mark = fc.constantFrom('\u0301', '\u0316', '\uff9e', '\u0344', '\u{1d165}', '\u0f71', '\u034f');
    const rows = fc.array(
      fc.oneof(
        mark,
        mark.map((one) => one.repeat(40)),
        fc.constantFrom('a', ' ', 'が', '한'),
      ),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(rows, (parts) => {
        normalize.mockClear();
        const text = parts.join('');
        fold(text);
        hasWords([text], searchWords(text));
        expect(longest()).toBeLessThanOrEqual(most);
      }),
    );
    normalize.mockRestore();
  });
});

it('is clean once and for all', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(cleanName(cleanName(text))).toBe(cleanName(text));
      expect(cleanText(cleanText(text))).toBe(cleanText(text));
    }),
  );
});

function longestRow(text: string): number {
  return Math.max(0, ...(text.match(/[\p{M}\uff9e\uff9f]+/gu) ?? []).map((row) => [...row].length));
}
