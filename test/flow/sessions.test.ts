/** How long a user is online: until they disconnect, lose the connection, sign out everywhere, or their token expires. */
import { setTimeout as pause } from 'node:timers/promises';
import { InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, password, startChat } from '../support/chat.ts';
import { named, Person } from '../support/person.ts';
import { tokenSigner } from '../support/sign-token.ts';
import { Refused, type Socket } from '../support/socket.ts';
import { leaveReported } from '../support/stored-connections.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

/** The status of a handshake: 101, or the status of the refusal. */
async function handshake(person: Person, token: string, query: Record<string, string> = {}): Promise<number> {
  try {
    await person.connect(query, token);
    return 101;
  } catch (error) {
    if (error instanceof Refused) return error.status;
    throw error;
  }
}

/** The last event of a socket, and how it was closed. */
async function end(socket: Socket) {
  const closed = await socket.closed();
  return { last: socket.received.at(-1), closed };
}

async function signIn(flow: {
  AuthFlow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH';
  AuthParameters: Record<string, string>;
}) {
  const { AuthenticationResult } = await chat.cognito.send(
    new InitiateAuthCommand({ ClientId: chat.outputs.UserPoolClientId, ...flow }),
  );
  return {
    access: AuthenticationResult?.AccessToken ?? '',
    id: AuthenticationResult?.IdToken ?? '',
    refresh: AuthenticationResult?.RefreshToken ?? '',
  };
}

const withPassword = (username: string) =>
  signIn({ AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: username, PASSWORD: password } });

describe('signing out everywhere', () => {
  it('tells and closes every socket of the user, and no other user’s', async () => {
    const [alice, bob] = await chat.people('alice1', 'bob1');
    const conversation = named(alice, bob);
    const phone = await alice.enter(conversation);
    const laptop = await alice.everything();
    const bt = await bob.enter(conversation);
    const started = Date.now();
    expect(await alice.request('DELETE', '/me/sessions')).toMatchObject({ status: 204, body: '' });
    for (const socket of [phone, laptop]) {
      expect(await end(socket)).toEqual({
        last: { type: 'error', code: 'unauthenticated', message: expect.stringMatching(/^unable to go on; you have/) },
        closed: { code: 1000, reason: expect.any(String) },
      });
    }
    expect(Date.now() - started).toBeLessThan(60_000);
    expect(await bt.next('user_leave')).toMatchObject({ user: alice.username });
    await chat.settled();
    expect(await bt.rest()).toEqual([]);
    const { online, last_seen: seen } = (await bob.get(`/users/${alice.username}`)).body;
    expect(online).toBe(false);
    expect(Date.parse(seen)).toBeGreaterThanOrEqual(started - 1);
    expect(Date.parse(seen)).toBeLessThanOrEqual(Date.now());
  });

  it('makes old access and id tokens useless for sockets; a new sign-in opens one at once', async () => {
    const [alice, bob] = await chat.people('alice2', 'bob2');
    const old = await withPassword(alice.username);
    await alice.request('DELETE', '/me/sessions');
    for (const token of [alice.tokens.access, alice.tokens.id, old.access, old.id]) {
      expect(await handshake(alice, token)).toBe(401);
      expect(await handshake(alice, token, { conversation: named(alice, bob) })).toBe(401);
    }
    const fresh = await withPassword(alice.username);
    expect(await handshake(alice, fresh.access)).toBe(101);
    expect(await handshake(alice, fresh.id)).toBe(101);
    expect(await handshake(bob, bob.tokens.access)).toBe(101);
  });

  it('ends the sessions of the user pool: refresh tokens give no new tokens', async () => {
    const alice = await chat.person('alice3');
    const { refresh } = await withPassword(alice.username);
    const again = { AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: refresh } } as const;
    expect((await signIn(again)).access).not.toBe('');
    await alice.request('DELETE', '/me/sessions');
    await expect(signIn(again)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  });

  it('can be repeated, and the repeat leaves sockets of a later sign-in open', async () => {
    const alice = await chat.person('alice4');
    await alice.request('DELETE', '/me/sessions');
    const again = new Person(chat.outputs, alice.username, await withPassword(alice.username));
    const socket = await again.everything();
    await chat.settled();
    expect(await socket.rest()).toEqual([]);
    expect((await again.request('DELETE', '/me/sessions')).status).toBe(204);
    expect(await end(socket)).toMatchObject({ last: { code: 'unauthenticated' } });
  });

  it('refuses or closes a socket that is being opened meanwhile', async () => {
    const [alice, bob] = await chat.people('alice5', 'bob5');
    const opening = Array.from({ length: 6 }, async (_, index) => {
      await pause(index * 15);
      return alice.connect().catch((error: unknown) => error);
    });
    await alice.request('DELETE', '/me/sessions');
    for (const socket of await Promise.all(opening)) {
      if (socket instanceof Refused) expect(socket.status).toBe(401);
      else expect(await end(socket as Socket)).toMatchObject({ last: { code: 'unauthenticated' } });
    }
    await chat.settled();
    expect((await bob.get(`/users/${alice.username}`)).body.online).toBe(false);
  });
});

describe.skipIf(process.env.PARLEY_OUTPUTS)('a socket whose token expires', () => {
  /** A socket of alice that has got its first events, and the time when its token expires, soon. */
  async function short(person: Person, query: Record<string, string>): Promise<{ socket: Socket; over: number }> {
    if (!chat.local || !chat.dataDirectory) throw new Error('this needs the local runtime');
    const sign = await tokenSigner(chat.local);
    const seconds = Math.floor(Date.now() / 1000) + 3;
    const socket = await person.connect(query, await sign(person.username, seconds, person.sub));
    await socket.next(query.conversation ? 'last_50_messages' : 'unread_count');
    return { socket, over: seconds * 1000 };
  }

  async function until(moment: number): Promise<void> {
    while (Date.now() <= moment) await pause(moment - Date.now() + 1);
  }

  const seen = async (by: Person, of: Person) => {
    const { online, last_seen: at } = (await by.get(`/users/${of.username}`)).body;
    return { online, at: Date.parse(at) };
  };

  it('gets nothing more: the next message finds it expired and closes it, and other members get user_leave', async () => {
    const [alice, bob] = await chat.people('alice6', 'bob6');
    const conversation = named(alice, bob);
    const bt = await bob.enter(conversation);
    const { socket, over } = await short(alice, { conversation });
    await until(over);
    expect(await seen(bob, alice)).toEqual({ online: false, at: over });
    const own = await bt.ask({ type: 'create', message: 'are you there?' }, 'chat_message');
    expect(own.delivered_to).toEqual([]);
    expect(await end(socket)).toMatchObject({ last: { type: 'error', code: 'token_expired' }, closed: { code: 1000 } });
    expect(socket.received.filter(({ type }) => type === 'chat_message')).toEqual([]);
    await leaveReported(bt, alice);
    expect(await seen(bob, alice)).toEqual({ online: false, at: over });
  });

  it('is closed by its expiry reminder when nothing is sent, and last_seen is the time when the token expired', async () => {
    const [alice, bob] = await chat.people('alice7', 'bob7');
    await alice.post(`/conversations/${bob.username}/messages`, { message: 'x' });
    const bt = await bob.everything();
    const { socket, over } = await short(alice, {});
    expect(await bt.next('presence')).toMatchObject({ user: alice.username, online: true });
    // The reminder expires in the second after the token.
    await until(over + 1_000);
    await chat.local?.dynamodb.sweepExpired();
    expect(await bt.next('presence')).toEqual({
      type: 'presence',
      user: alice.username,
      online: false,
      last_seen: new Date(over).toISOString(),
    });
    expect(await end(socket)).toMatchObject({ last: { type: 'error', code: 'token_expired' }, closed: { code: 1000 } });
  });

  it('does not affect the user’s other connection: other members get one user_leave, when that one ends', async () => {
    const [alice, bob] = await chat.people('alice8', 'bob8');
    const conversation = named(alice, bob);
    const bt = await bob.enter(conversation);
    const { socket, over } = await short(alice, { conversation });
    const other = await alice.enter(conversation);
    await until(over);
    await other.close();
    expect(await bt.next('user_leave')).toMatchObject({ user: alice.username });
    await socket.closed();
    await until(over + 1_000);
    await chat.local?.dynamodb.sweepExpired();
    await chat.settled();
    await bt.rest();
    const types = bt.received.filter(({ user }) => user === alice.username).map(({ type }) => type);
    expect(types).toEqual(['user_join', 'user_leave']);
  });

  it('does not keep its user offline after a reconnect with a new token: members get user_join if their list had the user as offline', async () => {
    const [alice, bob] = await chat.people('alice9', 'bob9');
    const conversation = named(alice, bob);
    const { socket, over } = await short(alice, { conversation });
    await until(over);
    const bt = await bob.connect({ conversation });
    expect(await bt.next('online_user_list')).toMatchObject({ users: [] });
    await alice.enter(conversation);
    expect(await bt.next('user_join')).toMatchObject({ user: bob.username });
    expect(await bt.next('user_join')).toMatchObject({ user: alice.username });
    await socket.closed();
    expect((await bob.get(`/users/${alice.username}`)).body).toMatchObject({ online: true, last_seen: null });
  });

  it('goes on with a new token that comes on it: it sends, receives and makes its user online, past the end of the first', async () => {
    const [alice, bob] = await chat.people('alice10', 'bob10');
    const bt = await bob.everything();
    const { socket, over } = await short(alice, {});
    const renewed = await socket.ask({ type: 'renew_token', token: alice.tokens.access }, 'token_renewed');
    expect(Date.parse(renewed.expires)).toBeGreaterThan(over + 60_000);
    await until(over + 1_000);
    await chat.local?.dynamodb.sweepExpired();
    await chat.settled();
    expect(await socket.ask({ type: 'ping' }, 'pong')).toEqual({ type: 'pong' });
    const sent = await socket.ask(
      { type: 'create', conversation: bob.username, message: 'still here' },
      'chat_message',
    );
    expect(await bt.next('chat_message')).toMatchObject({ seq: sent.seq, message: 'still here' });
    await bob.post(`/conversations/${alice.username}/messages`, { message: 'so am I' });
    expect(await socket.next('chat_message')).toMatchObject({ message: 'so am I' });
    expect(await seen(bob, alice)).toMatchObject({ online: true });
  });

  it('refuses what is no token of its user, and goes on with the one that it has', async () => {
    const [alice, bob] = await chat.people('alice11', 'bob11');
    const socket = await alice.everything();
    const renew = (token: string) => socket.ask({ type: 'renew_token', token }, 'error');
    expect(await renew('no token')).toMatchObject({ code: 'unauthenticated' });
    expect(await renew(bob.tokens.access)).toMatchObject({
      code: 'forbidden',
      message: 'unable to renew the token; it is the token of another account: open another socket with it',
    });
    expect(await socket.ask({ type: 'renew_token', token: 7 }, 'error')).toMatchObject({ code: 'invalid_frame' });
    expect(await socket.ask({ type: 'ping' }, 'pong')).toEqual({ type: 'pong' });
  });
});

describe('a socket that takes over from another', () => {
  it('gets no first events, nobody hears of it, and it gets what comes; alone it is like any other', async () => {
    const [alice, bob] = await chat.people('alice12', 'bob12');
    await bob.post(`/conversations/${alice.username}/messages`, { message: 'Hello' });
    const bt = await bob.everything();
    const alone = await alice.connect({ resume: 'true' });
    expect(await alone.next()).toMatchObject({ type: 'conversations', count: 1 });
    expect(await bt.next('presence')).toMatchObject({ user: alice.username, online: true });
    // Bob also hears that his message came.
    await chat.settled();
    await alone.rest();
    await bt.rest();
    const next = await alice.connect({ resume: 'true' });
    await chat.settled();
    await alone.close();
    await chat.settled();
    expect(await next.rest()).toEqual([]);
    expect(await bt.rest()).toEqual([]);
    await bob.post(`/conversations/${alice.username}/messages`, { message: 'still there?' });
    expect(await next.next()).toMatchObject({ type: 'chat_message', message: 'still there?' });
  });
});
