import { createTokenVerifier } from './verify.ts';

/**
 * The verifier of the tokens that this stack accepts. Without zod, because a connecting client waits for what it loads.
 * @param environment `ISSUER`; `AUDIENCE`; `KEYS_URL`, the address of the issuer's keys, if the stack knows it; `USERNAME_CLAIM`;
 *   `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER`, where the pool is, unless at AWS: only a local runtime sets it
 */
export function openTokenVerifier(environment: NodeJS.ProcessEnv): ReturnType<typeof createTokenVerifier> {
  const { ISSUER = '', AUDIENCE = '', AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: pool } = environment;
  return createTokenVerifier({
    issuer: ISSUER,
    keys: environment.KEYS_URL,
    // Tokens of a local pool have its local address, if they are from before they had AWS's, or somebody signed them with the pool's key.
    alias: ISSUER.replace(/^https:\/\/cognito-idp\.[^/]+(?=\/)/, pool ?? '$&'),
    audience: AUDIENCE.split(','),
    usernameClaim: environment.USERNAME_CLAIM,
  });
}
