import * as z from 'zod/mini';
import { createTokenVerifier } from './verify.ts';

const Environment = z.object({
  ISSUER: z.string(),
  /** The address of the issuer's keys, if the stack knows it. */
  KEYS_URL: z.optional(z.string()),
  AUDIENCE: z.string(),
  USERNAME_CLAIM: z.optional(z.string()),
  /** Where the pool is, unless at AWS. Only a local runtime sets it. */
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: z.optional(z.string()),
});

/** The verifier of the tokens that this stack accepts, from a function's environment. */
export function openTokenVerifier(environment: NodeJS.ProcessEnv): ReturnType<typeof createTokenVerifier> {
  const {
    ISSUER,
    KEYS_URL,
    AUDIENCE,
    USERNAME_CLAIM,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: pool,
  } = z.parse(Environment, environment);
  return createTokenVerifier({
    issuer: ISSUER,
    keys: KEYS_URL,
    // Tokens of a local pool have its local address, if they are from before they had AWS's, or somebody signed them with the pool's key.
    alias: ISSUER.replace(/^https:\/\/cognito-idp\.[^/]+(?=\/)/, pool ?? '$&'),
    audience: AUDIENCE.split(','),
    usernameClaim: USERNAME_CLAIM,
  });
}
