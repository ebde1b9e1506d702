/** A name is not a person: who owns a user name, and what a token of somebody else under it may do. Nothing. */
import { randomUUID } from 'node:crypto';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, Person } from '../support/person.ts';
import { tokenSigner } from '../support/sign-token.ts';
import { Refused } from '../support/socket.ts';
import { openTable, type TestTable } from '../support/table.ts';

// It signs tokens as the pool would, and looks into the table.
describe.skipIf(process.env.PARLEY_OUTPUTS)('identity', () => {
  let chat: Chat;
  let table: TestTable;
  let sign: Awaited<ReturnType<typeof tokenSigner>>;
  beforeAll(async () => {
    chat = await startChat();
    if (!chat.local) throw new Error('this needs the local runtime');
    table = openTable(chat.local);
    sign = await tokenSigner(chat.local);
  });
  afterAll(async () => {
    table.client.destroy();
    await chat.stop();
  });

  const key = (username: string) => ({ TableName: table.name, Key: { pk: `USER#${username}`, sk: 'USER' } });
  const userItem = async (username: string) => (await table.client.send(new GetCommand(key(username)))).Item;
  const update = (username: string, UpdateExpression: string, values?: Record<string, unknown>) =>
    table.client.send(
      new UpdateCommand({
        ...key(username),
        UpdateExpression,
        ExpressionAttributeNames: UpdateExpression.includes('#sub') ? { '#sub': 'sub' } : undefined,
        ExpressionAttributeValues: values,
      }),
    );

  /** Somebody else whose tokens have the same user name. */
  async function impostor(of: Person): Promise<Person> {
    const access = await sign(of.username, undefined, randomUUID());
    return new Person(chat.outputs, of.username, { access, id: '' });
  }

  const handshake = (person: Person, query: Record<string, string> = {}) =>
    person.connect(query).then(
      () => ({ status: 101, body: '' }),
      (error: unknown) => {
        if (error instanceof Refused) return { status: error.status, body: error.body };
        throw error;
      },
    );

  const device = { platform: 'fcm' };
  /** What a stranger would want of somebody's account: to read, write, be pushed to, pose as them. */
  const wishes = (bob: Person): [method: string, path: string, body?: unknown][] => [
    ['GET', '/me'],
    ['GET', '/conversations'],
    ['GET', `/conversations/${bob.username}/messages`],
    ['POST', `/conversations/${bob.username}/messages`, { message: 'it is me' }],
    ['PATCH', '/me', { name: 'Not Alice' }],
    ['PUT', '/devices/a-token', device],
    ['POST', '/conversations', { title: 'Trip', members: [bob.username] }],
    ['PUT', `/me/friends/${bob.username}`],
    ['PUT', `/me/blocks/${bob.username}`],
    ['DELETE', '/me/sessions'],
  ];

  describe('somebody else under the same user name', () => {
    it('is refused on every way in, with a sentence that says why, and the owner goes on', async () => {
      const [alice, bob] = await chat.people('alice1', 'bob1');
      await alice.post(`/conversations/${bob.username}/messages`, { message: 'for bob alone' });
      const other = await impostor(alice);
      const before = await userItem(alice.username);
      const sentence = `the name ${alice.username} belongs to another account than yours: sign in with that account, or sign up under another name`;
      for (const [method, path, body] of wishes(bob)) {
        expect([path, await other.request(method, path, body)]).toEqual([
          path,
          expect.objectContaining({
            status: 403,
            body: { error: { code: 'forbidden', message: expect.stringContaining(sentence) } },
          }),
        ]);
      }
      const sockets: Record<string, string>[] = [
        {},
        { conversation: named(alice, bob) },
        { conversation: `room:${chat.run}-new` },
      ];
      for (const query of sockets) {
        expect(await handshake(other, query)).toEqual({
          status: 403,
          body: expect.stringContaining(`unable to connect; ${sentence}`),
        });
      }
      expect(await userItem(alice.username)).toEqual(before);
      expect((await bob.get(`/conversations/${alice.username}/messages`)).body.results).toHaveLength(1);
      expect((await alice.get('/me')).status).toBe(200);
      expect((await handshake(alice)).status).toBe(101);
    });

    it('is refused too when the owner has never come, because signing up makes the name theirs', async () => {
      const alice = await chat.person('alice2');
      expect(await userItem(alice.username)).toMatchObject({
        issuer: chat.outputs.UserPoolId,
        sub: alice.sub,
      });
      expect((await (await impostor(alice)).get('/me')).status).toBe(403);
    });
  });

  describe('a user from before, without an owner', () => {
    it.each(['HTTP', 'a socket'])('belongs to the first account that comes by %s', async (way) => {
      const alice = await chat.person(`alice3${way.length}`);
      await update(alice.username, 'REMOVE issuer, #sub');
      if (way === 'HTTP') expect((await alice.get('/conversations')).status).toBe(200);
      else expect((await handshake(alice)).status).toBe(101);
      expect(await userItem(alice.username)).toMatchObject({ sub: alice.sub });
      expect((await (await impostor(alice)).get('/me')).status).toBe(403);
    });
  });

  describe('a deleted user', () => {
    it('does nothing with a token that has not expired, and the name is nobody’s again', async () => {
      const [alice, bob] = await chat.people('alice4', 'bob4');
      await update(alice.username, 'SET deleted = :at REMOVE listed_in, listed_as', { ':at': Date.now() });
      const before = await userItem(alice.username);
      for (const person of [alice, await impostor(alice)]) {
        for (const [method, path, body] of wishes(bob)) {
          expect([path, await person.request(method, path, body)]).toEqual([
            path,
            expect.objectContaining({
              status: 401,
              body: {
                error: { code: 'unauthenticated', message: expect.stringContaining('this account was deleted') },
              },
            }),
          ]);
        }
        expect(await handshake(person)).toMatchObject({ status: 401 });
        expect(await handshake(person, { conversation: bob.username })).toMatchObject({ status: 401 });
      }
      expect(await userItem(alice.username)).toEqual(before);
    });
  });

  describe('a token from before its user signed out everywhere', () => {
    it('posts nothing, changes no profile and registers no device', async () => {
      const [alice, bob] = await chat.people('alice5', 'bob5');
      expect((await alice.request('DELETE', '/me/sessions')).status).toBe(204);
      const before = await userItem(alice.username);
      for (const [method, path, body] of wishes(bob)) {
        expect([path, await alice.request(method, path, body)]).toEqual([
          path,
          expect.objectContaining({
            status: 401,
            body: {
              error: {
                code: 'unauthenticated',
                message: expect.stringContaining('you have signed out everywhere since'),
              },
            },
          }),
        ]);
      }
      expect(await userItem(alice.username)).toEqual(before);
      expect((await bob.get('/conversations')).body.results).toEqual([]);
    });
  });
});
