import type { Clock } from './clock.ts';
import { Unauthenticated } from './errors.ts';
import { clockToleranceMs, expiryMarginMs } from './times.ts';

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
  /** Milliseconds until a token must be replaced; below zero: it must be now. Infinity if it does not say. */
  left(token: string): number;
  /** Says what time it is at the server, in milliseconds since 1970: the device's clock may be wrong. */
  serverTime(now: number): void;
}

/** Keeps the token until shortly before it expires. Callers that ask at the same time share one call of `getToken`. */
export function createTokens(getToken: GetToken, clock: Clock): Tokens {
  let token: string | undefined;
  let refused: string | undefined;
  let request: Promise<string> | undefined;
  let loadedAt = 0;
  /** How far the device's clock is ahead of the server's. */
  let aheadMs = 0;

  async function load(): Promise<string> {
    const loaded = await getToken(refused);
    if (!loaded) throw new Unauthenticated('unauthenticated', 'unable to connect; nobody is signed in');
    token = loaded;
    loadedAt = clock.now();
    return loaded;
  }

  const left = (which: string) => (tokenExpiresAt(which) ?? Infinity) - expiryMarginMs - clock.now() + aheadMs;

  return {
    get() {
      // One that has just come is used until the server refuses it, whatever the device's clock says.
      if (token && (left(token) > 0 || clock.now() - loadedAt < expiryMarginMs)) return Promise.resolve(token);
      request ??= load().finally(() => {
        request = undefined;
      });
      return request;
    },
    refuse(which) {
      refused = which;
      if (token === which) token = undefined;
    },
    left,
    serverTime(now) {
      const ahead = clock.now() - now;
      aheadMs = Math.abs(ahead) > clockToleranceMs ? ahead : 0;
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
