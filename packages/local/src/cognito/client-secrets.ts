import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeAtomically } from '#write-atomically';
import type { ClientSettings } from './client-settings.ts';
import { notAuthorized } from './errors.ts';

/** The secrets of the clients with `GenerateSecret`; made once, kept with the pool. */
export interface ClientSecrets {
  ensure(clientIds: readonly string[]): Promise<void>;
  get(clientId: string): string | undefined;
}

const stored = z.record(z.string(), z.string());

export async function openClientSecrets(path: string): Promise<ClientSecrets> {
  let secrets = await read(path);
  return {
    async ensure(clientIds) {
      const missing = clientIds.filter((id) => !(id in secrets));
      if (missing.length === 0) return;
      // Letters and digits alone, as Cognito's are.
      const made = missing.map((id) => [id, BigInt(`0x${randomBytes(32).toString('hex')}`).toString(36)]);
      secrets = { ...secrets, ...Object.fromEntries(made) };
      await writeAtomically(path, JSON.stringify(secrets));
    },
    get: (clientId) => secrets[clientId],
  };
}

async function read(path: string): Promise<z.infer<typeof stored>> {
  try {
    return stored.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new Error(`${path} does not hold the clients' secrets; take it away to have new ones`, { cause: error });
  }
}

/**
 * Checks `SecretHash`: base64 of HMAC-SHA256, keyed by the secret, over user name and client id.
 * @param names the names that the caller may have meant: after sign-in also the `sub`
 * @throws CognitoError NotAuthorizedException
 */
export function requireSecretHash(
  client: ClientSettings,
  secret: string | undefined,
  given: string | undefined,
  names: readonly string[],
): void {
  if (!client.hasSecret && given === undefined) return;
  if (given === undefined) {
    throw notAuthorized(`Client ${client.id} is configured with secret but SECRET_HASH was not received`);
  }
  const matches =
    secret !== undefined &&
    names.some((name) => same(createHmac('sha256', secret).update(`${name}${client.id}`).digest('base64'), given));
  if (!matches) throw notAuthorized(`Unable to verify secret hash for client ${client.id}`);
}

/** @throws CognitoError NotAuthorizedException */
export function requireSecret(client: ClientSettings, secret: string | undefined, given: string | undefined): void {
  if (!client.hasSecret && given === undefined) return;
  if (secret === undefined || given === undefined || !same(secret, given)) {
    throw notAuthorized(`Invalid client secret for client ${client.id}`);
  }
}

function same(expected: string, actual: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(actual)];
  return left.length === right.length && timingSafeEqual(left, right);
}
