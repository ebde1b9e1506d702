import { expect, test } from 'vitest';
import { isOf } from '#web/session/forget-user';
import { judge, weakness } from '#web/session/password-rules';
import { sentenceFor } from '#web/session/sentences';

test('a password is judged by every rule of the pool, and the first broken one is said', () => {
  expect(judge('abc').map(({ holds }) => holds)).toEqual([false, true, false, false, false]);
  expect(weakness('Parley-alice-1')).toBe('');
  expect(weakness('Parley1alice')).toBe('This password needs more: a symbol, such as ! or -.');
  expect(weakness('Parley 1alice')).toBe('');
});

test('what is forgotten of alice is not taken from a user whose name begins like hers', () => {
  const kept = ['parley.draft.alice.alice_bob', 'parley.draft.alice.room:lobby', 'parley.inbox.alice'];
  expect(kept.every((key) => isOf('alice', key))).toBe(true);
  const others = [
    'parley.draft.alice.b.alice.b_bob',
    'parley.draft.alice.b.room:lobby',
    'parley.inbox.alice.b',
    'parley.user',
  ];
  expect(others.some((key) => isOf('alice', key))).toBe(false);
  expect(isOf('alice.b', 'parley.draft.alice.b.alice.b_bob')).toBe(true);
});

test('a wrong password and an unknown user are told in the same sentence, whatever Cognito says', () => {
  const wrong = sentenceFor('InitiateAuth', 'NotAuthorizedException', 'Incorrect username or password.');
  expect(wrong).toBe(sentenceFor('InitiateAuth', 'UserNotFoundException', 'User does not exist.'));
  expect(sentenceFor('InitiateAuth', 'NotAuthorizedException', 'Password attempts exceeded')).toMatch(/too often/);
  expect(sentenceFor('SignUp', 'SomethingNewException', 'It is new')).toBe('It is new.');
});
