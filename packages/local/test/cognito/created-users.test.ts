import {
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminResetUserPasswordCommand,
  AdminRespondToAuthChallengeCommand,
  AdminSetUserPasswordCommand,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { errorOf, newUser, password, refresh, signIn } from './people.ts';

/*
 * AWS: "Creating user accounts as administrator", https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html
 * and the API reference of each operation.
 */

const temporary = 'Temporary-word-1';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ pools: ['People', 'Addresses', 'Closed'] });
});
afterAll(() => fixture.stop());

const named = (Username: string) => ({ UserPoolId: fixture.pool, Username });

const create = (Username: string, change: Partial<AdminCreateUserCommandInput> = {}) =>
  fixture.root().send(
    new AdminCreateUserCommand({
      ...named(Username),
      TemporaryPassword: temporary,
      UserAttributes: [{ Name: 'email', Value: `${Username}@example.com` }],
      ...change,
    }),
  );

const begin = (USERNAME: string, PASSWORD = temporary) =>
  fixture.sdk().send(
    new InitiateAuthCommand({
      ClientId: fixture.web,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD },
    }),
  );

const answer = (Session: string | undefined, ChallengeResponses: Record<string, string>) =>
  fixture.sdk().send(
    new RespondToAuthChallengeCommand({
      ClientId: fixture.web,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses,
    }),
  );

const statusOf = async (name: string) => (await fixture.root().send(new AdminGetUserCommand(named(name)))).UserStatus;

describe('AdminCreateUser', () => {
  test('makes a user who must change the password, and mails an invitation', async () => {
    const { User } = await create('alice');
    expect(User).toMatchObject({
      Username: 'alice',
      Enabled: true,
      UserStatus: 'FORCE_CHANGE_PASSWORD',
      Attributes: [
        { Name: 'sub', Value: expect.any(String) },
        { Name: 'email', Value: 'alice@example.com' },
      ],
    });
    const letter = await fixture.letter('alice', 'invite');
    expect(letter).toContain('To: alice@example.com\nSubject: Your temporary password\n');
    expect(letter).toContain(`Your username is alice and temporary password is ${temporary}.`);
  });

  test('generates a password of the pool’s policy if none is given', async () => {
    await create('generated', { TemporaryPassword: undefined });
    const word = (await fixture.letter('generated', 'invite')).trim().split('\n').at(-1) ?? '';
    expect((await begin('generated', word)).ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
  });

  test('mails nothing with SUPPRESS, and a new password with RESEND', async () => {
    await create('silent', { MessageAction: 'SUPPRESS' });
    await expect(fixture.letter('silent', 'invite')).rejects.toThrow('no invite letter');
    await create('silent', { MessageAction: 'RESEND', TemporaryPassword: 'Another-word-1' });
    expect(await fixture.letter('silent', 'invite')).toContain('Another-word-1');
    expect(await errorOf(begin('silent'))).toMatchObject({ message: 'Incorrect username or password.' });
    expect(await errorOf(create('nobody', { MessageAction: 'RESEND' }))).toMatchObject({
      name: 'UserNotFoundException',
    });
    await newUser(fixture, 'confirmed');
    expect(await errorOf(create('confirmed', { MessageAction: 'RESEND' }))).toEqual({
      name: 'UnsupportedUserStateException',
      message: 'Resend not possible. confirmed status is not FORCE_CHANGE_PASSWORD.',
    });
  });

  test('refuses a name that exists and a password against the policy', async () => {
    await create('once');
    expect(await errorOf(create('Once'))).toEqual({
      name: 'UsernameExistsException',
      message: 'User account already exists',
    });
    expect(await errorOf(create('weak', { TemporaryPassword: 'weak-word-1' }))).toEqual({
      name: 'InvalidPasswordException',
      message: 'Password did not conform with policy: Password must have uppercase characters',
    });
  });

  test('works where nobody may sign up', async () => {
    const Closed = { UserPoolId: fixture.stack.ref('Closed'), Username: 'member' };
    const ClientId = fixture.stack.ref('ClosedClient');
    const signUp = new SignUpCommand({ ClientId, Username: 'member', Password: password });
    expect(await errorOf(fixture.sdk().send(signUp))).toMatchObject({
      message: 'SignUp is not permitted for this user pool',
    });
    expect((await fixture.root().send(new AdminCreateUserCommand(Closed))).User?.Username).toBe('member');
  });

  test('in a pool of addresses gives the user an id, runs the trigger, and writes to the address', async () => {
    const { User } = await create('ann@example.net', {
      UserPoolId: fixture.stack.ref('Addresses'),
      UserAttributes: [],
    });
    expect(User?.Username).toMatch(/^[0-9a-f-]{36}$/);
    expect(await fixture.letter('ann@example.net', 'invite')).toContain('Your username is ann@example.net and');
    expect(await fixture.events()).toContainEqual(
      expect.objectContaining({
        triggerSource: 'PreSignUp_AdminCreateUser',
        userName: User?.Username,
        callerContext: expect.objectContaining({ clientId: 'CLIENT_ID_NOT_APPLICABLE' }),
      }),
    );
  });
});

describe('the first sign-in with a temporary password', () => {
  test('asks for a new password, which confirms the user', async () => {
    await create('newcomer');
    const challenge = await begin('newcomer');
    expect(challenge).toMatchObject({
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      ChallengeParameters: {
        USER_ID_FOR_SRP: 'newcomer',
        userAttributes: JSON.stringify({ email: 'newcomer@example.com' }),
        requiredAttributes: '[]',
      },
    });
    expect(challenge.AuthenticationResult).toBeUndefined();
    const weak = { USERNAME: 'newcomer', NEW_PASSWORD: 'short' };
    expect(await errorOf(answer(challenge.Session, weak))).toMatchObject({ name: 'InvalidPasswordException' });
    const { AuthenticationResult } = await answer(challenge.Session, { ...weak, NEW_PASSWORD: password });
    expect(AuthenticationResult).toMatchObject({ TokenType: 'Bearer', RefreshToken: expect.any(String) });
    expect(await statusOf('newcomer')).toBe('CONFIRMED');
    await signIn(fixture, 'newcomer');
    expect(await errorOf(answer(challenge.Session, { ...weak, NEW_PASSWORD: password }))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Invalid session for the user.',
    });
  });

  test('wants the required attributes that are missing, and changes none that is there', async () => {
    await create('incomplete', { UserAttributes: [], MessageAction: 'SUPPRESS' });
    const { Session, ChallengeParameters } = await begin('incomplete');
    expect(ChallengeParameters?.requiredAttributes).toBe('["userAttributes.email"]');
    const responses = { USERNAME: 'incomplete', NEW_PASSWORD: password };
    expect(await errorOf(answer(Session, responses))).toEqual({
      name: 'InvalidParameterException',
      message: 'Invalid attributes given, email is missing',
    });
    await answer(Session, { ...responses, 'userAttributes.email': 'incomplete@example.com' });
    const user = await fixture.root().send(new AdminGetUserCommand(named('incomplete')));
    expect(user.UserAttributes).toContainEqual({ Name: 'email', Value: 'incomplete@example.com' });

    await create('complete');
    const second = await begin('complete');
    const changed = { USERNAME: 'complete', NEW_PASSWORD: password, 'userAttributes.email': 'other@example.com' };
    expect(await errorOf(answer(second.Session, changed))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Cannot modify an already provided email',
    });
  });

  test('cannot be had by forgetting the password', async () => {
    await create('forgetful', {
      UserAttributes: [
        { Name: 'email', Value: 'f@example.com' },
        { Name: 'email_verified', Value: 'true' },
      ],
    });
    const forgot = new ForgotPasswordCommand({ ClientId: fixture.web, Username: 'forgetful' });
    expect(await errorOf(fixture.sdk().send(forgot))).toEqual({
      name: 'NotAuthorizedException',
      message: 'User password cannot be reset in the current state.',
    });
  });

  test('works through a server, too', async () => {
    await create('served');
    const client = { UserPoolId: fixture.pool, ClientId: fixture.web };
    const root = fixture.root();
    const AuthParameters = { USERNAME: 'served', PASSWORD: temporary };
    const signInOf = (AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', ClientId: string) =>
      root.send(new AdminInitiateAuthCommand({ ...client, ClientId, AuthFlow, AuthParameters }));
    const { Session } = await signInOf('ADMIN_USER_PASSWORD_AUTH', fixture.web);
    const { AuthenticationResult } = await root.send(
      new AdminRespondToAuthChallengeCommand({
        ...client,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session,
        ChallengeResponses: { USERNAME: 'served', NEW_PASSWORD: password },
      }),
    );
    expect(AuthenticationResult?.AccessToken).toBeTruthy();
    expect(await errorOf(signInOf('ADMIN_USER_PASSWORD_AUTH', fixture.stack.ref('Plain')))).toEqual({
      name: 'InvalidParameterException',
      message: 'Auth flow not enabled for this client',
    });
  });
});

describe('an administrator', () => {
  test('sets a password that lasts, or one that must be changed', async () => {
    await create('given');
    const set = (Password: string, Permanent: boolean) =>
      fixture.root().send(new AdminSetUserPasswordCommand({ ...named('given'), Password, Permanent }));
    await set('Lasting-word-1', true);
    expect(await statusOf('given')).toBe('CONFIRMED');
    await signIn(fixture, 'given', 'Lasting-word-1');
    await set('Passing-word-1', false);
    expect(await statusOf('given')).toBe('FORCE_CHANGE_PASSWORD');
    expect((await begin('given', 'Passing-word-1')).ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    expect(await errorOf(set('weak', true))).toMatchObject({ name: 'InvalidPasswordException' });
  });

  test('disables a user, whose tokens are no longer good, and enables them again', async () => {
    const { AccessToken, RefreshToken } = await newUser(fixture, 'paused');
    const disabled = { name: 'NotAuthorizedException', message: 'User is disabled.' };
    await fixture.root().send(new AdminDisableUserCommand(named('paused')));
    expect(await fixture.root().send(new AdminGetUserCommand(named('paused')))).toMatchObject({ Enabled: false });
    expect(await errorOf(signIn(fixture, 'paused'))).toEqual(disabled);
    expect(await errorOf(refresh(fixture, RefreshToken))).toEqual(disabled);
    expect(await errorOf(fixture.sdk().send(new GetUserCommand({ AccessToken })))).toEqual(disabled);
    await fixture.root().send(new AdminEnableUserCommand(named('paused')));
    await signIn(fixture, 'paused');
    expect(await errorOf(refresh(fixture, RefreshToken))).toMatchObject({ message: 'Refresh Token has been revoked' });
  });

  test('resets a password: only a code that is mailed gives another one', async () => {
    await newUser(fixture, 'reset');
    await fixture.root().send(new AdminResetUserPasswordCommand(named('reset')));
    expect(await statusOf('reset')).toBe('RESET_REQUIRED');
    expect(await errorOf(signIn(fixture, 'reset'))).toEqual({
      name: 'PasswordResetRequiredException',
      message: 'Password reset required for the user',
    });
    const ConfirmationCode = await fixture.code('reset', 'forgot');
    await fixture.sdk().send(
      new ConfirmForgotPasswordCommand({
        ClientId: fixture.web,
        Username: 'reset',
        ConfirmationCode,
        Password: 'Another-word-2',
      }),
    );
    await signIn(fixture, 'reset', 'Another-word-2');
  });
});

// Last, because it moves the clock.
test('a temporary password is good for seven days, and its challenge for three minutes', async () => {
  await create('late');
  const { Session } = await begin('late');
  fixture.advance(3 * 60_000);
  expect(await errorOf(answer(Session, { USERNAME: 'late', NEW_PASSWORD: password }))).toEqual({
    name: 'NotAuthorizedException',
    message: 'Invalid session for the user, session is expired.',
  });
  fixture.advance(7 * 24 * 3_600_000);
  expect(await errorOf(begin('late'))).toEqual({
    name: 'NotAuthorizedException',
    message: 'Temporary password has expired and must be reset by an administrator.',
  });
  await create('late', { MessageAction: 'RESEND' });
  expect((await begin('late')).ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
});
