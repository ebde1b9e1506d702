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
import { startWorld, type World } from './fixture.ts';
import { confirm, newcomer, password, refusal, signIn, signUp } from './people.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ pools: ['People'] });
});
afterAll(() => world.stop());

const hour = 3_600_000;
const wrongCode = {
  name: 'CodeMismatchException',
  message: 'Invalid verification code provided, please try again.',
};
const staleCode = { name: 'ExpiredCodeException', message: 'Invalid code provided, please request a code again.' };
const wrongPassword = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };

const other = (code: string) => (code === '000000' ? '000001' : '000000');
const confirmWith = (username: string, code: string) =>
  world.sdk().send(new ConfirmSignUpCommand({ ClientId: world.web, Username: username, ConfirmationCode: code }));

describe('the life of an account', () => {
  test('goes from sign-up over a code to a session, a new password, a forgotten one, and an end', async () => {
    const sdk = world.sdk();
    const made = await signUp(world, 'alice');
    expect(made).toMatchObject({
      UserConfirmed: false,
      CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'a***@e***' },
    });
    expect(await refusal(signIn(world, 'alice'))).toEqual({
      name: 'UserNotConfirmedException',
      message: 'User is not confirmed.',
    });
    await confirm(world, 'alice');

    const { AccessToken } = await signIn(world, 'alice');
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
    expect(await refusal(sdk.send(new ChangePasswordCommand(guess)))).toEqual(wrongPassword);
    await sdk.send(new ChangePasswordCommand({ AccessToken, PreviousPassword: password, ProposedPassword: second }));
    expect(await refusal(signIn(world, 'alice', password))).toEqual(wrongPassword);
    await signIn(world, 'alice', second);

    const third = 'Paper-clip-33';
    await sdk.send(new ForgotPasswordCommand({ ClientId: world.web, Username: 'alice' }));
    const reset = new ConfirmForgotPasswordCommand({
      ClientId: world.web,
      Username: 'alice',
      ConfirmationCode: await world.code('alice', 'forgot'),
      Password: third,
    });
    await sdk.send(reset);
    expect(await refusal(sdk.send(reset))).toEqual(staleCode);
    await signIn(world, 'alice', third);

    await sdk.send(new DeleteUserCommand({ AccessToken }));
    expect(await refusal(signIn(world, 'alice', third))).toEqual(wrongPassword);
    expect(await refusal(sdk.send(new GetUserCommand({ AccessToken })))).toEqual({
      name: 'UserNotFoundException',
      message: 'User does not exist.',
    });
    await signUp(world, 'alice');
  });

  test('names are lower-cased in a pool whose names have no case', async () => {
    await signUp(world, 'Bob');
    await confirm(world, 'bob');
    const { AccessToken } = await signIn(world, 'BOB');
    expect(await world.sdk().send(new GetUserCommand({ AccessToken }))).toMatchObject({ Username: 'bob' });
    expect(await refusal(signUp(world, 'bOb'))).toEqual({
      name: 'UsernameExistsException',
      message: 'User already exists',
    });
  });

  test('a new address waits for its code where the pool verifies before it updates', async () => {
    const { AccessToken } = await newcomer(world, 'mover');
    const sdk = world.sdk();
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
    const Code = await world.code('mover', 'verify');
    await sdk.send(new VerifyUserAttributeCommand({ AccessToken, AttributeName: 'email', Code }));
    expect(await attributes()).toMatchObject({ email: 'new@example.net', email_verified: 'true' });
    expect(
      await refusal(sdk.send(new VerifyUserAttributeCommand({ AccessToken, AttributeName: 'email', Code }))),
    ).toEqual(staleCode);
  });
});

describe('codes', () => {
  test('arrive as one file each under mail/, code on a line of its own, and one line in the log', async () => {
    await signUp(world, 'reader');
    const directory = join(world.dataDirectory, 'mail');
    const names = (await readdir(directory)).filter((name) => name.includes('-reader-'));
    expect(names).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-reader-confirm\.txt$/)]);
    const text = await readFile(join(directory, names[0] ?? ''), 'utf8');
    expect(text).toMatch(/^To: reader@example\.com$/m);
    expect(text).toMatch(/^Subject: .+$/m);
    expect(text).toMatch(/^\d{6}$/m);
    const code = await world.code('reader');
    expect(world.lines.filter((line) => line.includes('reader@example.com'))).toEqual([expect.stringContaining(code)]);
  });

  test('of another value are refused, and the right one works after', async () => {
    await signUp(world, 'fumbler');
    expect(await refusal(confirmWith('fumbler', other(await world.code('fumbler'))))).toEqual(wrongCode);
    await confirm(world, 'fumbler');
  });

  test('are good once', async () => {
    await signUp(world, 'twice');
    await confirm(world, 'twice');
    expect(await refusal(confirm(world, 'twice'))).toEqual({
      name: 'NotAuthorizedException',
      message: 'User cannot be confirmed. Current status is CONFIRMED',
    });
  });

  test('of a sign-up are good for 24 hours, and a new one takes the place of the old one', async () => {
    await signUp(world, 'late');
    const first = await world.code('late');
    world.pass(24 * hour + 1);
    expect(await refusal(confirmWith('late', first))).toEqual(staleCode);
    await world.sdk().send(new ResendConfirmationCodeCommand({ ClientId: world.web, Username: 'late' }));
    await confirm(world, 'late');
    expect(
      await refusal(world.sdk().send(new ResendConfirmationCodeCommand({ ClientId: world.web, Username: 'late' }))),
    ).toEqual({ name: 'InvalidParameterException', message: 'User is already confirmed.' });
  });

  test('for a forgotten password are good for one hour', async () => {
    await newcomer(world, 'slow');
    await world.sdk().send(new ForgotPasswordCommand({ ClientId: world.web, Username: 'slow' }));
    const ConfirmationCode = await world.code('slow', 'forgot');
    world.pass(hour + 1);
    const reset = new ConfirmForgotPasswordCommand({
      ClientId: world.web,
      Username: 'slow',
      ConfirmationCode,
      Password: 'Another-one-4',
    });
    expect(await refusal(world.sdk().send(reset))).toEqual(staleCode);
    await signIn(world, 'slow');
  });

  test('cannot be guessed: after 15 tries in an hour even the right one is refused', async () => {
    await signUp(world, 'guessed');
    const code = await world.code('guessed');
    for (let attempt = 0; attempt < 15; attempt++) {
      expect(await refusal(confirmWith('guessed', other(code)))).toEqual(wrongCode);
    }
    expect(await refusal(confirmWith('guessed', code))).toEqual({
      name: 'LimitExceededException',
      message: 'Attempt limit exceeded, please try after some time.',
    });
    world.pass(hour);
    await confirm(world, 'guessed');
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
    expect(await refusal(signUp(world, 'careless', { password: bad }))).toEqual({
      name: 'InvalidPasswordException',
      message: `Password did not conform with policy: ${rule}`,
    });
  });

  test('five wrong ones lock the user for a second, with the right one too', async () => {
    await newcomer(world, 'target');
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await refusal(signIn(world, 'target', 'Wrong-guess-0'))).toEqual(wrongPassword);
    }
    expect(await refusal(signIn(world, 'target'))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Password attempts exceeded',
    });
    world.pass(1000);
    await signIn(world, 'target');
  });
});
