import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ChangePasswordCommand,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  DeleteUserCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  ResendConfirmationCodeCommand,
  UpdateUserAttributesCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { confirm, errorOf, newUser, password, signIn, signUp } from './people.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ pools: ['People'] });
});
afterAll(() => fixture.stop());

const hour = 3_600_000;
const wrongCode = {
  name: 'CodeMismatchException',
  message: 'Invalid verification code provided, please try again.',
};
const staleCode = { name: 'ExpiredCodeException', message: 'Invalid code provided, please request a code again.' };
const wrongPassword = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };

const other = (code: string) => (code === '000000' ? '000001' : '000000');
const confirmWith = (username: string, code: string) =>
  fixture.sdk().send(new ConfirmSignUpCommand({ ClientId: fixture.web, Username: username, ConfirmationCode: code }));

describe('the life of an account', () => {
  test('includes sign-up, code, sign-in, a changed password, a forgotten password and deletion', async () => {
    const sdk = fixture.sdk();
    const made = await signUp(fixture, 'alice');
    expect(made).toMatchObject({
      UserConfirmed: false,
      CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'a***@e***' },
    });
    expect(await errorOf(signIn(fixture, 'alice'))).toEqual({
      name: 'UserNotConfirmedException',
      message: 'User is not confirmed.',
    });
    await confirm(fixture, 'alice');

    const { AccessToken } = await signIn(fixture, 'alice');
    const user = await sdk.send(new GetUserCommand({ AccessToken }));
    expect(user).toMatchObject({
      Username: 'alice',
      UserAttributes: [
        { Name: 'sub', Value: made.UserSub },
        { Name: 'email', Value: 'alice@example.com' },
        { Name: 'email_verified', Value: 'true' },
      ],
    });

    const second = 'Battery-staple-2';
    const guess = { AccessToken, PreviousPassword: 'Wrong-guess-0', ProposedPassword: second };
    expect(await errorOf(sdk.send(new ChangePasswordCommand(guess)))).toEqual(wrongPassword);
    await sdk.send(new ChangePasswordCommand({ AccessToken, PreviousPassword: password, ProposedPassword: second }));
    expect(await errorOf(signIn(fixture, 'alice', password))).toEqual(wrongPassword);
    await signIn(fixture, 'alice', second);

    const third = 'Paper-clip-33';
    await sdk.send(new ForgotPasswordCommand({ ClientId: fixture.web, Username: 'alice' }));
    const reset = new ConfirmForgotPasswordCommand({
      ClientId: fixture.web,
      Username: 'alice',
      ConfirmationCode: await fixture.code('alice', 'forgot'),
      Password: third,
    });
    await sdk.send(reset);
    expect(await errorOf(sdk.send(reset))).toEqual(staleCode);
    await signIn(fixture, 'alice', third);

    await sdk.send(new DeleteUserCommand({ AccessToken }));
    expect(await errorOf(signIn(fixture, 'alice', third))).toEqual(wrongPassword);
    expect(await errorOf(sdk.send(new GetUserCommand({ AccessToken })))).toEqual({
      name: 'UserNotFoundException',
      message: 'User does not exist.',
    });
    await signUp(fixture, 'alice');
  });

  test('names are lower-cased in a pool with CaseSensitive: false', async () => {
    await signUp(fixture, 'Bob');
    await confirm(fixture, 'bob');
    const { AccessToken } = await signIn(fixture, 'BOB');
    expect(await fixture.sdk().send(new GetUserCommand({ AccessToken }))).toMatchObject({ Username: 'bob' });
    expect(await errorOf(signUp(fixture, 'bOb'))).toEqual({
      name: 'UsernameExistsException',
      message: 'User already exists',
    });
  });

  test('a new address takes effect after its code, if the pool verifies before it updates', async () => {
    const { AccessToken } = await newUser(fixture, 'mover');
    const sdk = fixture.sdk();
    const change = new UpdateUserAttributesCommand({
      AccessToken,
      UserAttributes: [
        { Name: 'email', Value: 'new@example.net' },
        { Name: 'nickname', Value: 'M' },
      ],
    });
    expect((await sdk.send(change)).CodeDeliveryDetailsList).toMatchObject([{ Destination: 'n***@e***' }]);
    const attributes = async () =>
      Object.fromEntries(
        ((await sdk.send(new GetUserCommand({ AccessToken }))).UserAttributes ?? []).map(({ Name, Value }) => [
          Name,
          Value,
        ]),
      );
    expect(await attributes()).toMatchObject({ email: 'mover@example.com', email_verified: 'true', nickname: 'M' });
    const Code = await fixture.code('mover', 'verify');
    await sdk.send(new VerifyUserAttributeCommand({ AccessToken, AttributeName: 'email', Code }));
    expect(await attributes()).toMatchObject({ email: 'new@example.net', email_verified: 'true' });
    expect(
      await errorOf(sdk.send(new VerifyUserAttributeCommand({ AccessToken, AttributeName: 'email', Code }))),
    ).toEqual(staleCode);
  });
});

describe('codes', () => {
  test('arrive as one file each in mail/, with the code on its own line, and one line in the log', async () => {
    await signUp(fixture, 'reader');
    const directory = join(fixture.dataDirectory, 'mail');
    const names = (await readdir(directory)).filter((name) => name.includes('-reader-'));
    expect(names).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-reader-confirm\.txt$/)]);
    const text = await readFile(join(directory, names[0] ?? ''), 'utf8');
    expect(text).toMatch(/^To: reader@example\.com$/m);
    expect(text).toMatch(/^Subject: .+$/m);
    expect(text).toMatch(/^\d{6}$/m);
    const code = await fixture.code('reader');
    expect(fixture.lines.filter((line) => line.includes('reader@example.com'))).toEqual([
      expect.stringContaining(code),
    ]);
  });

  test('that are wrong are refused, and the right one still works', async () => {
    await signUp(fixture, 'fumbler');
    expect(await errorOf(confirmWith('fumbler', other(await fixture.code('fumbler'))))).toEqual(wrongCode);
    await confirm(fixture, 'fumbler');
  });

  test('can be used once', async () => {
    await signUp(fixture, 'twice');
    await confirm(fixture, 'twice');
    expect(await errorOf(confirm(fixture, 'twice'))).toEqual({
      name: 'NotAuthorizedException',
      message: 'User cannot be confirmed. Current status is CONFIRMED',
    });
  });

  test('for sign-up are valid for 24 hours, and a new one replaces the old one', async () => {
    await signUp(fixture, 'late');
    const first = await fixture.code('late');
    fixture.advance(24 * hour + 1);
    expect(await errorOf(confirmWith('late', first))).toEqual(staleCode);
    await fixture.sdk().send(new ResendConfirmationCodeCommand({ ClientId: fixture.web, Username: 'late' }));
    await confirm(fixture, 'late');
    expect(
      await errorOf(fixture.sdk().send(new ResendConfirmationCodeCommand({ ClientId: fixture.web, Username: 'late' }))),
    ).toEqual({ name: 'InvalidParameterException', message: 'User is already confirmed.' });
  });

  test('for a forgotten password are valid for one hour', async () => {
    await newUser(fixture, 'slow');
    await fixture.sdk().send(new ForgotPasswordCommand({ ClientId: fixture.web, Username: 'slow' }));
    const ConfirmationCode = await fixture.code('slow', 'forgot');
    fixture.advance(hour + 1);
    const reset = new ConfirmForgotPasswordCommand({
      ClientId: fixture.web,
      Username: 'slow',
      ConfirmationCode,
      Password: 'Another-one-4',
    });
    expect(await errorOf(fixture.sdk().send(reset))).toEqual(staleCode);
    await signIn(fixture, 'slow');
  });

  test('cannot be guessed: after 15 attempts in an hour even the right one is refused', async () => {
    await signUp(fixture, 'guessed');
    const code = await fixture.code('guessed');
    for (let attempt = 0; attempt < 15; attempt++) {
      expect(await errorOf(confirmWith('guessed', other(code)))).toEqual(wrongCode);
    }
    expect(await errorOf(confirmWith('guessed', code))).toEqual({
      name: 'LimitExceededException',
      message: 'Attempt limit exceeded, please try after some time.',
    });
    fixture.advance(hour);
    await confirm(fixture, 'guessed');
  });
});

describe('passwords', () => {
  test.each([
    ['Short-1', 'Password not long enough'],
    ['lower-case-1', 'Password must have uppercase characters'],
    ['UPPER-CASE-1', 'Password must have lowercase characters'],
    ['No-numbers-at-all', 'Password must have numeric characters'],
    ['NoSymbolsAtAll1', 'Password must have symbol characters'],
  ])("%s breaks the pool's policy", async (bad, rule) => {
    expect(await errorOf(signUp(fixture, 'careless', { password: bad }))).toEqual({
      name: 'InvalidPasswordException',
      message: `Password did not conform with policy: ${rule}`,
    });
  });

  test('five wrong ones lock the user for a second, even for the right one', async () => {
    await newUser(fixture, 'target');
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await errorOf(signIn(fixture, 'target', 'Wrong-guess-0'))).toEqual(wrongPassword);
    }
    expect(await errorOf(signIn(fixture, 'target'))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Password attempts exceeded',
    });
    fixture.advance(1000);
    await signIn(fixture, 'target');
  });
});
