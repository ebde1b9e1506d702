import {
  AdminConfirmSignUpCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from './fixture.ts';
import { newcomer, refusal, signIn, signUp } from './people.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ pools: ['People', 'Aliases'] });
});
afterAll(() => world.stop());

const named = (Username: string) => ({ UserPoolId: world.pool, Username });

describe('an administrator', () => {
  test('confirms without a code, which verifies no address; that is a step of its own', async () => {
    await signUp(world, 'alice');
    const root = world.root();
    await root.send(new AdminConfirmSignUpCommand(named('alice')));
    await signIn(world, 'alice');
    const mailed = async () => (await world.code('alice', 'forgot').catch(() => '')) !== '';
    const forgot = new ForgotPasswordCommand({ ClientId: world.web, Username: 'alice' });
    await world.sdk().send(forgot);
    expect(await mailed()).toBe(false);
    await root.send(
      new AdminUpdateUserAttributesCommand({
        ...named('alice'),
        UserAttributes: [{ Name: 'email_verified', Value: 'true' }],
      }),
    );
    await world.sdk().send(forgot);
    expect(await mailed()).toBe(true);
    expect(await refusal(root.send(new AdminConfirmSignUpCommand(named('alice'))))).toEqual({
      name: 'NotAuthorizedException',
      message: 'User cannot be confirmed. Current status is CONFIRMED',
    });
  });

  test('sees a user, with times as dates', async () => {
    const { UserSub } = await signUp(world, 'seen');
    const user = await world.root().send(new AdminGetUserCommand(named('seen')));
    expect(user).toMatchObject({ Username: 'seen', UserStatus: 'UNCONFIRMED', Enabled: true });
    expect(Math.abs((user.UserCreateDate?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await world.root().send(new AdminGetUserCommand(named(UserSub ?? '')))).toMatchObject({ Username: 'seen' });
    expect(await refusal(world.root().send(new AdminGetUserCommand(named('nobody'))))).toMatchObject({
      name: 'UserNotFoundException',
    });
  });

  test('signs a user out and deletes one', async () => {
    const { AccessToken } = await newcomer(world, 'ousted');
    await world.root().send(new AdminUserGlobalSignOutCommand(named('ousted')));
    expect(await refusal(world.sdk().send(new GetUserCommand({ AccessToken })))).toMatchObject({
      message: 'Access Token has been revoked',
    });
    await world.root().send(new AdminDeleteUserCommand(named('ousted')));
    expect(await refusal(world.root().send(new AdminGetUserCommand(named('ousted'))))).toMatchObject({
      name: 'UserNotFoundException',
    });
  });

  test('lists users by pages and by the beginning of a name', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) await signUp(world, name);
    const Filter = 'username ^= "list-"';
    const names: (string | undefined)[] = [];
    let PaginationToken: string | undefined;
    do {
      const page = await world
        .root()
        .send(new ListUsersCommand({ UserPoolId: world.pool, Filter, Limit: 2, PaginationToken }));
      expect(page.Users?.length).toBeLessThanOrEqual(2);
      names.push(...(page.Users ?? []).map((user) => user.Username));
      PaginationToken = page.PaginationToken;
    } while (PaginationToken);
    expect(names.sort()).toEqual(['list-a', 'list-b', 'list-c']);
  });
});

describe("an administrator's request", () => {
  test('by a function needs the action on this pool in its role', async () => {
    await signUp(world, 'looked-at');
    const arn = `arn:aws:sts::${world.stack.account}:assumed-role/TriggerRole/Trigger`;
    const sdk = world.sdk(world.keys.issue({ kind: 'role', arn, roleId: 'TriggerRole', functionId: 'Trigger' }));
    expect(await sdk.send(new AdminGetUserCommand(named('looked-at')))).toMatchObject({ Username: 'looked-at' });
    const refused = { name: 'AccessDeniedException' };
    expect(await refusal(sdk.send(new AdminDeleteUserCommand(named('looked-at'))))).toEqual({
      ...refused,
      message: expect.stringContaining(
        `User: ${arn} is not authorized to perform: cognito-idp:AdminDeleteUser on resource: ${world.stack.arn('People')}`,
      ),
    });
    const elsewhere = { UserPoolId: world.stack.ref('Aliases'), Username: 'looked-at' };
    expect(await refusal(sdk.send(new AdminGetUserCommand(elsewhere)))).toMatchObject(refused);
  });

  test('signed with unknown keys, with the wrong secret or not at all is refused', async () => {
    const send = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
      refusal(world.sdk(credentials).send(new AdminGetUserCommand(named('alice'))));
    expect(await send({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' })).toMatchObject({
      name: 'UnrecognizedClientException',
    });
    const { accessKeyId } = world.keys.issue({ kind: 'root', arn: 'arn:aws:iam::000000000000:root' });
    expect(await send({ accessKeyId, secretAccessKey: 'x' })).toMatchObject({ name: 'InvalidSignatureException' });
    const response = await fetch(world.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.AdminGetUser' },
      body: JSON.stringify(named('alice')),
    });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'MissingAuthenticationTokenException:',
    ]);
  });
});
