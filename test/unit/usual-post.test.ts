import { expect, it } from 'vitest';
import { notePost, slowPostMs } from '#lambdas/delivery/usual-post';

const note = (times: number, ms: number) => {
  for (let index = 0; index < times; index++) notePost(ms);
};

it('a post is slow after four times what is usual, between 20 and 150 ms', () => {
  note(100, 8);
  expect(slowPostMs()).toBeCloseTo(32, 1);
  note(100, 1);
  expect(slowPostMs()).toBe(20);
  note(100, 1_000);
  expect(slowPostMs()).toBe(150);
});

it('one slow post among many changes little', () => {
  note(100, 8);
  notePost(10_000);
  expect(slowPostMs()).toBeLessThan(50);
  note(20, 8);
  expect(slowPostMs()).toBeLessThan(34);
});
