/** The result of signing in. */
export interface Tokens {
  /** Sent to Parley's APIs. */
  readonly access: string;
  /** Gets new tokens. Undefined if the earlier one stays valid. */
  readonly refresh?: string;
}

export interface TokenIssuer {
  /** @throws SessionEnded if the issuer rejects the token; another Error if it cannot be reached */
  refresh(token: string): Promise<Tokens>;
  /** Makes a refresh token invalid. */
  revoke(token: string): Promise<void>;
}

/** The user has to sign in again. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}
