import { join } from 'node:path';
import type { LocalRuntime } from '@parley/local';
import { openSigningKeys } from '@parley/local';
import { SignJWT } from 'jose';

/**
 * Signs access tokens with the local pool's own key: a thousand people need not sign up first.
 * @param dataDirectory the runtime's
 * @returns gives a token of that user; it holds for an hour, or until `expires` (seconds since 1970)
 */
export async function tokenSigner(
  { outputs }: Pick<LocalRuntime, 'outputs'>,
  dataDirectory: string,
): Promise<(username: string, expires?: number) => Promise<string>> {
  const { UserPoolId = '', UserPoolClientId = '', CognitoEndpoint = '' } = outputs;
  const { access } = await openSigningKeys(join(dataDirectory, 'cognito', UserPoolId, 'signing-keys.json'));
  return (username, expires) =>
    new SignJWT({ sub: username, username, client_id: UserPoolClientId, token_use: 'access' })
      .setProtectedHeader({ alg: 'RS256', kid: access.kid })
      .setIssuer(`${CognitoEndpoint}/${UserPoolId}`)
      .setIssuedAt()
      .setExpirationTime(expires ?? '1h')
      .sign(access.privateKey);
}
