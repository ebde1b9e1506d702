import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusedHandshake } from '../fixture/sockets.ts';
import { enter, type ServedSample, serveSample } from './serve-sample.ts';

/*
 * The shape of aws-samples/websocket-chat-application: six stacks in another region, bundled TypeScript, a user pool with a trigger, an
 * authorizer with `CognitoJwtVerifier`, parameters, a queue, and a page, an HTTP API and the sockets behind one distribution. Its REST API is
 * an HTTP API here, because REST APIs are not served.
 */
let sample: ServedSample;
let cognito: CognitoIdentityProviderClient;
let site: string;

beforeAll(async () => {
  sample = await serveSample('channel-chat');
  cognito = new CognitoIdentityProviderClient({
    region: 'eu-central-1',
    endpoint: sample.output('CognitoEndpoint'),
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  site = sample.output('SiteUrl');
});
afterAll(async () => {
  cognito?.destroy();
  await sample?.stop();
});

/** Signs somebody up and in. @returns the id token */
async function signIn(Username: string): Promise<string> {
  const ClientId = sample.output('UserPoolClientId');
  const Password = 'Correct-horse-7';
  const UserAttributes = [{ Name: 'email', Value: `${Username}@chat.example` }];
  await cognito.send(new SignUpCommand({ ClientId, Username, Password, UserAttributes }));
  const { AuthenticationResult } = await cognito.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: Username, PASSWORD: Password },
    }),
  );
  return AuthenticationResult?.IdToken ?? '';
}

const enterWith = (url: string, token: string) => enter(url, { headers: { Cookie: `token=${token}` } });

async function call(path: string, token?: string, body?: unknown) {
  const response = await fetch(`${site}/api/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json', ...(token && { authorization: token }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

test('people sign in, meet, and read what was said', async () => {
  const { body: config } = await call('config');
  expect(config).toEqual({
    api_url: '/api',
    broadcast_url: site.replace('http', 'ws').concat('/wss'),
    client_id: sample.output('UserPoolClientId'),
  });
  const [ann, bob] = await Promise.all([signIn('ann'), signIn('bob')]);

  // Statuses go through the queue, so that somebody's own may be heard by them too.
  const first = await enterWith(config.broadcast_url, ann);
  expect(JSON.parse(await first.next())).toMatchObject({ userId: 'ann', currentStatus: 'ONLINE' });
  const second = await enterWith(config.broadcast_url, bob);
  for (const client of [first, second]) {
    expect(JSON.parse(await client.next())).toMatchObject({ userId: 'bob', currentStatus: 'ONLINE' });
  }

  expect((await call('channels', ann, { id: 'general' })).status).toBe(201);
  const message = { type: 'Message', channelId: 'general', sentAt: '2026-01-01T00:00:00Z', text: 'hello' };
  first.socket.send(JSON.stringify({ data: message }));
  const heard = JSON.parse(await second.next());
  expect(heard).toEqual({ ...message, messageId: expect.any(String) });
  expect(JSON.parse(await first.next())).toEqual(heard);
  expect((await call('channels/general/messages', bob)).body).toEqual([heard]);

  const online = [
    { username: 'ann', status: 'ONLINE' },
    { username: 'bob', status: 'ONLINE' },
  ];
  const { body: users } = await call('users', bob);
  expect(users).toEqual(expect.arrayContaining(online));
  first.socket.close();
  expect(JSON.parse(await second.next())).toMatchObject({ userId: 'ann', currentStatus: 'OFFLINE' });
  second.socket.close();
});

test('nobody enters without a token of the pool', async () => {
  const url = `${site.replace('http', 'ws')}/wss`;
  expect(await refusedHandshake(url)).toMatchObject({ status: 401 });
  expect(await refusedHandshake(url, { headers: { Cookie: 'token=made.up.token' } })).toMatchObject({ status: 403 });
  expect((await call('users')).status).toBe(401);
});

test('the page answers for every path that the bucket does not know', async () => {
  const [page, deep] = await Promise.all([fetch(site), fetch(`${site}/channels/general`)]);
  expect([page.status, deep.status]).toEqual([200, 200]);
  expect(await deep.text()).toBe(await page.text());
});
