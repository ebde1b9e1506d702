import type { Clock } from './clock.ts';
import { Unauthenticated } from './errors.ts';

/**
 * Gives a token, or null when nobody is signed in.
 * @param refused a token that the server did not take: do not give the same again
 */
export type GetToken = (refused: string | undefined) => Promise<string | null> | string | null;

export interface Tokens {
  /** @throws Unauthenticated when nobody is signed in; whatever `getToken` throws */
  get(): Promise<string>;
  /** The server did not take this one. */
  refuse(token: string): void;
}

/** ms before its end from which on a token is not used any more. */
export const margin = 60_000;

/** Keeps the token until shortly before it expires, and asks for one at a time. */
export function createTokens(getToken: GetToken, clock: Clock): Tokens {
  let token: string | undefined;
  let refused: string | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const given = await getToken(refused);
    if (!given) throw new Unauthenticated('unauthenticated', 'unable to connect; nobody is signed in');
    token = given;
    return given;
  }

  return {
    get() {
      if (token && (expiryOf(token) ?? Infinity) > clock.now() + margin) return Promise.resolve(token);
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    refuse(which) {
      refused = which;
      if (token === which) token = undefined;
    },
  };
}

/** When a JWT expires, ms since 1970; undefined for one that does not say. */
export function expiryOf(token: string): number | undefined {
  try {
    const [, payload = ''] = token.split('.');
    const { exp } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
