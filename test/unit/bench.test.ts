import { expect, it } from 'vitest';
import { longestChain } from '#bench/path';

const calls = (...times: [number, number][]) => times.map(([began, ended]) => ({ began, ended }));

it('calls that wait for each other make a chain', () => {
  expect(longestChain(calls([0, 4], [5, 9], [9, 12]))).toBe(3);
});

it('calls at the same time count once', () => {
  expect(longestChain(calls([0, 4], [1, 5], [2, 6]))).toBe(1);
  expect(longestChain(calls([0, 10], [0, 4], [5, 9], [11, 15]))).toBe(3);
});

it('no calls are no chain', () => expect(longestChain([])).toBe(0));
