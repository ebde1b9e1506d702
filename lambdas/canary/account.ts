/**
 * The canary's account in the user pool. Its password is random, made by each environment of the function and nowhere stored: so there is no
 * secret that could leak or be lost.
 */
import { randomBytes } from 'node:crypto';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  NotAuthorizedException,
  UserNotFoundException,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { sdkCallLimits } from '../runtime/call-limits.ts';

export interface Account {
  /** Signs in as the page does. @returns an access token @throws Error when the pool refuses, or asks for a second factor */
  signIn(): Promise<string>;
}

export function openAccount(pool: { readonly id: string; readonly clientId: string }, username: string): Account {
  const client = new CognitoIdentityProviderClient(sdkCallLimits);
  const user = { UserPoolId: pool.id, Username: username };
  // Of every kind of character that a pool may ask for.
  const password = `aA1-${randomBytes(24).toString('base64url')}`;
  let isPrepared = false;

  /** Gives the account this environment's password, and creates it before the first run of all. */
  async function prepare(): Promise<void> {
    const setPassword = new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true });
    try {
      await client.send(setPassword);
    } catch (error) {
      if (!(error instanceof UserNotFoundException)) throw error;
      await create();
      await client.send(setPassword);
    }
    isPrepared = true;
  }

  async function create(): Promise<void> {
    // Nobody gets mail at this address, which no name server knows: https://www.rfc-editor.org/rfc/rfc2606
    const email = { Name: 'email', Value: `${username}@canary.invalid` };
    try {
      await client.send(
        new AdminCreateUserCommand({
          ...user,
          MessageAction: 'SUPPRESS',
          TemporaryPassword: password,
          UserAttributes: [email, { Name: 'email_verified', Value: 'true' }],
        }),
      );
    } catch (error) {
      // Another environment has just created it.
      if (!(error instanceof UsernameExistsException)) throw error;
    }
  }

  async function initiate(): Promise<string> {
    const { AuthenticationResult, ChallengeName } = await client.send(
      new InitiateAuthCommand({
        ClientId: pool.clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    const { AccessToken } = AuthenticationResult ?? {};
    if (AccessToken === undefined) throw new Error(`unable to sign in; the pool asks for ${ChallengeName}`);
    return AccessToken;
  }

  return {
    async signIn() {
      if (!isPrepared) await prepare();
      try {
        return await initiate();
      } catch (error) {
        // Another environment has given the account its own password meanwhile, or somebody has deleted it.
        if (!(error instanceof NotAuthorizedException || error instanceof UserNotFoundException)) throw error;
        await prepare();
        return initiate();
      }
    },
  };
}
