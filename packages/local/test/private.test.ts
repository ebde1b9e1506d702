/** What a runtime shows to whom: its person alone, and no page of somebody else's. */
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOwnHosts, hostOfOrigin } from '#own-hosts';
import { type LocalOptions, type LocalRuntime, startLocal } from '#start';

let folder: string;
let runtime: LocalRuntime;
const running: LocalRuntime[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-private-'));
  await writeAssembly();
  runtime = await start('first');
});
afterAll(async () => {
  for (const one of running) await one.stop();
  await rm(folder, { recursive: true, maxRetries: 5 });
});

async function writeAssembly(): Promise<void> {
  const files = {
    'manifest.json': {
      artifacts: { Try: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Try.template.json' } } },
    },
    'Try.template.json': {
      Resources: {
        Pool: { Type: 'AWS::Cognito::UserPool', Properties: {} },
        Client: { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: { Ref: 'Pool' } } },
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          },
        },
      },
      Outputs: { Pool: { Value: { Ref: 'Pool' } }, Client: { Value: { Ref: 'Client' } } },
    },
  };
  await mkdir(join(folder, 'assembly'));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, 'assembly', name), JSON.stringify(content));
  }
}

async function start(data: string, options: Partial<LocalOptions> = {}): Promise<LocalRuntime> {
  const dataDirectory = join(folder, data);
  const started = await startLocal({ assemblyDirectory: join(folder, 'assembly'), dataDirectory, port: 0, ...options });
  running.push(started);
  return started;
}

/** The status and body of an answer to a request with this `Host`. */
function ask({ origin }: LocalRuntime, host: string, more: { path?: string; headers?: object } = {}) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const { path = '/_aws/cognito-idp', headers = {} } = more;
    const sent = request(`${origin}${path}`, { headers: { host, ...headers } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    sent.on('upgrade', () => reject(new Error('upgraded')));
    sent.on('error', reject);
    sent.end();
  });
}

describe('a data folder that cannot be written is refused in a sentence:', () => {
  const sentence = (code: string) =>
    new RegExp(
      `^unable to use .*; nothing can be written there \\(${code}\\): choose another folder with dataDirectory$`,
    );

  test('a file has its place', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(start('file')).rejects.toThrow(sentence('EEXIST'));
  });

  test.skipIf(process.getuid?.() === 0)('it is read-only', async () => {
    await mkdir(join(folder, 'read-only'), { mode: 0o500 });
    await expect(start('read-only')).rejects.toThrow(sentence('EACCES'));
  });
});

describe('a host', () => {
  const isOwn = createOwnHosts(['chat.test']);
  test.each([
    'localhost',
    'LOCALHOST:8080',
    'app.localhost',
    '127.0.0.1',
    '127.0.0.1:8080',
    '127.9.8.7',
    '[::1]:8080',
    'chat.test',
  ])('%s is this machine’s', (host) => {
    expect(isOwn(host)).toBe(true);
  });

  test.each([
    undefined,
    '',
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'evil.example#localhost',
    'localhost@evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1/evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '[::ffff:10.0.0.1]',
    'notlocalhost',
    'x.chat.test',
  ])('%s is not', (host) => {
    expect(isOwn(host)).toBe(false);
  });

  test('of no name is nobody’s', () => {
    expect(hostOfOrigin('null')).toBeUndefined();
    expect(hostOfOrigin('file:///x')).toBeUndefined();
  });

  test('of others is refused, for every service, for sockets too; with a sentence', async () => {
    for (const path of [
      '/',
      '/_aws/cognito-idp',
      '/_aws/dynamodb',
      '/_aws/s3/x',
      '/demo.json',
      '/_aws/execute-api/x/y',
    ]) {
      const answer = await ask(runtime, 'rebound.example:80', { path });
      expect(answer).toEqual({
        status: 403,
        body: 'unable to answer; "rebound.example:80" is no host of this machine: allow it with hosts\n',
      });
    }
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    expect((await ask(runtime, 'rebound.example', { path: '/ws/', headers: upgrade })).status).toBe(403);
    for (const host of ['localhost', 'x.localhost:1', '127.0.0.1']) {
      expect((await ask(runtime, host)).status).not.toBe(403);
    }
  });

  test('of others is answered when it is allowed', async () => {
    const open = await start('open', { hosts: ['chat.test'] });
    expect((await ask(open, 'chat.test:8080')).status).not.toBe(403);
    expect((await ask(open, 'other.test')).status).toBe(403);
    const all = await start('all', { hosts: ['*'] });
    expect((await ask(all, 'other.test')).status).not.toBe(403);
    // A host of AWS means its service, whatever is allowed.
    expect((await ask(all, 's3.us-east-1.amazonaws.com', { path: '/' })).body).toContain('<Code>AccessDenied</Code>');
  });
});

describe('a data folder', () => {
  test('has ids of its own, which stay', async () => {
    const { outputs } = runtime;
    const other = await start('second');
    expect(other.outputs.Client).not.toBe(outputs.Client);
    expect(other.outputs.Pool).not.toBe(outputs.Pool);
    expect(other.outputs.Client).toMatch(/^[a-z0-9]{26}$/);
    await other.stop();
    expect((await start('second')).outputs).toMatchObject({ Client: other.outputs.Client, Pool: other.outputs.Pool });
  });

  test('with users from before keeps the pool’s id, under which they are stored', async () => {
    await mkdir(join(folder, 'older', 'dynamodb'), { recursive: true });
    const older = await start('older');
    await mkdir(join(folder, 'older2', 'dynamodb'), { recursive: true });
    const another = await start('older2');
    expect(older.outputs.Pool).toBe(another.outputs.Pool);
    expect(older.outputs.Client).not.toBe(another.outputs.Client);
  });

  test('is its owner’s alone, also one from before', async () => {
    const mode = async (...path: string[]) => (await stat(join(folder, ...path))).mode & 0o777;
    expect(await mode('first')).toBe(0o700);
    await mkdir(join(folder, 'wide'));
    await chmod(join(folder, 'wide'), 0o755);
    await start('wide');
    expect(await mode('wide')).toBe(0o700);
    for (const name of await readdir(join(folder, 'first', 'dynamodb'))) {
      expect((await mode('first', 'dynamodb', name)) & 0o077, name).toBe(0);
    }
    expect((await mode('first', 'ids.json')) & 0o077).toBe(0);
  });
});
