import { generateKeyPairSync } from 'node:crypto';
import {
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { errorOf, newUser, refresh, type SignedIn, signIn } from './people.ts';

let fixture: Fixture;
let alice: SignedIn;
beforeAll(async () => {
  fixture = await startFixture({ pools: ['People'] });
  alice = await newUser(fixture, 'alice');
});
afterAll(() => fixture.stop());

const revoked = { name: 'NotAuthorizedException', message: 'Access Token has been revoked' };
const invalidAccess = { name: 'NotAuthorizedException', message: 'Invalid Access Token' };
const whoAmI = (AccessToken: string) => fixture.sdk().send(new GetUserCommand({ AccessToken }));

describe('tokens', () => {
  test('have Cognito’s claims: the user in both, the address in the id token, the client in the access token', () => {
    const id = decodeJwt(alice.IdToken);
    const access = decodeJwt(alice.AccessToken);
    expect(id).toEqual({
      sub: access.sub,
      aud: fixture.web,
      email: 'alice@example.com',
      email_verified: true,
      'cognito:username': 'alice',
      token_use: 'id',
      iss: fixture.issuer,
      auth_time: expect.any(Number),
      iat: expect.any(Number),
      exp: (id.iat ?? 0) + 3600,
      jti: expect.any(String),
      origin_jti: access.origin_jti,
      event_id: access.event_id,
    });
    expect(access).toEqual({
      sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
      client_id: fixture.web,
      username: 'alice',
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      iss: fixture.issuer,
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

  test('verify with jose against the served keys, one key for each kind of token', async () => {
    const configuration: unknown = await (await fetch(`${fixture.documents}/openid-configuration`)).json();
    expect(configuration).toMatchObject({
      issuer: fixture.issuer,
      jwks_uri: `${fixture.documents}/jwks.json`,
    });
    const keys = createRemoteJWKSet(new URL(`${fixture.documents}/jwks.json`));
    await jwtVerify(alice.IdToken, keys, { issuer: fixture.issuer, audience: fixture.web });
    await jwtVerify(alice.AccessToken, keys, { issuer: fixture.issuer });
    const [idKid, accessKid] = [alice.IdToken, alice.AccessToken].map((token) => decodeProtectedHeader(token).kid);
    expect(idKid).not.toBe(accessKid);
  });

  test('are accepted by CognitoJwtVerifier with the pool’s published keys, but not when they are changed', async () => {
    const jwks = await (await fetch(`${fixture.documents}/jwks.json`)).json();
    const verifierOf = <Use extends 'access' | 'id'>(tokenUse: Use) => {
      const verifier = CognitoJwtVerifier.create({ userPoolId: fixture.pool, clientId: fixture.web, tokenUse });
      verifier.cacheJwks(jwks);
      return verifier;
    };
    const access = verifierOf('access');
    expect(await access.verify(alice.AccessToken)).toMatchObject({ username: 'alice', client_id: fixture.web });
    expect(await verifierOf('id').verify(alice.IdToken)).toMatchObject({ aud: fixture.web });
    await expect(access.verify(withClaim(alice.AccessToken, { username: 'bob' }))).rejects.toThrow('Invalid signature');
  });

  test('are refused with a changed claim, a foreign signature, no signature or of the wrong kind', async () => {
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
      expect(await errorOf(whoAmI(token))).toEqual(invalidAccess);
    }
    await whoAmI(alice.AccessToken);
  });

  test('for access expire', async () => {
    const own = await newUser(fixture, 'sleepy');
    fixture.advance(30 * 60_000);
    expect(await errorOf(whoAmI(own.AccessToken))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Access Token has expired',
    });
    const again = await refresh(fixture, own.RefreshToken);
    expect(await whoAmI(again.AccessToken ?? '')).toMatchObject({ Username: 'sleepy' });
  });
});

describe('a refresh token', () => {
  test('gives new tokens for the same session, and no new refresh token', async () => {
    const own = await newUser(fixture, 'fresh');
    const again = await refresh(fixture, own.RefreshToken);
    expect(again.RefreshToken).toBeUndefined();
    const [before, after] = [own.AccessToken, again.AccessToken ?? ''].map((token) => decodeJwt(token));
    expect(after).toMatchObject({ origin_jti: before?.origin_jti, auth_time: before?.auth_time, sub: before?.sub });
    expect(after?.jti).not.toBe(before?.jti);
  });

  test('is refused for another client, if it was never issued, and after it expires', async () => {
    const invalid = { name: 'NotAuthorizedException', message: 'Invalid Refresh Token' };
    const own = await newUser(fixture, 'keeper');
    expect(await errorOf(refresh(fixture, own.RefreshToken, fixture.stack.ref('Legacy')))).toEqual(invalid);
    expect(await errorOf(refresh(fixture, altered(own.RefreshToken)))).toEqual(invalid);
    expect(await errorOf(refresh(fixture, 'nonsense'))).toEqual(invalid);
    fixture.advance(7 * 24 * 3_600_000);
    expect(await errorOf(refresh(fixture, own.RefreshToken))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Refresh Token has expired',
    });
  });

  test('that is revoked also revokes its access tokens, but not other sessions', async () => {
    const own = await newUser(fixture, 'revoker');
    const elsewhere = await signIn(fixture, 'revoker');
    await fixture.sdk().send(new RevokeTokenCommand({ ClientId: fixture.web, Token: own.RefreshToken }));
    expect(await errorOf(refresh(fixture, own.RefreshToken))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Refresh Token has been revoked',
    });
    expect(await errorOf(whoAmI(own.AccessToken))).toEqual(revoked);
    await whoAmI(elsewhere.AccessToken);
    await refresh(fixture, elsewhere.RefreshToken);
  });

  test('can only be revoked by its client; an access token cannot be revoked', async () => {
    const own = await newUser(fixture, 'guarded');
    const revoke = (ClientId: string, Token: string) =>
      errorOf(fixture.sdk().send(new RevokeTokenCommand({ ClientId, Token })));
    expect(await revoke(fixture.stack.ref('Legacy'), own.RefreshToken)).toMatchObject({
      name: 'UnauthorizedException',
    });
    expect(await revoke(fixture.web, own.AccessToken)).toMatchObject({ name: 'UnsupportedTokenTypeException' });
    expect(await revoke(fixture.stack.ref('Plain'), own.RefreshToken)).toMatchObject({
      name: 'UnsupportedOperationException',
    });
    await refresh(fixture, own.RefreshToken);
  });
});

test('a global sign-out ends every session of the user, and a later sign-in works', async () => {
  const first = await newUser(fixture, 'leaver');
  const second = await signIn(fixture, 'leaver');
  await fixture.sdk().send(new GlobalSignOutCommand({ AccessToken: second.AccessToken }));
  for (const session of [first, second]) {
    expect(await errorOf(whoAmI(session.AccessToken))).toEqual(revoked);
    expect(await errorOf(refresh(fixture, session.RefreshToken))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Refresh Token has been revoked',
    });
  }
  await whoAmI((await signIn(fixture, 'leaver')).AccessToken);
});

test('a flow that the client does not allow is refused', async () => {
  const request = new InitiateAuthCommand({
    ClientId: fixture.stack.ref('Plain'),
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'alice', PASSWORD: 'x' },
  });
  expect(await errorOf(fixture.sdk().send(request))).toEqual({
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
