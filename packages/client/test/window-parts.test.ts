import { describe, expect, it } from 'vitest';
import type { Message, OutboxItem } from '../src/index.ts';
import { applyToPart, joinParts, logPart, maxShown, withoutNewest, withoutOldest } from '../src/log-part.ts';
import { optimisticMessages } from '../src/optimistic.ts';
import { receiptAt, receiptLimits } from '../src/receipt-limits.ts';
import { fakeMessage as message } from './fakes.ts';

const numbers = (messages: readonly Message[]) => messages.map(({ seq }) => seq);

describe('receipts', () => {
  it('are found for thousands of messages by looking at a few', () => {
    const own = Array.from({ length: 5_000 }, (_, index) => message(index + 1));
    let asked = 0;
    const receipts = receiptLimits(own, ({ seq }) => {
      asked++;
      return seq <= 3_000 ? 'read' : seq <= 4_999 ? 'delivered' : 'sent';
    });
    expect(receipts).toEqual({ read: 3_000, delivered: 4_999 });
    expect([3_000, 3_001, 4_999, 5_000].map((seq) => receiptAt(seq, receipts))).toEqual([
      'read',
      'delivered',
      'delivered',
      'sent',
    ]);
    expect(asked).toBeLessThan(30);
  });
});

describe('a part of the log', () => {
  const live = [message(100), message(102)];
  const page = { messages: [message(10), message(12)], from: 9, upTo: 12 };

  it('is shown alone until it meets the messages that the client has', () => {
    expect(numbers(joinParts(logPart(page, live), live))).toEqual([10, 12]);
    const met = logPart({ ...page, messages: [message(98), message(100)], upTo: 100 }, live);
    expect(numbers(joinParts(met, live))).toEqual([98, 100, 102]);
    const end = logPart({ ...page, upTo: undefined }, live);
    expect(numbers(joinParts(end, live))).toEqual([10, 12, 100, 102]);
  });

  it('changes with the events of its messages', () => {
    const about = { conversation: 'alice_bob', seq: 10 };
    const reacted = applyToPart(logPart(page, live), {
      ...about,
      type: 'reaction',
      emoji: '👍',
      user: 'bob',
      removed: false,
      change: 103,
    });
    expect(reacted.messages[0]?.reactions).toEqual({ '👍': ['bob'] });
    const deleted = applyToPart(reacted, {
      ...message(10, { deleted: true, message: '' }),
      type: 'message_deleted',
      room: 'x',
      change: 104,
    });
    expect(deleted.messages[0]).toEqual(message(10, { deleted: true, message: '', reactions: { '👍': ['bob'] } }));
    expect(numbers(applyToPart(deleted, { type: 'message_hidden', ...about }).messages)).toEqual([12]);
    const cleared = applyToPart(deleted, { type: 'history_cleared', conversation: 'alice_bob', up_to: 11 });
    expect(numbers(cleared.messages)).toEqual([12]);
  });
});

describe('a window on a long conversation', () => {
  const size = 2_000;
  const page = (first: number, last: number) => ({
    messages: Array.from({ length: last - first + 1 }, (_, index) => message(first + index)),
    from: first > 1 ? first : undefined,
    upTo: last < size ? last : undefined,
  });
  const live = page(size - 49, size).messages;

  it('holds a bounded number of messages without gaps, in both directions, and meets the newest again', () => {
    let part = logPart(page(size - 99, size - 50), live);
    while (part.from !== undefined) {
      const older = page(Math.max(1, part.from - 50), part.from - 1);
      part = withoutNewest({ ...part, from: older.from, messages: [...older.messages, ...joinParts(part, live)] });
      expect(part.messages.length).toBeLessThanOrEqual(maxShown);
    }
    expect(numbers(joinParts(part, live))).toEqual(numbers(page(1, maxShown).messages));
    expect(part).toMatchObject({ from: undefined, upTo: maxShown, isJoined: false });

    while (!part.isJoined) {
      const newer = page((part.upTo ?? 0) + 1, Math.min(size, (part.upTo ?? 0) + 50));
      part = withoutOldest(
        logPart({ ...part, upTo: newer.upTo, messages: [...part.messages, ...newer.messages] }, live),
      );
      expect(part.messages.length).toBeLessThanOrEqual(maxShown);
    }
    const shown = numbers(joinParts(part, live));
    expect(shown).toEqual(numbers(page(shown[0] ?? 0, size).messages));
    expect(shown.length).toBeLessThanOrEqual(maxShown + live.length);
    expect(part.from).toBe(shown[0]);
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
    const [one, two] = [message(1, { reactions: { '👍': ['alice', 'bob'] } }), message(2)];
    const shown = (action: OutboxItem['action']) => optimisticMessages([one, two], [waiting(action)], 'alice');
    expect(shown({ type: 'react', seq: 1, emoji: '👍', remove: true })[0]?.reactions).toEqual({ '👍': ['bob'] });
    expect(shown({ type: 'edit', seq: 1, message: 'other' })[0]?.message).toBe('other');
    expect(shown({ type: 'delete', seq: 1 })[0]?.deleted).toBe(true);
    expect(shown({ type: 'delete', seq: 1 })[1]).toBe(two);
  });
});
