import { expect, test } from 'vitest';
import { restoredKind, shownFiles } from '#lambdas/store/restored-item';

const now = 1_800_000_000_000;
const kind = (sk: string, more: object = {}, pk = 'CONV#alice_bob') => restoredKind({ pk, sk, ...more }, now);

test('a restore brings back what was lost, messages before what changes them', () => {
  expect(kind('HEAD', { seq: 4 })).toBe('state');
  expect(kind('USER', {}, 'USER#alice')).toBe('user');
  expect(kind('CONV#alice_bob', { role: 'member' }, 'USER#alice')).toBe('other');
  const entry = (type: string) => kind('000000000001', { type }, 'LOG#alice_bob#0');
  expect(['message', 'system', 'sealed'].map(entry)).toEqual(['message', 'other', 'other']);
  expect(['edit', 'delete', 'reaction', 'erase'].map(entry)).toEqual(['later', 'later', 'later', 'later']);
  expect(kind('FILE#01K', { state: 'used' })).toBe('later');
});

test('what has expired, work that is over, and push devices do not come back', () => {
  expect(kind('000000000001', { type: 'message', expires: now / 1_000 }, 'LOG#alice_bob#0')).toBe('never');
  expect(kind('000000000001', { type: 'message', expires: now / 1_000 + 1 }, 'LOG#alice_bob#0')).toBe('message');
  expect([kind('NOTICE#000000000007'), kind('COUNT'), kind('DEVICE', {}, 'DEVICE#x')]).toEqual(Array(3).fill('never'));
});

test('files are shown by used uploads, and by users, groups and rooms with pictures', () => {
  const upload = { pk: 'CONV#alice_bob', sk: 'FILE#01K', user: 'alice', filename: 'a', content_type: 'a/b', size: 1 };
  expect(shownFiles({ ...upload, state: 'used', object: '01O' })).toEqual(['attachments/01O']);
  expect(shownFiles({ ...upload, state: 'released', object: '01O', expires: 1 })).toEqual([]);
  const avatar = { id: '01P', content_type: 'image/png' };
  expect(shownFiles({ pk: 'USER#alice', sk: 'USER', avatar })).toEqual(['avatars/01P']);
  const state = { pk: 'CONV#group:x', sk: 'HEAD', seq: 1, count: 0, at: 1 };
  expect([shownFiles({ ...state, picture: '01Q' }), shownFiles(state)]).toEqual([['avatars/01Q'], []]);
});
