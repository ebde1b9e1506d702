import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ServedApp, serveApp } from '../serve-app.ts';

/*
 * AWS: the tokens' issuer is `https://cognito-idp.<region>.amazonaws.com/<pool>`, and the keys are below it.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 */

/** What AWS's page says, unchanged: nothing of it knows of the local runtime. */
const verifierCode = `
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
    discovered,
    jose: (await jwtVerify(event.access, keys, { issuer })).payload,
  };
};
`;
const program = 'console.log(JSON.stringify(await handler({ access: process.env.ACCESS, id: process.env.ID })));';

let folder: string;
let app: ServedApp;
let tokens: { access: string; id: string };

const bundle = (contents: string, outfile: string, format: 'cjs' | 'esm') =>
  build({
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile,
    format,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });

function stranger(stack: Stack) {
  const people = new UserPool(stack, 'People', { signInAliases: { username: true } });
  const client = people.addClient('Client', { authFlows: { userPassword: true } });
  const environment = {
    USER_POOL_ID: people.userPoolId,
    CLIENT_ID: client.userPoolClientId,
    ISSUER: people.userPoolProviderUrl,
  };
  const functions = ['Required', 'Imported'].map((id) => {
    const code = Code.fromAsset(join(folder, id));
    return new LambdaFunction(stack, id, { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code, environment });
  });
  const echo = new LambdaFunction(stack, 'Echo', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async (event) => event.requestContext.authorizer.jwt.claims;'),
  });
  const api = new HttpApi(stack, 'Api', {
    defaultAuthorizer: new HttpUserPoolAuthorizer('Guard', people, { userPoolClients: [client] }),
  });
  api.addRoutes({ path: '/me', integration: new HttpLambdaIntegration('Me', echo) });
  const outputs = { Pool: people.userPoolId, ClientId: client.userPoolClientId, Issuer: people.userPoolProviderUrl };
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });
  new CfnOutput(stack, 'Url', { value: api.apiEndpoint });
  for (const [index, fn] of functions.entries()) {
    new CfnOutput(stack, `Function${index}`, { value: fn.functionName });
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verifier-'));
  await Promise.all([
    bundle(verifierCode, join(folder, 'Required/index.js'), 'cjs'),
    bundle(verifierCode, join(folder, 'Imported/index.mjs'), 'esm'),
    bundle(verifierCode + program, join(folder, 'program.mjs'), 'esm'),
  ]);
  app = await serveApp(stranger);
  const { outputs, rootCredentials: credentials } = app.runtime;
  const cognito = new CognitoIdentityProviderClient({
    endpoint: outputs.CognitoEndpoint,
    region: 'us-east-1',
    credentials,
  });
  const alice = { UserPoolId: outputs.Pool, Username: 'alice' };
  const Password = 'Correct-horse-1';
  await cognito.send(new AdminCreateUserCommand(alice));
  await cognito.send(new AdminSetUserPasswordCommand({ ...alice, Password, Permanent: true }));
  const { AuthenticationResult: given } = await cognito.send(
    new InitiateAuthCommand({
      ClientId: outputs.ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'alice', PASSWORD: Password },
    }),
  );
  tokens = { access: given?.AccessToken ?? '', id: given?.IdToken ?? '' };
  cognito.destroy();
});
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true, force: true });
});

const verified = (documents: string) => {
  const { Issuer: iss, ClientId } = app.runtime.outputs;
  return {
    access: expect.objectContaining({ username: 'alice', iss, client_id: ClientId }),
    id: expect.objectContaining({ 'cognito:username': 'alice', iss, aud: ClientId }),
    discovered: expect.objectContaining({ issuer: iss, jwks_uri: `${documents}/.well-known/jwks.json` }),
    jose: expect.objectContaining({ username: 'alice' }),
  };
};

describe('an unchanged CognitoJwtVerifier', () => {
  test.each([
    ['required', 'Function0'],
    ['imported', 'Function1'],
  ])('accepts the pool’s tokens in a function whose libraries are %s', async (_how, output) => {
    const { runtime } = app;
    const name = runtime.outputs[output] ?? '';
    const id = runtime.stack.byPhysicalId('AWS::Lambda::Function', name)?.logicalId ?? '';
    const result = await runtime.functions.invoke(id, tokens);
    expect(result).toMatchObject({ ok: true, payload: verified(runtime.outputs.Issuer ?? '') });
  });

  test('accepts them in a program outside that is started with the redirection', async () => {
    const redirect = pathToFileURL(join(import.meta.dirname, '../../src/redirect.mjs')).href;
    const { CognitoEndpoint = '', Pool = '', ClientId = '', Issuer = '' } = app.runtime.outputs;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', redirect, join(folder, 'program.mjs')],
      {
        env: {
          AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: CognitoEndpoint,
          USER_POOL_ID: Pool,
          CLIENT_ID: ClientId,
          ISSUER: Issuer,
          ACCESS: tokens.access,
          ID: tokens.id,
        },
      },
    );
    expect(JSON.parse(stdout)).toEqual(verified(`${CognitoEndpoint}/${Pool}`));
  });
});

test('the JWT authorizer of an HTTP API finds the keys of the stack’s pool', async () => {
  const url = `${app.runtime.outputs.Url}/me`;
  expect((await fetch(url)).status).toBe(401);
  const response = await fetch(url, { headers: { authorization: tokens.id } });
  expect(await response.json()).toMatchObject({ 'cognito:username': 'alice', iss: app.runtime.outputs.Issuer });
});

test("another account's pool has its keys at AWS: they are fetched, and the console says so", async () => {
  // The border of this machine, beyond which a test does not go.
  vi.stubGlobal('fetch', async (address: string) => Response.json({ keys: [], from: address }));
  try {
    const host = 'cognito-idp.us-east-1.amazonaws.com';
    const path = '/us-east-1_Abc123def/.well-known/jwks.json';
    const outgoing = get(`${app.runtime.origin}${path}`, { headers: { host } });
    const [response] = await once(outgoing, 'response');
    expect(await json(response)).toEqual({ keys: [], from: `https://${host}${path}` });
    expect(app.lines).toContain(
      `cognito: fetching https://${host}${path}, because no stack that is served has this user pool`,
    );
  } finally {
    vi.unstubAllGlobals();
  }
});
