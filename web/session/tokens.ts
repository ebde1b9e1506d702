/** What signing in gives. */
export interface Tokens {
  /** Speaks for the user at the APIs. */
  readonly access: string;
  /** Gives new ones; not given again where it stays the same. */
  readonly refresh?: string;
}

/** Whoever gives tokens. */
export interface TokenIssuer {
  /** @throws SessionEnded when the issuer refuses; another Error when it is not reached */
  refresh(token: string): Promise<Tokens>;
  /** Gives no more tokens for this one. */
  revoke(token: string): Promise<void>;
}

/** One has to sign in again. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}
