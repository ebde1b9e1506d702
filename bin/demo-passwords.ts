import { randomInt } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Passwords = z.record(z.string(), z.string());

/** The passwords of the local users that a command made, in the data folder: no two machines have the same. */
export async function readPasswords(dataDirectory: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(fileOf(dataDirectory), 'utf8').catch(() => '{}');
  return Passwords.parse(JSON.parse(text));
}

/** Keeps a user's password, readable by its owner alone. */
export async function keepPassword(dataDirectory: string, name: string, password: string): Promise<void> {
  const passwords = { ...(await readPasswords(dataDirectory)), [name]: password };
  const next = `${fileOf(dataDirectory)}.next`;
  await writeFile(next, JSON.stringify(passwords, undefined, 2), { mode: 0o600 });
  await rename(next, fileOf(dataDirectory));
}

/** A password that satisfies the pool's policy, and that a person can copy from a screen: `Parley-hwcs-tkmp-4927`. */
export function newPassword(): string {
  const some = (characters: string) =>
    Array.from({ length: 4 }, () => characters[randomInt(characters.length)]).join('');
  const letters = 'abcdefghjkmnpqrstuvwxyz';
  return `Parley-${some(letters)}-${some(letters)}-${some('23456789')}`;
}

function fileOf(dataDirectory: string): string {
  return join(dataDirectory, 'passwords.json');
}
