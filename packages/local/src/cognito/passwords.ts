import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's lower bound for scrypt on shared machines: 16 MiB and some 40 ms a password. */
const cost = { N: 16_384, r: 8, p: 1 };

function derive(password: string, salt: Buffer, { N, r, p }: typeof cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** `scrypt$N$r$p$salt$hash`: the cost stands beside the hash, so that it can be raised later. */
export async function hashPassword(password: string, N = cost.N): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, { ...cost, N });
  return ['scrypt', N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** @param stored what `hashPassword` gave */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = stored.split('$');
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
