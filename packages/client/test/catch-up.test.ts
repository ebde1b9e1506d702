import { expect, it } from 'vitest';
import { createCatchUp } from '../src/catch-up.ts';
import { Forbidden, Internal, type ParleyError } from '../src/index.ts';
import { createTimeline, type LogEvent } from '../src/timeline.ts';
import { fakeClock, fakeEvent } from './fakes.ts';

const said = (seq: number) => fakeEvent(seq, { message: `${seq}` });

interface Page {
  readonly count: number;
  readonly next: string | null;
  readonly results: readonly LogEvent[];
}

function setUp(answer: (after: number, number: number) => Page | ParleyError) {
  const clock = fakeClock();
  const timeline = createTimeline(0);
  const asked: number[] = [];
  const ended: string[] = [];
  const catchUp = createCatchUp({
    id: 'c',
    timeline,
    clock,
    random: () => 0.5,
    async http<Answer>(_method: string, path: string): Promise<Answer> {
      const after = Number(new URLSearchParams(path.split('?')[1]).get('after'));
      asked.push(after);
      const said = answer(after, asked.length);
      if (said instanceof Error) throw said;
      return said as Answer;
    },
    onEvent: timeline.apply,
    onEnd: ({ code }) => ended.push(code),
  });
  return { clock, timeline, asked, ended, catchUp };
}

const next = (after: number) => `https://elsewhere/conversations/c/messages?changes=true&after=${after}&limit=100`;

it('reads page after page, and knows then that numbers without an entry hold nothing', async () => {
  const { catchUp, timeline, asked } = setUp((after) =>
    after === 0
      ? { count: 9, next: next(4), results: [said(1), said(4)] }
      : { count: 9, next: null, results: [said(6)] },
  );
  await catchUp.now();
  expect(asked).toEqual([0, 4]);
  expect(timeline.messages.map(({ seq }) => seq)).toEqual([1, 4, 6]);
  expect(timeline.completeUpTo).toBe(9);
});

it('asks again, a second later, for a number that may still come', async () => {
  const { catchUp, clock, timeline, asked } = setUp((_, number) =>
    number < 4
      ? { count: 3, next: next(1), results: number === 1 ? [said(1)] : [] }
      : { count: 3, next: null, results: [said(2), said(3)] },
  );
  const done = catchUp.now();
  await clock.pass(10_000);
  await done;
  expect(asked).toEqual([0, 1, 1, 1]);
  expect(timeline.completeUpTo).toBe(3);
});

it('tries again what failed, and says when it never will be', async () => {
  const { catchUp, clock, asked, ended } = setUp((_, number) =>
    number < 3 ? new Internal('internal', 'unable') : new Forbidden('forbidden', 'unable'),
  );
  const done = catchUp.now();
  await clock.pass(60_000);
  await done;
  expect(asked.length).toBe(3);
  expect(ended).toEqual(['forbidden']);
});

it('does not ask for what comes by itself in a moment', async () => {
  const { catchUp, clock, timeline, asked } = setUp(() => ({ count: 3, next: null, results: [said(2)] }));
  timeline.apply(said(1));
  timeline.apply(said(3));
  catchUp.soon();
  await clock.pass(100);
  timeline.apply(said(2));
  await clock.pass(10_000);
  expect(asked).toEqual([]);
  timeline.apply(said(5));
  catchUp.soon();
  await clock.pass(10_000);
  expect(asked.length).toBeGreaterThan(0);
});
