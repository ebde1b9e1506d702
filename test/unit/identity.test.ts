/** Tokens of any OpenID provider. The test runs a provider with real keys on loopback. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from 'aws-lambda';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readIdentity } from '#lambdas/identity/claims';
import { ConnectionContext } from '#lambdas/identity/connection-context';
import { createTokenVerifier, IssuerUnavailable } from '#lambdas/identity/verify';
import { toRequest } from '#lambdas/socket/request';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let server: Server;
let issuer: string;
/** What the issuer calls itself. */
let itself: () => string;
/** Paths that are answered with 503. */
const down = new Set<string>();
/** Paths that were asked for. */
const asked: string[] = [];

beforeAll(async () => {
  const keys = [
    { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' },
    { ...(await exportJWK(curve.publicKey)), kid: 'curve', alg: 'ES256', use: 'sig' },
  ];
  server = createServer((request, response) => {
    const { url = '' } = request;
    asked.push(url);
    if (down.has(url)) response.writeHead(503).end('{}');
    else if (url === '/.well-known/openid-configuration')
      response.end(JSON.stringify({ issuer: itself(), jwks_uri: `${issuer}/keys` }));
    else response.end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  itself = () => issuer;
});
afterEach(() => {
  down.clear();
  asked.length = 0;
  itself = () => issuer;
});
afterAll(() => server.close());

function sign(claims: Record<string, unknown>, expires: string | undefined = '5m'): Promise<string> {
  const token = new SignJWT({ iss: issuer, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'one' });
  return (expires === 'never' ? token : token.setExpirationTime(expires)).sign(privateKey);
}

describe('a token', () => {
  it.each([
    ['with the audience', { aud: 'chat' }],
    ['with the audience among others', { aud: ['other', 'chat'] }],
    ['with the client instead of an audience, as Cognito’s access tokens', { client_id: 'chat', token_use: 'access' }],
  ])('%s is accepted, and names its user', async (_, claims) => {
    const { verify } = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
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
  ])('%s is refused', async (_, claims, why) => {
    const { verify } = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
    expect(await verify(await sign({ sub: 'ann', ...claims }))).toEqual({
      ok: false,
      reason: expect.stringContaining(why),
    });
  });

  it('that has expired is refused', async () => {
    const { verify } = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
    expect(await verify(await sign({ sub: 'ann', aud: 'chat' }, '-1m'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('expired'),
    });
  });

  it.each([
    ['/.well-known/openid-configuration', 'its description'],
    ['/keys', 'its keys'],
  ])(
    'cannot be checked when the issuer does not give %s: the error does not blame the token, and the issuer is asked again later',
    async (path) => {
      const { verify } = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
      const token = await sign({ sub: 'ann', aud: 'chat' });
      down.add(path);
      await expect(verify(token)).rejects.toThrow(IssuerUnavailable);
      down.clear();
      expect(await verify(token)).toMatchObject({ ok: true, username: 'ann' });
    },
  );

  it('of an issuer whose keys are at a known address takes one request for the first of them', async () => {
    const options = { issuer, audience: ['chat'] };
    const { verify } = createTokenVerifier({ ...options, keys: `${issuer}/keys` });
    const token = await sign({ sub: 'ann', aud: 'chat' });
    for (let time = 0; time < 2; time++) expect(await verify(token)).toMatchObject({ ok: true });
    expect(asked).toEqual(['/keys']);
    expect(await createTokenVerifier(options).verify(token)).toMatchObject({ ok: true });
    expect(asked).toEqual(['/keys', '/.well-known/openid-configuration', '/keys']);
  });

  it('waits for no request when the keys were fetched before, and for one if they could not be had', async () => {
    const token = await sign({ sub: 'ann', aud: 'chat' });
    const { verify, prepare } = createTokenVerifier({ issuer, keys: `${issuer}/keys`, audience: ['chat'] });
    down.add('/keys');
    await prepare();
    down.clear();
    await prepare();
    expect(asked).toEqual(['/keys', '/keys']);
    expect(await verify(token)).toMatchObject({ ok: true });
    expect(asked).toHaveLength(2);
  });

  it('cannot be checked when the issuer calls itself by another name', async () => {
    itself = () => `${issuer}/`;
    const { verify } = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: undefined });
    await expect(verify(await sign({ sub: 'ann', aud: 'chat' }))).rejects.toThrow(`calls itself ${issuer}/`);
  });

  it('of an issuer that ends in a slash is accepted as it is', async () => {
    itself = () => `${issuer}/`;
    const { verify } = createTokenVerifier({ issuer: `${issuer}/`, audience: ['chat'], usernameClaim: 'sub' });
    expect(await verify(await sign({ sub: 'ann', aud: 'chat', iss: `${issuer}/` }))).toMatchObject({
      ok: true,
      issuer: `${issuer}/`,
    });
    expect(await verify(await sign({ sub: 'ann', aud: 'chat' }))).toMatchObject({ ok: false });
  });

  it.each([
    [
      'without exp',
      () => sign({ sub: 'ann', aud: 'chat' }, 'never'),
      /does not say when it expires: it needs the claim exp/,
    ],
    [
      'signed with ES256',
      () =>
        new SignJWT({ iss: issuer, sub: 'ann', aud: 'chat' })
          .setProtectedHeader({ alg: 'ES256', kid: 'curve' })
          .setExpirationTime('5m')
          .sign(curve.privateKey),
      /signed with ES256: the issuer must sign with RS256, RS384 or RS512/,
    ],
    [
      'of Entra, whose sub is too long',
      () => sign({ sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ', aud: 'chat' }),
      /names no user of at most 64 characters: its claim sub takes \d+.*Entra's oid/,
    ],
    ['of dots', () => sign({ sub: '..', aud: 'chat' }), /its claim sub consists of dots/],
    ['without a sub', () => sign({ name: 'Ann', aud: 'chat' }), /it needs the claim sub/],
  ])('%s is refused, and its holder may be told why', async (_, token, reason) => {
    const { verify } = createTokenVerifier({ issuer, audience: ['chat'], usernameClaim: 'sub' });
    expect(await verify(await token())).toEqual({ ok: false, genuine: true, reason: expect.stringMatching(reason) });
  });
});

describe('the handshake', () => {
  let authorize: (event: unknown, context: Context) => Promise<{ context?: Record<string, unknown> }>;
  beforeAll(async () => {
    vi.stubEnv('ISSUER', issuer);
    vi.stubEnv('AUDIENCE', 'chat');
    vi.stubEnv('USERNAME_CLAIM', 'sub');
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
    ({ handler: authorize } = await import('#lambdas/authorize'));
  });
  afterAll(() => vi.unstubAllEnvs());

  /** What `$connect` answers to this token; `undefined` when it is asked to go on. */
  async function answer(token: string) {
    const decision = await authorize({ methodArn: 'x', queryStringParameters: { token } }, {
      awsRequestId: '1',
    } as Context);
    const authorizer = Object.fromEntries(
      Object.entries(decision.context ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const { problem } = toRequest({
      requestContext: {
        routeKey: '$connect',
        connectionId: 'c',
        connectedAt: 1,
        requestTimeEpoch: 1,
        authorizer: ConnectionContext.parse(authorizer),
      },
    });
    return problem;
  }

  it('answers 503 when the issuer’s keys cannot be had', async () => {
    down.add('/keys');
    expect(await answer(await sign({ sub: 'ann', aud: 'chat' }))).toEqual({
      status: 503,
      problem: expect.stringMatching(/^unable to connect; the issuer of your token cannot be asked/),
    });
    down.clear();
    expect(await answer(await sign({ sub: 'ann', aud: 'chat' }))).toBeUndefined();
  });

  it('answers 401 and the reason to a token of the issuer’s own that names nobody or never expires', async () => {
    expect(await answer(await sign({ sub: 'X'.repeat(43), aud: 'chat' }))).toEqual({
      status: 401,
      problem: expect.stringMatching(/^unable to connect; the token names no user of at most 64 characters/),
    });
    expect(await answer(await sign({ sub: 'ann', aud: 'chat' }, 'never'))).toEqual({
      status: 401,
      problem: expect.stringMatching(/needs the claim exp/),
    });
  });

  it('answers 401 and no reason to a token that is not the issuer’s', async () => {
    const forged = `${(await sign({ sub: 'ann', aud: 'chat' })).slice(0, -8)}AAAAAAAA`;
    await expect(answer(forged)).rejects.toThrow(/^Unauthorized$/);
    await expect(answer(await sign({ sub: 'ann', aud: 'other' }))).rejects.toThrow(/^Unauthorized$/);
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
