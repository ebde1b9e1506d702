import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import { encodeUserName, isUserName, parseConversation, readConversation } from '#protocol/names';

const userName = fc.stringMatching(/^[a-z0-9.-]{1,12}$/);
const people = fc.uniqueArray(userName, { minLength: 2, maxLength: limits.namedMembers });

function codeOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('a conversation named by its members', () => {
  it('has one id, whatever the order and case of the names', () => {
    fc.assert(
      fc.property(people, fc.gen(), (names, gen) => {
        const shuffled = gen(fc.shuffledSubarray, names, { minLength: names.length });
        const [me = ''] = names;
        const conversation = readConversation(shuffled.join('_').toUpperCase(), me);
        expect(conversation).toEqual({
          id: [...names].sort().join('_'),
          kind: names.length === 2 ? 'direct' : 'fixed',
          members: [...names].sort(),
        });
      }),
    );
  });

  it('is read back from its own id as the same conversation', () => {
    fc.assert(
      fc.property(people, (names) => {
        const conversation = parseConversation(names.join('_'));
        expect(parseConversation(conversation.id)).toEqual(conversation);
      }),
    );
  });

  it('may be given as the bare name of the other user', () => {
    expect(readConversation('bob', 'alice').id).toBe('alice_bob');
  });

  it('allows only the users in its name', () => {
    expect(codeOf(() => readConversation('bob_carol', 'alice'))).toBe('forbidden');
  });

  it.each(['alice', 'alice_alice', 'alice_bob_alice'])(
    'is refused with nobody else in it, or with somebody twice: %s',
    (name) => {
      expect(codeOf(() => readConversation(name, 'alice'))).toBe('invalid_frame');
    },
  );

  it('names at most as many people as the limit', () => {
    const names = Array.from({ length: limits.namedMembers + 1 }, (_, index) => `user${index}`);
    expect(codeOf(() => readConversation(names.join('_'), 'user0'))).toBe('invalid_frame');
  });
});

describe('invalid names', () => {
  it.each([
    '',
    '_',
    'alice__bob',
    'alice_bob_',
    'alice#bob',
    'alice bob',
    'alice:bob',
    'room:',
    'room:a b',
    'room:a#b',
    'group:1',
    'al\u0000ice',
    'alice_b%zz',
    `alice_${'b'.repeat(10_000)}`,
    `room:${'b'.repeat(10_000)}`,
    '__proto__',
    'älice_bob',
    '\ud800_alice',
  ])('are refused with a sentence of reasonable length: %j', (name) => {
    expect(codeOf(() => readConversation(name, 'alice'))).toBe('invalid_frame');
    expect(() => readConversation(name, 'alice')).toThrow(/^.{10,400}$/);
  });

  it('never reach the table: every accepted name consists of safe characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          expect(readConversation(text, 'alice').id).toMatch(/^[a-z0-9.%_:-]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ChatError);
        }
      }),
    );
  });
});

describe('a user name made from an external one', () => {
  it('is a valid name, and no two people share one', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
        fc.string({ unit: 'grapheme', maxLength: 10 }),
        (one, two) => {
          const encoded = encodeUserName(one);
          expect(encoded).toMatch(/^(?:[a-z0-9.-]|%[0-9a-f]{2})+$/);
          if (one !== two) expect(encodeUserName(two)).not.toBe(encoded);
        },
      ),
    );
  });

  it.each([
    ['alice', 'alice'],
    ['bob_smith', 'bob%5fsmith'],
    ['Ann', '%41nn'],
    ['auth0|a', 'auth0%7ca'],
    ['zoë', 'zo%c3%ab'],
  ])('%s is %s', (external, name) => {
    expect(encodeUserName(external)).toBe(name);
    expect(isUserName(name)).toBe(true);
  });
});

describe('rooms and groups', () => {
  it.each([
    ['room:Lobby', { id: 'room:lobby', kind: 'room' }],
    ['room:my_room.1', { id: 'room:my_room.1', kind: 'room' }],
    ['group:01JD3Y2V3W4X5Y6Z7A8B9C0D1E', { id: 'group:01jd3y2v3w4x5y6z7a8b9c0d1e', kind: 'group' }],
  ])('%s', (name, conversation) => {
    expect(readConversation(name, 'alice')).toEqual(conversation);
  });
});
