import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/*
 * The commands that a new user runs: `npm start` runs as a process, and a shell runs the lines that it prints.
 * Each test continues where the one before ended, because a start takes seconds.
 */

const project = resolve(import.meta.dirname, '../..');
const slow = 90_000;
const children: ChildProcess[] = [];
let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'parley-command-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

interface Command {
  readonly child: ChildProcess;
  said(): string;
  /** Resolves with the match of the pattern. Rejects when the command ends without printing it. */
  says(pattern: RegExp): Promise<string>;
  readonly ended: Promise<number | null>;
}

function run(
  command: string,
  args: string[],
  options: { shell?: boolean; env?: Record<string, string> } = {},
): Command {
  const child = spawn(command, args, {
    cwd: project,
    shell: options.shell ?? false,
    env: { ...process.env, PARLEY_DATA: data, PORT: '0', ...options.env },
  });
  children.push(child);
  let said = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return {
    child,
    ended,
    said: () => said,
    says: (pattern) =>
      new Promise((found, reject) => {
        const look = () => {
          const match = pattern.exec(said);
          if (match) found(match[1] ?? match[0]);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`${pattern} was not said in:\n${said}`)));
      }),
  };
}

const start = (env?: Record<string, string>, ...args: string[]) =>
  run(process.execPath, ['bin/start.mjs', ...args], { env });
const pasted = (said: string) => [...said.matchAll(/^ {2}(npx wscat .*)$/gm)].map(([, line]) => line ?? '');
const type = (command: Command, line: string) => command.child.stdin?.write(`${line}\n`);
const onWindows = process.platform === 'win32';
const leftBehind = () =>
  onWindows
    ? []
    : execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(data));

/** Ctrl-C. On Windows no program can press it for another: the server is ended. */
async function interrupt({ child, ended }: Command): Promise<void> {
  child.kill('SIGINT');
  const code = await ended;
  if (!onWindows) expect(code).toBe(0);
}

describe('npm start', () => {
  test('prints the address of the page, which knows the two people, and two command lines that talk to each other', {
    timeout: slow,
  }, async () => {
    const server = start();
    await server.says(/Ctrl-C stops everything/);
    expect(server.said()).not.toContain('not served here');
    expect(server.said()).toMatch(/alice +password \S+\n +bob +password \S+/);
    expect(server.said()).toMatch(/^ {2}inside +http:\S+\/_local\?key=[\w-]+ /m);
    const [, page] = /^Open (\S+) in a browser/m.exec(server.said()) ?? [];
    expect(await (await fetch(`${page}/demo.json`)).json()).toEqual([
      { username: 'alice', password: expect.any(String) },
      { username: 'bob', password: expect.any(String) },
    ]);
    const [alice, bob] = pasted(server.said()).map((line) => run(line, [], { shell: true }));
    if (!alice || !bob) throw new Error(`no two lines in:\n${server.said()}`);
    await Promise.all([alice.says(/last_50_messages/), bob.says(/last_50_messages/)]);
    type(alice, '{"message":"hello from a pasted line"}');
    expect(JSON.parse(await bob.says(/(\{"type":"chat_message".*\})/))).toMatchObject({
      message: 'hello from a pasted line',
      from_user: { username: 'alice' },
    });
    alice.child.kill();
    bob.child.kill();
  });

  test('writes its outputs as cdk deploy does, with local addresses', async () => {
    expect(JSON.parse(await readFile(join(data, 'outputs.json'), 'utf8'))).toEqual({
      Parley: {
        WebUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        HttpUrl: expect.stringContaining('/_aws/execute-api/'),
        WebSocketUrl: expect.stringMatching(/^ws:.*\/_aws\/execute-api\/.*\/prod$/),
        Region: 'us-east-1',
        UserPoolId: expect.stringMatching(/^us-east-1_/),
        UserPoolClientId: expect.any(String),
        CognitoEndpoint: expect.stringContaining('/_aws/cognito-idp'),
        TableName: expect.stringContaining('ChatTable'),
        BucketName: expect.stringContaining('uploads'),
        DeadLettersUrl: expect.stringContaining('/_aws/sqs/'),
        AccountQueueUrl: expect.stringContaining('/_aws/sqs/'),
      },
    });
  });

  test('npm run user makes one more user, whose line works', { timeout: slow }, async () => {
    const made = run(process.execPath, ['--import', 'tsx', 'bin/user.ts', 'carol']);
    expect(await made.ended).toBe(0);
    const [line = ''] = pasted(made.said());
    const carol = run(line, [], { shell: true });
    await carol.says(/last_50_messages/);
    carol.child.kill();
    const again = run(process.execPath, ['--import', 'tsx', 'bin/user.ts', 'carol']);
    expect(await again.ended).toBe(0);
  });

  test('npm run smoke sees that two people can chat, and says what it does not see', { timeout: slow }, async () => {
    const tried = run(process.execPath, ['--import', 'tsx', 'bin/smoke.ts']);
    expect(await tried.ended, tried.said()).toBe(0);
    expect(tried.said()).toMatch(
      /^one writes, and the other gets it: \d+ ms\nthe other reads it: \d+ ms\nhttp\S+ works\.$/m,
    );
    const refused = run(process.execPath, ['--import', 'tsx', 'bin/smoke.ts', join(data, 'outputs.json'), 'a', 'b']);
    expect(await refused.ended).toBe(1);
    expect(refused.said()).toMatch(/^not seen: they say who they are; .*answered with 401/m);
  });

  test('takes options of the stack as cdk does, and refuses a wrong one in a sentence; where nobody may sign up, npm run user makes accounts', {
    timeout: slow,
  }, async () => {
    const other = await mkdtemp(join(tmpdir(), 'parley-options-'));
    const options = ['-c', 'sendLimit=0', '--context', 'sendLimitSeconds=3', '-c', 'selfSignUp=false'];
    const server = start({ PARLEY_DATA: other }, ...options);
    await server.says(/Nobody may sign up here .*: npm run user -- alice/);
    const template = await readFile(join(other, 'cdk.out', 'Parley.template.json'), 'utf8');
    expect(template).toMatch(/"SEND_COUNT": "0"/);
    expect(template).toMatch(/"SEND_SECONDS": "3"/);
    const made = run(process.execPath, ['--import', 'tsx', 'bin/user.ts', 'alice'], { env: { PARLEY_DATA: other } });
    expect(await made.ended).toBe(0);
    const alice = run(pasted(made.said())[1] ?? '', [], { shell: true });
    await alice.says(/"type":"conversations"/);
    alice.child.kill();
    await interrupt(server);

    const wrong = start({ PARLEY_DATA: other }, '-c', 'sendLimit=all');
    expect(await wrong.ended).toBe(1);
    expect(wrong.said()).toContain(
      'unable to synthesize the stack; unable to use the option sendLimit="all"; it must be a whole number from 0',
    );
    await rm(other, { recursive: true, force: true, maxRetries: 5 });
  });

  test.each([
    [['-c', 'sendLimit'], 'unable to use the option "sendLimit"; write it as -c name=value'],
    [
      ['--sendLimit=0'],
      "unable to start; Unknown option '--sendLimit' (options of the stack are written as npm start -- -c name=value)",
    ],
  ])('says one sentence and exits with 1 for %j', { timeout: slow }, async (args, sentence) => {
    const server = start({}, ...args);
    expect(await server.ended).toBe(1);
    expect(server.said()).toBe(`${sentence}\n`);
  });

  test('keeps all data after kill -9, and leaves no process behind after Ctrl-C', { timeout: slow }, async () => {
    const [first] = children;
    first?.kill('SIGKILL');
    await expect.poll(leftBehind, { timeout: 10_000 }).toEqual([]);
    const server = start();
    await server.says(/Ctrl-C stops everything/);
    const [alice] = pasted(server.said()).map((line) => run(line, [], { shell: true }));
    await alice?.says(/last_50_messages.*hello from a pasted line/);
    alice?.child.kill();
    await alice?.ended;
    await interrupt(server);
    expect(leftBehind()).toEqual([]);
  });

  test('starts when a demo user has deleted the account, and says so', { timeout: slow }, async () => {
    const server = start();
    await server.says(/Ctrl-C stops everything/);
    const [, token = ''] = /token=([^"]+)/.exec(pasted(server.said())[1] ?? '') ?? [];
    const [, api = ''] = /HTTP API +(\S+)/.exec(server.said()) ?? [];
    const deletion = await fetch(`${api}/me`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    expect(deletion.status).toBe(202);
    await expect
      .poll(async () => (await fetch(`${api}/me/deletion`, { headers: { authorization: `Bearer ${token}` } })).json(), {
        timeout: 60_000,
      })
      .toMatchObject({ state: 'done' });
    await interrupt(server);
    const next = start();
    await next.says(/Ctrl-C stops everything/);
    expect(next.said()).toMatch(/bob +has deleted the account/);
    await interrupt(next);
  });

  test('keeps its data in files that every system can have', async () => {
    const names = await readdir(data, { recursive: true });
    for (const folder of ['cognito', 'dynamodb', 'logs', 'mail', 's3']) {
      expect(names.some((name) => name.startsWith(join(folder, '')))).toBe(true);
    }
    // https://learn.microsoft.com/windows/win32/fileio/naming-a-file
    const parts = new Set(names.flatMap((name) => name.split(sep)));
    expect([...parts].filter((part) => /[<>:"|?*\\]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(part))).toEqual(
      [],
    );
  });

  test('prints one sentence and exits with 1 when the port is taken', { timeout: slow }, async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => taken.once('listening', listening));
    const address = taken.address();
    const port = typeof address === 'object' && address ? `${address.port}` : '';
    const server = start({ PORT: port });
    expect(await server.ended).toBe(1);
    expect(server.said()).toBe(`unable to listen on port ${port}; it is taken: choose another one with PORT\n`);
    taken.close();
  });

  test('prints one sentence and exits with 1, before anything else, when there is no engine for the tables', {
    timeout: slow,
  }, async () => {
    const server = start({ PARLEY_DYNOXIDE: '/nowhere/dynoxide' });
    expect(await server.ended).toBe(1);
    expect(server.said()).toBe(
      'unable to start DynamoDB; PARLEY_DYNOXIDE names /nowhere/dynoxide, which is not a program\n',
    );
  });

  test.each([
    ['PORT', 'http', 'unable to listen; PORT=http is not a port number'],
    ['PARLEY_FAULTS', 'x=1', 'unable to switch on the fault "x"'],
  ])('says one sentence and exits with 1 for a wrong %s', { timeout: slow }, async (name, value, sentence) => {
    const server = start({ [name]: value });
    expect(await server.ended).toBe(1);
    expect(server.said()).toMatch(new RegExp(`^${sentence}[^\\n]*\\n$`));
  });
});

test('npm run user explains that no server runs', { timeout: slow }, async () => {
  const made = run(process.execPath, ['--import', 'tsx', 'bin/user.ts', 'dave']);
  expect(await made.ended).toBe(1);
  expect(made.said()).toMatch(/^unable to reach http:\/\/127\.0\.0\.1:\d+; start it first: npm start\n$/);
});
