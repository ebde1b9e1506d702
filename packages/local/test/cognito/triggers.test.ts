import {
  AdminConfirmSignUpCommand,
  AdminGetUserCommand,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  ForgotPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTriggers } from '#cognito/triggers';
import { type Fixture, startFixture } from './fixture.ts';
import { confirm, errorOf, newUser, signIn, signUp } from './people.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ pools: ['People', 'Addresses'] });
});
afterAll(() => fixture.stop());

const eventsOf = async (userName: string, at = fixture) =>
  (await at.events()).filter(
    (event) => typeof event === 'object' && event && 'userName' in event && event.userName === userName,
  );

describe('the post-confirmation trigger', () => {
  test('gets Cognito’s event once', async () => {
    const { UserSub } = await signUp(fixture, 'alice');
    const ConfirmationCode = await fixture.code('alice');
    await fixture.sdk().send(
      new ConfirmSignUpCommand({
        ClientId: fixture.web,
        Username: 'alice',
        ConfirmationCode,
        ClientMetadata: { invitedBy: 'bob' },
      }),
    );
    await signIn(fixture, 'alice');
    expect(await eventsOf('alice')).toEqual([
      {
        version: '1',
        region: 'us-east-1',
        userPoolId: fixture.pool,
        userName: 'alice',
        callerContext: { awsSdkVersion: expect.any(String), clientId: fixture.web },
        triggerSource: 'PostConfirmation_ConfirmSignUp',
        request: {
          userAttributes: {
            sub: UserSub,
            'cognito:user_status': 'CONFIRMED',
            email: 'alice@example.com',
            email_verified: 'true',
          },
          clientMetadata: { invitedBy: 'bob' },
        },
        response: {},
      },
    ]);
  });

  test('runs once for ten concurrent confirmations, of which one succeeds', async () => {
    await signUp(fixture, 'eager');
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => confirm(fixture, 'eager')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await eventsOf('eager')).toHaveLength(1);
  });

  test('also runs after an administrator confirms, and after a forgotten password with another source', async () => {
    await signUp(fixture, 'helped');
    const user = { UserPoolId: fixture.pool, Username: 'helped' };
    await fixture.root().send(new AdminConfirmSignUpCommand(user));
    await newUser(fixture, 'forgetful');
    await fixture.sdk().send(new ForgotPasswordCommand({ ClientId: fixture.web, Username: 'forgetful' }));
    await fixture.sdk().send(
      new ConfirmForgotPasswordCommand({
        ClientId: fixture.web,
        Username: 'forgetful',
        ConfirmationCode: await fixture.code('forgetful', 'forgot'),
        Password: 'Another-one-4',
      }),
    );
    expect(await eventsOf('helped')).toMatchObject([{ triggerSource: 'PostConfirmation_ConfirmSignUp' }]);
    expect(await eventsOf('forgetful')).toMatchObject([
      { triggerSource: 'PostConfirmation_ConfirmSignUp' },
      { triggerSource: 'PostConfirmation_ConfirmForgotPassword' },
    ]);
  });

  test('that throws gives the caller an error, and the user stays confirmed', async () => {
    await signUp(fixture, 'thrower');
    expect(await errorOf(confirm(fixture, 'thrower'))).toEqual({
      name: 'UserLambdaValidationException',
      message: 'PostConfirmation failed with error no room.',
    });
    const user = { UserPoolId: fixture.pool, Username: 'thrower' };
    expect(await fixture.root().send(new AdminGetUserCommand(user))).toMatchObject({ UserStatus: 'CONFIRMED' });
    expect(await eventsOf('thrower')).toHaveLength(1);
  });

  test('that does not return an event gives InvalidLambdaResponseException', async () => {
    await signUp(fixture, 'mute');
    expect(await errorOf(confirm(fixture, 'mute'))).toEqual({
      name: 'InvalidLambdaResponseException',
      message: 'Unrecognizable lambda output',
    });
  });

  test('that does not answer in time is invoked three times', async () => {
    const pool = {
      id: fixture.pool,
      arn: fixture.stack.arn('People'),
      triggers: { PostConfirmation: fixture.stack.arn('Trigger') },
    };
    const triggers = createTriggers(pool, fixture, { timeoutMs: 300, attempts: 3 });
    const run = triggers.run({
      source: 'PostConfirmation_ConfirmSignUp',
      username: 'sleeper',
      clientId: fixture.web,
      userAttributes: {},
    });
    expect(await errorOf(run)).toEqual({
      name: 'UnexpectedLambdaException',
      message: 'PostConfirmation invocation failed due to error Socket timeout while invoking Lambda function.',
    });
    // The last invocation may still be starting.
    await expect.poll(() => eventsOf('sleeper'), { timeout: 10_000 }).toHaveLength(3);
  });

  test("is not invoked if the function's policy does not allow Cognito for this pool", async () => {
    const locked = await startFixture({
      pools: ['People', 'Aliases'],
      change: (resources) => {
        resources.PeoplePermission.Properties.SourceArn = { 'Fn::GetAtt': ['Aliases', 'Arn'] };
      },
    });
    try {
      await signUp(locked, 'alice');
      expect(await errorOf(confirm(locked, 'alice'))).toEqual({
        name: 'UnexpectedLambdaException',
        message: 'PostConfirmation invocation failed due to error AccessDeniedException.',
      });
      expect(await locked.events()).toEqual([]);
    } finally {
      await locked.stop();
    }
  });
});

test('the pre-sign-up trigger may confirm the user and verify the address at once', async () => {
  const client = fixture.stack.ref('AddressesClient');
  const made = await signUp(fixture, 'carol@example.org', { client, email: 'carol@example.org' });
  expect(made).toMatchObject({ UserConfirmed: true });
  expect(made.CodeDeliveryDetails).toBeUndefined();
  await signIn(fixture, 'carol@example.org', undefined, client);
  expect(await eventsOf(made.UserSub ?? '')).toMatchObject([
    { triggerSource: 'PreSignUp_SignUp', request: { userAttributes: { email: 'carol@example.org' } } },
  ]);
});
