/** Signing in with the user pool of the deployment. */

import { t } from '../words/words.ts';
import { CognitoError, createCognito } from './cognito-api.ts';
import { SessionEnded, type TokenIssuer, type Tokens } from './tokens.ts';

/** All methods throw CognitoError, or Error if Cognito cannot be reached; the message is a sentence for the user. */
export interface CognitoAuth extends TokenIssuer {
  signIn(username: string, password: string): Promise<Tokens>;
  /** Sends one of Cognito's operations, for this client of the user pool. */
  request<Answer>(operation: string, body: object): Promise<Answer>;
}

interface Authenticated {
  readonly AuthenticationResult?: { readonly AccessToken: string; readonly RefreshToken?: string };
}

/** Codes that mean: the account, or its refresh token, is no longer valid. */
const sessionEndCodes = ['NotAuthorizedException', 'UserNotFoundException', 'PasswordResetRequiredException'];

export function createCognitoAuth(endpoint: string, ClientId: string): CognitoAuth {
  const cognito = createCognito(endpoint);
  const request = <Answer>(operation: string, body: object) => cognito<Answer>(operation, { ClientId, ...body });

  async function authenticate(AuthFlow: string, AuthParameters: Record<string, string>): Promise<Tokens> {
    const { AuthenticationResult: given } = await request<Authenticated>('InitiateAuth', { AuthFlow, AuthParameters });
    if (!given) throw new Error(t('This account needs a sign-in step that this page does not support.'));
    return { access: given.AccessToken, refresh: given.RefreshToken };
  }

  return {
    request,
    signIn: (username, password) => authenticate('USER_PASSWORD_AUTH', { USERNAME: username, PASSWORD: password }),
    async refresh(token) {
      try {
        return await authenticate('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: token });
      } catch (error) {
        if (error instanceof CognitoError && sessionEndCodes.includes(error.code))
          throw new SessionEnded(error.message);
        throw error;
      }
    },
    revoke: async (Token) => void (await request('RevokeToken', { Token })),
  };
}
