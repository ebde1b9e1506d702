/** The options `directory` and `presence`: whom one finds, and who sees whether somebody is online. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import { withEnvironment } from '../support/with-environment.ts';

const found = async (by: Person, query?: string) =>
  (await by.get(`/users${query === undefined ? '' : `?query=${encodeURIComponent(query)}`}`)).body.results.map(
    ({ username }: Person) => username,
  );
const write = (by: Person, to: Person) => by.post(`/conversations/${named(by, to)}/messages`, { message: 'Hello' });

describe.runIf(!process.env.PARLEY_OUTPUTS).each(['exact', 'contacts'] as const)('with directory: %s', (directory) => {
  let chat: Chat;
  beforeAll(async () => {
    chat = await startChat({ assemblyDirectory: withEnvironment({ DIRECTORY: directory }) });
  });
  afterAll(() => chat?.stop());

  it('one finds contacts by the beginning of a name, and all of them without one', async () => {
    const [alice, friend, pen, silent] = await chat.people('alice', 'friend', 'pen', 'silent');
    await acquaint(alice, friend);
    await write(alice, pen);
    await write(pen, alice);
    // Somebody who has not answered is no contact.
    await write(alice, silent);
    await write(friend, silent);
    expect(await found(alice)).toEqual([friend.username, pen.username]);
    expect(await found(alice, 'Fr')).toEqual([friend.username]);
    expect(await found(alice, 'sil')).toEqual([]);
    expect(await found(pen)).toEqual([alice.username]);
    expect(await found(silent)).toEqual([]);
  });

  it(`one ${directory === 'exact' ? 'finds' : 'does not find'} a stranger whom one names in full`, async () => {
    const [alice, stranger] = await chat.people('alice2', 'stranger');
    await stranger.request('PATCH', '/me', { name: `Ann Smith ${directory}` });
    const expected = directory === 'exact' ? [stranger.username] : [];
    expect(await found(alice, stranger.username.toUpperCase())).toEqual(expected);
    expect(await found(alice, `ann smith ${directory}`)).toEqual(expected);
    expect(await found(alice, 'ann smith')).toEqual([]);
    expect(await found(alice, stranger.username.slice(0, -1))).toEqual([]);
    const { status, body } = await alice.get(`/users/${stranger.username}`);
    expect([status, body.username ?? body.error.code]).toEqual(
      directory === 'exact' ? [200, stranger.username] : [404, 'unknown_user'],
    );
    expect((await alice.get(`/users/${alice.username}`)).status).toBe(200);
  });

  it('the list comes in pages, in both directions', async () => {
    const [alice, ...friends] = await chat.people('paula', 'p1', 'p2', 'p3', 'p4', 'p5');
    await acquaint(alice, ...friends);
    const names = friends.map(({ username }) => username).sort();
    const first = (await alice.get('/users?limit=2')).body;
    const second = (await alice.get(first.next)).body;
    const third = (await alice.get(second.next)).body;
    const people = (page: typeof first) => page.results.map(({ username }: Person) => username);
    expect([first, second, third].flatMap(people)).toEqual(names);
    expect([first.previous, third.next]).toEqual([null, null]);
    expect(people((await alice.get(third.previous)).body)).toEqual(people(second));
    const back = (await alice.get(second.previous)).body;
    expect([people(back), back.previous]).toEqual([people(first), null]);
    expect((await alice.get('/users?limit=2&query=p&at=eA')).status).toBe(400);
  });
});
