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

const offline = { online: false, last_seen: null };
const seen = async (by: Person, whom: Person) => {
  const [profile, view, page] = await Promise.all([
    by.get(`/users/${whom.username}`),
    by.get(`/conversations/${named(by, whom)}`),
    by.get(`/conversations/${named(by, whom)}/members?online=true`),
  ]);
  const { members } = view.body;
  const { online, last_seen, delivered_until } = members.find(({ username }: Person) => username === whom.username);
  expect({ online: profile.body.online, last_seen: profile.body.last_seen }).toEqual({ online, last_seen });
  expect(page.body.results.some(({ username }: Person) => username === whom.username)).toBe(online);
  return { online, last_seen, delivered_until };
};

describe('who hides whether they are online', () => {
  let chat: Chat;
  beforeAll(async () => {
    chat = await startChat();
  });
  afterAll(() => chat.stop());

  it('is offline to everybody from then on, in answers and events alike, and comes back when they show it', async () => {
    const [alice, bob] = await chat.people('halice', 'hbob');
    await write(alice, bob);
    await write(bob, alice);
    const [everything, at, own] = await Promise.all([
      bob.everything(),
      bob.enter(named(alice, bob)),
      alice.everything(),
    ]);
    const in_ = await alice.enter(named(alice, bob));
    await at.next('user_join');
    await chat.settled();
    await everything.rest();
    await at.rest();
    expect((await seen(bob, alice)).online).toBe(true);

    expect((await alice.request('PATCH', '/me', { hide_presence: true })).body).toMatchObject({ hide_presence: true });
    expect(await everything.next('presence')).toEqual({ type: 'presence', user: alice.username, ...offline });
    for (const socket of [everything, at]) {
      expect(await socket.next('user_leave')).toMatchObject({ user: alice.username });
    }
    expect(await seen(bob, alice)).toEqual({ ...offline, delivered_until: null });
    expect((await bob.get('/conversations')).body.results[0].members).toMatchObject([offline, { online: true }]);
    // She gets everything, and nobody learns of it.
    expect(await at.ask({ type: 'create', message: 'there?' }, 'chat_message')).toMatchObject({ delivered_to: [] });
    expect(await own.next('chat_message')).toMatchObject({ message: 'there?' });
    await in_.close();
    await own.close();
    await chat.settled();
    await write(bob, alice);
    const again = await alice.everything();
    const inside = await alice.enter(named(alice, bob));
    await chat.settled();
    const quiet = [...(await everything.rest()), ...(await at.rest())].map(({ type }) => type);
    expect(quiet.filter((type) => type !== 'chat_message')).toEqual([]);
    expect(await seen(bob, alice)).toEqual({ ...offline, delivered_until: null });
    const list = await bob.connect({ conversation: named(alice, bob) });
    expect(await list.next('online_user_list')).toMatchObject({ users: [bob.username] });
    // To herself she is there.
    expect((await alice.get(`/users/${alice.username}`)).body.online).toBe(true);

    await alice.request('PATCH', '/me', { hide_presence: false });
    expect(await everything.next('presence')).toMatchObject({ user: alice.username, online: true });
    expect(await at.next('user_join')).toMatchObject({ user: alice.username });
    expect((await seen(bob, alice)).online).toBe(true);
    await Promise.all([again.close(), inside.close()]);
  });

  it('with a wrong value it is refused', async () => {
    const alice = await chat.person('walice');
    expect((await alice.request('PATCH', '/me', { hide_presence: 'yes' })).status).toBe(400);
    expect((await alice.get('/me')).body.hide_presence).toBeUndefined();
  });
});

describe.runIf(!process.env.PARLEY_OUTPUTS)('with presence: contacts', () => {
  let chat: Chat;
  beforeAll(async () => {
    chat = await startChat({ assemblyDirectory: withEnvironment({ PRESENCE: 'contacts' }) });
  });
  afterAll(() => chat?.stop());

  it('only contacts see who is online, in answers and events alike', async () => {
    const [alice, friend, stranger] = await chat.people('calice', 'cfriend', 'cstranger');
    await acquaint(alice, friend);
    await write(friend, alice);
    await write(stranger, alice);
    const room = `room:seen-${chat.run}`;
    const [ofFriend, ofStranger] = await Promise.all([friend.everything(), stranger.everything()]);
    const [friendIn, strangerIn] = await Promise.all([friend.enter(room), stranger.enter(room)]);
    await chat.settled();
    for (const socket of [ofFriend, ofStranger, friendIn, strangerIn]) await socket.rest();

    await alice.everything();
    const aliceIn = await alice.enter(room);
    await chat.settled();
    const events = async (socket: typeof ofFriend) =>
      (await socket.rest())
        .filter(({ type }) => ['presence', 'user_join', 'message_delivered'].includes(type))
        .map(({ type }) => type)
        .sort();
    expect(await events(ofFriend)).toEqual(['message_delivered', 'presence', 'user_join']);
    expect(await events(friendIn)).toEqual(['user_join']);
    expect(await events(ofStranger)).toEqual([]);
    expect(await events(strangerIn)).toEqual([]);
    expect(aliceIn.received.find(({ type }) => type === 'online_user_list')?.users).toEqual(
      [alice.username, friend.username].sort(),
    );

    expect((await seen(friend, alice)).online).toBe(true);
    expect(await seen(stranger, alice)).toEqual({ ...offline, delivered_until: null });
    const members = (await stranger.get(`/conversations/${room}`)).body.members;
    expect(members.filter(({ online }: { online: boolean }) => online)).toMatchObject([
      { username: stranger.username },
    ]);
    expect(await strangerIn.ask({ type: 'create', message: 'who is here?' }, 'chat_message')).toMatchObject({
      delivered_to: [],
    });
    await friendIn.next('chat_message');
    expect(await friendIn.ask({ type: 'create', message: 'and now?' }, 'chat_message')).toMatchObject({
      delivered_to: [alice.username],
    });
    // Whoever is answered becomes a contact.
    await write(alice, stranger);
    expect((await seen(stranger, alice)).online).toBe(true);
  });
});
