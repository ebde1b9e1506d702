import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AdminCreateUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { errorOf, newUser, password, signIn } from './people.ts';

/*
 * Sign-in with Secure Remote Password, as AWS's own client does it, and so the libraries of web pages and phones.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
 */

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ pools: ['People', 'Addresses'] });
  await newUser(fixture, 'alice');
});
afterAll(() => fixture.stop());

type Outcome = { readonly session: CognitoUserSession } | { readonly newPassword: CognitoUser };

/** @param own another pool and client */
function withAwsClient(
  Username: string,
  Password: string,
  own: { pool?: string; client?: string; endpoint?: string } = {},
): Promise<Outcome> {
  const Pool = new CognitoUserPool({
    UserPoolId: own.pool ?? fixture.pool,
    ClientId: own.client ?? fixture.web,
    endpoint: own.endpoint ?? fixture.endpoint,
  });
  const user = new CognitoUser({ Username, Pool });
  return new Promise((resolve, reject) =>
    user.authenticateUser(new AuthenticationDetails({ Username, Password }), {
      onSuccess: (session) => resolve({ session }),
      onFailure: reject,
      newPasswordRequired: () => resolve({ newPassword: user }),
    }),
  );
}

const tokenOf = (outcome: Outcome) => {
  if (!('session' in outcome)) throw new Error('there is no session');
  return decodeJwt(outcome.session.getAccessToken().getJwtToken());
};

describe("AWS's client", () => {
  test('signs in without sending the password', async () => {
    expect(tokenOf(await withAwsClient('alice', password))).toMatchObject({
      username: 'alice',
      client_id: fixture.web,
    });
  });

  test('is refused with a wrong password, and five times lock the user', async () => {
    await newUser(fixture, 'locked');
    // The lock lasts a second, and the client calculates for longer on a slow day.
    const goOn = fixture.stopClock();
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await errorOf(withAwsClient('locked', 'Wrong-password-1'))).toEqual({
        name: 'NotAuthorizedException',
        message: 'Incorrect username or password.',
      });
    }
    expect(await errorOf(withAwsClient('locked', password))).toMatchObject({ message: 'Password attempts exceeded' });
    goOn();
  });

  test('signs in with an address, where the pool’s user names are ids', async () => {
    const own = { pool: fixture.stack.ref('Addresses'), client: fixture.stack.ref('AddressesClient') };
    const Username = 'ann@example.com';
    await fixture
      .root()
      .send(new AdminCreateUserCommand({ UserPoolId: own.pool, Username, TemporaryPassword: 'Temporary-word-1' }));
    expect(await withAwsClient(Username, 'Temporary-word-1', own)).toHaveProperty('newPassword');
  });

  test('answers the challenge of a temporary password', async () => {
    await fixture.root().send(
      new AdminCreateUserCommand({
        UserPoolId: fixture.pool,
        Username: 'newcomer',
        TemporaryPassword: 'Temporary-word-1',
        UserAttributes: [{ Name: 'email', Value: 'n@example.com' }],
      }),
    );
    const outcome = await withAwsClient('newcomer', 'Temporary-word-1');
    if (!('newPassword' in outcome)) throw new Error('no new password was asked for');
    const session = await new Promise<CognitoUserSession>((onSuccess, onFailure) =>
      outcome.newPassword.completeNewPasswordChallenge(password, {}, { onSuccess, onFailure }),
    );
    expect(tokenOf({ session })).toMatchObject({ username: 'newcomer' });
    await withAwsClient('newcomer', password);
  });
});

describe('the first step', () => {
  const begin = (USERNAME: string, change: Record<string, string> = {}, client = fixture.web) =>
    fixture.sdk().send(
      new InitiateAuthCommand({
        ClientId: client,
        AuthFlow: 'USER_SRP_AUTH',
        AuthParameters: { USERNAME, SRP_A: '1234', ...change },
      }),
    );

  test('has all parameters, and does not tell who exists', async () => {
    const known = await begin('alice');
    expect(known).toMatchObject({
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeParameters: {
        SALT: expect.stringMatching(/^[0-9a-f]{30,34}$/),
        SECRET_BLOCK: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
        SRP_B: expect.stringMatching(/^[0-9a-f]{700,768}$/),
        USERNAME: 'alice',
        USER_ID_FOR_SRP: 'alice',
      },
    });
    const [first, second] = [await begin('stranger'), await begin('stranger')];
    expect(Object.keys(first.ChallengeParameters ?? {})).toEqual(Object.keys(known.ChallengeParameters ?? {}));
    expect(second.ChallengeParameters?.SALT).toBe(first.ChallengeParameters?.SALT);
    expect(await errorOf(withAwsClient('stranger', password))).toMatchObject({
      message: 'Incorrect username or password.',
    });
    expect(await errorOf(begin('stranger', {}, fixture.stack.ref('Legacy')))).toMatchObject({
      name: 'UserNotFoundException',
    });
  });

  test('refuses an A that every password fits', async () => {
    const prime = `${'F'.repeat(16)}C90FDAA2`;
    expect(await errorOf(begin('alice', { SRP_A: '0' }))).toMatchObject({ name: 'InvalidParameterException' });
    expect(await errorOf(begin('alice', { SRP_A: `not ${prime}` }))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test('gives a block that is good once', async () => {
    const { ChallengeParameters: given = {} } = await begin('alice');
    const respond = () =>
      fixture.sdk().send(
        new RespondToAuthChallengeCommand({
          ClientId: fixture.web,
          ChallengeName: 'PASSWORD_VERIFIER',
          ChallengeResponses: {
            USERNAME: 'alice',
            PASSWORD_CLAIM_SECRET_BLOCK: given.SECRET_BLOCK ?? '',
            PASSWORD_CLAIM_SIGNATURE: createHmac('sha256', 'guessed').digest('base64'),
            TIMESTAMP: 'Sat Nov 28 14:00:00 UTC 2026',
          },
        }),
      );
    expect(await errorOf(respond())).toMatchObject({ message: 'Incorrect username or password.' });
    expect(await errorOf(respond())).toMatchObject({ message: 'Invalid session for the user.' });
  });
});

test('a user from before signs in with SRP after one sign-in with the password', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'cognito-'));
  const before = await startFixture({ pools: ['People'], dataDirectory });
  await newUser(before, 'veteran');
  await before.stop();
  const users = join(dataDirectory, 'cognito', before.pool, 'users');
  for (const name of await readdir(users)) {
    const { srp: _, enabled: __, groups: ___, ...user } = JSON.parse(await readFile(join(users, name), 'utf8'));
    await writeFile(join(users, name), JSON.stringify(user));
  }
  const after = await startFixture({ pools: ['People'], dataDirectory });
  try {
    const place = { pool: after.pool, client: after.web, endpoint: after.endpoint };
    expect(await errorOf(withAwsClient('veteran', password, place))).toMatchObject({ name: 'NotAuthorizedException' });
    await signIn(after, 'veteran');
    expect(tokenOf(await withAwsClient('veteran', password, place))).toMatchObject({ username: 'veteran' });
  } finally {
    await after.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
});
