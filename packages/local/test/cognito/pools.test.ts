import { createHmac } from 'node:crypto';
import {
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  DescribeUserPoolClientCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
  SignUpCommand,
  UpdateUserAttributesCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { confirm, errorOf, newUser, password, refresh, signIn, signUp } from './people.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const attributesOf = async (AccessToken: string) =>
  (await fixture.sdk().send(new GetUserCommand({ AccessToken }))).UserAttributes;
const unverified = 'Cannot reset password for the user as there is no registered/verified email or phone_number';

describe('a client', () => {
  test('that is not in the template gives ResourceNotFoundException', async () => {
    expect(await errorOf(signUp(fixture, 'alice', { client: 'nobody' }))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'User pool client nobody does not exist.',
    });
  });

  test('that prevents existence errors gives the same responses for unknown and known users', async () => {
    const sdk = fixture.sdk();
    const stranger = { ClientId: fixture.web, Username: 'stranger' };
    expect(await errorOf(signIn(fixture, 'stranger'))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    });
    expect(await sdk.send(new ForgotPasswordCommand(stranger))).toMatchObject({
      CodeDeliveryDetails: { AttributeName: 'email', Destination: 's***@e***' },
    });
    const ConfirmationCode = '123456';
    const guesses = [
      sdk.send(new ConfirmForgotPasswordCommand({ ...stranger, ConfirmationCode, Password: password })),
      sdk.send(new ConfirmSignUpCommand({ ...stranger, ConfirmationCode })),
    ];
    for (const guess of guesses) expect(await errorOf(guess)).toMatchObject({ name: 'CodeMismatchException' });
  });

  test('with legacy errors says that a user does not exist', async () => {
    const stranger = { ClientId: fixture.stack.ref('Legacy'), Username: 'stranger' };
    const notThere = { name: 'UserNotFoundException', message: 'User does not exist.' };
    expect(await errorOf(signIn(fixture, 'stranger', password, stranger.ClientId))).toEqual(notThere);
    expect(await errorOf(fixture.sdk().send(new ForgotPasswordCommand(stranger)))).toEqual(notThere);
    expect(
      await errorOf(fixture.sdk().send(new ConfirmSignUpCommand({ ...stranger, ConfirmationCode: '123456' }))),
    ).toEqual({ name: 'UserNotFoundException', message: 'Username/client id combination not found.' });
  });

  test('cannot recover the password of a user without a verified address', async () => {
    const client = fixture.stack.ref('Legacy');
    await signUp(fixture, 'unproven', { client });
    const forgot = new ForgotPasswordCommand({ ClientId: client, Username: 'unproven' });
    expect(await errorOf(fixture.sdk().send(forgot))).toEqual({
      name: 'InvalidParameterException',
      message: unverified,
    });
  });

  test('with a secret needs its hash; only administrators can read the secret', async () => {
    const ClientId = fixture.stack.ref('Secretive');
    const { UserPoolClient } = await fixture
      .root()
      .send(new DescribeUserPoolClientCommand({ UserPoolId: fixture.pool, ClientId }));
    const secret = UserPoolClient?.ClientSecret ?? '';
    const hash = (name: string) => createHmac('sha256', secret).update(`${name}${ClientId}`).digest('base64');
    const sdk = fixture.sdk();
    const make = (SecretHash?: string) =>
      sdk.send(
        new SignUpCommand({
          ClientId,
          Username: 'spy',
          Password: password,
          SecretHash,
          UserAttributes: [{ Name: 'email', Value: 'spy@example.com' }],
        }),
      );
    expect(await errorOf(make())).toEqual({
      name: 'NotAuthorizedException',
      message: `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    });
    expect(await errorOf(make(hash('other')))).toEqual({
      name: 'NotAuthorizedException',
      message: `Unable to verify secret hash for client ${ClientId}`,
    });
    await make(hash('spy'));
    await confirm(fixture, 'spy');
    const start = (AuthFlow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH', AuthParameters: Record<string, string>) =>
      sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters }));
    const { AuthenticationResult } = await start('USER_PASSWORD_AUTH', {
      USERNAME: 'spy',
      PASSWORD: password,
      SECRET_HASH: hash('spy'),
    });
    const REFRESH_TOKEN = AuthenticationResult?.RefreshToken ?? '';
    expect(await errorOf(start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN }))).toMatchObject({
      name: 'NotAuthorizedException',
    });
    await start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN, SECRET_HASH: hash('spy') });
    expect(await errorOf(sdk.send(new RevokeTokenCommand({ ClientId, Token: REFRESH_TOKEN })))).toMatchObject({
      name: 'NotAuthorizedException',
    });
    await sdk.send(new RevokeTokenCommand({ ClientId, Token: REFRESH_TOKEN, ClientSecret: secret }));
  });

  test('without token revocation issues tokens without origin_jti, which a global sign-out still revokes', async () => {
    const open = await startFixture({
      pools: ['People'],
      change: ({ Web }) => {
        Object.assign(Web.Properties, { EnableTokenRevocation: 'false' });
      },
    });
    try {
      const own = await newUser(open, 'alice');
      expect(Buffer.from(own.AccessToken.split('.')[1] ?? '', 'base64url').toString()).not.toContain('origin_jti');
      await open.sdk().send(new GlobalSignOutCommand({ AccessToken: own.AccessToken }));
      expect(await errorOf(refresh(open, own.RefreshToken))).toMatchObject({ name: 'NotAuthorizedException' });
      expect(await errorOf(open.sdk().send(new GetUserCommand({ AccessToken: own.AccessToken })))).toMatchObject({
        message: 'Access Token has been revoked',
      });
    } finally {
      await open.stop();
    }
  });
});

describe("a pool's schema", () => {
  const attempt = (UserAttributes: { Name: string; Value: string }[]) =>
    errorOf(
      fixture
        .sdk()
        .send(new SignUpCommand({ ClientId: fixture.web, Username: 'x', Password: password, UserAttributes })),
    );
  const email = { Name: 'email', Value: 'x@example.com' };

  test.each([
    ['required ones missing', [], 'InvalidParameterException', 'email: The attribute is required\n'],
    [
      'unknown ones',
      [email, { Name: '__proto__', Value: 'x' }],
      'InvalidParameterException',
      'Type for attribute {__proto__} could not be determined',
    ],
  ])('refuses %s', async (_what, attributes, name, rule) => {
    expect(await attempt(attributes)).toEqual({ name, message: `Attributes did not conform to the schema: ${rule}` });
  });

  test('refuses an invalid address', async () => {
    expect(await attempt([{ Name: 'email', Value: 'x' }])).toEqual({
      name: 'InvalidParameterException',
      message: 'Invalid email address format.',
    });
  });

  test('does not let a user set a verified attribute', async () => {
    expect(await attempt([email, { Name: 'email_verified', Value: 'true' }])).toEqual({
      name: 'NotAuthorizedException',
      message: 'A client attempted to write unauthorized attribute',
    });
  });

  test('allows an immutable attribute at sign-up only', async () => {
    await fixture.sdk().send(
      new SignUpCommand({
        ClientId: fixture.web,
        Username: 'teamed',
        Password: password,
        UserAttributes: [email, { Name: 'custom:team', Value: 'red' }],
      }),
    );
    await confirm(fixture, 'teamed');
    const { AccessToken } = await signIn(fixture, 'teamed');
    const change = new UpdateUserAttributesCommand({
      AccessToken,
      UserAttributes: [{ Name: 'custom:team', Value: 'blue' }],
    });
    expect(await errorOf(fixture.sdk().send(change))).toMatchObject({ name: 'InvalidParameterException' });
    expect(await attributesOf(AccessToken)).toContainEqual({ Name: 'custom:team', Value: 'red' });
  });
});

describe('a pool', () => {
  test('whose user names are addresses uses the sub as user name, and allows each address once', async () => {
    const client = fixture.stack.ref('AddressesClient');
    const { UserSub } = await signUp(fixture, 'Dora@Example.com', { client, email: 'Dora@Example.com' });
    const ConfirmationCode = await fixture.code(UserSub ?? '');
    await fixture
      .sdk()
      .send(new ConfirmSignUpCommand({ ClientId: client, Username: 'dora@example.com', ConfirmationCode }));
    const { AccessToken } = await signIn(fixture, 'dora@example.com', password, client);
    expect(await fixture.sdk().send(new GetUserCommand({ AccessToken }))).toMatchObject({ Username: UserSub });
    expect(await errorOf(signUp(fixture, 'DORA@example.com', { client, email: 'DORA@example.com' }))).toEqual({
      name: 'UsernameExistsException',
      message: 'An account with the given email already exists.',
    });
    expect(await errorOf(signUp(fixture, 'dora', { client }))).toEqual({
      name: 'InvalidParameterException',
      message: 'Username should be an email.',
    });
  });

  test('with addresses as aliases accepts a verified one at sign-in, for one user only', async () => {
    const client = fixture.stack.ref('AliasesClient');
    const email = 'shared@example.com';
    await signUp(fixture, 'Eve', { client, email });
    await signUp(fixture, 'Fay', { client, email });
    expect(await errorOf(signIn(fixture, email, password, client))).toMatchObject({ name: 'UserNotFoundException' });
    await confirm(fixture, 'Eve', client);
    await signIn(fixture, email, password, client);
    expect(await errorOf(confirm(fixture, 'Fay', client))).toEqual({
      name: 'AliasExistsException',
      message: 'An account with the email already exists.',
    });
    expect(await errorOf(signIn(fixture, 'eve', password, client))).toMatchObject({ name: 'UserNotFoundException' });
    expect(await errorOf(signUp(fixture, 'gil@example.com', { client }))).toMatchObject({
      message: 'Username cannot be of email format, since user pool is configured for email alias.',
    });
  });

  test('for administrators only refuses sign-up', async () => {
    expect(await errorOf(signUp(fixture, 'alice', { client: fixture.stack.ref('ClosedClient') }))).toEqual({
      name: 'NotAuthorizedException',
      message: 'SignUp is not permitted for this user pool',
    });
  });
});
