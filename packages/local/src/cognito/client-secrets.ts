import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { secretsEqual } from '#text';
import { writeAtomically } from '#write-atomically';
import type { ClientSettings } from './client-settings.ts';
import { notAuthorized } from './errors.ts';
import { readJson } from './read-json.ts';

/** The secrets of the clients with `GenerateSecret`, stored with the pool. */
export interface ClientSecrets {
  ensure(clientIds: readonly string[]): Promise<void>;
  get(clientId: string): string | undefined;
}

const stored = z.record(z.string(), z.string());

export async function openClientSecrets(path: string): Promise<ClientSecrets> {
  let secrets = (await readJson(path, stored, "the clients' secrets; take it away to have new ones")) ?? {};
  return {
    async ensure(clientIds) {
      const missing = clientIds.filter((id) => !(id in secrets));
      if (missing.length === 0) return;
      // Letters and digits, as in Cognito.
      const created = missing.map((id) => [id, BigInt(`0x${randomBytes(32).toString('hex')}`).toString(36)]);
      secrets = { ...secrets, ...Object.fromEntries(created) };
      await writeAtomically(path, JSON.stringify(secrets));
    },
    get: (clientId) => secrets[clientId],
  };
}

interface Pool {
  readonly secrets: ClientSecrets;
}

/**
 * Checks `SecretHash`: base64 of HMAC-SHA256, keyed by the secret, over user name and client id.
 * @param names the accepted user names: after sign-in also the `sub`
 * @throws CognitoError NotAuthorizedException
 */
export function requireSecretHash(
  { secrets }: Pool,
  client: ClientSettings,
  given: string | undefined,
  names: readonly string[],
): void {
  const secret = secrets.get(client.id);
  if (!client.hasSecret && given === undefined) return;
  if (given === undefined) {
    throw notAuthorized(`Client ${client.id} is configured with secret but SECRET_HASH was not received`);
  }
  const matches =
    secret !== undefined &&
    names.some((name) =>
      secretsEqual(createHmac('sha256', secret).update(`${name}${client.id}`).digest('base64'), given),
    );
  if (!matches) throw notAuthorized(`Unable to verify secret hash for client ${client.id}`);
}

/** @throws CognitoError NotAuthorizedException */
export function requireSecret({ secrets }: Pool, client: ClientSettings, given: string | undefined): void {
  const secret = secrets.get(client.id);
  if (!client.hasSecret && given === undefined) return;
  if (secret === undefined || given === undefined || !secretsEqual(secret, given)) {
    throw notAuthorized(`Invalid client secret for client ${client.id}`);
  }
}
