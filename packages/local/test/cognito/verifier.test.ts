import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { newUser, type SignedIn } from './people.ts';

/*
 * AWS: the tokens' issuer is `https://cognito-idp.<region>.amazonaws.com/<pool>`, and the keys are below it.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 */

/** What AWS's page says, unchanged: nothing of it knows of the local runtime. */
const verifierCode = (event: string) => `
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
const { USER_POOL_ID: userPoolId, CLIENT_ID: clientId, ISSUER: issuer } = process.env;
const access = CognitoJwtVerifier.create({ userPoolId, tokenUse: 'access', clientId });
const id = CognitoJwtVerifier.create({ userPoolId, tokenUse: 'id', clientId });
export const handler = async (event) => {
  const discovered = await (await fetch(issuer + '/.well-known/openid-configuration')).json();
  const keys = createRemoteJWKSet(new URL(issuer + '/.well-known/jwks.json'));
  return {
    access: await access.verify(event.access),
    id: await id.verify(event.id),
    issuer: discovered.issuer,
    jose: (await jwtVerify(event.access, keys, { issuer })).payload,
  };
};
${event}
`;

const program = `console.log(JSON.stringify(await handler({ access: process.env.ACCESS, id: process.env.ID })));`;

let folder: string;
let fixture: Fixture;
let alice: SignedIn;

const bundle = (contents: string, outfile: string, format: 'cjs' | 'esm') =>
  build({
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile,
    format,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verifier-'));
  await Promise.all([
    bundle(verifierCode(''), join(folder, 'required/index.cjs'), 'cjs'),
    bundle(verifierCode(''), join(folder, 'imported/index.mjs'), 'esm'),
    bundle(verifierCode(program), join(folder, 'program.mjs'), 'esm'),
  ]);
  fixture = await startFixture({
    pools: ['People'],
    codeDirectories: { Required: join(folder, 'required'), Imported: join(folder, 'imported') },
    change(resources) {
      const { Properties } = resources.Trigger;
      const Environment = {
        Variables: {
          EVENTS: '',
          USER_POOL_ID: { Ref: 'People' },
          CLIENT_ID: { Ref: 'Web' },
          ISSUER: { 'Fn::GetAtt': ['People', 'ProviderURL'] },
        },
      };
      const added = { Type: 'AWS::Lambda::Function', Properties: { ...Properties, Environment } };
      Object.assign(resources, { Required: added, Imported: added });
    },
  });
  alice = await newUser(fixture, 'alice');
});
afterAll(async () => {
  await fixture.stop();
  await rm(folder, { recursive: true, force: true });
});

const verified = () => ({
  access: expect.objectContaining({ username: 'alice', iss: fixture.issuer, client_id: fixture.web }),
  id: expect.objectContaining({ 'cognito:username': 'alice', iss: fixture.issuer, aud: fixture.web }),
  issuer: fixture.issuer,
  jose: expect.objectContaining({ username: 'alice' }),
});

describe('an unchanged CognitoJwtVerifier', () => {
  test.each(['Required', 'Imported'])('accepts the pool’s tokens in a function whose libraries are %s', async (id) => {
    const { AccessToken: access, IdToken } = alice;
    const result = await fixture.functions.invoke(id, { access, id: IdToken });
    expect(result).toMatchObject({ ok: true, payload: verified() });
  });

  test('accepts them in a program outside that is started with the redirection', async () => {
    const redirect = pathToFileURL(join(import.meta.dirname, '../../src/lambda/redirect.mjs')).href;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', redirect, join(folder, 'program.mjs')],
      {
        env: {
          AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: fixture.endpoint,
          USER_POOL_ID: fixture.pool,
          CLIENT_ID: fixture.web,
          ISSUER: fixture.issuer,
          ACCESS: alice.AccessToken,
          ID: alice.IdToken,
        },
      },
    );
    expect(JSON.parse(stdout)).toEqual(verified());
  });
});

test("another account's pool has its keys at AWS: they are fetched, and the console says so", async () => {
  // The border of this machine, beyond which a test does not go.
  vi.stubGlobal('fetch', async (address: string) => Response.json({ keys: [], from: address }));
  try {
    const host = 'cognito-idp.eu-west-1.amazonaws.com';
    const path = '/eu-west-1_Abc123def/.well-known/jwks.json';
    const outgoing = get(`${fixture.origin}${path}`, { headers: { host } });
    const [response] = await once(outgoing, 'response');
    expect(await json(response)).toEqual({ keys: [], from: `https://${host}${path}` });
    expect(fixture.lines).toContain(
      `cognito: fetching https://${host}${path}, because no stack that is served has this user pool`,
    );
  } finally {
    vi.unstubAllGlobals();
  }
});
