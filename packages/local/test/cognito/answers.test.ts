import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminDeleteUserAttributesCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  DeleteUserAttributesCommand,
  GetUserAttributeVerificationCodeCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ListUsersCommand,
  RespondToAuthChallengeCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { errorOf, newUser, password, signUp } from './people.ts';

/*
 * Answers for which another emulator has something else, and AWS's API reference has this.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_Operations.html
 */

let fixture: Fixture;
let alice: { readonly AccessToken: string };
beforeAll(async () => {
  fixture = await startFixture({ pools: ['People', 'Closed'] });
  alice = await newUser(fixture, 'alice');
});
afterAll(() => fixture.stop());

const pool = () => ({ UserPoolId: fixture.pool });
const named = (Username: string) => ({ ...pool(), Username });
const attributesOf = async (name: string) =>
  Object.fromEntries(
    ((await fixture.root().send(new AdminGetUserCommand(named(name)))).UserAttributes ?? []).map(({ Name, Value }) => [
      Name,
      Value,
    ]),
  );

test('every operation on one user says that the user does not exist', async () => {
  const nobody = named('nobody');
  const root = fixture.root();
  const requests = [
    root.send(new AdminConfirmSignUpCommand(nobody)),
    root.send(new AdminDeleteUserCommand(nobody)),
    root.send(new AdminDisableUserCommand(nobody)),
    root.send(new AdminEnableUserCommand(nobody)),
    root.send(new AdminGetUserCommand(nobody)),
    root.send(new AdminListGroupsForUserCommand(nobody)),
    root.send(new AdminResetUserPasswordCommand(nobody)),
    root.send(new AdminUserGlobalSignOutCommand(nobody)),
    root.send(new AdminSetUserPasswordCommand({ ...nobody, Password: password })),
    root.send(new AdminUpdateUserAttributesCommand({ ...nobody, UserAttributes: [{ Name: 'name', Value: 'x' }] })),
    root.send(new AdminDeleteUserAttributesCommand({ ...nobody, UserAttributeNames: ['name'] })),
    root.send(new AdminAddUserToGroupCommand({ ...nobody, GroupName: 'x' })),
    root.send(new AdminCreateUserCommand({ ...nobody, MessageAction: 'RESEND' })),
  ];
  for (const request of requests) {
    expect(await errorOf(request)).toEqual({ name: 'UserNotFoundException', message: 'User does not exist.' });
  }
});

test('unknown pools and clients are ResourceNotFoundException', async () => {
  const elsewhere = { UserPoolId: 'us-east-1_nothing00', Username: 'x' };
  expect(await errorOf(fixture.root().send(new AdminCreateUserCommand(elsewhere)))).toMatchObject({
    name: 'ResourceNotFoundException',
  });
  // A client of another pool.
  const signIn = new AdminInitiateAuthCommand({
    ...pool(),
    ClientId: fixture.stack.ref('ClosedClient'),
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'alice', PASSWORD: password },
  });
  expect(await errorOf(fixture.root().send(signIn))).toMatchObject({ name: 'ResourceNotFoundException' });
});

describe('attributes', () => {
  const update = (name: string, attributes: Record<string, string>) =>
    fixture.root().send(
      new AdminUpdateUserAttributesCommand({
        ...named(name),
        UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
      }),
    );

  test.each([
    [{ colour: 'x' }, 'Attributes did not conform to the schema: Type for attribute {colour} could not be determined'],
    [{ email: 'nowhere' }, 'Invalid email address format.'],
    [{ 'custom:team': 'red' }, 'user.custom:team: Attribute cannot be updated.\n'],
  ])('that the schema does not allow are refused to administrators, too: %o', async (attributes, message) => {
    expect(await errorOf(update('alice', attributes))).toEqual({ name: 'InvalidParameterException', message });
  });

  test('a new address from an administrator waits for its code, unless it is said to be verified', async () => {
    await newUser(fixture, 'moving');
    await update('moving', { email: 'new@example.com' });
    expect(await attributesOf('moving')).toMatchObject({ email: 'moving@example.com', email_verified: 'true' });
    expect(await fixture.letter('moving', 'verify')).toContain('To: new@example.com');
    await update('moving', { email: 'newer@example.com', email_verified: 'true' });
    expect(await attributesOf('moving')).toMatchObject({ email: 'newer@example.com', email_verified: 'true' });
  });

  test('are deleted by their owner and by administrators, but not the required ones', async () => {
    await update('alice', { name: 'Al', nickname: 'A' });
    const { AccessToken } = alice;
    await fixture.sdk().send(new DeleteUserAttributesCommand({ AccessToken, UserAttributeNames: ['name'] }));
    await fixture
      .root()
      .send(new AdminDeleteUserAttributesCommand({ ...named('alice'), UserAttributeNames: ['nickname'] }));
    expect(Object.keys(await attributesOf('alice'))).toEqual(['sub', 'email', 'email_verified']);
    const required = new AdminDeleteUserAttributesCommand({ ...named('alice'), UserAttributeNames: ['email'] });
    expect(await errorOf(fixture.root().send(required))).toMatchObject({ name: 'InvalidParameterException' });
  });

  test('are verified with a code that their owner asks for', async () => {
    await signUp(fixture, 'unverified');
    await fixture.root().send(new AdminConfirmSignUpCommand(named('unverified')));
    const { AuthenticationResult } = await fixture.sdk().send(
      new InitiateAuthCommand({
        ClientId: fixture.web,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: 'unverified', PASSWORD: password },
      }),
    );
    const own = { AccessToken: AuthenticationResult?.AccessToken, AttributeName: 'email' };
    expect(await fixture.sdk().send(new GetUserAttributeVerificationCodeCommand(own))).toMatchObject({
      CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'u***@e***' },
    });
    const Code = await fixture.code('unverified', 'verify');
    await fixture.sdk().send(new VerifyUserAttributeCommand({ ...own, Code }));
    expect(await attributesOf('unverified')).toMatchObject({ email_verified: 'true' });
    const noPhone = new GetUserAttributeVerificationCodeCommand({ ...own, AttributeName: 'phone_number' });
    expect(await errorOf(fixture.sdk().send(noPhone))).toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('a list of users', () => {
  const found = async (Filter: string) =>
    (await fixture.root().send(new ListUsersCommand({ ...pool(), Filter }))).Users?.map(({ Username }) => Username);

  test('is filtered by standard attributes and states, and not by custom attributes', async () => {
    await fixture.root().send(new AdminCreateUserCommand({ ...named('invited'), MessageAction: 'SUPPRESS' }));
    expect(await found('cognito:user_status = "FORCE_CHANGE_PASSWORD"')).toEqual(['invited']);
    await fixture.root().send(new AdminDisableUserCommand(named('invited')));
    expect(await found('status = "Disabled"')).toEqual(['invited']);
    expect(await errorOf(found('custom:team = "red"'))).toEqual({
      name: 'InvalidParameterException',
      message: 'Invalid search attribute: custom:team',
    });
    expect(await errorOf(found('username: alice'))).toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('a sign-in', () => {
  test.each([
    ['USER_PASSWORD_AUTH', { USERNAME: 'alice' }, 'Missing required parameter PASSWORD'],
    ['USER_SRP_AUTH', { USERNAME: 'alice' }, 'Missing required parameter SRP_A'],
    ['REFRESH_TOKEN_AUTH', {}, 'Missing required parameter REFRESH_TOKEN'],
    ['ADMIN_USER_PASSWORD_AUTH', { USERNAME: 'alice', PASSWORD: password }, 'Initiate Auth method not supported.'],
  ] as const)('with %s needs its parameters: %o', async (AuthFlow, AuthParameters, message) => {
    const request = new InitiateAuthCommand({ ClientId: fixture.web, AuthFlow, AuthParameters });
    expect(await errorOf(fixture.sdk().send(request))).toEqual({ name: 'InvalidParameterException', message });
  });

  test('takes no session of somebody else', async () => {
    const request = new RespondToAuthChallengeCommand({
      ClientId: fixture.web,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: 'x'.repeat(40),
      ChallengeResponses: { USERNAME: 'alice', NEW_PASSWORD: password },
    });
    expect(await errorOf(fixture.sdk().send(request))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Invalid session for the user.',
    });
  });
});

test('a token of a deleted user says that the user does not exist', async () => {
  const { AccessToken } = await newUser(fixture, 'gone');
  await fixture.root().send(new AdminDeleteUserCommand(named('gone')));
  expect(await errorOf(fixture.sdk().send(new GetUserCommand({ AccessToken })))).toEqual({
    name: 'UserNotFoundException',
    message: 'User does not exist.',
  });
});
