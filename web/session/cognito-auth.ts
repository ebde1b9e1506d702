/** Signing up and signing in with the user pool of the deployment. */

import { t } from '../words/words.ts';
import { CognitoError, createCognito } from './cognito-api.ts';
import { SessionEnded, type TokenIssuer, type Tokens } from './tokens.ts';

/** All methods throw CognitoError, or Error if Cognito cannot be reached; the message is a sentence for the user. */
export interface CognitoAuth extends TokenIssuer {
  signIn(username: string, password: string): Promise<Tokens>;
  /** @returns the masked address that the code was sent to; undefined if the account needs no confirmation */
  signUp(username: string, password: string, email: string): Promise<string | undefined>;
  confirm(username: string, code: string): Promise<void>;
  /** @returns the masked address that the code was sent to */
  resend(username: string): Promise<string>;
  /** Sends a code for a new password. @returns the masked address that the code was sent to */
  forgot(username: string): Promise<string>;
  reset(username: string, code: string, password: string): Promise<void>;
}

interface Authenticated {
  readonly AuthenticationResult?: { readonly AccessToken: string; readonly RefreshToken?: string };
}

interface Sent {
  readonly UserConfirmed?: boolean;
  readonly CodeDeliveryDetails?: { readonly Destination?: string };
}

/** Codes that mean: the account, or its refresh token, is no longer valid. */
const sessionEndCodes = ['NotAuthorizedException', 'UserNotFoundException', 'PasswordResetRequiredException'];
/** Only the trigger function that runs after the confirmation failed: the account is confirmed. */
const triggerCodes = ['UserLambdaValidationException', 'UnexpectedLambdaException', 'InvalidLambdaResponseException'];

export function createCognitoAuth(endpoint: string, ClientId: string): CognitoAuth {
  const cognito = createCognito(endpoint);

  async function authenticate(AuthFlow: string, AuthParameters: Record<string, string>): Promise<Tokens> {
    const body = { ClientId, AuthFlow, AuthParameters };
    const { AuthenticationResult: given } = await cognito<Authenticated>('InitiateAuth', body);
    if (!given) throw new Error(t('This account needs a sign-in step that this page does not support.'));
    return { access: given.AccessToken, refresh: given.RefreshToken };
  }

  const sentTo = ({ CodeDeliveryDetails }: Sent) => CodeDeliveryDetails?.Destination ?? t('your e-mail address');

  return {
    signIn: (username, password) => authenticate('USER_PASSWORD_AUTH', { USERNAME: username, PASSWORD: password }),
    async signUp(Username, Password, email) {
      const UserAttributes = [{ Name: 'email', Value: email }];
      const answer = await cognito<Sent>('SignUp', { ClientId, Username, Password, UserAttributes });
      return answer.UserConfirmed ? undefined : sentTo(answer);
    },
    async confirm(Username, ConfirmationCode) {
      try {
        await cognito('ConfirmSignUp', { ClientId, Username, ConfirmationCode });
      } catch (error) {
        if (!(error instanceof CognitoError)) throw error;
        const already = error.code === 'NotAuthorizedException' && /CONFIRMED/.test(error.message);
        if (!already && !triggerCodes.includes(error.code)) throw error;
      }
    },
    resend: async (Username) => sentTo(await cognito<Sent>('ResendConfirmationCode', { ClientId, Username })),
    forgot: async (Username) => sentTo(await cognito<Sent>('ForgotPassword', { ClientId, Username })),
    async reset(Username, ConfirmationCode, Password) {
      try {
        await cognito('ConfirmForgotPassword', { ClientId, Username, ConfirmationCode, Password });
      } catch (error) {
        if (!(error instanceof CognitoError && triggerCodes.includes(error.code))) throw error;
      }
    },
    async refresh(token) {
      try {
        return await authenticate('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: token });
      } catch (error) {
        if (error instanceof CognitoError && sessionEndCodes.includes(error.code))
          throw new SessionEnded(error.message);
        throw error;
      }
    },
    revoke: async (Token) => void (await cognito('RevokeToken', { ClientId, Token })),
  };
}
