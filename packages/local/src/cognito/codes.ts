import { randomInt } from 'node:crypto';
import { codeExpired, codeMismatch } from './errors.ts';

export interface Code {
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const hour = 3_600_000;
/** Developer guide, "Quotas": a code for sign-up or an attribute is valid for 24 hours, a code for a forgotten password for 1 hour. */
const lifetime = { confirm: 24 * hour, verify: 24 * hour, forgot: hour } as const;

export function newCode(kind: keyof typeof lifetime, now: number): Code {
  return { code: String(randomInt(1_000_000)).padStart(6, '0'), expiresAt: now + lifetime[kind] };
}

/**
 * @param sent the last code that was sent and not yet used
 * @throws CognitoError ExpiredCodeException without a valid code, CodeMismatchException for another code
 */
export function requireCode(sent: Code | undefined, given: string, now: number): void {
  if (!sent || now >= sent.expiresAt) throw codeExpired();
  if (sent.code !== given) throw codeMismatch();
}
