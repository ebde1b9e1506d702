import { describe, expect, it, vi } from 'vitest';
import { limits } from '#protocol/limits';
import { namesAfterAt } from '#protocol/mentions';
import { messageText } from '#protocol/message-text';
import { createDraft } from '#web/composer/draft';
import { complete, mentionAt, peopleFor } from '#web/composer/mention';
import { peopleHere } from '#web/composer/people-here';
import { roomLeft, sayRoom } from '#web/composer/room-left';

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

  it('is looked for before the caret alone', () => {
    expect(mentionAt('@bob and more', 3)).toEqual({ from: 0, query: 'bo' });
  });

  it('finds people by user name and by each word of their names', () => {
    const found = (query: string) => peopleFor(query, [alice, bob, bobby]).map(({ username }) => username);
    expect(found('')).toEqual(['alice', 'bob', 'bobby']);
    expect(found('BO')).toEqual(['bob', 'bobby']);
    expect(found('adams')).toEqual(['alice']);
    expect(found('zoe')).toEqual([]);
  });

  it('that stands there already asks nothing any more, unless a longer name begins so', () => {
    expect(peopleFor('alice', [alice, bob])).toEqual([]);
    expect(peopleFor('bob', [alice, bob, bobby])).toEqual([bob, bobby]);
  });

  it('is completed where it stands, so that the server finds it', () => {
    const text = 'hi @bo, how are you';
    const completed = complete(text, 6, { from: 3, query: 'bo' }, 'bob');
    expect(completed).toEqual({ text: 'hi @bob , how are you', caret: 8 });
    expect(namesAfterAt(completed.text)).toEqual([['bob']]);
    expect(complete('@b there', 2, { from: 0, query: 'b' }, 'bob')).toEqual({ text: '@bob there', caret: 5 });
  });

  it('is of members, and in a room of who spoke besides, latest first', () => {
    const said = (from_user: typeof alice, content_type = 'text') => ({ from_user, content_type }) as never;
    const here = (kind: string, members: readonly object[]) =>
      peopleHere({ view: { kind, members } as never, messages: [said(bob), said(bobby), said(alice)] }, 'alice');
    expect(here('group', [alice, bob])).toEqual([bob]);
    expect(here('room', [])).toEqual([bobby, bob]);
  });
});

describe('room for more text', () => {
  it('ends where the server refuses it', () => {
    for (const letter of ['a', 'é', '文', '👍', '"', '\u0001']) {
      for (const attachments of [0, 1, limits.attachmentsPerMessage]) {
        const most = roomLeft(letter, attachments) + 1;
        expect(messageText(letter.repeat(most), attachments)).toBe(letter.repeat(most));
        const more = letter.repeat(most + 1);
        expect(() => messageText(more, attachments)).toThrow();
        expect(roomLeft(more, attachments)).toBeLessThan(0);
      }
    }
  });

  it('does not count what is trimmed', () => {
    expect(roomLeft('  a \n', 0)).toBe(limits.textLength - 1);
    expect(roomLeft('', 0)).toBe(limits.textLength);
  });

  it('is spoken of when little is left', () => {
    expect([201, 200, 1, 0, -1, -1_200].map(sayRoom)).toEqual([
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
  function place(kept: string[] = []) {
    return { kept, load: () => kept.at(-1) ?? '', keep: (text: string) => void kept.push(text) };
  }

  it('is kept once the keys pause, and is there again', () => {
    vi.useFakeTimers();
    const where = place();
    const draft = createDraft(where);
    draft.save('Hel');
    vi.advanceTimersByTime(200);
    draft.save('Hello');
    vi.advanceTimersByTime(200);
    expect(where.kept).toEqual([]);
    expect(draft.load()).toBe('Hello');
    vi.advanceTimersByTime(200);
    expect(where.kept).toEqual(['Hello']);
    expect(createDraft(where).load()).toBe('Hello');
    vi.useRealTimers();
  });

  it('is kept at once when the page goes, and once', () => {
    const where = place();
    const draft = createDraft(where);
    draft.save('Hello');
    draft.flush();
    draft.flush();
    expect(where.kept).toEqual(['Hello']);
  });
});
