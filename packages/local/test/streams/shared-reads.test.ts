import { expect, test } from 'vitest';
import { shareReads } from '#streams/shared-reads';

function open() {
  const answers: ((answer: unknown) => void)[] = [];
  const reads = shareReads({ call: () => new Promise((resolve) => void answers.push(resolve)) });
  return { answers, reads };
}

test('equal reads are one until it is answered', async () => {
  const { answers, reads } = open();
  const [first, second, other] = [1, 1, 2].map((from) => reads.call('read', { from }));
  expect(answers).toHaveLength(2);
  answers[0]?.('a');
  answers[1]?.('b');
  expect(await Promise.all([first, second, other])).toEqual(['a', 'a', 'b']);
  void reads.call('read', { from: 1 });
  expect(answers).toHaveLength(3);
});

test('a read after a write does not share one from before it', async () => {
  const { answers, reads } = open();
  const before = reads.call('read', {});
  reads.forget();
  const after = reads.call('read', {});
  answers[0]?.('old');
  await before;
  const later = reads.call('read', {});
  expect(answers).toHaveLength(2);
  answers[1]?.('new');
  expect(await Promise.all([after, later])).toEqual(['new', 'new']);
});
