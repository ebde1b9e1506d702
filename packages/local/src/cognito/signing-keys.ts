import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, type JWK } from 'jose';
import { z } from 'zod';
import { writeAtomically } from '#write-atomically';
import { readJson } from './read-json.ts';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** As in Cognito, id tokens and access tokens have different keys. */
export interface SigningKeys {
  readonly id: SigningKey;
  readonly access: SigningKey;
  readonly jwks: { readonly keys: readonly JWK[] };
}

const stored = z.object({ id: z.string(), access: z.string() });

/** Reads the keys from the file, or creates them. Only the owner can read the file. */
export async function openSigningKeys(path: string): Promise<SigningKeys> {
  const pems =
    (await readJson(path, stored, 'the signing keys; take it away to have new ones')) ?? (await makePems(path));
  const id = signingKey(pems.id);
  const access = signingKey(pems.access);
  return { id, access, jwks: { keys: await Promise.all([publicJwk(id), publicJwk(access)]) } };
}

async function makePems(path: string): Promise<z.infer<typeof stored>> {
  const [id, access] = await Promise.all([makePem(), makePem()]);
  await writeAtomically(path, JSON.stringify({ id, access }));
  return { id, access };
}

async function makePem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function signingKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  // A hash of the key, so that it stays the same after a restart. Cognito's ids are also 32 bytes in base64.
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return { kid, privateKey, publicKey };
}

async function publicJwk({ kid, publicKey }: SigningKey): Promise<JWK> {
  return { alg: 'RS256', kid, use: 'sig', ...(await exportJWK(publicKey)) };
}
