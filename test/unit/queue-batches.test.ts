import { expect, it } from 'vitest';
import { batchLimits, toBatches } from '#lambdas/runtime/queue';

it('messages are queued ten at a time, and fewer where they are long, in their order', () => {
  const texts = Array.from({ length: 23 }, (_, index) => `text ${index}`);
  expect(toBatches(texts).map((batch) => batch.length)).toEqual([10, 10, 3]);
  expect(toBatches(texts).flat()).toEqual(texts);
  const long = 'ä'.repeat(batchLimits.bytes / 8);
  expect(toBatches([long, long, long, long, long, 'short']).map((batch) => batch.length)).toEqual([4, 2]);
  expect(toBatches([])).toEqual([]);
});
