import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import * as z from 'zod/mini';
import { type Identity, readIdentity } from './claims.ts';

export type Verified =
  /** `expires` and `issued` in seconds since 1970; `issued` is 0 if the token does not say */
  | ({ readonly ok: true; readonly expires: number; readonly issued: number } & Identity)
  | { readonly ok: false; readonly reason: string };

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * A verifier of the issuer's id and access tokens: signature, issuer, times and audience. It fetches the keys once and keeps them.
 * It works with every OpenID provider, Cognito included, because it asks the issuer for the address of the keys.
 */
export function createTokenVerifier(options: {
  issuer: string;
  audience: readonly string[];
  usernameClaim?: string | undefined;
}) {
  let verifier: Promise<ReturnType<typeof createVerifier>> | undefined;

  /** @throws when the issuer cannot be reached, which is no fault of the token */
  return async function verify(token: string): Promise<Verified> {
    verifier ??= discover(options.issuer);
    const ready = await verifier;
    try {
      return accept(await ready.verify(token));
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  };

  async function discover(issuer: string) {
    try {
      const response = await fetch(`${issuer}/.well-known/openid-configuration`);
      const { jwks_uri: jwksUri } = z.parse(Discovery, await response.json());
      return createVerifier(issuer, jwksUri);
    } catch (error) {
      verifier = undefined;
      throw error;
    }
  }

  /** Access tokens of Cognito have `client_id` instead of `aud`. */
  function accept(claims: Record<string, unknown>): Verified {
    const audience = [claims.aud ?? claims.client_id].flat();
    if (!audience.some((one) => typeof one === 'string' && options.audience.includes(one))) {
      return { ok: false, reason: 'the token is for another audience' };
    }
    if (claims.token_use !== undefined && claims.token_use !== 'id' && claims.token_use !== 'access') {
      return { ok: false, reason: 'the token is neither an id nor an access token' };
    }
    const identity = readIdentity(claims, options.usernameClaim);
    return identity
      ? { ok: true, ...identity, expires: Number(claims.exp), issued: Number(claims.iat ?? 0) }
      : { ok: false, reason: 'the token names no user' };
  }
}

function createVerifier(issuer: string, jwksUri: string) {
  // The library's own fetcher refuses http:, which a local runtime uses.
  const fetcher = { fetch: async (uri: string) => new Uint8Array(await (await fetch(uri)).arrayBuffer()).buffer };
  return JwtVerifier.create({ issuer, audience: null, jwksUri }, { jwksCache: new SimpleJwksCache({ fetcher }) });
}
