import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto';
import { secretsEqual } from '#text';

/*
 * The server's side of Secure Remote Password (RFC 2945, RFC 5054) as Cognito's clients speak it: SHA-256, the group of 3,072 bits of RFC 3526,
 * and hexadecimal numbers with an even number of digits and a leading 00 where the first bit is set. Packages for SRP have other hashes and
 * paddings. Source: amazon-cognito-identity-js and AWS's SDKs for mobile, which publish the client's side.
 */

/** What is stored of a password. Whoever has it can try passwords, as with every verifier. Both in hexadecimal. */
export interface Verifier {
  readonly salt: string;
  readonly verifier: string;
}

/** A sign-in between its two steps. */
export interface Handshake {
  /** Hexadecimal, from the client. */
  readonly A: string;
  /** Hexadecimal, for the client. */
  readonly B: string;
  readonly secret: bigint;
  readonly verifier: string;
}

const bytesOf = (hex: string) => Buffer.from(hex, 'hex');

const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const g = 2n;
const k = hashNumber(padded(N) + padded(g));

/**
 * @param poolId its part after the `_` is hashed with the name
 * @param username the `USER_ID_FOR_SRP` that clients are told
 */
export function makeVerifier(poolId: string, username: string, password: string): Verifier {
  const salt = padded(BigInt(`0x${randomBytes(16).toString('hex')}`));
  const identity = createHash('sha256')
    .update(`${poolName(poolId)}${username}:${password}`)
    .digest('hex');
  const x = hashNumber(salt + identity);
  return { salt, verifier: power(g, x).toString(16) };
}

/**
 * Of somebody who does not exist: the same salt each time, and no password is right.
 * @param seed a secret of the pool
 */
export function simulatedVerifier(seed: string, username: string): Verifier {
  const salt = createHmac('sha256', seed).update(username).digest('hex').slice(0, 32);
  return {
    salt: padded(BigInt(`0x${salt}`)),
    verifier: power(g, BigInt(`0x${randomBytes(32).toString('hex')}`)).toString(16),
  };
}

/** The answer to the client's `SRP_A`. @returns undefined for an `A` that would make every password right */
export function beginHandshake(A: string, { verifier }: Verifier): Handshake | undefined {
  if (!/^[0-9a-f]+$/i.test(A) || BigInt(`0x${A}`) % N === 0n) return undefined;
  const secret = BigInt(`0x${randomBytes(32).toString('hex')}`);
  const B = (k * BigInt(`0x${verifier}`) + power(g, secret)) % N;
  return { A, B: B.toString(16), secret, verifier };
}

/** Whether the client has the password: only then does it know the key of its signature. */
export function provesPassword(
  { A, B, secret, verifier }: Handshake,
  claim: {
    readonly poolId: string;
    readonly username: string;
    readonly secretBlock: Buffer;
    readonly timestamp: string;
    /** Base64. */
    readonly signature: string;
  },
): boolean {
  const u = hashNumber(padded(BigInt(`0x${A}`)) + padded(BigInt(`0x${B}`)));
  const shared = power((BigInt(`0x${A}`) * power(BigInt(`0x${verifier}`), u)) % N, secret);
  const key = hkdfSync('sha256', bytesOf(padded(shared)), bytesOf(padded(u)), 'Caldera Derived Key', 16);
  const expected = createHmac('sha256', Buffer.from(key))
    .update(poolName(claim.poolId))
    .update(claim.username)
    .update(claim.secretBlock)
    .update(claim.timestamp)
    .digest('base64');
  return secretsEqual(expected, claim.signature);
}

const poolName = (poolId: string) => poolId.slice(poolId.indexOf('_') + 1);

function padded(value: bigint): string {
  const hex = value.toString(16);
  const even = hex.length % 2 === 1 ? `0${hex}` : hex;
  return /^[89a-f]/.test(even) ? `00${even}` : even;
}

/** The hash of bytes that are given in hexadecimal. */
function hashNumber(hex: string): bigint {
  return BigInt(`0x${createHash('sha256').update(bytesOf(hex)).digest('hex')}`);
}

/** `base` to the power of `exponent`, modulo N. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % N;
    if (bit === '1') result = (result * base) % N;
  }
  return result;
}
