import { describe, expect, it, vi } from 'vitest';
import { limits } from '#protocol/limits';
import { namesAfterAt } from '#protocol/mentions';
import { messageText } from '#protocol/message-text';
import { createAutosave } from '#web/composer/autosave';
import { completeMention, matchingPeople, mentionAt, mentionCandidates } from '#web/composer/mention';
import { remainingLength, remainingText } from '#web/composer/remaining-length';

const [alice, bob, bobby] = [
  { username: 'alice', name: 'Alice Adams' },
  { username: 'bob', name: 'Bob' },
  { username: 'bobby', name: 'Robert Brown' },
];

describe('a mention', () => {
  it.each([
    ['@', 0, ''],
    ['hello @bo', 6, 'bo'],
    ['(@Bo', 1, 'Bo'],
    ['line\n@b.o-b', 5, 'b.o-b'],
  ])('is being written in %j', (text, from, query) => {
    expect(mentionAt(text, text.length)).toEqual({ from, query });
  });

  it.each(['', 'bob', 'bob@example', '@bob ', '@bob, ', 'https://x.org/@bob', '@@bob'])('is none in %j', (text) => {
    expect(mentionAt(text, text.length)).toBeUndefined();
  });

  it.each(['你好@bo', 'ありがとう@bo', '안녕@bo'])('begins beside scripts without spaces: %j', (text) => {
    expect(mentionAt(text, text.length)).toEqual({ from: text.length - 3, query: 'bo' });
  });

  it('is looked for only before the caret', () => {
    expect(mentionAt('@bob and more', 3)).toEqual({ from: 0, query: 'bo' });
  });

  it('finds people by user name and by each word of their names', () => {
    const found = (query: string) => matchingPeople(query, [alice, bob, bobby]).map(({ username }) => username);
    expect(found('')).toEqual(['alice', 'bob', 'bobby']);
    expect(found('BO')).toEqual(['bob', 'bobby']);
    expect(found('adams')).toEqual(['alice']);
    expect(found('zoe')).toEqual([]);
    expect(matchingPeople('zoe', [{ username: 'z1', name: 'Ms Zoë' }])).toHaveLength(1);
  });

  it('finds first whoever is called just that', () => {
    const found = (query: string) => matchingPeople(query, [bobby, bob]).map(({ username }) => username);
    expect(found('Bo')).toEqual(['bobby', 'bob']);
    expect(found('Bob')).toEqual(['bob', 'bobby']);
    expect(matchingPeople('bob', [bobby, { username: 'z1', name: 'Bób' }])[0]?.username).toBe('z1');
  });

  it('that is already complete suggests nobody, unless a longer name starts the same', () => {
    expect(matchingPeople('alice', [alice, bob])).toEqual([]);
    expect(matchingPeople('bob', [alice, bob, bobby])).toEqual([bob, bobby]);
  });

  it('is completed in place, so that the server finds it', () => {
    const completed = (text: string, caret: number, from: number) => {
      const { from: start, to, by } = completeMention(text, caret, { from, query: '' }, 'bob');
      return text.slice(0, start) + by + text.slice(to);
    };
    expect(completed('hi @bo, how are you', 6, 3)).toBe('hi @bob , how are you');
    expect(namesAfterAt(completed('hi @bo, how are you', 6, 3))).toEqual([['bob']]);
    expect(completed('@b there', 2, 0)).toBe('@bob there');
  });

  it('can be of members, and in a room also of authors, latest first', () => {
    const said = (from_user: typeof alice, content_type = 'text') => ({ from_user, content_type }) as never;
    const here = (kind: string, members: readonly object[]) =>
      mentionCandidates({ view: { kind, members } as never, messages: [said(bob), said(bobby), said(alice)] }, 'alice');
    expect(here('group', [alice, bob])).toEqual([bob]);
    expect(here('room', [])).toEqual([bobby, bob]);
  });
});

describe('the remaining length', () => {
  it('ends where the server rejects the text', () => {
    for (const letter of ['a', 'é', '文', '👍', '"']) {
      for (const attachments of [0, 1, limits.attachmentsPerMessage]) {
        const most = remainingLength(letter, attachments) + 1;
        expect(messageText(letter.repeat(most), attachments)).toBe(letter.repeat(most));
        const more = letter.repeat(most + 1);
        expect(() => messageText(more, attachments)).toThrow();
        expect(remainingLength(more, attachments)).toBeLessThan(0);
      }
    }
  });

  it('counts a character that JSON escapes as its six bytes', () => {
    const most = `x${'\u0001'.repeat(Math.floor((limits.messageBytes - 3) / 6))}`;
    expect(messageText(most, 0)).toBe(most);
    expect(remainingLength(most, 0)).toBe(0);
    expect(() => messageText(`${most}\u0001`, 0)).toThrow();
    expect(remainingLength(`${most}\u0001`, 0)).toBeLessThan(0);
  });

  it('does not count trimmed spaces', () => {
    expect(remainingLength('  a \n', 0)).toBe(limits.textLength - 1);
    expect(remainingLength('', 0)).toBe(limits.textLength);
  });

  it('is shown when little is left', () => {
    expect([201, 200, 1, 0, -1, -1_200].map(remainingText)).toEqual([
      undefined,
      '200 characters left.',
      '1 character left.',
      '0 characters left.',
      '1 character too many.',
      '1,200 characters too many.',
    ]);
  });
});

describe('a draft', () => {
  it('is saved when the user pauses', () => {
    vi.useFakeTimers();
    const save = vi.fn();
    const draft = createAutosave(save);
    draft.soon();
    vi.advanceTimersByTime(200);
    draft.soon();
    vi.advanceTimersByTime(200);
    expect(save).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(200);
    expect(save).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });

  it('is saved at once, and only once, when the page closes', () => {
    const save = vi.fn();
    const draft = createAutosave(save);
    draft.soon();
    draft.flush();
    draft.flush();
    expect(save).toHaveBeenCalledTimes(1);
  });
});
