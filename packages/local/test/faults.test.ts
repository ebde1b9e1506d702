import { expect, test } from 'vitest';
import { createFaults, parseFaults } from '#faults';

test('all faults are off unless switched on', () => {
  expect(createFaults(parseFaults(undefined))).toMatchObject({
    postGone: 0,
    dropDisconnect: 0,
    killWorker: 0,
    delayBatch: 0,
  });
});

test('a list of faults switches on what it names', () => {
  expect(parseFaults('postGone=0.1, dropDisconnect=0.5,delayBatch=200')).toEqual({
    postGone: 0.1,
    dropDisconnect: 0.5,
    delayBatch: 200,
  });
});

test.each([
  ['postgone=1', 'unable to switch on the fault "postgone"; known are dropDisconnect, '],
  ['random=1', 'unable to switch on the fault "random"'],
  ['postGone=2', 'unable to switch on the fault postGone; "2" is not a number between 0 and 1'],
  ['postGone', 'unable to switch on the fault postGone; "" is not a number'],
  ['postGone=-1', 'is not a number between 0 and 1'],
])('%s gives one sentence', (text, message) => {
  expect(() => parseFaults(text)).toThrow(message);
});
