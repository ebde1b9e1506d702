import type { Message } from '@parley/client';
import { describe, expect, it } from 'vitest';
import { groupMessages } from '#web/conversation/group-messages';
import { unreadMessages } from '#web/conversation/unread';
import { typingText } from '#web/state/names';

const noon = new Date(2026, 10, 20, 12).getTime();

/** @param minutes after noon */
function message(seq: number, by = 'alice', minutes = 0, more: Partial<Message> = {}): Message {
  return {
    id: `id-${seq}`,
    seq,
    conversation: 'alice_bob',
    from_user: { username: by, name: by },
    message: `m${seq}`,
    content_type: 'text',
    attachments: [],
    multimedia_url: null,
    reply_to: null,
    mentions: [],
    reactions: {},
    date_added: new Date(noon + minutes * 60_000).toISOString(),
    edited_at: null,
    deleted: false,
    ...more,
  };
}

const numbers = (messages: readonly Message[]) => messages.map(({ seq }) => seq);

describe('messages are grouped', () => {
  const shape = (messages: readonly Message[], divider?: number) =>
    groupMessages(messages, divider).map(({ rows }) =>
      rows.map(({ message: { seq }, first, last }) => `${first ? '(' : ''}${seq}${last ? ')' : ''}`).join(' '),
    );

  it('if one author sends them within five minutes, with no other message between', () => {
    const all = [message(1), message(2), message(3, 'bob', 1), message(4, 'bob', 5), message(5, 'bob', 10)];
    expect(shape(all)).toEqual(['(1 2) (3 4) (5)']);
  });

  it('within one day', () => {
    expect(shape([message(1, 'alice', 719), message(2, 'alice', 721)])).toEqual(['(1)', '(2)']);
  });

  it('not across the first unread message, and never with system messages', () => {
    expect(shape([message(1), message(2), message(3)], 2)).toEqual(['(1 2) (3)']);
    expect(shape([message(1), message(2, 'alice', 0, { content_type: 'system' }), message(3)])).toEqual([
      '(1) (2) (3)',
    ]);
  });
});

describe('unread messages', () => {
  it('are those of other users after the read position', () => {
    const all = [
      message(1, 'bob'),
      message(2, 'bob'),
      message(3),
      message(5, 'bob', 0, { deleted: true }),
      message(6, 'bob'),
    ];
    expect(numbers(unreadMessages(all, 1, 'alice'))).toEqual([2, 6]);
    expect(numbers(unreadMessages(all, 0, 'alice'))).toEqual([1, 2, 6]);
    expect(unreadMessages(all, 6, 'alice')).toEqual([]);
  });
});

describe('the users who are typing', () => {
  it('are named if they are at most two', () => {
    expect(typingText(['bob'])).toBe('bob is typing…');
    expect(typingText(['bob', 'carol'])).toBe('bob and carol are typing…');
    expect(typingText(['bob', 'carol', 'alice'])).toBe('3 people are typing…');
  });
});
