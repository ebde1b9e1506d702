import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import { Refused } from '../support/socket.ts';

let chat: Chat;
let alice: Person;
let bob: Person;
beforeAll(async () => {
  chat = await startChat();
  [alice, bob] = await chat.people('alice', 'bob');
});
afterAll(() => chat.stop());

/** The status of a handshake: 101, or the status of the refusal. */
async function handshake(person: Person, query: Record<string, string>, token?: string): Promise<number> {
  try {
    const socket = await person.connect(query, token);
    await socket.close();
    return 101;
  } catch (error) {
    if (error instanceof Refused) return error.status;
    throw error;
  }
}

/** Alice's token with other claims, or another key. */
function forge(claims: Record<string, unknown>, key: KeyObject, token = alice.tokens.access): Promise<string> {
  return new SignJWT({ ...decodeJwt(token), ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: decodeProtectedHeader(token).kid ?? '' })
    .sign(key);
}

const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

describe('a token', () => {
  it.each(['access', 'id'] as const)('of use %s opens a socket', async (use) => {
    expect(await handshake(alice, {}, alice.tokens[use])).toBe(101);
  });

  it('may come as a subprotocol, which keeps it out of addresses; the server chooses parley.v1', async () => {
    const socket = await alice.open(chat.outputs.WebSocketUrl, ['parley.v1', `token.${alice.tokens.access}`]);
    expect(socket.raw.protocol).toBe('parley.v1');
    expect(await socket.next('unread_count')).toEqual({ type: 'unread_count', unread_count: 0 });
  });

  it.each([
    ['none', ''],
    ['garbage', 'hello'],
    ['three dots', 'a.b.c'],
  ])('%s is refused with 401', async (_, token) => {
    expect(await handshake(alice, {}, token)).toBe(401);
  });

  it('that is missing is refused with 401', async () => {
    await expect(alice.open(chat.outputs.WebSocketUrl)).rejects.toMatchObject({ status: 401 });
  });

  it('signed with another key, unsigned, or with a changed payload is refused with 401', async () => {
    expect(await handshake(alice, {}, await forge({}, otherKey))).toBe(401);
    expect(await handshake(alice, {}, new UnsecuredJWT(decodeJwt(alice.tokens.access)).encode())).toBe(401);
    const [header, , signature] = alice.tokens.access.split('.');
    const payload = Buffer.from(JSON.stringify({ ...decodeJwt(alice.tokens.access), username: bob.username }));
    expect(await handshake(alice, {}, `${header}.${payload.toString('base64url')}.${signature}`)).toBe(401);
  });
});

describe('HTTP', () => {
  it.each(['', 'Bearer', 'Bearer x.y.z'])('with the authorization %j answers 401', async (authorization) => {
    const response = await fetch(`${chat.outputs.HttpUrl}/me`, { headers: authorization ? { authorization } : {} });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: 'Unauthorized' });
  });

  it('with a signature of another key answers 401', async () => {
    const authorization = `Bearer ${await forge({}, otherKey)}`;
    expect((await fetch(`${chat.outputs.HttpUrl}/me`, { headers: { authorization } })).status).toBe(401);
  });
});

describe('a token signed by the pool', () => {
  /** A test can sign with the pool's key on the local runtime only. */
  function poolKey(): KeyObject | undefined {
    if (!chat.dataDirectory) return undefined;
    const file = join(chat.dataDirectory, 'cognito', chat.outputs.UserPoolId, 'signing-keys.json');
    return createPrivateKey(JSON.parse(readFileSync(file, 'utf8')).access);
  }

  it.each([
    ['that has expired', { exp: 1_700_000_000, iat: 1_699_990_000 }],
    ['that never expires', { exp: undefined }],
    ['for another client', { client_id: 'somebodyelses' }],
    ['by another issuer', { iss: 'https://issuer.example.com' }],
    ['of another use', { token_use: 'refresh' }],
  ])('on a token %s opens nothing', async (_, claims) => {
    const key = poolKey();
    if (!key) return;
    const now = Math.floor(Date.now() / 1000);
    expect(await handshake(alice, {}, await forge({ exp: now + 600 }, key))).toBe(101);
    expect(await handshake(alice, {}, await forge(claims, key))).toBe(401);
  });

  it('which names the pool by its local address, as tokens of before did, opens both', async () => {
    const key = poolKey();
    if (!key) return;
    const { CognitoEndpoint, UserPoolId, HttpUrl } = chat.outputs;
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await forge({ exp, iss: `${CognitoEndpoint}/${UserPoolId}` }, key);
    expect(await handshake(alice, {}, token)).toBe(101);
    expect((await fetch(`${HttpUrl}/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    const elsewhere = await forge({ exp, iss: `https://issuer.example.com/${UserPoolId}` }, key);
    expect((await fetch(`${HttpUrl}/me`, { headers: { authorization: `Bearer ${elsewhere}` } })).status).toBe(401);
  });

  it('that expires while the socket is open: the next frame is answered with token_expired, then the socket is closed', async () => {
    const key = poolKey();
    if (!key) return;
    const exp = Math.floor(Date.now() / 1000) + 3;
    const socket = await alice.connect({}, await forge({ exp }, key));
    await socket.ask({ type: 'ping' }, 'pong');
    await pause(exp * 1000 - Date.now());
    expect(await socket.ask({ type: 'ping', client_id: 'late' }, 'error')).toMatchObject({ code: 'token_expired' });
    expect(await socket.closed()).toMatchObject({ code: 1000 });
  });
});

describe('a conversation’s socket', () => {
  it.each([
    ['another’s direct conversation', 'carol_dave', 403],
    ['a group that does not exist', 'group:01jd3y2v3w4x5y6z7a8b9c0d1e', 404],
    ['oneself', '', 400],
    ['somebody who does not exist', 'nobody-at-all', 404],
    ['a name with #', 'a#b', 400],
    ['a name with a space', 'a b', 400],
    ['a name with an empty part', 'alice__bob', 400],
    ['a name of 3,000 characters', 'b'.repeat(3_000), 400],
  ])('for %s is refused', async (_, name, status) => {
    expect(await handshake(alice, { conversation: name || alice.username })).toBe(status);
  });
});

describe('the paths of the replaced programs', () => {
  it.each([
    ['/ws/chat/NAME/', 'last_50_messages'],
    ['/ws/messages/NAME', 'last_50_messages'],
    ['/ws/NAME/', 'last_50_messages'],
    ['/ws/OTHER/', 'last_50_messages'],
    ['/ws/', 'conversations'],
    ['/ws/notification/', 'unread_count'],
    ['/ws/notifications/', 'unread_count'],
    ['/ws/notifications/OTHER/', 'single_conversation_unread_count'],
    ['/ws/notifications/NAME/', 'single_conversation_unread_count'],
  ])('%s opens a socket that gets %s', async (path, type) => {
    const socket = await alice.connectAt(path.replace('NAME', named(alice, bob)).replace('OTHER', bob.username));
    expect(await socket.next(type)).toMatchObject({ type });
  });
});

describe('a page of another origin', () => {
  it('may connect by default, because the token travels in no cookie', async () => {
    const socket = await alice.open(
      `${chat.outputs.WebSocketUrl}?token=${alice.tokens.access}`,
      [],
      'https://elsewhere.example',
    );
    expect(await socket.next('unread_count')).toMatchObject({ type: 'unread_count' });
  });
});

describe.runIf(!process.env.PARLEY_OUTPUTS)('with the option allowedOrigins', () => {
  let strict: Chat;
  let carol: Person;
  beforeAll(async () => {
    strict = await startChat({ assemblyDirectory: inject('optionsDirectory') });
    carol = await strict.person('carol');
  });
  afterAll(() => strict?.stop());

  const statusFrom = async (address: string, origin: string) => {
    try {
      await (await carol.open(`${address}?token=${carol.tokens.access}`, [], origin)).close();
      return 101;
    } catch (error) {
      if (error instanceof Refused) return error.status;
      throw error;
    }
  };

  it.each([
    ['a page of that origin may connect', 'https://chat.example.com', 101],
    ['a page of another one may not', 'https://elsewhere.example', 403],
  ])('%s', async (_, origin, status) => {
    expect(await statusFrom(strict.outputs.WebSocketUrl, origin)).toBe(status);
    expect(await statusFrom(`${strict.outputs.WebUrl.replace(/^http/, 'ws')}/ws/`, origin)).toBe(status);
  });

  it('the stack’s own page may connect', async () => {
    expect(await statusFrom(`${strict.outputs.WebUrl.replace(/^http/, 'ws')}/ws/`, strict.outputs.WebUrl)).toBe(101);
  });
});
