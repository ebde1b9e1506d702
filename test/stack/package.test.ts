/** The published construct, used as a stranger would: from its tarball, in a CDK app that has accounts, a domain and a topic of its own. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AdminConfirmSignUpCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { type LocalRuntime, startLocal } from '@parley/local';
import { extract } from 'tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { buildConstruct } from '#bin/build-construct';

const root = resolve(import.meta.dirname, '../..');
let app: string;

beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), 'parley-app-'));
  const built = join(app, 'built');
  await buildConstruct(built);
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', app], {
    cwd: built,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const installed = join(app, 'node_modules/@parley/cdk');
  mkdirSync(installed, { recursive: true });
  await extract({ file: join(app, filename), cwd: installed, strip: 1 });
  // What the app itself has installed.
  for (const name of ['aws-cdk-lib', 'constructs']) {
    symlinkSync(join(root, 'node_modules', name), join(app, 'node_modules', name), 'junction');
  }
});
afterAll(() => rmSync(app, { recursive: true, force: true, maxRetries: 5 }));

function run(...args: string[]): string {
  return execFileSync(process.execPath, args, {
    cwd: app,
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: join(app, 'cdk.out') },
  });
}

test('it takes nothing but CDK: no packages, no esbuild, no sources', () => {
  const manifest = JSON.parse(readFileSync(join(app, 'node_modules/@parley/cdk/package.json'), 'utf8'));
  expect(manifest.dependencies).toBeUndefined();
  expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  const code = readFileSync(join(app, 'node_modules/@parley/cdk/index.js'), 'utf8');
  const foreign = [...code.matchAll(/from "([^"]+)"/g)].map(([, from]) => from);
  expect(
    foreign.filter(
      (from) => !/^(aws-cdk-lib|constructs|node:)/.test(from ?? '') && !['path', 'fs'].includes(from ?? ''),
    ),
  ).toEqual([]);
});

test('its types are whole: a strict compiler accepts an app that uses them, and refuses a prop that does not exist', () => {
  const types = (text: string) => {
    writeFileSync(join(app, 'app.ts'), text);
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const options = '--noEmit --strict --module nodenext --target es2022 --types --lib es2023,esnext.disposable'.split(
      ' ',
    );
    return () => run(compiler, ...options, 'app.ts');
  };
  const use = (props: string) => `import { Parley } from '@parley/cdk';
import { App, Stack } from 'aws-cdk-lib';
const stack = new Stack(new App(), 'Mine');
const chat = new Parley(stack, 'Chat', ${props});
chat.grantReadTable(chat.functions.Http!);
chat.metricRequestErrors().createAlarm(stack, 'Errors', { threshold: 1, evaluationPeriods: 1 });
`;
  expect(types(use("{ sendLimit: 5, rooms: 'closed', throttles: { http: { rate: 100, burst: 50 } } }"))).not.toThrow();
  expect(types(use('{ sendLimits: 5 }'))).toThrow();
});

test('it works in CommonJS too, which `cdk init` makes', () => {
  const text = `const { Parley, OptionsError } = require('@parley/cdk');
const { App, Stack } = require('aws-cdk-lib');
const stack = new Stack(new App(), 'Mine');
try { new Parley(stack, 'Wrong', { sendLimit: -1, userPool: undefined }); } catch (error) { console.log(error instanceof OptionsError, error.message); }
const chat = new Parley(stack, 'Chat', { page: false });
console.log(Object.keys(chat.functions).join());`;
  writeFileSync(join(app, 'app.cjs'), text);
  expect(run('app.cjs')).toBe(
    `true unable to use the option sendLimit=-1; it must be a whole number from 0 to 1000000, 0 for no limit
Authorize,Socket,Http,Notify,AccountJob,FanOut,Deliver,CountOnline,SignUp,CheckName
`,
  );
});

describe('the example of a stack with accounts, a domain and a topic of its own', () => {
  let runtime: LocalRuntime;
  beforeAll(async () => {
    cpSync(join(root, 'examples/existing-stack/app.mjs'), join(app, 'app.mjs'));
    run('app.mjs');
    runtime = await startLocal({
      assemblyDirectory: join(app, 'cdk.out'),
      dataDirectory: join(app, 'data'),
      port: 0,
      passwordCost: 1_024,
    });
  });
  afterAll(() => runtime?.stop());

  test('two customers chat', async () => {
    const [alice, bob] = await Promise.all([customer('alice'), customer('bob')]);
    const at = new WebSocket(`${runtime.outputs.WebSocketUrl}?conversation=alice_bob&token=${alice}`);
    const bt = new WebSocket(`${runtime.outputs.WebSocketUrl}?conversation=alice_bob&token=${bob}`);
    const heard = new Promise<string>((resolve) => {
      bt.on('message', (text) => {
        const event = JSON.parse(String(text));
        if (event.type === 'chat_message') resolve(event.message);
      });
    });
    await Promise.all(
      [at, bt].map((socket) => new Promise((opened, failed) => socket.once('open', opened).once('error', failed))),
    );
    at.send(JSON.stringify({ type: 'create', message: 'Is my parcel on its way?' }));
    expect(await heard).toBe('Is my parcel on its way?');
    for (const socket of [at, bt]) socket.close();
    const headers = { authorization: `Bearer ${bob}` };
    const history = await fetch(`${runtime.outputs.HttpUrl}/conversations/alice_bob/messages`, { headers });
    expect(await history.json()).toMatchObject({ count: 1, results: [{ message: 'Is my parcel on its way?' }] });
  });

  test('a name that would be refused later is refused at sign-up, by the trigger that the chat gave the pool', async () => {
    await expect(customer('..')).rejects.toThrow(/name/);
  });

  async function customer(username: string): Promise<string> {
    const { Region: region, UserPoolId, UserPoolClientId: ClientId, CognitoEndpoint: endpoint } = runtime.outputs;
    const cognito = new CognitoIdentityProviderClient({
      region: region ?? 'us-east-1',
      endpoint,
      credentials: runtime.rootCredentials,
    });
    const Password = 'Correct-horse-7';
    await cognito.send(new SignUpCommand({ ClientId, Username: username, Password }));
    await cognito.send(new AdminConfirmSignUpCommand({ UserPoolId, Username: username }));
    const { AuthenticationResult } = await cognito.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: Password },
      }),
    );
    return AuthenticationResult?.AccessToken ?? '';
  }
});
