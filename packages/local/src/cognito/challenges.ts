import { randomBytes } from 'node:crypto';
import type { Clock } from '#clock';
import { notAuthorized } from './errors.ts';
import type { Handshake } from './srp.ts';

/** What a sign-in waits for. */
export type Challenge =
  /** `sub` is absent for somebody who does not exist, whom nobody must be able to tell from others. */
  | {
      readonly kind: 'PASSWORD_VERIFIER';
      readonly sub: string | undefined;
      readonly username: string;
      readonly handshake: Handshake;
    }
  | { readonly kind: 'NEW_PASSWORD_REQUIRED'; readonly sub: string };

/**
 * Sign-ins that are not finished. In memory only: after a restart people begin again. A token is good once, and for the client's
 * `AuthSessionValidity`.
 */
export interface Challenges {
  /** @returns the `Session` or `SECRET_BLOCK` with which the client goes on, base64 */
  open(challenge: Challenge, client: { readonly id: string; readonly authSessionSeconds: number }): string;
  /** @throws CognitoError NotAuthorizedException */
  take<Kind extends Challenge['kind']>(kind: Kind, token: string, clientId: string): Challenge & { kind: Kind };
  /** Gives a token back whose answer was refused, so that the client may try again. */
  reopen(token: string): void;
}

interface Kept {
  readonly challenge: Challenge;
  readonly clientId: string;
  readonly until: number;
  taken: boolean;
}

export function createChallenges(clock: Clock): Challenges {
  const kept = new Map<string, Kept>();
  return {
    open(challenge, client) {
      const now = clock.now();
      for (const [token, { until }] of kept) if (until <= now) kept.delete(token);
      // Cognito's are longer, and opaque for clients too.
      const token = randomBytes(96).toString('base64');
      kept.set(token, { challenge, clientId: client.id, until: now + client.authSessionSeconds * 1000, taken: false });
      return token;
    },
    take(kind, token, clientId) {
      const found = kept.get(token);
      if (!found || found.taken || found.clientId !== clientId || !isOf(kind, found.challenge)) {
        throw notAuthorized('Invalid session for the user.');
      }
      if (found.until <= clock.now()) throw notAuthorized('Invalid session for the user, session is expired.');
      found.taken = true;
      return found.challenge;
    },
    reopen(token) {
      const found = kept.get(token);
      if (found) found.taken = false;
    },
  };
}

const isOf = <Kind extends Challenge['kind']>(
  kind: Kind,
  challenge: Challenge,
): challenge is Challenge & { kind: Kind } => challenge.kind === kind;
