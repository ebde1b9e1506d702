import { randomInt } from 'node:crypto';
import { hashPassword } from './passwords.ts';
import type { Pool } from './pool.ts';
import type { PasswordPolicy } from './pool-settings.ts';
import { makeVerifier } from './srp.ts';
import type { User } from './user.ts';

type Secrets = Pick<User, 'password' | 'srp'>;

/** What is stored of a new password. The verifier of SRP only where a client may sign in with it, because it takes some milliseconds. */
export async function secretsOf(pool: Pool, username: string, password: string): Promise<Secrets> {
  // Another thread hashes meanwhile.
  const hash = hashPassword(password, pool.passwordCost);
  const srp = verifierOf(pool, username, password);
  return { password: await hash, srp };
}

export function verifierOf(pool: Pool, username: string, password: string): User['srp'] {
  const allowsSrp = [...pool.clients.values()].some(({ flows }) => flows.includes('ALLOW_USER_SRP_AUTH'));
  return allowsSrp ? makeVerifier(pool.id, username, password) : undefined;
}

const alphabets = ['abcdefghijkmnopqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '!#$%&*+-.=?@_'];

/** A temporary password as Cognito generates one: of every kind of characters, and as long as the policy wants. */
export function temporaryPassword({ MinimumLength }: PasswordPolicy): string {
  const pick = (alphabet: string) => alphabet[randomInt(alphabet.length)] ?? '';
  const first = alphabets.map(pick);
  const rest = Array.from({ length: Math.max(MinimumLength, 12) - first.length }, () => pick(alphabets.join('')));
  return [...rest, ...first].join('');
}
