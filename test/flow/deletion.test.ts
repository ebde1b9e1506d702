/** Deleting an account: everything that is the person's ends, and the job that does it survives its own death at any step. */
import { setTimeout as pause } from 'node:timers/promises';
import { AdminGetUserCommand, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { LocalRuntime } from '@parley/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { png, upload } from '../seeds/upload.ts';
import { type Chat, password, startChat } from '../support/chat.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import { Refused } from '../support/socket.ts';

let chat: Chat;
beforeAll(async () => {
  // The pauses of the queue are sixty times shorter.
  chat = await startChat({ timeScale: 60 });
});
afterAll(() => chat.stop());

const deletedUser = 'deleted user';

/** Resolves when the deletion is done. */
async function done(person: Person) {
  for (;;) {
    const { status, body } = await person.get('/me/deletion');
    if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
    if (body.state === 'done') return body;
    await pause(50);
  }
}

async function deleteAccount(person: Person) {
  const { status, body } = await person.request('DELETE', '/me');
  expect({ status, body }).toMatchObject({ status: 202, body: { state: 'running', messages: 'keep', done_at: null } });
  return done(person);
}

describe('a deleted account', () => {
  it('is nobody’s any more: no sign-in, no token, no listing, no name, no picture, no presence', async () => {
    const [alice, bob] = await chat.people('alice', 'bob');
    const conversation = named(alice, bob);
    const socket = await alice.everything();
    await alice.post(`/conversations/${conversation}/messages`, { message: 'hello' });
    const { refresh } = await signIn(alice.username);
    expect((await alice.get('/me/deletion')).status).toBe(404);

    expect(await deleteAccount(alice)).toMatchObject({ conversations: 1, erased: 0 });
    await socket.closed();
    expect(socket.received.at(-1)).toMatchObject({
      type: 'error',
      code: 'unauthenticated',
      message: expect.stringContaining('deleted'),
    });
    for (const [method, path] of [
      ['GET', '/me'],
      ['PATCH', '/me'],
      ['GET', '/conversations'],
      ['GET', `/conversations/${conversation}/messages`],
      ['POST', `/conversations/${conversation}/messages`],
      ['PUT', `/me/friends/${bob.username}`],
      ['PUT', '/devices/phone'],
    ] as const) {
      const answer = await alice.request(
        method,
        path,
        method === 'GET' ? undefined : { message: 'x', platform: 'fcm' },
      );
      expect({ path, status: answer.status }).toEqual({ path, status: 401 });
    }
    await expect(alice.everything()).rejects.toBeInstanceOf(Refused);
    await expect(signIn(alice.username)).rejects.toThrow();
    await expect(
      chat.cognito.send(
        new InitiateAuthCommand({
          ClientId: chat.outputs.UserPoolClientId,
          AuthFlow: 'REFRESH_TOKEN_AUTH',
          AuthParameters: { REFRESH_TOKEN: refresh },
        }),
      ),
    ).rejects.toThrow();
    await expect(
      chat.cognito.send(new AdminGetUserCommand({ UserPoolId: chat.outputs.UserPoolId, Username: alice.username })),
    ).rejects.toMatchObject({ name: 'UserNotFoundException' });

    // Whoever has ended their account is found by nobody; conversations show a deleted user.
    expect(await bob.get(`/users/${alice.username}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_user' } },
    });
    for (const query of [alice.username, 'Alice']) {
      const { body } = await bob.get(`/users?query=${query}&limit=100`);
      expect(body.results.map(({ username }: { username: string }) => username)).not.toContain(alice.username);
    }
    const { body: view } = await bob.get(`/conversations/${conversation}`);
    expect(view.members).toContainEqual(
      expect.objectContaining({ username: alice.username, name: deletedUser, online: false, last_seen: null }),
    );
    const { body: page } = await bob.get(`/conversations/${conversation}/messages`);
    expect(page.results).toMatchObject([
      { message: 'hello', from_user: { username: alice.username, name: deletedUser }, deleted: false },
    ]);
    // Repeating it changes nothing.
    expect(await alice.request('DELETE', '/me')).toMatchObject({ status: 202, body: { state: 'done' } });
  });

  it('can be written to, befriended, invited and blocked no more', async () => {
    const [alice, bob] = await chat.people('alice2', 'bob2');
    const conversation = named(alice, bob);
    await bob.post(`/conversations/${conversation}/messages`, { message: 'hello' });
    const { body: group } = await bob.post('/conversations', { title: 'Others', members: [] });
    await deleteAccount(alice);
    const send = (to: string) => bob.post(`/conversations/${to}/messages`, { message: 'are you there' });
    expect(await send(conversation)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    for (const answer of [
      await bob.request('PUT', `/me/friends/${alice.username}`),
      await bob.request('PUT', `/me/blocks/${alice.username}`),
      await bob.request('PUT', `/conversations/${group.id}/members/${alice.username}`),
      await bob.post('/conversations', { title: 'New', members: [alice.username] }),
      await send(`${named(alice, bob)}_somebody-else`),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'unknown_user' } } });
    }
  });

  it('is no friend any more, and asks nobody: both sides and their open sockets learn it', async () => {
    const [alice, bob, carol, dave] = await chat.people('alice3', 'bob3', 'carol3', 'dave3');
    await bob.request('PUT', `/me/friends/${alice.username}`);
    await alice.request('PUT', `/me/friends/${bob.username}`);
    await carol.request('PUT', `/me/friends/${alice.username}`);
    await alice.request('PUT', `/me/friends/${dave.username}`);
    const socket = await bob.everything();
    await deleteAccount(alice);
    expect(await socket.next('friend_removed')).toEqual({ type: 'friend_removed', user: alice.username });
    for (const [person, state] of [
      [bob, 'friends'],
      [carol, 'sent'],
      [dave, 'received'],
    ] as const) {
      expect((await person.get(`/me/friends?state=${state}`)).body).toMatchObject({ count: 0, results: [] });
    }
  });

  it('leaves rooms and groups, and hands over those it owns: to an admin, or else to a member', async () => {
    const [alice, bob, carol] = await chat.people('alice4', 'bob4', 'carol4');
    await acquaint(alice, bob, carol);
    const room = `room:deletion-${chat.run}`;
    await Promise.all([alice.enter(room), bob.enter(room)]);
    const members = [bob.username, carol.username];
    const { body: withAdmin } = await alice.post('/conversations', { title: 'With admin', members });
    await alice.request('PATCH', `/conversations/${withAdmin.id}`, { roles: { [carol.username]: 'admin' } });
    const { body: without } = await alice.post('/conversations', { title: 'Without', members });
    const { body: alone } = await alice.post('/conversations', { title: 'Alone', members: [] });
    const picture = await upload(alice, `/api/conversations/${alone.id}/picture`, 'a.png', png);
    const { body: seen } = await alice.request('PATCH', `/conversations/${alone.id}`, { picture });
    expect((await fetch(seen.picture)).status).toBe(200);
    const socket = await bob.everything();

    expect(await deleteAccount(alice)).toMatchObject({ conversations: 6 });
    // Nobody can see that group any more.
    expect((await fetch(seen.picture)).ok).toBe(false);
    const roles = async (id: string) => {
      const { body } = await bob.get(`/conversations/${id}`);
      return Object.fromEntries(
        body.members.map((one: { username: string; role: string }) => [one.username, one.role]),
      );
    };
    expect(await roles(withAdmin.id)).toEqual({ [bob.username]: 'member', [carol.username]: 'owner' });
    expect(await roles(without.id)).toEqual({ [bob.username]: 'owner', [carol.username]: 'member' });
    expect(await roles(room)).toEqual({ [bob.username]: 'member' });
    expect((await bob.request('PUT', `/conversations/${alone.id}/members/${bob.username}`)).status).toBe(403);
    await chat.settled();
    const texts = socket.received.flatMap(({ type, message }) =>
      type === 'conversation_updated' ? [message.message] : type === 'chat_message' ? [message] : [],
    );
    expect(texts).toContain('Carol4 took the group over');
    expect(texts.filter((text) => text === `${deletedUser} left`)).toHaveLength(3);
  });
});

describe.skipIf(process.env.PARLEY_OUTPUTS)('the job', () => {
  it('survives the death of its function at any step', async () => {
    const [alice, ...others] = await chat.people('alice5', 'bob5', 'carol5', 'dave5');
    if (!chat.local) throw new Error('this needs the local runtime');
    const groups: string[] = [];
    await acquaint(alice, ...others);
    for (const other of others) {
      await alice.post(`/conversations/${named(alice, other)}/messages`, { message: 'hello' });
      groups.push((await alice.post('/conversations', { title: 'Group', members: [other.username] })).body.id);
    }
    await alice.request('DELETE', '/me');
    const killed = await killAtManyMoments(chat.local, 'AccountJobFunction', {
      kind: 'deletion',
      username: alice.username,
    });
    expect(killed).toBeGreaterThan(3);
    expect(await done(alice)).toMatchObject({ conversations: 6 });
    for (const [index, other] of others.entries()) {
      expect((await other.get('/me/friends?state=friends')).body.count).toBe(0);
      const { members } = (await other.get(`/conversations/${groups[index]}`)).body;
      expect(members).toMatchObject([{ username: other.username, role: 'owner' }]);
    }
  });
});

/** Runs the job again and again, and kills it some milliseconds later each time. @returns how often it died */
async function killAtManyMoments(local: LocalRuntime, functionId: string, job: object): Promise<number> {
  const { faults, counters, functions } = local;
  const { random } = faults;
  const kills = () => counters.snapshot()['faults.killWorker'] ?? 0;
  const before = kills();
  try {
    for (let ms = 1; ms < 50; ms += 5) {
      // Otherwise it would die while it starts.
      faults.killWorker = 0;
      await functions.invoke(functionId, { Records: [] });
      faults.random = () => ms / 50;
      faults.killWorker = 1;
      await functions.invoke(functionId, { Records: [{ messageId: `killed-${ms}`, body: JSON.stringify(job) }] });
    }
  } finally {
    Object.assign(faults, { killWorker: 0, random });
  }
  // The queue's own run was overtaken by these, whose messages are not the queue's.
  await functions.invoke(functionId, { Records: [{ messageId: 'last', body: JSON.stringify(job) }] });
  return kills() - before;
}

async function signIn(username: string) {
  const { AuthenticationResult } = await chat.cognito.send(
    new InitiateAuthCommand({
      ClientId: chat.outputs.UserPoolClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  );
  return { refresh: AuthenticationResult?.RefreshToken ?? '' };
}
