/** Signing up and in with the deployment's own user pool. */
import { CognitoError, createCognito } from './cognito.ts';
import { SessionEnded, type TokenIssuer, type Tokens } from './tokens.ts';

/** All of them throw CognitoError, or Error where Cognito is not reached; the message is a sentence. */
export interface People extends TokenIssuer {
  signIn(username: string, password: string): Promise<Tokens>;
  /** @returns where the code was sent, masked; undefined when the account needs no confirmation */
  signUp(username: string, password: string, email: string): Promise<string | undefined>;
  confirm(username: string, code: string): Promise<void>;
  /** @returns where the code was sent, masked */
  resend(username: string): Promise<string>;
  /** The same. */
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

/** What Cognito says of an account that is over, or whose refresh token is. */
const over = ['NotAuthorizedException', 'UserNotFoundException', 'PasswordResetRequiredException'];
/** The function that runs after a confirmation failed: the account is confirmed all the same. */
const confirmed = ['UserLambdaValidationException', 'UnexpectedLambdaException', 'InvalidLambdaResponseException'];

export function createPeople(endpoint: string, ClientId: string): People {
  const cognito = createCognito(endpoint);

  async function authenticate(AuthFlow: string, AuthParameters: Record<string, string>): Promise<Tokens> {
    const body = { ClientId, AuthFlow, AuthParameters };
    const { AuthenticationResult: given } = await cognito<Authenticated>('InitiateAuth', body);
    if (!given) throw new Error('This account has to take a step that this page does not know.');
    return { access: given.AccessToken, refresh: given.RefreshToken };
  }

  const sentTo = ({ CodeDeliveryDetails }: Sent) => CodeDeliveryDetails?.Destination ?? 'your e-mail address';

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
        if (!already && !confirmed.includes(error.code)) throw error;
      }
    },
    resend: async (Username) => sentTo(await cognito<Sent>('ResendConfirmationCode', { ClientId, Username })),
    forgot: async (Username) => sentTo(await cognito<Sent>('ForgotPassword', { ClientId, Username })),
    async reset(Username, ConfirmationCode, Password) {
      try {
        await cognito('ConfirmForgotPassword', { ClientId, Username, ConfirmationCode, Password });
      } catch (error) {
        if (!(error instanceof CognitoError && confirmed.includes(error.code))) throw error;
      }
    },
    async refresh(token) {
      try {
        return await authenticate('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: token });
      } catch (error) {
        if (error instanceof CognitoError && over.includes(error.code)) throw new SessionEnded(error.message);
        throw error;
      }
    },
    revoke: async (Token) => void (await cognito('RevokeToken', { ClientId, Token })),
  };
}
