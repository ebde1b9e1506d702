import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { type Identity, readIdentity } from './claims.ts';

export type Verified =
  /** `expires` and `issued` in seconds since 1970; `issued` is 0 if the token does not say */
  | ({ readonly ok: true; readonly expires: number; readonly issued: number } & Identity)
  /** `genuine`: it is the issuer's own token, and Parley cannot use it. Its holder may be told why. */
  | { readonly ok: false; readonly reason: string; readonly genuine?: true };

/** The issuer's keys cannot be had, so no token can be checked. It is no fault of the token. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

/** ms; an issuer that answers later is not available: API Gateway waits for the function, and a client for both */
const patienceMs = 4_000;

/** API Gateway's authorizer of the HTTP API knows no others, and a token must be worth the same on a socket. */
const algorithms = ['RS256', 'RS384', 'RS512'];

/**
 * A verifier of the issuer's id and access tokens: signature, issuer, times and audience. It fetches the keys once and keeps them.
 * It works with every OpenID provider: it asks the issuer for the address of the keys, unless that is known.
 * @param options.issuer as its tokens write it: some end in a slash
 * @param options.keys the address of the keys. Without it two requests come before the first token is verified, one after the other.
 * @param options.alias another name that the same issuer has in some of its tokens
 */
export function createTokenVerifier(options: {
  issuer: string;
  keys?: string | undefined;
  alias?: string | undefined;
  audience: readonly string[];
  usernameClaim?: string | undefined;
}) {
  let asked: Promise<ReturnType<typeof createVerifier>> | undefined;

  return { verify, prepare };

  /** Fetches the keys before somebody waits for them. If the issuer does not answer, the first `verify` asks it again. */
  async function prepare(): Promise<void> {
    try {
      await (await ready()).hydrate();
    } catch {}
  }

  /** @throws IssuerUnavailable */
  async function verify(token: string): Promise<Verified> {
    const verifier = await ready();
    try {
      const claims = await verifier.verify(token);
      return await accept(claims, algorithmOf(token));
    } catch (error) {
      if (error instanceof IssuerUnavailable) throw error;
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  function ready() {
    asked ??= options.keys === undefined ? discover(options.issuer) : Promise.resolve(verifierWith(options.keys));
    return asked;
  }

  function verifierWith(keys: string) {
    return createVerifier(new Set([options.issuer, options.alias ?? options.issuer]), keys);
  }

  async function discover(issuer: string) {
    try {
      const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const { issuer: itself, jwks_uri: jwksUri } = Object(await fetchFrom(address));
      if (typeof jwksUri !== 'string') throw new IssuerUnavailable(`${address} does not say where the keys are`);
      if (itself !== issuer) {
        throw new IssuerUnavailable(
          `the issuer ${issuer} calls itself ${itself}: its tokens and oidc.issuer must say the same`,
        );
      }
      return verifierWith(jwksUri);
    } catch (error) {
      asked = undefined;
      throw error;
    }
  }

  /** Access tokens of Cognito have `client_id` instead of `aud`. */
  async function accept(claims: Record<string, unknown>, algorithm: unknown): Promise<Verified> {
    const audience = [claims.aud ?? claims.client_id].flat();
    if (!audience.some((one) => typeof one === 'string' && options.audience.includes(one))) {
      return { ok: false, reason: 'the token is for another audience' };
    }
    if (claims.token_use !== undefined && claims.token_use !== 'id' && claims.token_use !== 'access') {
      return { ok: false, reason: 'the token is neither an id nor an access token' };
    }
    if (typeof claims.exp !== 'number') {
      return { ok: false, genuine: true, reason: 'the token does not say when it expires: it needs the claim exp' };
    }
    if (!algorithms.some((one) => one === algorithm)) {
      const reason = `the token is signed with ${algorithm}: the issuer must sign with RS256, RS384 or RS512, the only ones that the HTTP API accepts`;
      return { ok: false, genuine: true, reason };
    }
    const identity = readIdentity(claims, options.usernameClaim);
    if (identity)
      return { ok: true, ...identity, expires: claims.exp, issued: typeof claims.iat === 'number' ? claims.iat : 0 };
    // Loaded when it is needed, because a connecting client waits for the rest.
    const { whyNobody } = await import('./why-nobody.ts');
    return { ok: false, genuine: true, reason: whyNobody(claims, options.usernameClaim) };
  }
}

function createVerifier(issuers: ReadonlySet<string>, jwksUri: string) {
  // The library's own fetcher refuses http:, which a local runtime uses.
  const fetcher = {
    fetch: async (uri: string) => new TextEncoder().encode(JSON.stringify(await fetchKeys(uri))).buffer,
  };
  const accepted = Array.from(issuers, (issuer) => ({ issuer, audience: null, jwksUri }));
  return JwtVerifier.create(accepted, { jwksCache: new SimpleJwksCache({ fetcher }) });
}

async function fetchKeys(address: string): Promise<object> {
  const document = Object(await fetchFrom(address));
  if (Array.isArray(document.keys)) return document;
  throw new IssuerUnavailable(`${address} has no keys`);
}

/** @throws IssuerUnavailable when there is no answer in time, or none in JSON */
async function fetchFrom(address: string): Promise<unknown> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(patienceMs) });
    if (response.ok) return await response.json();
    throw new Error(`the answer is ${response.status}`);
  } catch (cause) {
    throw new IssuerUnavailable(`unable to get ${address}; ${cause}`, { cause });
  }
}

/** Of a token that was verified, so it has a header. */
function algorithmOf(token: string): unknown {
  const [header = ''] = token.split('.');
  return JSON.parse(Buffer.from(header, 'base64url').toString()).alg;
}
