import {
  AdminConfirmSignUpCommand,
  AdminGetUserCommand,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  ForgotPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTriggers } from '#cognito/triggers';
import { startWorld, type World } from './fixture.ts';
import { confirm, newcomer, refusal, signIn, signUp } from './people.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ pools: ['People', 'Addresses'] });
});
afterAll(() => world.stop());

const eventsOf = async (userName: string, at = world) =>
  (await at.events()).filter(
    (event) => typeof event === 'object' && event && 'userName' in event && event.userName === userName,
  );

describe('the post-confirmation trigger', () => {
  test('gets the event of Cognito, once', async () => {
    const { UserSub } = await signUp(world, 'alice');
    const ConfirmationCode = await world.code('alice');
    await world.sdk().send(
      new ConfirmSignUpCommand({
        ClientId: world.web,
        Username: 'alice',
        ConfirmationCode,
        ClientMetadata: { invitedBy: 'bob' },
      }),
    );
    await signIn(world, 'alice');
    expect(await eventsOf('alice')).toEqual([
      {
        version: '1',
        region: 'us-east-1',
        userPoolId: world.pool,
        userName: 'alice',
        callerContext: { awsSdkVersion: expect.any(String), clientId: world.web },
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

  test('fires once for ten confirmations at once, of which one succeeds', async () => {
    await signUp(world, 'eager');
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => confirm(world, 'eager')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await eventsOf('eager')).toHaveLength(1);
  });

  test('also fires when an administrator confirms, and after a forgotten password with a source of its own', async () => {
    await signUp(world, 'helped');
    const user = { UserPoolId: world.pool, Username: 'helped' };
    await world.root().send(new AdminConfirmSignUpCommand(user));
    await newcomer(world, 'forgetful');
    await world.sdk().send(new ForgotPasswordCommand({ ClientId: world.web, Username: 'forgetful' }));
    await world.sdk().send(
      new ConfirmForgotPasswordCommand({
        ClientId: world.web,
        Username: 'forgetful',
        ConfirmationCode: await world.code('forgetful', 'forgot'),
        Password: 'Another-one-4',
      }),
    );
    expect(await eventsOf('helped')).toMatchObject([{ triggerSource: 'PostConfirmation_ConfirmSignUp' }]);
    expect(await eventsOf('forgetful')).toMatchObject([
      { triggerSource: 'PostConfirmation_ConfirmSignUp' },
      { triggerSource: 'PostConfirmation_ConfirmForgotPassword' },
    ]);
  });

  test('that throws is told to the caller, and the user stays confirmed', async () => {
    await signUp(world, 'thrower');
    expect(await refusal(confirm(world, 'thrower'))).toEqual({
      name: 'UserLambdaValidationException',
      message: 'PostConfirmation failed with error no room.',
    });
    const user = { UserPoolId: world.pool, Username: 'thrower' };
    expect(await world.root().send(new AdminGetUserCommand(user))).toMatchObject({ UserStatus: 'CONFIRMED' });
    expect(await eventsOf('thrower')).toHaveLength(1);
  });

  test('that gives no event back is an invalid response', async () => {
    await signUp(world, 'mute');
    expect(await refusal(confirm(world, 'mute'))).toEqual({
      name: 'InvalidLambdaResponseException',
      message: 'Unrecognizable lambda output',
    });
  });

  test('that does not answer in time is asked three times', async () => {
    const pool = {
      id: world.pool,
      arn: world.stack.arn('People'),
      triggers: { PostConfirmation: world.stack.arn('Trigger') },
    };
    const triggers = createTriggers(pool, world, { timeoutMs: 300, attempts: 3 });
    const run = triggers.run({
      source: 'PostConfirmation_ConfirmSignUp',
      username: 'sleeper',
      clientId: world.web,
      userAttributes: {},
    });
    expect(await refusal(run)).toEqual({
      name: 'UnexpectedLambdaException',
      message: 'PostConfirmation invocation failed due to error Socket timeout while invoking Lambda function.',
    });
    expect(await eventsOf('sleeper')).toHaveLength(3);
  });

  test("is not invoked when the function's policy does not let Cognito, for this pool", async () => {
    const locked = await startWorld({
      pools: ['People', 'Aliases'],
      change: (resources) => {
        resources.PeoplePermission.Properties.SourceArn = { 'Fn::GetAtt': ['Aliases', 'Arn'] };
      },
    });
    try {
      await signUp(locked, 'alice');
      expect(await refusal(confirm(locked, 'alice'))).toEqual({
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
  const client = world.stack.ref('AddressesClient');
  const made = await signUp(world, 'carol@example.org', { client, email: 'carol@example.org' });
  expect(made).toMatchObject({ UserConfirmed: true });
  expect(made.CodeDeliveryDetails).toBeUndefined();
  await signIn(world, 'carol@example.org', undefined, client);
  expect(await eventsOf(made.UserSub ?? '')).toMatchObject([
    { triggerSource: 'PreSignUp_SignUp', request: { userAttributes: { email: 'carol@example.org' } } },
  ]);
});
