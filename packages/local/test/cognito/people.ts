import {
  type AuthenticationResultType,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { World } from './fixture.ts';

export const password = 'Correct-horse-1';

export type SignedIn = Required<
  Pick<AuthenticationResultType, 'AccessToken' | 'IdToken' | 'RefreshToken' | 'ExpiresIn'>
>;

/** What the SDK threw, as far as callers see it. */
export async function refusal(request: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
  }
  throw new Error('the request was not refused');
}

export function signUp(
  world: World,
  username: string,
  change: { email?: string; password?: string; client?: string } = {},
) {
  return world.sdk().send(
    new SignUpCommand({
      ClientId: change.client ?? world.web,
      Username: username,
      Password: change.password ?? password,
      UserAttributes: [{ Name: 'email', Value: change.email ?? `${username}@example.com` }],
    }),
  );
}

export async function confirm(world: World, username: string, client = world.web): Promise<void> {
  const ConfirmationCode = await world.code(username);
  await world.sdk().send(new ConfirmSignUpCommand({ ClientId: client, Username: username, ConfirmationCode }));
}

export async function signIn(world: World, username: string, secret = password, client = world.web): Promise<SignedIn> {
  const { AuthenticationResult: result } = await world.sdk().send(
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

export async function refresh(world: World, token: string, client = world.web): Promise<AuthenticationResultType> {
  const { AuthenticationResult } = await world.sdk().send(
    new InitiateAuthCommand({
      ClientId: client,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: token },
    }),
  );
  return AuthenticationResult ?? {};
}

export async function newcomer(world: World, username: string): Promise<SignedIn> {
  await signUp(world, username);
  await confirm(world, username);
  return signIn(world, username);
}
