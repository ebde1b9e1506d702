import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { exportJWK, type JWK } from 'jose';
import { z } from 'zod';
import { writeAtomically } from '#write-atomically';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A pool signs id tokens and access tokens with a key each, as Cognito does. */
export interface SigningKeys {
  readonly id: SigningKey;
  readonly access: SigningKey;
  readonly jwks: { readonly keys: readonly JWK[] };
}

const stored = z.object({ id: z.string(), access: z.string() });

/** Reads the keys of this data folder, or makes them; the file is its owner's alone. */
export async function openSigningKeys(path: string): Promise<SigningKeys> {
  const pems = (await readPems(path)) ?? (await makePems(path));
  const id = signingKey(pems.id);
  const access = signingKey(pems.access);
  return { id, access, jwks: { keys: await Promise.all([publicJwk(id), publicJwk(access)]) } };
}

async function readPems(path: string): Promise<z.infer<typeof stored> | undefined> {
  try {
    return stored.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${path} does not hold the signing keys; take it away to have new ones`, { cause: error });
  }
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
  // Named by the key itself, so that it is the same after every start; base64 of 32 bytes is what Cognito's ids look like.
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return { kid, privateKey, publicKey };
}

async function publicJwk({ kid, publicKey }: SigningKey): Promise<JWK> {
  return { alg: 'RS256', kid, use: 'sig', ...(await exportJWK(publicKey)) };
}
