import { expect, test } from 'vitest';
import { messageFor } from '#web/session/cognito-errors';
import { belongsTo } from '#web/session/forget-user';
import { assertPassword, checkPassword } from '#web/session/password-rules';
import { t } from '#web/words/words';

test('a password is checked by every rule of the pool, and the message names the first that is broken', () => {
  expect(checkPassword('abc').map(({ isMet }) => isMet)).toEqual([false, true, false, false, false]);
  expect(() => assertPassword('Parley-alice-1')).not.toThrow();
  expect(() => assertPassword('Parley1alice')).toThrow('This password needs more: a symbol, such as ! or -.');
  expect(() => assertPassword('Parley 1alice')).not.toThrow();
});

test('removing the data of alice keeps that of a user whose name starts with alice', () => {
  const kept = ['parley.draft.alice.alice_bob', 'parley.draft.alice.room:lobby', 'parley.inbox.alice'];
  expect(kept.every((key) => belongsTo('alice', key))).toBe(true);
  const others = [
    'parley.draft.alice.b.alice.b_bob',
    'parley.draft.alice.b.room:lobby',
    'parley.inbox.alice.b',
    'parley.user',
  ];
  expect(others.some((key) => belongsTo('alice', key))).toBe(false);
  expect(belongsTo('alice.b', 'parley.draft.alice.b.alice.b_bob')).toBe(true);
});

test('a wrong password and an unknown user give the same sentence', () => {
  const wrong = messageFor(t, 'InitiateAuth', 'NotAuthorizedException', 'Incorrect username or password.');
  expect(wrong).toBe(messageFor(t, 'InitiateAuth', 'UserNotFoundException', 'User does not exist.'));
  expect(messageFor(t, 'InitiateAuth', 'NotAuthorizedException', 'Password attempts exceeded')).toMatch(/too often/);
  expect(messageFor(t, 'SignUp', 'SomethingNewException', 'It is new')).toBe('It is new.');
});
