import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Chat, password, startChat } from '../support/chat.ts';
import type { Person } from '../support/person.ts';

const Config = z.object({ cognito: z.url(), clientId: z.string(), region: z.string() });
const SignedIn = z.object({ AuthenticationResult: z.object({ AccessToken: z.string() }) });

let chat: Chat;
let alice: Person;
beforeAll(async () => {
  chat = await startChat();
  alice = await chat.person('alice');
});
afterAll(() => chat?.stop());

const get = (path: string) => fetch(`${chat.outputs.WebUrl}${path}`);

describe('the host of the APIs', () => {
  test('serves the page with a policy for only the hosts it needs, and browsers fetch the page anew each time', async () => {
    const response = await get('/');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(await response.text()).toContain('<title>Parley</title>');
  });

  test('serves the files of the page, which browsers keep for ever', async () => {
    const page = await (await get('/')).text();
    const files = [...page.matchAll(/(?:src|href)="\/?(assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) {
      const response = await get(`/${file}`);
      expect([response.status, response.headers.get('cache-control')], file).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
      await response.body?.cancel();
    }
  });

  test('tells the page where to sign in, and a token from there works for the API on the same host', async () => {
    const { cognito, clientId } = Config.parse(await (await get('/config.json')).json());
    const AuthParameters = { USERNAME: alice.username, PASSWORD: password };
    const signedIn = await fetch(cognito, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
      },
      body: JSON.stringify({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId: clientId, AuthParameters }),
    });
    const { AccessToken } = SignedIn.parse(await signedIn.json()).AuthenticationResult;
    const me = await fetch(`${chat.outputs.WebUrl}/api/me`, { headers: { authorization: `Bearer ${AccessToken}` } });
    expect(await me.json()).toMatchObject({ username: alice.username });
  });

  test('serves the paths of the replaced programs at its root', async () => {
    const statusOf = async (method: string, path: string) =>
      (await fetch(`${chat.outputs.WebUrl}${path}`, { method })).status;
    const paths = [
      ['GET', '/conversation/a_b'],
      ['GET', '/messages?conversation=a_b'],
      ['POST', '/filesmessage/a_b/'],
      ['GET', '/chat/lobby/history'],
      ['POST', '/save-token/'],
    ] as const;
    // 401 comes from the API's authorizer. The bucket would answer 403.
    expect(await Promise.all(paths.map(([method, path]) => statusOf(method, path)))).toEqual(paths.map(() => 401));
  });

  test('answers 403 for a file that does not exist', async () => {
    const response = await get('/nothing-here.js');
    expect(response.status).toBe(403);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
