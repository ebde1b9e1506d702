export interface Session {
  readonly username: string;
  /** For `createChat`: refreshes the token in time. */
  getToken(refused: string | undefined): Promise<string>;
}

/** Signs in at the user pool. A product keeps its refresh token where scripts of others cannot read it. @throws Error with a sentence */
export async function signIn(username: string, password: string): Promise<Session> {
  const first = await authenticate('USER_PASSWORD_AUTH', { USERNAME: username, PASSWORD: password });
  let token = first.AccessToken;
  let renewAt = Date.now() + (first.ExpiresIn - 60) * 1_000;
  return {
    username: username.toLowerCase(),
    async getToken(refused) {
      if (token === refused || Date.now() > renewAt) {
        const next = await authenticate('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: first.RefreshToken });
        token = next.AccessToken;
        renewAt = Date.now() + (next.ExpiresIn - 60) * 1_000;
      }
      return token;
    },
  };
}

interface Tokens {
  readonly AccessToken: string;
  readonly RefreshToken: string;
  /** Seconds. */
  readonly ExpiresIn: number;
}

async function authenticate(AuthFlow: string, AuthParameters: Record<string, string>): Promise<Tokens> {
  const response = await fetch(import.meta.env.VITE_COGNITO_URL, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({ ClientId: import.meta.env.VITE_CLIENT_ID, AuthFlow, AuthParameters }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer.AuthenticationResult;
}
