import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminGetUserCommand, ListUsersCommand, RevokeTokenCommand } from '@aws-sdk/client-cognito-identity-provider';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { confirm, errorOf, newUser, password, refresh, signIn, signUp } from './people.ts';

let dataDirectory: string;
let worlds: Fixture[];
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'cognito-'));
  worlds = [];
});
afterEach(async () => {
  for (const fixture of worlds) await fixture.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

async function start(): Promise<Fixture> {
  const fixture = await startFixture({ dataDirectory, pools: ['People'] });
  worlds.push(fixture);
  return fixture;
}

async function files(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a data folder', () => {
  test('keeps users, sessions and keys after a restart without a stop', async () => {
    const before = await start();
    const alice = await newUser(before, 'alice');
    await signUp(before, 'bob');
    const gone = await signIn(before, 'alice');
    await before.sdk().send(new RevokeTokenCommand({ ClientId: before.web, Token: gone.RefreshToken }));

    const after = await start();
    const again = await signIn(after, 'alice');
    expect(decodeProtectedHeader(again.AccessToken)).toEqual(decodeProtectedHeader(alice.AccessToken));
    await refresh(after, alice.RefreshToken);
    expect(await errorOf(refresh(after, gone.RefreshToken))).toMatchObject({
      message: 'Refresh Token has been revoked',
    });
    await confirm(after, 'bob');
    await signIn(after, 'bob');
  });

  test('has its own signing keys, which only the owner may read', async () => {
    const fixture = await start();
    const other = await startFixture({ pools: ['People'] });
    worlds.push(other);
    const kids = async (at: Fixture) => (await fetch(`${at.documents}/jwks.json`)).text();
    expect(await kids(fixture)).not.toBe(await kids(other));
    const path = join(dataDirectory, 'cognito', fixture.pool, 'signing-keys.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('contains no password and no refresh token', async () => {
    const fixture = await start();
    const { RefreshToken, AccessToken } = await newUser(fixture, 'alice');
    const texts = await Promise.all(
      (await files(join(dataDirectory, 'cognito'))).map((path) => readFile(path, 'utf8')),
    );
    const all = texts.join('\n');
    expect(all).toContain('scrypt$');
    for (const secret of [password, RefreshToken, AccessToken]) expect(all).not.toContain(secret);
  });

  test('with a partial write starts, and the partial file is removed', async () => {
    const fixture = await start();
    await newUser(fixture, 'alice');
    const users = join(dataDirectory, 'cognito', fixture.pool, 'users');
    await writeFile(join(users, 'x.json.1.part'), '{"sub":');
    const after = await start();
    await signIn(after, 'alice');
    expect((await readdir(users)).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  test('with a malformed user file is refused with an error that names the file', async () => {
    const fixture = await start();
    await signUp(fixture, 'alice');
    const [path = ''] = await files(join(dataDirectory, 'cognito', fixture.pool, 'users'));
    await writeFile(path, '{}');
    await expect(startFixture({ dataDirectory, pools: ['People'] })).rejects.toThrow(`${path} does not hold a user`);
  });
});

test('a reload of the stack changes the settings and keeps the users', async () => {
  const fixture = await start();
  await newUser(fixture, 'alice');
  fixture.reload(({ People }) => {
    Object.assign(People.Properties, { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
  });
  expect(await errorOf(signUp(fixture, 'bob'))).toMatchObject({
    message: 'SignUp is not permitted for this user pool',
  });
  await signIn(fixture, 'alice');
});

describe('concurrency', () => {
  test('of ten concurrent sign-ups with one name exactly one succeeds', async () => {
    const fixture = await start();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => signUp(fixture, 'alice', { email: `a${index}@example.com` })),
    );
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.name] : []));
    expect(won).toHaveLength(1);
    expect(lost).toEqual(Array(9).fill('UsernameExistsException'));
    const user = await fixture.root().send(new AdminGetUserCommand({ UserPoolId: fixture.pool, Username: 'alice' }));
    expect(user.UserAttributes).toContainEqual({ Name: 'sub', Value: won[0]?.UserSub });
    expect(await readdir(join(dataDirectory, 'cognito', fixture.pool, 'users'))).toEqual([`${won[0]?.UserSub}.json`]);
  });

  test('concurrent sign-ups with twenty names all succeed', async () => {
    const fixture = await start();
    const names = Array.from({ length: 20 }, (_, index) => `user${String(index).padStart(2, '0')}`);
    await Promise.all(names.map((name) => signUp(fixture, name)));
    const after = await start();
    const listed = await after.root().send(new ListUsersCommand({ UserPoolId: after.pool }));
    expect(listed.Users?.map((user) => user.Username).sort()).toEqual(names);
  });

  test('ten concurrent sign-ins of one user give ten valid sessions', async () => {
    const fixture = await start();
    await newUser(fixture, 'alice');
    const sessions = await Promise.all(Array.from({ length: 10 }, () => signIn(fixture, 'alice')));
    const after = await start();
    await Promise.all(sessions.map(({ RefreshToken }) => refresh(after, RefreshToken)));
  });
});
