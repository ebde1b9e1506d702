import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminGetUserCommand, ListUsersCommand, RevokeTokenCommand } from '@aws-sdk/client-cognito-identity-provider';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from './fixture.ts';
import { confirm, newcomer, password, refresh, refusal, signIn, signUp } from './people.ts';

let dataDirectory: string;
let worlds: World[];
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'cognito-'));
  worlds = [];
});
afterEach(async () => {
  for (const world of worlds) await world.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

async function start(): Promise<World> {
  const world = await startWorld({ dataDirectory, pools: ['People'] });
  worlds.push(world);
  return world;
}

async function files(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a data folder', () => {
  test('keeps users, sessions and keys through a restart, although nothing was told to stop before it', async () => {
    const before = await start();
    const alice = await newcomer(before, 'alice');
    await signUp(before, 'bob');
    const gone = await signIn(before, 'alice');
    await before.sdk().send(new RevokeTokenCommand({ ClientId: before.web, Token: gone.RefreshToken }));

    const after = await start();
    const again = await signIn(after, 'alice');
    expect(decodeProtectedHeader(again.AccessToken)).toEqual(decodeProtectedHeader(alice.AccessToken));
    await refresh(after, alice.RefreshToken);
    expect(await refusal(refresh(after, gone.RefreshToken))).toMatchObject({
      message: 'Refresh Token has been revoked',
    });
    await confirm(after, 'bob');
    await signIn(after, 'bob');
  });

  test('has signing keys of its own, which its owner alone may read', async () => {
    const world = await start();
    const other = await startWorld({ pools: ['People'] });
    worlds.push(other);
    const kids = async (at: World) => (await fetch(`${at.issuer}/.well-known/jwks.json`)).text();
    expect(await kids(world)).not.toBe(await kids(other));
    const path = join(dataDirectory, 'cognito', world.pool, 'signing-keys.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('holds no password and no refresh token', async () => {
    const world = await start();
    const { RefreshToken, AccessToken } = await newcomer(world, 'alice');
    const texts = await Promise.all(
      (await files(join(dataDirectory, 'cognito'))).map((path) => readFile(path, 'utf8')),
    );
    const all = texts.join('\n');
    expect(all).toContain('scrypt$');
    for (const secret of [password, RefreshToken, AccessToken]) expect(all).not.toContain(secret);
  });

  test('with a write that was cut off starts, and the half file is gone', async () => {
    const world = await start();
    await newcomer(world, 'alice');
    const users = join(dataDirectory, 'cognito', world.pool, 'users');
    await writeFile(join(users, 'x.json.1.part'), '{"sub":');
    const after = await start();
    await signIn(after, 'alice');
    expect((await readdir(users)).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  test('with a user file that is none is refused with a sentence that names it', async () => {
    const world = await start();
    await signUp(world, 'alice');
    const [path = ''] = await files(join(dataDirectory, 'cognito', world.pool, 'users'));
    await writeFile(path, '{}');
    await expect(startWorld({ dataDirectory, pools: ['People'] })).rejects.toThrow(`${path} does not hold a user`);
  });
});

test('a reload of the stack changes the rules and keeps the users', async () => {
  const world = await start();
  await newcomer(world, 'alice');
  world.reload(({ People }) => {
    Object.assign(People.Properties, { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
  });
  expect(await refusal(signUp(world, 'bob'))).toMatchObject({ message: 'SignUp is not permitted for this user pool' });
  await signIn(world, 'alice');
});

describe('at once', () => {
  test('of ten sign-ups with one name exactly one wins, and is whole', async () => {
    const world = await start();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => signUp(world, 'alice', { email: `a${index}@example.com` })),
    );
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.name] : []));
    expect(won).toHaveLength(1);
    expect(lost).toEqual(Array(9).fill('UsernameExistsException'));
    const user = await world.root().send(new AdminGetUserCommand({ UserPoolId: world.pool, Username: 'alice' }));
    expect(user.UserAttributes).toContainEqual({ Name: 'sub', Value: won[0]?.UserSub });
    expect(await readdir(join(dataDirectory, 'cognito', world.pool, 'users'))).toEqual([`${won[0]?.UserSub}.json`]);
  });

  test('sign-ups with twenty names lose nobody', async () => {
    const world = await start();
    const names = Array.from({ length: 20 }, (_, index) => `user${String(index).padStart(2, '0')}`);
    await Promise.all(names.map((name) => signUp(world, name)));
    const after = await start();
    const listed = await after.root().send(new ListUsersCommand({ UserPoolId: after.pool }));
    expect(listed.Users?.map((user) => user.Username).sort()).toEqual(names);
  });

  test('ten sign-ins of one user give ten sessions that all last', async () => {
    const world = await start();
    await newcomer(world, 'alice');
    const sessions = await Promise.all(Array.from({ length: 10 }, () => signIn(world, 'alice')));
    const after = await start();
    await Promise.all(sessions.map(({ RefreshToken }) => refresh(after, RefreshToken)));
  });
});
