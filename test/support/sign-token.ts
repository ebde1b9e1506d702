import type { LocalRuntime } from '@parley/local';
import { SignJWT } from 'jose';

/**
 * Signs access tokens with the local pool's key, so that a thousand people need not sign up first.
 * @returns a function that signs a token of a user, valid for an hour, or until `expires` (seconds since 1970)
 */
export async function tokenSigner({
  outputs,
  cognito,
}: Pick<LocalRuntime, 'outputs' | 'cognito'>): Promise<(username: string, expires?: number) => Promise<string>> {
  const { UserPoolId = '', UserPoolClientId = '', CognitoEndpoint = '' } = outputs;
  const key = await cognito.accessTokenKey(UserPoolId);
  return (username, expires) =>
    new SignJWT({ sub: username, username, client_id: UserPoolClientId, token_use: 'access' })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .setIssuer(`${CognitoEndpoint}/${UserPoolId}`)
      .setIssuedAt()
      .setExpirationTime(expires ?? '1h')
      .sign(key.privateKey);
}
