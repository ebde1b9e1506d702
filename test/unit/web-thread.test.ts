import type { Message, OutboxItem } from '@parley/client';
import { describe, expect, it } from 'vitest';
import { groupMessages } from '#web/conversation/group-messages';
import { applyToHistory, historyWindow, joinHistory } from '#web/conversation/history-window';
import { optimisticMessages } from '#web/conversation/optimistic';
import { receiptOf, receiptSeqs } from '#web/conversation/receipts';
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

describe('receipts', () => {
  it('are found for thousands of messages by looking at a few', () => {
    const own = Array.from({ length: 5_000 }, (_, index) => message(index + 1));
    let asked = 0;
    const receipts = receiptSeqs(own, ({ seq }) => {
      asked++;
      return seq <= 3_000 ? 'read' : seq <= 4_999 ? 'delivered' : 'sent';
    });
    expect(receipts).toEqual({ read: 3_000, delivered: 4_999 });
    expect([3_000, 3_001, 4_999, 5_000].map((seq) => receiptOf(seq, receipts))).toEqual([
      'read',
      'delivered',
      'delivered',
      'sent',
    ]);
    expect(asked).toBeLessThan(30);
  });
});

describe('a history window', () => {
  const live = [message(100), message(102)];
  const page = { messages: [message(10), message(12)], from: 9, upTo: 12 };

  it('is shown alone until it meets the messages that the client has', () => {
    expect(numbers(joinHistory(historyWindow(page, live), live))).toEqual([10, 12]);
    const met = historyWindow({ ...page, messages: [message(98), message(100)], upTo: 100 }, live);
    expect(numbers(joinHistory(met, live))).toEqual([98, 100, 102]);
    const end = historyWindow({ ...page, upTo: undefined }, live);
    expect(numbers(joinHistory(end, live))).toEqual([10, 12, 100, 102]);
  });

  it('changes with the events of its messages', () => {
    const about = { conversation: 'alice_bob', seq: 10 };
    const reacted = applyToHistory(historyWindow(page, live), {
      ...about,
      type: 'reaction',
      emoji: '👍',
      user: 'bob',
      removed: false,
      change: 103,
    });
    expect(reacted.messages[0]?.reactions).toEqual({ '👍': ['bob'] });
    const deleted = applyToHistory(reacted, {
      ...message(10, 'alice', 0, { deleted: true, message: '' }),
      type: 'message_deleted',
      room: 'x',
      change: 104,
    });
    expect(deleted.messages[0]).toEqual(
      message(10, 'alice', 0, { deleted: true, message: '', reactions: { '👍': ['bob'] } }),
    );
    expect(numbers(applyToHistory(deleted, { type: 'message_hidden', ...about }).messages)).toEqual([12]);
    const cleared = applyToHistory(deleted, { type: 'history_cleared', conversation: 'alice_bob', up_to: 11 });
    expect(numbers(cleared.messages)).toEqual([12]);
  });
});

describe('a pending change', () => {
  const waiting = (action: OutboxItem['action']): OutboxItem => ({
    client_id: 'c',
    conversation: 'alice_bob',
    order: 1,
    action,
    createdAt: 0,
  });

  it('is shown as if it were accepted, and leaves all other messages unchanged', () => {
    const [one, two] = [message(1, 'alice', 0, { reactions: { '👍': ['alice', 'bob'] } }), message(2)];
    const shown = (action: OutboxItem['action']) => optimisticMessages([one, two], [waiting(action)], 'alice');
    expect(shown({ type: 'react', seq: 1, emoji: '👍', remove: true })[0]?.reactions).toEqual({ '👍': ['bob'] });
    expect(shown({ type: 'edit', seq: 1, message: 'other' })[0]?.message).toBe('other');
    expect(shown({ type: 'delete', seq: 1 })[0]?.deleted).toBe(true);
    expect(shown({ type: 'delete', seq: 1 })[1]).toBe(two);
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
