/** A name is not a person: who owns a user name, and what a token of somebody else under it may do. Nothing. */
import { randomUUID } from 'node:crypto';
import {
  AdminConfirmSignUpCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  DeleteUserCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, password, startChat } from '../support/chat.ts';
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

  describe('a sign-up', () => {
    const signUp = (Username: string) =>
      chat.cognito.send(
        new SignUpCommand({
          ClientId: chat.outputs.UserPoolClientId,
          Username,
          Password: password,
          UserAttributes: [{ Name: 'email', Value: 'somebody@example.com' }],
        }),
      );
    /** What Cognito tells whoever signs up, and whether there is an account afterwards. */
    async function refusal(Username: string) {
      const error: unknown = await signUp(Username).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const account = await chat.cognito
        .send(new AdminGetUserCommand({ UserPoolId: chat.outputs.UserPoolId, Username }))
        .catch(({ name }: Error) => name);
      return { ...(error instanceof Error && { name: error.name, message: error.message }), account };
    }
    const refused = (why: string) => ({
      name: 'UserLambdaValidationException',
      message: expect.stringMatching(`^PreSignUp failed with error unable to sign up; .*${why}`),
      account: 'UserNotFoundException',
    });
    const confirm = (Username: string) =>
      chat.cognito.send(new AdminConfirmSignUpCommand({ UserPoolId: chat.outputs.UserPoolId, Username }));

    it.each([
      ['that takes 66 characters', 'александрови'.slice(0, 11), 'takes 66 characters and may take 64'],
      ['of 65 letters', 'y'.repeat(65), 'takes 65 characters and may take 64'],
      ['of one dot', '.', 'dots alone'],
      ['of two dots', '..', 'dots alone'],
      ['with a variation selector', 'ali\ufe0fce', 'nobody sees'],
    ])('with a name %s is refused before an account is made', async (_, name, why) => {
      expect(await refusal(name)).toEqual(refused(why));
    });

    it('with a name that looks like an existing one is refused, also while that one is not confirmed', async () => {
      const zoe = `zo\u00e9-${chat.run}`;
      await signUp(zoe);
      expect(await refusal(zoe.normalize('NFD'))).toEqual(refused('looks like one that somebody has'));
      await confirm(zoe);
      expect(await refusal(zoe.normalize('NFD'))).toEqual(refused('looks like one that somebody has'));
      const alice = await chat.person('alice6');
      expect(await refusal(alice.username.replace('a', '\u0430'))).toEqual(refused('looks like one that somebody has'));
      expect(await refusal(alice.username.replace('l', '1'))).toEqual(refused('looks like one that somebody has'));
    });

    it('may be begun again when it was never confirmed', async () => {
      const name = `never-${chat.run}`;
      await signUp(name);
      await chat.cognito.send(new AdminDeleteUserCommand({ UserPoolId: chat.outputs.UserPoolId, Username: name }));
      await signUp(name);
      await confirm(name);
      expect(await userItem(name)).toMatchObject({ issuer: chat.outputs.UserPoolId });
    });

    it('under the name of a deleted account is refused, whoever deleted it', async () => {
      const [alice, bob] = await chat.people('alice7', 'bob7');
      await alice.post(`/conversations/${bob.username}/messages`, { message: 'for bob alone' });
      await chat.cognito.send(new DeleteUserCommand({ AccessToken: alice.tokens.access }));
      // Cognito tells nobody of it, so it is asked.
      expect(await bob.get(`/users/${alice.username}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'unknown_user', message: expect.stringContaining('was deleted') } },
      });
      expect(await refusal(alice.username)).toEqual(refused('belongs to an account that exists or was deleted'));
      expect(await refusal(alice.username.replace('a', '\u0430'))).toEqual(refused('looks like one that somebody has'));
    });

    it('is refused where the name looks like a user’s from before, once that user has come', async () => {
      const carol = new Person(chat.outputs, `carol-${chat.run}`, { access: await sign(`carol-${chat.run}`), id: '' });
      await table.client.send(
        new PutCommand({ TableName: table.name, Item: { ...key(carol.username).Key, name: 'Carol', created: 1 } }),
      );
      expect((await carol.get('/me')).status).toBe(200);
      await chat.settled();
      expect(await refusal(carol.username.replace('o', '0'))).toEqual(refused('looks like one that somebody has'));
    });

    it('that was never checked gets no user where its name looks like another’s', async () => {
      const dora = await chat.person('dora');
      const twin = dora.username.replace('o', '0');
      const person = new Person(chat.outputs, twin, { access: await sign(twin), id: '' });
      const sentence = `the name ${twin} looks like another user's: sign up under another name`;
      expect(await person.get('/me')).toMatchObject({
        status: 403,
        body: { error: { message: expect.stringContaining(sentence) } },
      });
      expect(await handshake(person)).toEqual({ status: 403, body: expect.stringContaining(sentence) });
      expect(await userItem(twin)).toBeUndefined();
    });
  });
});
