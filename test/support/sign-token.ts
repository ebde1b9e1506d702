import type { LocalRuntime } from '@parley/local';
import { SignJWT } from 'jose';

/**
 * Signs access tokens with the local pool's key, so that a thousand people need not sign up first.
 * @returns a function that signs a token of a user, valid for an hour, or until `expires` (seconds since 1970); `sub` is the user's name unless
 *   another is given: for somebody who has signed up, the one of their tokens
 */
export async function tokenSigner({
  outputs,
  cognito,
}: Pick<LocalRuntime, 'outputs' | 'cognito'>): Promise<
  (username: string, expires?: number, sub?: string) => Promise<string>
> {
  const { UserPoolId = '', UserPoolClientId = '', Region } = outputs;
  const key = await cognito.accessTokenKey(UserPoolId);
  return (username, expires, sub = username) =>
    new SignJWT({ sub, username, client_id: UserPoolClientId, token_use: 'access' })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .setIssuer(`https://cognito-idp.${Region}.amazonaws.com/${UserPoolId}`)
      .setIssuedAt()
      .setExpirationTime(expires ?? '1h')
      .sign(key.privateKey);
}
