import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { measure } from '#bench/measure';
import { changeFriendships } from '#lambdas/store/friendship';
import { createMembership } from '#lambdas/store/membership';
import { createUser } from '#lambdas/store/user';
import { limits } from '#protocol/limits';
import { parseConversation } from '#protocol/names';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import { Refused } from '../support/socket.ts';
import { openStage, type Stage } from '../support/stage.ts';

type State = 'friends' | 'received' | 'sent';

const befriend = (by: Person, whom: { username: string }) => by.request('PUT', `/me/friends/${whom.username}`);
const unfriend = (by: Person, whom: { username: string }) => by.request('DELETE', `/me/friends/${whom.username}`);
const block = (by: Person, whom: Person) => by.request('PUT', `/me/blocks/${whom.username}`);
const unblock = (by: Person, whom: Person) => by.request('DELETE', `/me/blocks/${whom.username}`);
const write = (by: Person, to: string, body: object = { message: 'x' }) =>
  by.post(`/conversations/${to}/messages`, body);
const codeOf = async (answer: ReturnType<Person['get']>) => {
  const { status, body } = await answer;
  return status < 300 ? status : body.error.code;
};

/** The user names of a list of friends or requests. */
async function names(of: Person, state: State = 'friends'): Promise<string[]> {
  const { status, body } = await of.get(`/me/friends?state=${state}`);
  expect(status).toBe(200);
  return body.results.map(({ username }: { username: string }) => username);
}

async function makeFriends(one: Person, other: Person): Promise<void> {
  expect((await befriend(one, other)).body).toEqual({ state: 'sent' });
  expect((await befriend(other, one)).body).toEqual({ state: 'friends' });
}

describe('friends, without the option friendsFirst', () => {
  let chat: Chat;
  beforeAll(async () => {
    chat = await startChat();
  });
  afterAll(() => chat?.stop());

  it('are only a list of contacts: everybody may write to everybody', async () => {
    const [alice, bob] = await chat.people('alice', 'bob');
    expect((await write(alice, bob.username)).status).toBe(201);
    await makeFriends(alice, bob);
    expect(await names(bob)).toEqual([alice.username]);
    expect((await unfriend(alice, bob)).status).toBe(204);
    expect((await write(bob, alice.username)).status).toBe(201);
    expect((await block(alice, bob)).status).toBe(204);
    expect((await unblock(alice, bob)).status).toBe(204);
    expect((await write(bob, alice.username)).status).toBe(201);
  });
});

describe.runIf(!process.env.PARLEY_OUTPUTS)('friends, with the option friendsFirst', () => {
  let chat: Chat;
  let stage: Stage;
  beforeAll(async () => {
    const assemblyDirectory = inject('optionsDirectory');
    chat = await startChat({ assemblyDirectory });
    if (!chat.local || !chat.dataDirectory) return;
    stage = await openStage(chat.local, { assemblyDirectory });
  });
  afterAll(async () => {
    await stage?.stop();
    await chat?.stop();
  });

  /** Tries each operation on the direct conversation. @returns `ok`, or the code and sentence of the refusal, of each */
  async function waysIn(by: Person, other: Person): Promise<Record<string, unknown>> {
    const conversation = named(by, other);
    const refusal = ({ code, message }: { code: string; message: string }) => `${code}: ${message}`;
    const http = async (answer: ReturnType<Person['get']>) => {
      const { status, body } = await answer;
      return status < 300 ? 'ok' : refusal(body.error);
    };
    const handshake = async (query: Record<string, string>) => {
      try {
        await (await by.connect(query)).close();
        return 'ok';
      } catch (error) {
        if (error instanceof Refused && error.status === 403) return 'refused';
        throw error;
      }
    };
    /** Sends on a new socket. The outcome is an error there, or the event that the other user gets. */
    const asked = async (frame: object, event: string) => {
      const [own, otherSocket] = [await by.everything(), await other.everything()];
      own.send({ ...frame, conversation });
      const outcomes = [own.next('error').then(refusal), otherSocket.next(event).then(() => 'ok')];
      return Promise.race(outcomes).finally(async () => {
        await Promise.all([own.close(), otherSocket.close()]);
        await Promise.allSettled(outcomes);
      });
    };
    const form = { filename: 'a.png', content_type: 'image/png', size: 1 };
    return {
      connect: await handshake({ conversation }),
      watch: await handshake({ notifications: conversation }),
      typing: await asked({ type: 'typing', typing: true }, 'typing'),
      create: await asked({ type: 'create', message: 'hello' }, 'chat_message'),
      post: await http(write(by, other.username)),
      history: await http(by.get(`/conversations/${other.username}/messages`)),
      view: await http(by.get(`/conversations/${conversation}`)),
      form: await http(by.post(`/conversations/${conversation}/attachments`, form)),
    };
  }

  const everyWay = ['connect', 'watch', 'typing', 'create', 'post', 'history', 'view', 'form'];
  const open = Object.fromEntries(everyWay.map((way) => [way, 'ok']));
  const closed = (other: Person) => {
    const asks = expect.stringMatching(
      new RegExp(`^forbidden: unable to .* ask with PUT /me/friends/${other.username}`),
    );
    return { ...Object.fromEntries(everyWay.map((way) => [way, asks])), connect: 'refused', watch: 'refused' };
  };

  it('a direct conversation opens when a request is accepted, and not before, for every operation', async () => {
    const [alice, bob] = await chat.people('alice', 'bob');
    expect(await waysIn(alice, bob)).toEqual(closed(bob));
    expect((await befriend(alice, bob)).body).toEqual({ state: 'sent' });
    expect(await waysIn(alice, bob)).toEqual(closed(bob));
    expect(await waysIn(bob, alice)).toEqual(closed(alice));
    expect((await befriend(bob, alice)).body).toEqual({ state: 'friends' });
    expect(await waysIn(alice, bob)).toEqual(open);
    expect(await waysIn(bob, alice)).toEqual(open);
    expect((await bob.get('/conversations')).body.results).toMatchObject([{ id: named(alice, bob) }]);
    expect(await codeOf(write(alice, 'nobody-of-this-name'))).toBe('unknown_user');
  });

  it('the lists show friends and requests to both, and asking again changes nothing', async () => {
    const [alice, bob] = await chat.people('lalice', 'lbob');
    const lists = async (of: Person) => [await names(of), await names(of, 'received'), await names(of, 'sent')];
    for (const _ of ['asked', 'again']) {
      expect((await befriend(alice, bob)).body).toEqual({ state: 'sent' });
      expect(await lists(alice)).toEqual([[], [], [bob.username]]);
      expect(await lists(bob)).toEqual([[], [alice.username], []]);
    }
    for (const _ of ['accepted', 'again']) {
      expect((await befriend(bob, alice)).body).toEqual({ state: 'friends' });
      expect(await lists(alice)).toEqual([[bob.username], [], []]);
      expect(await lists(bob)).toEqual([[alice.username], [], []]);
    }
    expect((await befriend(alice, bob)).body).toEqual({ state: 'friends' });
    expect((await alice.get('/me/friends')).body).toEqual({
      count: 1,
      next: null,
      previous: null,
      results: [{ username: bob.username, name: 'Lbob', avatar: null, online: false, last_seen: null }],
    });
    expect((await alice.get('/me/friends?state=foes')).body.error.code).toBe('invalid_frame');
  });

  it('the lists come in pages: friends by name, requests latest first', async () => {
    const [alice, ...others] = await chat.people('palice', 'pdora', 'pbob', 'pcarol');
    for (const other of others) await befriend(other, alice);
    const page = async (path: string) => {
      const { count, next, results } = (await alice.get(path)).body;
      return { count, next, names: results.map(({ name }: { name: string }) => name) };
    };
    const first = await page('/me/friends?state=received&limit=2');
    expect(first).toMatchObject({ count: 3, names: ['Pcarol', 'Pbob'] });
    expect(await page(first.next)).toEqual({ count: 3, next: null, names: ['Pdora'] });
    for (const other of others) await befriend(alice, other);
    expect(await page('/me/friends')).toEqual({ count: 3, next: null, names: ['Pbob', 'Pcarol', 'Pdora'] });
  });

  it('two people who ask each other at the same time become friends', async () => {
    for (const round of ['1', '2', '3', '4', '5']) {
      const [alice, bob] = await chat.people(`ralice${round}`, `rbob${round}`);
      const answers = await Promise.all([befriend(alice, bob), befriend(bob, alice)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers.map(({ body }) => body.state)).toContain('friends');
      expect([await names(alice), await names(bob)]).toEqual([[bob.username], [alice.username]]);
      expect((await write(alice, bob.username)).status).toBe(201);
    }
  });

  it('both get the events on their connections for everything; the person asked or accepted also on notification connections', async () => {
    const [alice, bob] = await chat.people('ealice', 'ebob');
    const sockets = {
      alice: await alice.everything(),
      watchingAlice: await alice.connect({ notifications: 'all' }),
      bob: await bob.everything(),
      watchingBob: await bob.connect({ notifications: 'all' }),
    };
    await Promise.all([sockets.watchingAlice.next('unread_count'), sockets.watchingBob.next('unread_count')]);
    const newFriendEvents = async () =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(sockets).map(async ([name, socket]) => [
            name,
            (await socket.rest()).filter(({ type }) => type.startsWith('friend_')),
          ]),
        ),
      );
    const asSeen = (person: Person, name: string) => ({
      username: person.username,
      name,
      avatar: null,
      online: true,
      last_seen: null,
    });
    const [a, b] = [asSeen(alice, 'Ealice'), asSeen(bob, 'Ebob')];

    await befriend(alice, bob);
    const requested = { type: 'friend_requested', by: alice.username };
    expect(await newFriendEvents()).toEqual({
      alice: [{ ...requested, person: b }],
      watchingAlice: [],
      bob: [{ ...requested, person: a }],
      watchingBob: [{ ...requested, person: a }],
    });
    await befriend(alice, bob);
    expect(await newFriendEvents()).toEqual({ alice: [], watchingAlice: [], bob: [], watchingBob: [] });

    await befriend(bob, alice);
    const accepted = { type: 'friend_accepted', by: bob.username };
    expect(await newFriendEvents()).toEqual({
      alice: [{ ...accepted, person: b }],
      watchingAlice: [{ ...accepted, person: b }],
      bob: [{ ...accepted, person: a }],
      watchingBob: [],
    });

    await unfriend(bob, alice);
    const removed = (other: Person) => [{ type: 'friend_removed', user: other.username }];
    expect(await newFriendEvents()).toEqual({
      alice: removed(bob),
      watchingAlice: [],
      bob: removed(alice),
      watchingBob: [],
    });
    await unfriend(bob, alice);
    expect(await newFriendEvents()).toEqual({ alice: [], watchingAlice: [], bob: [], watchingBob: [] });
  });

  it('a request can be withdrawn, and is then in neither list', async () => {
    const [alice, bob] = await chat.people('walice', 'wbob');
    await befriend(alice, bob);
    const bt = await bob.everything();
    expect((await unfriend(alice, bob)).status).toBe(204);
    expect(await bt.next('friend_removed')).toMatchObject({ user: alice.username });
    expect([await names(alice, 'sent'), await names(bob, 'received')]).toEqual([[], []]);
    expect((await befriend(bob, alice)).body).toEqual({ state: 'sent' });
  });

  it('a refused person is not told: their request stays open and asking again has no effect, until the other person asks', async () => {
    const [alice, bob] = await chat.people('qalice', 'qbob');
    await befriend(alice, bob);
    const [at, bt] = [await alice.everything(), await bob.everything()];
    expect((await unfriend(bob, alice)).status).toBe(204);
    expect(await bt.next('friend_removed')).toMatchObject({ user: alice.username });
    expect((await befriend(alice, bob)).body).toEqual({ state: 'sent' });
    expect([await names(alice, 'sent'), await names(bob, 'received')]).toEqual([[bob.username], []]);
    expect([await at.rest(), await bt.rest()]).toEqual([[], []]);
    expect(await codeOf(write(bob, alice.username))).toBe('forbidden');
    expect((await befriend(bob, alice)).body).toEqual({ state: 'friends' });
    expect(await at.next()).toMatchObject({ type: 'friend_accepted', by: bob.username });
    expect((await write(alice, bob.username)).status).toBe(201);
  });

  it('former friends read the messages and cannot send any, until they are friends again', async () => {
    const [alice, bob] = await chat.people('ualice', 'ubob');
    const conversation = named(alice, bob);
    await makeFriends(alice, bob);
    const bt = await bob.enter(conversation);
    const { seq } = await bt.ask({ type: 'create', message: 'hello', client_id: 'b1' }, 'chat_message');
    await unfriend(alice, bob);

    const frames = [
      { type: 'create', message: 'again' },
      { type: 'edit', seq, message: 'hey' },
      { type: 'react', seq, emoji: '👍' },
      { type: 'typing', typing: true },
    ];
    for (const frame of frames) {
      const error = await bt.ask(frame, 'error');
      expect(error, frame.type).toMatchObject({
        code: 'forbidden',
        message: expect.stringContaining('PUT /me/friends/'),
      });
    }
    // The one who ended the friendship has the same rights as the other.
    expect(await waysIn(alice, bob)).toEqual({
      ...closed(bob),
      ...{ connect: 'ok', watch: 'ok', history: 'ok', view: 'ok' },
    });
    expect((await bob.get(`/conversations/${conversation}/messages`)).body.results).toMatchObject([
      { message: 'hello' },
    ]);
    // A repeat of an earlier send gets its first answer, and old messages may be deleted.
    expect(await write(bob, conversation, { message: 'hello', client_id: 'b1' })).toMatchObject({
      status: 201,
      body: { seq },
    });
    expect((await bob.request('DELETE', `/conversations/${conversation}/messages/${seq}`)).status).toBe(200);

    await makeFriends(bob, alice);
    expect((await write(alice, conversation)).status).toBe(201);
    expect((await write(bob, conversation)).status).toBe(201);
  });

  it('a block ends the friendship, looks like just that to the other, and unblocking does not open the conversation', async () => {
    const [alice, bob] = await chat.people('balice', 'bbob');
    await makeFriends(alice, bob);
    await write(bob, alice.username);
    const bt = await bob.everything();
    expect((await block(alice, bob)).status).toBe(204);
    expect(await bt.next()).toEqual({ type: 'friend_removed', user: alice.username });
    expect([await names(alice), await names(bob)]).toEqual([[], []]);
    const sentence = (await write(bob, alice.username)).body.error.message;
    expect(sentence).toContain(`ask with PUT /me/friends/${alice.username}`);
    expect(await codeOf(write(alice, bob.username))).toBe('forbidden');
    await unblock(alice, bob);
    expect((await write(bob, alice.username)).body.error.message).toBe(sentence);
    await makeFriends(bob, alice);
    expect((await write(bob, alice.username)).status).toBe(201);
  });

  it('a blocked person gets the usual answer to a request, and the request reaches nobody', async () => {
    const [alice, carol] = await chat.people('kalice', 'kcarol');
    expect(await waysIn(carol, alice)).toEqual(closed(alice));
    const [at, ct] = [await alice.everything(), await carol.everything()];
    await block(alice, carol);
    expect(await at.next()).toMatchObject({ type: 'user_blocked', person: { username: carol.username } });
    expect((await befriend(carol, alice)).body).toEqual({ state: 'sent' });
    expect(await names(carol, 'sent')).toEqual([alice.username]);
    expect(await ct.next()).toMatchObject({
      type: 'friend_requested',
      by: carol.username,
      person: { username: alice.username, online: false },
    });
    expect(await names(alice, 'received')).toEqual([]);
    expect(await at.rest()).toEqual([]);
    expect(await befriend(alice, carol)).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining(`DELETE /me/blocks/${carol.username}`) } },
    });
    expect(await waysIn(carol, alice)).toEqual(closed(alice));
    await unblock(alice, carol);
    expect(await names(alice, 'received')).toEqual([]);
    expect(await codeOf(write(carol, alice.username))).toBe('forbidden');
    expect((await befriend(alice, carol)).body).toEqual({ state: 'friends' });
    expect((await write(carol, alice.username)).status).toBe(201);
  });

  it('a block silently refuses an open request, and withdraws the blocker’s own', async () => {
    const [alice, bob, carol] = await chat.people('nalice', 'nbob', 'ncarol');
    await befriend(bob, alice);
    await befriend(alice, carol);
    await block(alice, bob);
    await block(alice, carol);
    expect([await names(alice, 'received'), await names(alice, 'sent')]).toEqual([[], []]);
    expect([await names(bob, 'sent'), await names(carol, 'received')]).toEqual([[alice.username], []]);
  });

  it('a friend of both others opens a conversation of three, and it is then open to all three', async () => {
    const [alice, bob, carol] = await chat.people('galice', 'gbob', 'gcarol');
    const three = named(alice, bob, carol);
    await makeFriends(alice, bob);
    const { status, body } = await write(alice, three);
    expect([status, body.error.code]).toEqual([403, 'forbidden']);
    expect(body.error.message).toContain(`PUT /me/friends/${carol.username}`);
    expect(body.error.message).not.toContain(`PUT /me/friends/${bob.username}`);
    await makeFriends(carol, alice);
    expect(await codeOf(write(bob, three))).toBe('forbidden');
    expect((await write(alice, three)).status).toBe(201);
    await unfriend(alice, carol);
    expect((await write(bob, three)).status).toBe(201);
    expect((await write(carol, three)).status).toBe(201);
  });

  it('rooms and managed groups are open to strangers', async () => {
    const [alice, bob] = await chat.people('oalice', 'obob');
    const room = `room:${chat.run}`;
    expect((await write(alice, room)).status).toBe(201);
    expect((await write(bob, room)).status).toBe(201);
    const { status, body } = await alice.post('/conversations', { title: 'Trip', members: [bob.username] });
    expect(status).toBe(201);
    // A stranger is invited, and need not be a friend to accept.
    expect((await bob.request('PUT', `/me/invitations/${body.id}`)).status).toBe(200);
    expect((await write(bob, body.id)).status).toBe(201);
  });

  it('a conversation from before the option was set stays open', async () => {
    const [alice, bob] = await chat.people('falice', 'fbob');
    const conversation = parseConversation(named(alice, bob));
    for (const { username } of [alice, bob]) {
      await createMembership(stage.store, username, conversation, { seq: 0, count: 0 });
    }
    expect((await write(alice, bob.username)).status).toBe(201);
    await befriend(alice, bob);
    await unfriend(bob, alice);
    await unfriend(alice, bob);
    expect((await write(bob, alice.username)).status).toBe(201);
  });

  // Half a unit more than over a socket: every HTTP request reads its caller first.
  it('a message costs over HTTP the same as without the option: 2 write units and 1.5 read units', async () => {
    if (!chat.local) return;
    const [alice, bob] = await chat.people('calice', 'cbob');
    await makeFriends(alice, bob);
    const run = (time: number) => write(alice, bob.username, { message: 'hello', client_id: `c${time}` });
    const { samples } = await measure(chat.local, { name: 'create', asks: {}, run }, 2);
    const units = samples.map(({ counts }) => [counts['dynamodb.write-units'], counts['dynamodb.read-units']]);
    expect(units).toEqual([
      [2, 1.5],
      [2, 1.5],
    ]);
  });

  it('requests have a rate limit, one an hour to the same person, and a limit of open requests', async () => {
    const [alice, bob] = await chat.people('salice', 'sbob');
    const others = Array.from({ length: limits.friendAsks.count }, (_, index) => ({
      username: `s${index}-${chat.run}`,
    }));
    for (const { username } of others) await createUser(stage.store, { username, name: username });
    await befriend(alice, bob);
    await unfriend(alice, bob);
    const again = await befriend(alice, bob);
    expect([again.status, again.body.error.code]).toEqual([429, 'rate_limited']);
    expect(again.body.error.retry_after).toBeGreaterThan(3_500);
    const codes = [];
    for (const other of others) codes.push(await codeOf(befriend(alice, other)));
    expect(codes).toEqual([...others.slice(1).map(() => 200), 'rate_limited']);
    // Accepting does not count as a request.
    await befriend(bob, alice);
    expect((await befriend(alice, bob)).body).toEqual({ state: 'friends' });

    const carol = await chat.person('scarol');
    const longAgo = { ...stage.store, now: () => Date.now() - 86_400_000 };
    for (let index = 0; index < limits.friendRequests; index++) {
      const side = { username: carol.username, other: `long-ago-${index}`, was: undefined, state: 'sent' } as const;
      await changeFriendships(longAgo, [side], undefined);
    }
    const full = await befriend(carol, alice);
    expect([full.status, full.body.error.code, full.body.error.retry_after]).toEqual([429, 'rate_limited', undefined]);
    await unfriend(carol, { username: 'long-ago-7' });
    expect((await befriend(carol, alice)).body).toEqual({ state: 'sent' });
  });

  it('a friend must exist, and must be another user', async () => {
    const alice = await chat.person('xalice');
    const ask = (username: string) => codeOf(befriend(alice, { username }));
    expect(await ask('nobody-of-this-name')).toBe('unknown_user');
    expect(await ask(alice.username)).toBe('invalid_frame');
    expect(await ask('a_b')).toBe('invalid_frame');
    expect(await codeOf(unfriend(alice, alice))).toBe('invalid_frame');
  });
});
