import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { CognitoError } from './errors.ts';
import type { PasswordPolicy } from './pool-settings.ts';

/** OWASP's lower bound for scrypt on shared machines: 16 MiB and about 40 ms per password. */
const cost = { N: 16_384, r: 8, p: 1 };

function derive(password: string, salt: Buffer, { N, r, p }: typeof cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** `scrypt$N$r$p$salt$hash`. It contains the cost, so that the cost can be raised later. */
export async function hashPassword(password: string, N = cost.N): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, { ...cost, N });
  return ['scrypt', N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** @param stored the result of `hashPassword` */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = stored.split('$');
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
/** Cognito's symbols (developer guide, "Password policy"). A space counts unless it is first or last. */
const symbol = /[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+=]|(?<=.) (?=.)/;

/** @throws CognitoError InvalidPasswordException with Cognito's message for the first broken rule */
export function requirePasswordPolicy(password: string, policy: PasswordPolicy): void {
  const broken = firstBrokenRule(password, policy);
  if (broken) {
    throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${broken}`);
  }
}

function firstBrokenRule(password: string, policy: PasswordPolicy): string | undefined {
  if (password.length < policy.MinimumLength) return 'Password not long enough';
  if (policy.RequireUppercase && !/[A-Z]/.test(password)) return 'Password must have uppercase characters';
  if (policy.RequireLowercase && !/[a-z]/.test(password)) return 'Password must have lowercase characters';
  if (policy.RequireNumbers && !/[0-9]/.test(password)) return 'Password must have numeric characters';
  if (policy.RequireSymbols && !symbol.test(password)) return 'Password must have symbol characters';
  return undefined;
}
