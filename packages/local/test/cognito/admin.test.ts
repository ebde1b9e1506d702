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
import { type Fixture, startFixture } from './fixture.ts';
import { errorOf, newUser, signIn, signUp } from './people.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ pools: ['People', 'Aliases'] });
});
afterAll(() => fixture.stop());

const named = (Username: string) => ({ UserPoolId: fixture.pool, Username });

describe('an administrator', () => {
  test('confirms without a code, and verifies the address in a separate step', async () => {
    await signUp(fixture, 'alice');
    const root = fixture.root();
    await root.send(new AdminConfirmSignUpCommand(named('alice')));
    await signIn(fixture, 'alice');
    const mailed = async () => (await fixture.code('alice', 'forgot').catch(() => '')) !== '';
    const forgot = new ForgotPasswordCommand({ ClientId: fixture.web, Username: 'alice' });
    await fixture.sdk().send(forgot);
    expect(await mailed()).toBe(false);
    await root.send(
      new AdminUpdateUserAttributesCommand({
        ...named('alice'),
        UserAttributes: [{ Name: 'email_verified', Value: 'true' }],
      }),
    );
    await fixture.sdk().send(forgot);
    expect(await mailed()).toBe(true);
    expect(await errorOf(root.send(new AdminConfirmSignUpCommand(named('alice'))))).toEqual({
      name: 'NotAuthorizedException',
      message: 'User cannot be confirmed. Current status is CONFIRMED',
    });
  });

  test('gets a user, with times as dates', async () => {
    const { UserSub } = await signUp(fixture, 'seen');
    const user = await fixture.root().send(new AdminGetUserCommand(named('seen')));
    expect(user).toMatchObject({ Username: 'seen', UserStatus: 'UNCONFIRMED', Enabled: true });
    expect(Math.abs((user.UserCreateDate?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await fixture.root().send(new AdminGetUserCommand(named(UserSub ?? '')))).toMatchObject({
      Username: 'seen',
    });
    expect(await errorOf(fixture.root().send(new AdminGetUserCommand(named('nobody'))))).toMatchObject({
      name: 'UserNotFoundException',
    });
  });

  test('signs a user out and deletes one', async () => {
    const { AccessToken } = await newUser(fixture, 'ousted');
    await fixture.root().send(new AdminUserGlobalSignOutCommand(named('ousted')));
    expect(await errorOf(fixture.sdk().send(new GetUserCommand({ AccessToken })))).toMatchObject({
      message: 'Access Token has been revoked',
    });
    await fixture.root().send(new AdminDeleteUserCommand(named('ousted')));
    expect(await errorOf(fixture.root().send(new AdminGetUserCommand(named('ousted'))))).toMatchObject({
      name: 'UserNotFoundException',
    });
  });

  test('lists users in pages and by the beginning of a name', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) await signUp(fixture, name);
    const Filter = 'username ^= "list-"';
    const names: (string | undefined)[] = [];
    let PaginationToken: string | undefined;
    do {
      const page = await fixture
        .root()
        .send(new ListUsersCommand({ UserPoolId: fixture.pool, Filter, Limit: 2, PaginationToken }));
      expect(page.Users?.length).toBeLessThanOrEqual(2);
      names.push(...(page.Users ?? []).map((user) => user.Username));
      PaginationToken = page.PaginationToken;
    } while (PaginationToken);
    expect(names.sort()).toEqual(['list-a', 'list-b', 'list-c']);
  });
});

describe("an administrator's request", () => {
  test('by a function needs permission for the action on this pool', async () => {
    await signUp(fixture, 'looked-at');
    const arn = `arn:aws:sts::${fixture.stack.account}:assumed-role/TriggerRole/Trigger`;
    const sdk = fixture.sdk(fixture.keys.issue({ kind: 'role', arn, roleId: 'TriggerRole', functionId: 'Trigger' }));
    expect(await sdk.send(new AdminGetUserCommand(named('looked-at')))).toMatchObject({ Username: 'looked-at' });
    const refused = { name: 'AccessDeniedException' };
    expect(await errorOf(sdk.send(new AdminDeleteUserCommand(named('looked-at'))))).toEqual({
      ...refused,
      message: expect.stringContaining(
        `User: ${arn} is not authorized to perform: cognito-idp:AdminDeleteUser on resource: ${fixture.stack.arn('People')}`,
      ),
    });
    const elsewhere = { UserPoolId: fixture.stack.ref('Aliases'), Username: 'looked-at' };
    expect(await errorOf(sdk.send(new AdminGetUserCommand(elsewhere)))).toMatchObject(refused);
  });

  test('is refused with unknown keys, a wrong secret or no signature', async () => {
    const send = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
      errorOf(fixture.sdk(credentials).send(new AdminGetUserCommand(named('alice'))));
    expect(await send({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' })).toMatchObject({
      name: 'UnrecognizedClientException',
    });
    const { accessKeyId } = fixture.keys.issue({ kind: 'root', arn: 'arn:aws:iam::000000000000:root' });
    expect(await send({ accessKeyId, secretAccessKey: 'x' })).toMatchObject({ name: 'InvalidSignatureException' });
    const response = await fetch(fixture.endpoint, {
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
