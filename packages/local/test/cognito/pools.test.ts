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
import { startWorld, type World } from './fixture.ts';
import { confirm, newcomer, password, refresh, refusal, signIn, signUp } from './people.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const attributesOf = async (AccessToken: string) =>
  (await world.sdk().send(new GetUserCommand({ AccessToken }))).UserAttributes;
const unverified = 'Cannot reset password for the user as there is no registered/verified email or phone_number';

describe('a client', () => {
  test('that is not in the template does not exist', async () => {
    expect(await refusal(signUp(world, 'alice', { client: 'nobody' }))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'User pool client nobody does not exist.',
    });
  });

  test('that prevents existence errors answers for a stranger as for a member', async () => {
    const sdk = world.sdk();
    const stranger = { ClientId: world.web, Username: 'stranger' };
    expect(await refusal(signIn(world, 'stranger'))).toEqual({
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
    for (const guess of guesses) expect(await refusal(guess)).toMatchObject({ name: 'CodeMismatchException' });
  });

  test('of the older kind tells that a user is not there', async () => {
    const stranger = { ClientId: world.stack.ref('Legacy'), Username: 'stranger' };
    const notThere = { name: 'UserNotFoundException', message: 'User does not exist.' };
    expect(await refusal(signIn(world, 'stranger', password, stranger.ClientId))).toEqual(notThere);
    expect(await refusal(world.sdk().send(new ForgotPasswordCommand(stranger)))).toEqual(notThere);
    expect(
      await refusal(world.sdk().send(new ConfirmSignUpCommand({ ...stranger, ConfirmationCode: '123456' }))),
    ).toEqual({ name: 'UserNotFoundException', message: 'Username/client id combination not found.' });
  });

  test('cannot recover the password of a user without a verified address', async () => {
    const client = world.stack.ref('Legacy');
    await signUp(world, 'unproven', { client });
    const forgot = new ForgotPasswordCommand({ ClientId: client, Username: 'unproven' });
    expect(await refusal(world.sdk().send(forgot))).toEqual({ name: 'InvalidParameterException', message: unverified });
  });

  test('with a secret must show its hash; the secret is told to administrators alone', async () => {
    const ClientId = world.stack.ref('Secretive');
    const { UserPoolClient } = await world
      .root()
      .send(new DescribeUserPoolClientCommand({ UserPoolId: world.pool, ClientId }));
    const secret = UserPoolClient?.ClientSecret ?? '';
    const hash = (name: string) => createHmac('sha256', secret).update(`${name}${ClientId}`).digest('base64');
    const sdk = world.sdk();
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
    expect(await refusal(make())).toEqual({
      name: 'NotAuthorizedException',
      message: `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    });
    expect(await refusal(make(hash('other')))).toEqual({
      name: 'NotAuthorizedException',
      message: `Unable to verify secret hash for client ${ClientId}`,
    });
    await make(hash('spy'));
    await confirm(world, 'spy');
    const start = (AuthFlow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH', AuthParameters: Record<string, string>) =>
      sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters }));
    const { AuthenticationResult } = await start('USER_PASSWORD_AUTH', {
      USERNAME: 'spy',
      PASSWORD: password,
      SECRET_HASH: hash('spy'),
    });
    const REFRESH_TOKEN = AuthenticationResult?.RefreshToken ?? '';
    expect(await refusal(start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN }))).toMatchObject({
      name: 'NotAuthorizedException',
    });
    await start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN, SECRET_HASH: hash('spy') });
    expect(await refusal(sdk.send(new RevokeTokenCommand({ ClientId, Token: REFRESH_TOKEN })))).toMatchObject({
      name: 'NotAuthorizedException',
    });
    await sdk.send(new RevokeTokenCommand({ ClientId, Token: REFRESH_TOKEN, ClientSecret: secret }));
  });

  test('without token revocation gives tokens without origin_jti, which a global sign-out ends nevertheless', async () => {
    const open = await startWorld({
      pools: ['People'],
      change: ({ Web }) => {
        Object.assign(Web.Properties, { EnableTokenRevocation: 'false' });
      },
    });
    try {
      const own = await newcomer(open, 'alice');
      expect(Buffer.from(own.AccessToken.split('.')[1] ?? '', 'base64url').toString()).not.toContain('origin_jti');
      await open.sdk().send(new GlobalSignOutCommand({ AccessToken: own.AccessToken }));
      expect(await refusal(refresh(open, own.RefreshToken))).toMatchObject({ name: 'NotAuthorizedException' });
      expect(await refusal(open.sdk().send(new GetUserCommand({ AccessToken: own.AccessToken })))).toMatchObject({
        message: 'Access Token has been revoked',
      });
    } finally {
      await open.stop();
    }
  });
});

describe("a pool's schema", () => {
  const attempt = (UserAttributes: { Name: string; Value: string }[]) =>
    refusal(
      world.sdk().send(new SignUpCommand({ ClientId: world.web, Username: 'x', Password: password, UserAttributes })),
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

  test('refuses an address that is none', async () => {
    expect(await attempt([{ Name: 'email', Value: 'x' }])).toEqual({
      name: 'InvalidParameterException',
      message: 'Invalid email address format.',
    });
  });

  test('lets nobody verify an address by saying so', async () => {
    expect(await attempt([email, { Name: 'email_verified', Value: 'true' }])).toEqual({
      name: 'NotAuthorizedException',
      message: 'A client attempted to write unauthorized attribute',
    });
  });

  test('lets an immutable attribute be set at sign-up and never again', async () => {
    await world.sdk().send(
      new SignUpCommand({
        ClientId: world.web,
        Username: 'teamed',
        Password: password,
        UserAttributes: [email, { Name: 'custom:team', Value: 'red' }],
      }),
    );
    await confirm(world, 'teamed');
    const { AccessToken } = await signIn(world, 'teamed');
    const change = new UpdateUserAttributesCommand({
      AccessToken,
      UserAttributes: [{ Name: 'custom:team', Value: 'blue' }],
    });
    expect(await refusal(world.sdk().send(change))).toMatchObject({ name: 'InvalidParameterException' });
    expect(await attributesOf(AccessToken)).toContainEqual({ Name: 'custom:team', Value: 'red' });
  });
});

describe('a pool', () => {
  test('whose user names are addresses gives each user a sub for a name, and each address to one user', async () => {
    const client = world.stack.ref('AddressesClient');
    const { UserSub } = await signUp(world, 'Dora@Example.com', { client, email: 'Dora@Example.com' });
    const ConfirmationCode = await world.code(UserSub ?? '');
    await world
      .sdk()
      .send(new ConfirmSignUpCommand({ ClientId: client, Username: 'dora@example.com', ConfirmationCode }));
    const { AccessToken } = await signIn(world, 'dora@example.com', password, client);
    expect(await world.sdk().send(new GetUserCommand({ AccessToken }))).toMatchObject({ Username: UserSub });
    expect(await refusal(signUp(world, 'DORA@example.com', { client, email: 'DORA@example.com' }))).toEqual({
      name: 'UsernameExistsException',
      message: 'An account with the given email already exists.',
    });
    expect(await refusal(signUp(world, 'dora', { client }))).toEqual({
      name: 'InvalidParameterException',
      message: 'Username should be an email.',
    });
  });

  test('with addresses as aliases takes one at sign-in once it is verified, for one user only', async () => {
    const client = world.stack.ref('AliasesClient');
    const email = 'shared@example.com';
    await signUp(world, 'Eve', { client, email });
    await signUp(world, 'Fay', { client, email });
    expect(await refusal(signIn(world, email, password, client))).toMatchObject({ name: 'UserNotFoundException' });
    await confirm(world, 'Eve', client);
    await signIn(world, email, password, client);
    expect(await refusal(confirm(world, 'Fay', client))).toEqual({
      name: 'AliasExistsException',
      message: 'An account with the email already exists.',
    });
    expect(await refusal(signIn(world, 'eve', password, client))).toMatchObject({ name: 'UserNotFoundException' });
    expect(await refusal(signUp(world, 'gil@example.com', { client }))).toMatchObject({
      message: 'Username cannot be of email format, since user pool is configured for email alias.',
    });
  });

  test('for administrators alone permits no sign-up', async () => {
    expect(await refusal(signUp(world, 'alice', { client: world.stack.ref('ClosedClient') }))).toEqual({
      name: 'NotAuthorizedException',
      message: 'SignUp is not permitted for this user pool',
    });
  });
});
