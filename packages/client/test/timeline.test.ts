import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTimeline, type LogEvent } from '../src/timeline.ts';
import { fakeEvent, fakeMessage, fakeReaction } from './fakes.ts';

const room = 'alice_bob';
const edited = (seq: number, change: number): LogEvent => ({
  ...fakeMessage(seq, { message: `edited by ${change}` }),
  type: 'message_edited',
  room,
  change,
  edited_at: `2026-11-20T12:00:${String(change).padStart(2, '0')}.000Z`,
});
const deleted = (seq: number, change: number): LogEvent => ({
  ...fakeMessage(seq, { message: '', deleted: true }),
  type: 'message_deleted',
  room,
  change,
});

/** A log: each number is a message, or the change of an earlier message. */
const logOf = (maxLength: number) =>
  fc
    .array(fc.record({ kind: fc.nat(4), target: fc.nat(), user: fc.constantFrom('alice', 'bob') }), {
      minLength: 1,
      maxLength,
      size: 'max',
    })
    .map((entries) => {
      const seqs: number[] = [];
      const removed = new Set<number>();
      return entries.map(({ kind, target, user }, index): LogEvent => {
        const number = index + 1;
        const seq = seqs[target % Math.max(1, seqs.length)];
        if (seq === undefined || removed.has(seq) || kind === 0) {
          seqs.push(number);
          return fakeEvent(number, { client_id: `c${number}` });
        }
        if (kind === 1) return edited(seq, number);
        if (kind === 2) {
          removed.add(seq);
          return deleted(seq, number);
        }
        return fakeReaction({ seq, change: number, user, removed: kind === 3 });
      });
    });
const log = logOf(30);

describe('a timeline', () => {
  it('holds the same whatever the order and number in which events come', () => {
    fc.assert(
      fc.property(
        log.chain((events) => {
          const twice = [...events, ...events];
          return fc.tuple(fc.constant(events), fc.shuffledSubarray(twice, { minLength: twice.length }));
        }),
        ([events, shuffled]) => {
          const [one, other] = [createTimeline(0), createTimeline(0)];
          for (const event of events) one.apply(event);
          for (const event of shuffled) other.apply(event);
          expect(other.messages).toEqual(one.messages);
          expect([other.completeUpTo, other.latestSeq]).toEqual([events.length, events.length]);
        },
      ),
    );
  });

  it('sees a gap, and that it is closed', () => {
    const timeline = createTimeline(0);
    timeline.apply(fakeEvent(1));
    timeline.apply(fakeEvent(4));
    expect([timeline.completeUpTo, timeline.latestSeq]).toEqual([1, 4]);
    timeline.apply(edited(1, 3));
    timeline.markComplete(2);
    expect([timeline.completeUpTo, timeline.latestSeq]).toEqual([4, 4]);
  });

  it('gives another array when something changed, and the same when nothing did', () => {
    const timeline = createTimeline(0);
    timeline.apply(fakeEvent(1));
    const { messages } = timeline;
    expect(timeline.messages).toBe(messages);
    timeline.apply(fakeReaction({ seq: 1, change: 2 }));
    expect(timeline.messages).not.toBe(messages);
    expect(messages[0]?.reactions).toEqual({});
    expect(timeline.messages[0]?.reactions).toEqual({ '👍': ['bob'] });
  });

  it('shows what is older only when it was loaded, with the changes that came before it', () => {
    const timeline = createTimeline(10);
    timeline.apply(edited(4, 11));
    timeline.apply(fakeReaction({ seq: 5, change: 12 }));
    expect(timeline.messages).toEqual([]);
    timeline.addOlder([fakeMessage(5), fakeMessage(4)], 4);
    expect(timeline.messages.map(({ message: text }) => text)).toEqual(['edited by 11', 'message 5']);
    expect(timeline.messages[1]?.reactions).toEqual({ '👍': ['bob'] });
  });

  it('takes older messages from their page, whatever came late of what was before its start', () => {
    fc.assert(
      fc.property(
        log.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.nat(events.length),
            fc.shuffledSubarray(events),
            fc.shuffledSubarray(events),
          ),
        ),
        ([events, start, late, more]) => {
          const whole = createTimeline(0);
          for (const event of events) whole.apply(event);
          const timeline = createTimeline(start);
          for (const event of [...late, ...events.slice(start), ...more]) timeline.apply(event);
          timeline.addOlder(whole.messages.filter(({ seq }) => seq <= start).reverse(), 1);
          expect(timeline.messages).toEqual(whole.messages);
        },
      ),
    );
  });

  it.each([
    ['before', [fakeEvent(1), deleted(1, 2), edited(1, 3)]],
    ['after', [fakeEvent(1), edited(1, 3), deleted(1, 2)]],
  ])('shows nothing of what was deleted, although an edit with a higher number came %s', (_, events) => {
    const timeline = createTimeline(0);
    for (const event of events) timeline.apply(event);
    expect(timeline.messages).toMatchObject([{ deleted: true, message: '' }]);
    expect(timeline.completeUpTo).toBe(3);
  });

  it('keeps what was sent under which id, which changes do not tell', () => {
    const timeline = createTimeline(0);
    timeline.apply(edited(1, 2));
    timeline.apply(fakeEvent(1, { client_id: 'a1' }));
    expect(timeline.messages[0]).toMatchObject({ client_id: 'a1', message: 'edited by 2' });
  });

  it('does not show what was hidden or cleared, also when it comes later', () => {
    const timeline = createTimeline(0);
    timeline.apply({ type: 'message_hidden', conversation: room, seq: 3 });
    timeline.apply({ type: 'history_cleared', conversation: room, up_to: 1 });
    for (const seq of [1, 2, 3]) timeline.apply(fakeEvent(seq));
    expect(timeline.messages.map(({ seq }) => seq)).toEqual([2]);
  });

  it('forgets the older half of what comes, and what is loaded again is as it was', () => {
    const maxHeld = 8;
    /** What happens with an event: it comes, or with the next one, or once more with those before it; and older messages are loaded. */
    const step = fc.record({ isLate: fc.boolean(), isRepeated: fc.boolean(), loads: fc.boolean() });
    fc.assert(
      fc.property(logOf(120), fc.infiniteStream(step), (events, steps) => {
        const [server, timeline] = [createTimeline(0), createTimeline(0, maxHeld)];
        const loadOlder = () => {
          const page = server.messages.filter(({ seq }) => seq < timeline.firstSeq).slice(-3);
          timeline.addOlder(page.reverse(), page.at(-1)?.seq ?? 1);
        };
        let late: LogEvent[] = [];
        let longest = maxHeld;
        events.forEach((event, index) => {
          const { isLate, isRepeated, loads } = steps.next().value;
          server.apply(event);
          late.push(event);
          if (isLate && index < events.length - 1) return;
          for (const one of [...late].reverse()) timeline.apply(one);
          late = [];
          if (isRepeated) for (const one of events.slice(Math.max(0, index - 20), index)) timeline.apply(one);
          expect(timeline.messages.length).toBeLessThanOrEqual(longest);
          if (loads) loadOlder();
          longest = Math.max(maxHeld, timeline.messages.length + maxHeld / 2);
          expect(timeline.messages).toEqual(server.messages.filter(({ seq }) => seq >= timeline.firstSeq));
        });
        while (timeline.firstSeq > 1) loadOlder();
        expect(timeline.messages).toEqual(server.messages);
      }),
      // To look for a smaller failing log takes minutes.
      { endOnFailure: true },
    );
  });

  it('forgets no change that came before an earlier one, which would win over it', () => {
    const timeline = createTimeline(0, 8);
    for (let seq = 1; seq <= 8; seq++) timeline.apply(fakeEvent(seq));
    const late = [fakeReaction({ seq: 2, change: 9, removed: true }), edited(3, 10)];
    timeline.apply(fakeReaction({ seq: 2, change: 11 }));
    timeline.apply(edited(3, 12));
    timeline.apply(fakeEvent(13));
    for (const event of late) timeline.apply(event);
    const [reactions, message] = [{ '👍': ['bob'] }, 'edited by 12'];
    const page = [1, 2, 3, 4, 5].map((seq) =>
      fakeMessage(seq, { ...(seq === 2 && { reactions }), ...(seq === 3 && { message }) }),
    );
    expect(timeline.firstSeq).toBe(6);
    timeline.addOlder(page.reverse(), 1);
    expect(timeline.messages.slice(1, 3)).toMatchObject([{ reactions }, { message }]);
  });

  it('holds a thousand of ten thousand messages, those to which nobody has scrolled', () => {
    const timeline = createTimeline(0);
    const lengths = Array.from({ length: 10_000 }, (_, index) => {
      timeline.apply(fakeEvent(index + 1));
      return timeline.messages.length;
    });
    expect(Math.max(...lengths)).toBe(1_000);
    expect(timeline.messages.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 10_001 - timeline.firstSeq }, (_, index) => timeline.firstSeq + index),
    );
    // What somebody has loaded stays while they read it.
    while (timeline.messages.length < 3_000) {
      const { firstSeq } = timeline;
      timeline.addOlder(
        Array.from({ length: 50 }, (_, index) => fakeMessage(firstSeq - 1 - index)),
        firstSeq - 50,
      );
    }
    for (let seq = 10_001; seq <= 10_500; seq++) timeline.apply(fakeEvent(seq));
    expect(timeline.messages.length).toBeGreaterThanOrEqual(3_500);
    timeline.apply(fakeEvent(10_501));
    timeline.apply(fakeEvent(10_502));
    expect(timeline.messages.length).toBeLessThanOrEqual(1_000);
  });
});
