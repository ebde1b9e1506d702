/** Tokens of any OpenID provider. The test runs a provider with real keys on loopback. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIdentity } from '#lambdas/identity/claims';
import { createTokenVerifier } from '#lambdas/identity/verify';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let server: Server;
let issuer: string;
let answering = true;

beforeAll(async () => {
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  server = createServer((request, response) => {
    if (!answering) response.writeHead(503).end('{}');
    else if (request.url === '/.well-known/openid-configuration')
      response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    else response.end(JSON.stringify({ keys: [key] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

function sign(claims: Record<string, unknown>, expires = '5m'): Promise<string> {
  return new SignJWT({ iss: issuer, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setExpirationTime(expires)
    .sign(privateKey);
}

describe('a token', () => {
  it.each([
    ['with the audience', { aud: 'chat' }],
    ['with the audience among others', { aud: ['other', 'chat'] }],
    ['with the client instead of an audience, as Cognito’s access tokens', { client_id: 'chat', token_use: 'access' }],
  ])('%s is accepted, and names its user', async (_, claims) => {
    const verify = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
    expect(await verify(await sign({ sub: 'Ann', iat: 1_700_000_000, ...claims }))).toEqual({
      ok: true,
      username: '%41nn',
      name: 'Ann',
      issuer: new URL(issuer).host,
      sub: 'Ann',
      expires: expect.any(Number),
      issued: 1_700_000_000,
    });
  });

  it.each([
    ['for another audience', { aud: 'other' }, 'another audience'],
    ['for no audience', {}, 'another audience'],
    ['for another audience, naming the client too', { aud: 'other', client_id: 'chat' }, 'another audience'],
    ['of another use', { aud: 'chat', token_use: 'refresh' }, 'neither an id nor an access token'],
    ['of another issuer', { aud: 'chat', iss: 'http://127.0.0.1:1' }, 'Issuer not allowed'],
    ['that names nobody', { aud: 'chat', sub: undefined }, 'names no user'],
  ])('%s is refused', async (_, claims, why) => {
    const verify = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
    expect(await verify(await sign({ sub: 'ann', ...claims }))).toEqual({
      ok: false,
      reason: expect.stringContaining(why),
    });
  });

  it('that has expired is refused', async () => {
    const verify = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
    expect(await verify(await sign({ sub: 'ann', aud: 'chat' }, '-1m'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('expired'),
    });
  });

  it('cannot be checked without the issuer: the error does not blame the token, and the issuer is asked again later', async () => {
    const verify = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
    const token = await sign({ sub: 'ann', aud: 'chat' });
    answering = false;
    await expect(verify(token)).rejects.toThrow();
    answering = true;
    expect(await verify(token)).toMatchObject({ ok: true, username: 'ann' });
  });
});

describe('the user of a token', () => {
  const iss = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool';

  it.each([
    [{ 'cognito:username': 'ann', sub: '1' }, undefined, 'ann'],
    [{ username: 'ann', sub: '1' }, undefined, 'ann'],
    [{ sub: 'auth0|1' }, 'sub', 'auth0%7c1'],
    [{ sub: '1', email: 'a@example.com' }, 'email', 'a%40example.com'],
  ])('%j by %s is %s', (claims, claim, username) => {
    expect(readIdentity({ iss, ...claims }, claim)?.username).toBe(username);
  });

  it.each([[{}], [{ sub: 5 }], [{ sub: 'x'.repeat(65) }], [{ sub: '' }]])('%j names no user', (claims) => {
    expect(readIdentity({ iss, ...claims })).toBeUndefined();
  });

  it('is owned by the pool and the sub, wherever the pool answers, and by an own issuer as it writes itself', () => {
    const owner = { issuer: 'eu-west-1_pool', sub: '1' };
    expect(readIdentity({ iss, username: 'ann', sub: '1' })).toMatchObject(owner);
    expect(readIdentity({ iss: 'http://127.0.0.1:3000/_aws/eu-west-1_pool', username: 'ann', sub: '1' })).toMatchObject(
      owner,
    );
    expect(readIdentity({ iss: 'https://id.example.com/', sub: '1' }, 'sub')).toMatchObject({
      issuer: 'https://id.example.com/',
      sub: '1',
    });
  });

  it.each([[{ username: 'ann', iss }], [{ username: 'ann', sub: '1' }]])('%j names nobody for good', (claims) => {
    expect(readIdentity(claims)).toBeUndefined();
  });

  it('has the name claim as shown name, or else the external name', () => {
    expect(readIdentity({ iss, sub: 'ann', name: 'Ann Smith' })?.name).toBe('Ann Smith');
    expect(readIdentity({ iss, sub: 'ann', name: '' })?.name).toBe('ann');
  });

  it('has a shown name that is cut to the length that fits', () => {
    expect(readIdentity({ iss, sub: 'ann', name: '😀'.repeat(65) })?.name).toBe('😀'.repeat(64));
    expect(readIdentity({ iss, sub: 'ann', name: 'Ann \ud83d' })?.name).toBe('Ann \ufffd');
  });
});
