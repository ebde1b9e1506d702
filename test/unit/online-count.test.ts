import { describe, expect, test } from 'vitest';
import { countLagMs, isCountPlanned, pauseBeforeCount } from '#lambdas/chat/online-count';

describe('the pause before a count', () => {
  test('is ten seconds, and grows with the people online and the members up to two minutes', () => {
    expect(pauseBeforeCount()).toBe(10);
    expect(pauseBeforeCount({ online: 500, members: 1_500 })).toBe(10);
    expect(pauseBeforeCount({ online: 501, members: 501 })).toBe(11);
    expect(pauseBeforeCount({ online: 10, members: 3_000 })).toBe(20);
    expect(pauseBeforeCount({ online: 3_000, members: 5_000 })).toBe(60);
    expect(pauseBeforeCount({ online: 100, members: 5_000 })).toBe(34);
    expect(pauseBeforeCount({ online: 90_000, members: 100_000 })).toBe(120);
  });

  test('bounds the posts of a room’s counts to fifty a second, up to six thousand people online', () => {
    for (let online = 1; online <= 6_000; online++) {
      expect(online / pauseBeforeCount({ online, members: online })).toBeLessThanOrEqual(50);
    }
  });
});

test('a planned count sees a change if the reads of the count cannot lag behind it', () => {
  const planned = { online: 1, members: 200, due: 100_000 };
  expect(isCountPlanned(undefined, 0)).toBe(false);
  expect(isCountPlanned({ ...planned, due: 0 }, 50_000)).toBe(false);
  expect(isCountPlanned(planned, 100_000 - countLagMs - 1)).toBe(true);
  expect(isCountPlanned(planned, 100_000 - countLagMs)).toBe(false);
  expect(isCountPlanned(planned, 100_001)).toBe(false);
});

/**
 * The posts for each of `count` people who come in so many seconds to a room in which `here` others are and stay: their own three first events,
 * and the numbers that everybody gets. Bench and tests measure the same at a smaller scale.
 */
function postsEach(count: number, seconds: number, { here, members }: { here: number; members: number }): number {
  let posts = 3 * count;
  let told = here;
  for (let at = pauseBeforeCount({ online: here, members }); told < here + count; ) {
    told = here + Math.min(count, Math.floor((count * at) / seconds));
    posts += told;
    at += pauseBeforeCount({ online: told, members });
  }
  return posts / count;
}

describe('the posts for each person', () => {
  test('are at most ten when a thousand join within a minute', () => {
    for (const here of [0, 100, 500, 1_000]) {
      expect(postsEach(1_000, 60, { here, members: 101 + here }), `${here} here`).toBeLessThanOrEqual(10);
    }
  });

  test('are at most five when ten thousand come back, as fast as API Gateway lets them in or in two and a half minutes', () => {
    for (let seconds = 20; seconds <= 150; seconds++) {
      expect(postsEach(10_000, seconds, { here: 0, members: 10_000 }), `${seconds} s`).toBeLessThanOrEqual(5);
    }
  });
});
