import { randomInt } from 'node:crypto';
import { codeExpired, codeMismatch } from './errors.ts';

export interface Code {
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const hour = 3_600_000;
/** Developer guide, "Quotas": a sign-up or attribute code lives 24 hours, one for a forgotten password 1 hour. */
const lifetime = { confirm: 24 * hour, verify: 24 * hour, forgot: hour } as const;

export function newCode(kind: keyof typeof lifetime, now: number): Code {
  return { code: String(randomInt(1_000_000)).padStart(6, '0'), expiresAt: now + lifetime[kind] };
}

/**
 * @param asked the code last sent, if any is open
 * @throws CognitoError ExpiredCodeException when none is open or it is too old, CodeMismatchException when it is another
 */
export function requireCode(asked: Code | undefined, given: string, now: number): void {
  if (!asked || now >= asked.expiresAt) throw codeExpired();
  if (asked.code !== given) throw codeMismatch();
}
