import { generateKeyPairSync } from 'node:crypto';
import {
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { JwtRsaVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from './fixture.ts';
import { newcomer, refresh, refusal, type SignedIn, signIn } from './people.ts';

let world: World;
let alice: SignedIn;
beforeAll(async () => {
  world = await startWorld({ pools: ['People'] });
  alice = await newcomer(world, 'alice');
});
afterAll(() => world.stop());

const revoked = { name: 'NotAuthorizedException', message: 'Access Token has been revoked' };
const invalidAccess = { name: 'NotAuthorizedException', message: 'Invalid Access Token' };
const whoAmI = (AccessToken: string) => world.sdk().send(new GetUserCommand({ AccessToken }));

describe('tokens', () => {
  test('carry the claims of Cognito: who in both, the address in the id token, the client in the access token', () => {
    const id = decodeJwt(alice.IdToken);
    const access = decodeJwt(alice.AccessToken);
    expect(id).toEqual({
      sub: access.sub,
      aud: world.web,
      email: 'alice@example.com',
      email_verified: true,
      'cognito:username': 'alice',
      token_use: 'id',
      iss: world.issuer,
      auth_time: expect.any(Number),
      iat: expect.any(Number),
      exp: (id.iat ?? 0) + 3600,
      jti: expect.any(String),
      origin_jti: access.origin_jti,
      event_id: access.event_id,
    });
    expect(access).toEqual({
      sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
      client_id: world.web,
      username: 'alice',
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      iss: world.issuer,
      auth_time: expect.any(Number),
      iat: expect.any(Number),
      exp: (access.iat ?? 0) + 30 * 60,
      jti: expect.any(String),
      origin_jti: expect.any(String),
      event_id: expect.any(String),
    });
    expect(id.jti).not.toBe(access.jti);
    expect(alice.ExpiresIn).toBe(30 * 60);
  });

  test('verify with jose against the served keys, one key for each kind', async () => {
    const configuration: unknown = await (await fetch(`${world.issuer}/.well-known/openid-configuration`)).json();
    expect(configuration).toMatchObject({ issuer: world.issuer, jwks_uri: `${world.issuer}/.well-known/jwks.json` });
    const keys = createRemoteJWKSet(new URL(`${world.issuer}/.well-known/jwks.json`));
    await jwtVerify(alice.IdToken, keys, { issuer: world.issuer, audience: world.web });
    await jwtVerify(alice.AccessToken, keys, { issuer: world.issuer });
    const [idKid, accessKid] = [alice.IdToken, alice.AccessToken].map((token) => decodeProtectedHeader(token).kid);
    expect(idKid).not.toBe(accessKid);
  });

  test('are accepted by aws-jwt-verify, and an altered one is not', async () => {
    const jwksCache = new SimpleJwksCache({
      fetcher: { fetch: async (uri) => (await fetch(uri.replace('https:', 'http:'))).arrayBuffer() },
    });
    const jwksUri = `${world.issuer.replace('http:', 'https:')}/.well-known/jwks.json`;
    const verifier = JwtRsaVerifier.create({ issuer: world.issuer, audience: null, jwksUri }, { jwksCache });
    expect(await verifier.verify(alice.AccessToken)).toMatchObject({ username: 'alice', client_id: world.web });
    expect(await verifier.verify(alice.IdToken)).toMatchObject({ aud: world.web });
    await expect(verifier.verify(withClaim(alice.AccessToken, { username: 'bob' }))).rejects.toThrow(
      'Invalid signature',
    );
  });

  test('with a changed claim, a foreign signature, no signature or of the wrong kind are refused', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const header = decodeProtectedHeader(alice.AccessToken);
    const foreign = await new SignJWT(decodeJwt(alice.AccessToken))
      .setProtectedHeader({ ...header, alg: 'RS256' })
      .sign(privateKey);
    const [, payload] = alice.AccessToken.split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const token of [
      withClaim(alice.AccessToken, { username: 'bob' }),
      foreign,
      none,
      alice.IdToken,
      'x',
      'a.b.c',
    ]) {
      expect(await refusal(whoAmI(token))).toEqual(invalidAccess);
    }
    await whoAmI(alice.AccessToken);
  });

  test('of access expire', async () => {
    const own = await newcomer(world, 'sleepy');
    world.pass(30 * 60_000);
    expect(await refusal(whoAmI(own.AccessToken))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Access Token has expired',
    });
    const again = await refresh(world, own.RefreshToken);
    expect(await whoAmI(again.AccessToken ?? '')).toMatchObject({ Username: 'sleepy' });
  });
});

describe('a refresh token', () => {
  test('gives new tokens of the same session, and no new refresh token', async () => {
    const own = await newcomer(world, 'fresh');
    const again = await refresh(world, own.RefreshToken);
    expect(again.RefreshToken).toBeUndefined();
    const [before, after] = [own.AccessToken, again.AccessToken ?? ''].map((token) => decodeJwt(token));
    expect(after).toMatchObject({ origin_jti: before?.origin_jti, auth_time: before?.auth_time, sub: before?.sub });
    expect(after?.jti).not.toBe(before?.jti);
  });

  test('is refused to another client, when it was never given out, and after its time', async () => {
    const invalid = { name: 'NotAuthorizedException', message: 'Invalid Refresh Token' };
    const own = await newcomer(world, 'keeper');
    expect(await refusal(refresh(world, own.RefreshToken, world.stack.ref('Legacy')))).toEqual(invalid);
    expect(await refusal(refresh(world, altered(own.RefreshToken)))).toEqual(invalid);
    expect(await refusal(refresh(world, 'nonsense'))).toEqual(invalid);
    world.pass(7 * 24 * 3_600_000);
    expect(await refusal(refresh(world, own.RefreshToken))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Refresh Token has expired',
    });
  });

  test('revoked takes its access tokens with it, and leaves other sessions alone', async () => {
    const own = await newcomer(world, 'revoker');
    const elsewhere = await signIn(world, 'revoker');
    await world.sdk().send(new RevokeTokenCommand({ ClientId: world.web, Token: own.RefreshToken }));
    expect(await refusal(refresh(world, own.RefreshToken))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Refresh Token has been revoked',
    });
    expect(await refusal(whoAmI(own.AccessToken))).toEqual(revoked);
    await whoAmI(elsewhere.AccessToken);
    await refresh(world, elsewhere.RefreshToken);
  });

  test('is revoked by its own client alone, and not in the place of an access token', async () => {
    const own = await newcomer(world, 'guarded');
    const revoke = (ClientId: string, Token: string) =>
      refusal(world.sdk().send(new RevokeTokenCommand({ ClientId, Token })));
    expect(await revoke(world.stack.ref('Legacy'), own.RefreshToken)).toMatchObject({ name: 'UnauthorizedException' });
    expect(await revoke(world.web, own.AccessToken)).toMatchObject({ name: 'UnsupportedTokenTypeException' });
    expect(await revoke(world.stack.ref('Plain'), own.RefreshToken)).toMatchObject({
      name: 'UnsupportedOperationException',
    });
    await refresh(world, own.RefreshToken);
  });
});

test('a global sign-out ends every session of the user, and a later sign-in works', async () => {
  const first = await newcomer(world, 'leaver');
  const second = await signIn(world, 'leaver');
  await world.sdk().send(new GlobalSignOutCommand({ AccessToken: second.AccessToken }));
  for (const session of [first, second]) {
    expect(await refusal(whoAmI(session.AccessToken))).toEqual(revoked);
    expect(await refusal(refresh(world, session.RefreshToken))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Refresh Token has been revoked',
    });
  }
  await whoAmI((await signIn(world, 'leaver')).AccessToken);
});

test('a flow that the client does not allow is refused', async () => {
  const request = new InitiateAuthCommand({
    ClientId: world.stack.ref('Plain'),
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'alice', PASSWORD: 'x' },
  });
  expect(await refusal(world.sdk().send(request))).toEqual({
    name: 'InvalidParameterException',
    message: 'USER_PASSWORD_AUTH flow not enabled for this client',
  });
});

function withClaim(token: string, claims: object): string {
  const [header, payload = '', signature] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...claims };
  return `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
}

function altered(token: string): string {
  const middle = Math.floor(token.length / 2);
  return `${token.slice(0, middle)}${token[middle] === 'A' ? 'B' : 'A'}${token.slice(middle + 1)}`;
}
