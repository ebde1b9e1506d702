import type { Message, OutboxItem } from '@parley/client';
import { describe, expect, it } from 'vitest';
import { expectedMessages } from '../../web/conversation/expected.ts';
import { groupMessages } from '../../web/conversation/group-messages.ts';
import { applyToPast, pastOf, withPast } from '../../web/conversation/past.ts';
import { typingWords } from '../../web/conversation/presence-words.ts';
import { tickOf, ticksOf } from '../../web/conversation/ticks.ts';
import { unreadAmong } from '../../web/conversation/unread.ts';

const noon = new Date(2026, 10, 20, 12).getTime();

/** @param minutes after noon */
function message(seq: number, by = 'alice', minutes = 0, more: Partial<Message> = {}): Message {
  return {
    ...{ id: `id-${seq}`, seq, conversation: 'alice_bob', from_user: { username: by, name: by }, message: `m${seq}` },
    ...{ content_type: 'text', attachments: [], multimedia_url: null, reply_to: null, mentions: [], reactions: {} },
    ...{ date_added: new Date(noon + minutes * 60_000).toISOString(), edited_at: null, deleted: false },
    ...more,
  };
}

const numbers = (messages: readonly Message[]) => messages.map(({ seq }) => seq);

describe('messages stand together', () => {
  const shape = (messages: readonly Message[], divider?: number) =>
    groupMessages(messages, divider).map(({ rows }) =>
      rows.map(({ message: { seq }, first, last }) => `${first ? '(' : ''}${seq}${last ? ')' : ''}`).join(' '),
    );

  it('when their author says them within five minutes, and nobody else speaks', () => {
    const all = [message(1), message(2), message(3, 'bob', 1), message(4, 'bob', 5), message(5, 'bob', 10)];
    expect(shape(all)).toEqual(['(1 2) (3 4) (5)']);
  });

  it('on one day', () => {
    expect(shape([message(1, 'alice', 719), message(2, 'alice', 721)])).toEqual(['(1)', '(2)']);
  });

  it('on one side of what is new, and never with what became of the conversation', () => {
    expect(shape([message(1), message(2), message(3)], 2)).toEqual(['(1 2) (3)']);
    expect(shape([message(1), message(2, 'alice', 0, { content_type: 'system' }), message(3)])).toEqual([
      '(1) (2) (3)',
    ]);
  });
});

describe('ticks', () => {
  it('are found for thousands of messages by asking for few', () => {
    const own = Array.from({ length: 5_000 }, (_, index) => message(index + 1));
    let asked = 0;
    const ticks = ticksOf(own, ({ seq }) => {
      asked++;
      return seq <= 3_000 ? 'read' : seq <= 4_999 ? 'delivered' : 'sent';
    });
    expect(ticks).toEqual({ read: 3_000, delivered: 4_999 });
    expect([3_000, 3_001, 4_999, 5_000].map((seq) => tickOf(seq, ticks))).toEqual([
      'read',
      'delivered',
      'delivered',
      'sent',
    ]);
    expect(asked).toBeLessThan(30);
  });
});

describe('a part of the log from before', () => {
  const live = [message(100), message(102)];
  const page = { messages: [message(10), message(12)], from: 9, upTo: 12 };

  it('is shown alone until it meets what the client holds', () => {
    expect(numbers(withPast(pastOf(page, live), live))).toEqual([10, 12]);
    const met = pastOf({ ...page, messages: [message(98), message(100)], upTo: 100 }, live);
    expect(numbers(withPast(met, live))).toEqual([98, 100, 102]);
    const end = pastOf({ ...page, upTo: undefined }, live);
    expect(numbers(withPast(end, live))).toEqual([10, 12, 100, 102]);
  });

  it('changes as its messages do', () => {
    const about = { conversation: 'alice_bob', seq: 10 };
    const reacted = applyToPast(pastOf(page, live), {
      ...{ ...about, type: 'reaction', emoji: '👍', user: 'bob', removed: false, change: 103 },
    });
    expect(reacted.messages[0]?.reactions).toEqual({ '👍': ['bob'] });
    const deleted = applyToPast(reacted, {
      ...{
        ...message(10, 'alice', 0, { deleted: true, message: '' }),
        type: 'message_deleted',
        room: 'x',
        change: 104,
      },
    });
    expect(deleted.messages[0]).toEqual(
      message(10, 'alice', 0, { deleted: true, message: '', reactions: { '👍': ['bob'] } }),
    );
    expect(numbers(applyToPast(deleted, { type: 'message_hidden', ...about }).messages)).toEqual([12]);
    const cleared = applyToPast(deleted, { type: 'history_cleared', conversation: 'alice_bob', up_to: 11 });
    expect(numbers(cleared.messages)).toEqual([12]);
  });
});

describe('a change that waits', () => {
  const waiting = (action: OutboxItem['action']): OutboxItem => ({
    ...{ client_id: 'c', conversation: 'alice_bob', order: 1, action, createdAt: 0 },
  });

  it('is shown as if it were accepted, and leaves all other messages as they are', () => {
    const [one, two] = [message(1, 'alice', 0, { reactions: { '👍': ['alice', 'bob'] } }), message(2)];
    const shown = (action: OutboxItem['action']) => expectedMessages([one, two], [waiting(action)], 'alice');
    expect(shown({ type: 'react', seq: 1, emoji: '👍', remove: true })[0]?.reactions).toEqual({ '👍': ['bob'] });
    expect(shown({ type: 'edit', seq: 1, message: 'other' })[0]?.message).toBe('other');
    expect(shown({ type: 'delete', seq: 1 })[0]?.deleted).toBe(true);
    expect(shown({ type: 'delete', seq: 1 })[1]).toBe(two);
  });
});

describe('what is unread', () => {
  it('was said by others behind what one has read', () => {
    const all = [
      message(1, 'bob'),
      message(2, 'bob'),
      message(3),
      message(5, 'bob', 0, { deleted: true }),
      message(6, 'bob'),
    ];
    expect(numbers(unreadAmong(all, 1, 'alice'))).toEqual([2, 6]);
    expect(numbers(unreadAmong(all, 0, 'alice'))).toEqual([1, 2, 6]);
    expect(unreadAmong(all, 6, 'alice')).toEqual([]);
  });
});

describe('who types', () => {
  it('is said by name up to two', () => {
    expect(typingWords(['bob'])).toBe('bob is typing…');
    expect(typingWords(['bob', 'carol'])).toBe('bob and carol are typing…');
    expect(typingWords(['bob', 'carol', 'alice'])).toBe('3 people are typing…');
  });
});
