import { expect, test } from 'vitest';
import { describePeople } from '#bin/welcome';

const outputs = { WebUrl: 'http://127.0.0.1:8080' };
const person = (name: string) => ({ name, password: `Parley-${name}`, token: `token-of-${name}` });
const text = (...names: string[]) => describePeople(names.map(person), outputs, '.parley').join('\n');

test('with both demo users, the two lines talk to each other', () => {
  const said = text('alice', 'bob');
  expect(said).toContain('The page signs in as either.');
  for (const name of ['alice', 'bob']) {
    expect(said).toContain(`\n  npx wscat -c "ws://127.0.0.1:8080/ws/chat/alice_bob/?token=token-of-${name}"\n`);
  }
  expect(said).not.toContain('deleted');
});

test('when one has deleted the account, the text speaks of the other alone', () => {
  const said = text('bob');
  expect(said).toMatch(/^ {2}alice +has deleted the account; make another user: npm run user -- carol$/m);
  expect(said).toContain('The page signs in as bob.');
  expect(said).toContain('\n  npx wscat -c "ws://127.0.0.1:8080/ws/?token=token-of-bob"\n');
  expect(said).toContain('a fresh line for bob');
  expect(said).not.toMatch(/either|each line|alice_bob|for alice/);
});

test('when both have, there is nothing to paste', () => {
  const said = text();
  expect(said.match(/has deleted the account/g)).toHaveLength(2);
  expect(said).not.toMatch(/signs in|wscat|TOKEN/);
});
