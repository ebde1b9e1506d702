import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../fixture/sockets.ts';
import { type Fixture, startFixture } from '../fixture/start-fixture.ts';

/** An OpenID provider with one key: discovery and keys over HTTP. */
async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const server: Server = createServer((request, response) => {
    const answers: Record<string, unknown> = {
      '/pool/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/pool/keys': { keys: [jwk] },
    };
    response.end(JSON.stringify(answers[request.url ?? ''] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/pool`;
  return {
    issuer,
    sign: (claims: JWTPayload, key = privateKey) =>
      new SignJWT({ iss: issuer, exp: Math.floor(Date.now() / 1000) + 60, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .sign(key),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

let issuer: Awaited<ReturnType<typeof startIssuer>>;
let fixture: Fixture;
beforeAll(async () => {
  issuer = await startIssuer();
  fixture = await startFixture({ issuer: issuer.issuer });
});
afterAll(async () => {
  await fixture.stop();
  await issuer.stop();
});

const get = (token?: string, path = '/private') =>
  fetch(`${fixture.httpUrl('Http')}${path}`, { headers: token === undefined ? {} : { authorization: token } });

async function refusedWith(token?: string) {
  const response = await get(token);
  return {
    status: response.status,
    body: await response.json(),
    challenge: response.headers.get('www-authenticate'),
  };
}

const seconds = () => Math.floor(Date.now() / 1000);
const unauthorized = (why: string) => ({
  status: 401,
  body: { message: 'Unauthorized' },
  challenge: why === '' ? 'Bearer' : `Bearer scope="" error="invalid_token" error_description="${why}"`,
});

describe('JWT authorizer', () => {
  test('accepts a token of its issuer, with and without Bearer, and passes the claims as strings', async () => {
    const claims = { aud: 'the-app', sub: 'somebody', count: 3, groups: ['a', 'b'], verified: true };
    const token = await issuer.sign(claims);
    const response = await get(`Bearer ${token}`);
    expect(response.status).toBe(200);
    expect((await response.json()).requestContext.authorizer).toEqual({
      jwt: {
        claims: {
          iss: issuer.issuer,
          exp: expect.stringMatching(/^\d+$/),
          aud: 'the-app',
          sub: 'somebody',
          count: '3',
          groups: '[a b]',
          verified: 'true',
        },
        scopes: null,
      },
    });
    expect((await get(token)).status).toBe(200);
    expect((await get(`bearer ${token}`)).status).toBe(200);
  });

  test('uses client_id as the audience if there is no aud', async () => {
    expect((await get(await issuer.sign({ client_id: 'the-app' }))).status).toBe(200);
    expect(await refusedWith(await issuer.sign({ client_id: 'another' }))).toEqual(
      unauthorized('the token does not have a valid audience'),
    );
    expect((await get(await issuer.sign({ aud: 'another', client_id: 'the-app' }))).status).toBe(401);
  });

  test('refuses a missing, malformed, expired, not yet valid or forged token, and one of another issuer or audience', async () => {
    const before = fixture.context.counters.snapshot()['lambda.invoke:Echo'];
    const good = { aud: 'the-app' };
    const { privateKey: another } = await generateKeyPair('RS256');
    expect(await refusedWith()).toEqual(unauthorized(''));
    expect(await refusedWith('Bearer nonsense')).toEqual(unauthorized('the token is not a valid JWT'));
    expect(await refusedWith(await issuer.sign({ ...good, exp: seconds() - 1 }))).toEqual(
      unauthorized('the token has expired'),
    );
    expect((await refusedWith(await issuer.sign({ ...good, nbf: seconds() + 60 }))).status).toBe(401);
    expect((await refusedWith(await issuer.sign({ ...good, iat: seconds() + 60 }))).status).toBe(401);
    expect(await refusedWith(await issuer.sign({ ...good, iss: 'https://else.example' }))).toEqual(
      unauthorized('the token has an invalid issuer'),
    );
    expect((await refusedWith(await issuer.sign({ aud: ['one', 'two'] }))).status).toBe(401);
    expect(await refusedWith(await issuer.sign(good, another))).toEqual(unauthorized('signature validation error'));
    const [, payload] = (await issuer.sign(good)).split('.');
    const unsigned = Buffer.from('{"alg":"none","kid":"one"}').toString('base64url');
    expect((await refusedWith(`${unsigned}.${payload}.`)).status).toBe(401);
    expect(fixture.context.counters.snapshot()['lambda.invoke:Echo']).toBe(before);
  });

  test('of a route with scopes requires one of them, or else gives 403', async () => {
    const scoped = async (scope: string) => get(await issuer.sign({ aud: 'the-app', scope }), '/scoped');
    const response = await scoped('items/read something/else');
    expect((await response.json()).requestContext.authorizer.jwt.scopes).toEqual(['items/read']);
    const refused = await scoped('something/else');
    expect([refused.status, await refused.json()]).toEqual([403, { message: 'Forbidden' }]);
  });
});

test('an unreachable issuer gives 401, and the access log says why', async () => {
  const lost = await startFixture({ issuer: 'http://127.0.0.1:1/pool' });
  const token = await issuer.sign({ aud: 'the-app' });
  const response = await fetch(`${lost.httpUrl('Http')}/private`, { headers: { authorization: token } });
  expect(response.status).toBe(401);
  const reason = 'OIDC discovery endpoint communication error';
  expect(response.headers.get('www-authenticate')).toContain(reason);
  const file = join(lost.context.dataDirectory, 'logs', 'fixture-http.log');
  const logged = async () => (await readFile(file, 'utf8').catch(() => '')).includes(reason) || undefined;
  await eventually(logged);
  await lost.stop();
});

test('the access log has the caller’s claims and the duration of the function', async () => {
  await get(await issuer.sign({ aud: 'the-app', sub: 'logged' }));
  const line = await eventually(async () => {
    const log = await readFile(join(fixture.context.dataDirectory, 'logs', 'fixture-http.log'), 'utf8').catch(() => '');
    return log.split('\n').find((each) => each.includes('logged'));
  });
  expect(line).toMatch(/^GET GET \/private 200 logged \d+ -$/);
});
