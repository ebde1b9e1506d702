import {
  type AuthenticationResultType,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Fixture } from './fixture.ts';

export const password = 'Correct-horse-1';

export type SignedIn = Required<
  Pick<AuthenticationResultType, 'AccessToken' | 'IdToken' | 'RefreshToken' | 'ExpiresIn'>
>;

/** The error of the SDK. */
export async function errorOf(request: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
  }
  throw new Error('the request was not refused');
}

export function signUp(
  fixture: Fixture,
  username: string,
  change: { email?: string; password?: string; client?: string } = {},
) {
  return fixture.sdk().send(
    new SignUpCommand({
      ClientId: change.client ?? fixture.web,
      Username: username,
      Password: change.password ?? password,
      UserAttributes: [{ Name: 'email', Value: change.email ?? `${username}@example.com` }],
    }),
  );
}

export async function confirm(fixture: Fixture, username: string, client = fixture.web): Promise<void> {
  const ConfirmationCode = await fixture.code(username);
  await fixture.sdk().send(new ConfirmSignUpCommand({ ClientId: client, Username: username, ConfirmationCode }));
}

export async function signIn(
  fixture: Fixture,
  username: string,
  secret = password,
  client = fixture.web,
): Promise<SignedIn> {
  const { AuthenticationResult: result } = await fixture.sdk().send(
    new InitiateAuthCommand({
      ClientId: client,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: secret },
    }),
  );
  const { AccessToken, IdToken, RefreshToken, ExpiresIn } = result ?? {};
  if (!AccessToken || !IdToken || !RefreshToken || !ExpiresIn) throw new Error('not all tokens came');
  return { AccessToken, IdToken, RefreshToken, ExpiresIn };
}

export async function refresh(
  fixture: Fixture,
  token: string,
  client = fixture.web,
): Promise<AuthenticationResultType> {
  const { AuthenticationResult } = await fixture.sdk().send(
    new InitiateAuthCommand({
      ClientId: client,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: token },
    }),
  );
  return AuthenticationResult ?? {};
}

export async function newUser(fixture: Fixture, username: string): Promise<SignedIn> {
  await signUp(fixture, username);
  await confirm(fixture, username);
  return signIn(fixture, username);
}
