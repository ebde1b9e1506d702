import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Context } from '#context';
import type { JwtAuthorizer } from '#gateway/authorizers';

export type TokenResult =
  | { readonly ok: true; readonly claims: JWTPayload; readonly scopes: readonly string[] }
  /** `challenge` is the `www-authenticate` header. */
  | { readonly ok: false; readonly challenge: string };

/** Verifies a token as a JWT authorizer does. */
export type VerifyToken = (authorizer: JwtAuthorizer, token: string) => Promise<TokenResult>;

const discovery = z.object({ jwks_uri: z.url() });

/** API Gateway supports RSA signatures only. */
const algorithms = ['RS256', 'RS384', 'RS512'];

/**
 * Checks the signature against the issuer's published keys, `iss`, `exp`, `nbf`, `iat`, and the audience: `aud`, or `client_id` if there is
 * no `aud` (Cognito's access tokens). Source: AWS, "Control access to HTTP APIs with JWT authorizers".
 */
export function createVerifyToken(context: Pick<Context, 'clock' | 'stack'>): VerifyToken {
  const { clock } = context;
  const keys = new Map<string, Promise<JWTVerifyGetKey>>();

  /** The stack's own user pools answer here. */
  const localOf = (address: string) => context.stack.withLocalAddresses(address);

  /** Tokens of a pool of the stack have its local address, if they are from before they had AWS's, or somebody signed them with the pool's key. */
  function namesOf(issuer: string): string[] {
    const document = '/.well-known/openid-configuration';
    return [issuer, localOf(`${issuer}${document}`).slice(0, -document.length)];
  }

  async function discover(issuer: string): Promise<JWTVerifyGetKey> {
    const response = await fetch(localOf(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
    const { jwks_uri } = discovery.parse(await response.json());
    return createRemoteJWKSet(new URL(localOf(jwks_uri)));
  }

  function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    const known = keys.get(issuer) ?? discover(issuer);
    keys.set(issuer, known);
    // After an error, the next token tries the issuer again.
    known.catch(() => keys.delete(issuer));
    return known;
  }

  return async (authorizer, token) => {
    let findKey: JWTVerifyGetKey;
    try {
      findKey = await keysOf(authorizer.issuer);
    } catch {
      return invalid('OIDC discovery endpoint communication error');
    }
    try {
      const { payload } = await jwtVerify(token, findKey, {
        issuer: namesOf(authorizer.issuer),
        algorithms,
        requiredClaims: ['exp'],
        currentDate: new Date(clock.now()),
      });
      if (typeof payload.iat === 'number' && payload.iat * 1000 > clock.now() + 1000)
        return invalid('the token is not valid yet');
      const audience = payload.aud === undefined ? [payload.client_id] : [payload.aud].flat();
      if (authorizer.audience.length > 0 && !audience.some((each) => authorizer.audience.some((one) => one === each)))
        return invalid('the token does not have a valid audience');
      return { ok: true, claims: payload, scopes: scopesOf(payload) };
    } catch (error) {
      return invalid(describe(error));
    }
  };
}

function scopesOf(claims: JWTPayload): string[] {
  const scope = claims.scope ?? claims.scp;
  if (Array.isArray(scope)) return scope.map(String);
  return typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : [];
}

function invalid(description: string): TokenResult {
  return { ok: false, challenge: `Bearer scope="" error="invalid_token" error_description="${description}"` };
}

function describe(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'iss' ? 'the token has an invalid issuer' : `the token has an invalid claim ${error.claim}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature validation error';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unable to find a key for the token';
  return 'the token is not a valid JWT';
}
