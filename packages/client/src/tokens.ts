import type { Clock } from './clock.ts';
import { Unauthenticated } from './errors.ts';

/**
 * Gives an access token, or null when nobody is signed in. An error that it throws counts as temporary: the client asks again later.
 * @param refused a token that the server refused: give another one
 */
export type GetToken = (refused: string | undefined) => Promise<string | null> | string | null;

export interface Tokens {
  /** @throws Unauthenticated when nobody is signed in; any error of `getToken` */
  get(): Promise<string>;
  /** The server refused this token. */
  refuse(token: string): void;
}

/** A token is replaced this long before it expires. */
export const expiryMarginMs = 60_000;

/** Keeps the token until shortly before it expires. Callers that ask at the same time share one call of `getToken`. */
export function createTokens(getToken: GetToken, clock: Clock): Tokens {
  let token: string | undefined;
  let refused: string | undefined;
  let request: Promise<string> | undefined;

  async function load(): Promise<string> {
    const loaded = await getToken(refused);
    if (!loaded) throw new Unauthenticated('unauthenticated', 'unable to connect; nobody is signed in');
    token = loaded;
    return loaded;
  }

  return {
    get() {
      if (token && (tokenExpiresAt(token) ?? Infinity) > clock.now() + expiryMarginMs) return Promise.resolve(token);
      request ??= load().finally(() => {
        request = undefined;
      });
      return request;
    },
    refuse(which) {
      refused = which;
      if (token === which) token = undefined;
    },
  };
}

/**
 * When a JWT expires, in milliseconds since 1970; undefined if the token does not say. For a `getToken` that keeps tokens itself and
 * refreshes them in time. It does not verify the token.
 */
export function tokenExpiresAt(token: string): number | undefined {
  try {
    const [, payload = ''] = token.split('.');
    const { exp } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
