import { expect, test } from 'vitest';
import type { Stage } from '#gateway/stages';
import { createThrottle } from '#gateway/throttle';

const stageWith = (rate?: number, burst?: number): Stage => ({
  name: 'test',
  deployed: true,
  variables: {},
  accessLog: undefined,
  throttle: () => ({ rate, burst }),
});

/** How many of `times` requests at once are allowed. */
const countAllowed = (ask: () => boolean, times: number) => Array.from({ length: times }, ask).filter(Boolean).length;

test('a token bucket allows the burst at once and then its rate per second', () => {
  let now = 1_000_000;
  const throttle = createThrottle({ now: () => now });
  const ask = () => throttle.route('api', stageWith(10, 5), 'GET /x');
  expect(countAllowed(ask, 20)).toBe(5);
  now += 300;
  expect(countAllowed(ask, 20)).toBe(3);
  now += 60_000;
  expect(countAllowed(ask, 20)).toBe(5);
  expect(throttle.route('api', stageWith(10, 5), 'GET /y')).toBe(true);
});

test('an account opens at most 500 connections per second', () => {
  let now = 1_000_000;
  const throttle = createThrottle({ now: () => now });
  expect(countAllowed(throttle.connection, 600)).toBe(500);
  now += 1000;
  expect(countAllowed(throttle.connection, 600)).toBe(500);
});

test('all APIs and posts of an account share 5,000 requests at once', () => {
  const throttle = createThrottle({ now: () => 1_000_000 });
  expect(countAllowed(() => throttle.route('api', stageWith(), 'GET /x'), 3000)).toBe(3000);
  expect(countAllowed(throttle.request, 3000)).toBe(2000);
});

test('a changed limit applies at once', () => {
  const throttle = createThrottle({ now: () => 1_000_000 });
  expect(countAllowed(() => throttle.route('api', stageWith(1, 1), 'GET /x'), 3)).toBe(1);
  expect(countAllowed(() => throttle.route('api', stageWith(1, 2), 'GET /x'), 3)).toBe(2);
});
