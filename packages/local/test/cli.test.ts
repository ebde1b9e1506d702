import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { synthesize } from '#index';
import { writeAssembly } from './assembly/write-assembly.ts';
import { connect } from './fixture/sockets.ts';
import { installPackage } from './install-package.ts';

/*
 * The command as a stranger has it: built, packed, installed in an empty folder with the dependencies that it declares, and run by Node
 * without TypeScript.
 */

const packageDirectory = resolve(import.meta.dirname, '..');
const example = join(packageDirectory, 'example');
const slow = 60_000;
const children: ChildProcess[] = [];
let folder: string;
let cli: string;
let data: string;

beforeAll(() => {
  mkdirSync(join(example, '.local'), { recursive: true });
  data = mkdtempSync(join(example, '.local', 'cli-'));
  folder = mkdtempSync(join(tmpdir(), 'stranger-'));
  // The SDK is a stranger's own; on AWS the runtime brings it.
  cli = installPackage(folder, [
    '@aws-sdk/client-apigatewaymanagementapi',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/lib-dynamodb',
  ]);
}, slow);
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const each of [folder, data]) rmSync(each, { recursive: true, force: true, maxRetries: 5 });
});

const run = (...args: string[]) => runWith({}, ...args);

function runWith(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return {
    child,
    ended,
    output: () => output,
    prints: (pattern: RegExp) =>
      new Promise<string>((found, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match) found(match[1] ?? match[0]);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`${pattern} was not printed in:\n${output}`)));
      }),
  };
}

test('serve synthesizes the example, prints its outputs, serves it, and ends at a signal', {
  timeout: slow,
}, async () => {
  const command = run('serve', example, '--port', '0', '--data', data, '--faults', 'repeatBatch=0.5');
  await command.prints(/Faults are switched on: \{"repeatBatch":0.5\}/);
  expect(command.output()).toMatch(
    /^Synthesizing the stack …\nServing Guestbook on http:\/\/127\.0\.0\.1:\d+\n\n {2}Url {2}ws:/,
  );
  const url = await command.prints(/Url {2}(\S+)/);
  expect(JSON.parse(await readFile(join(data, 'outputs.json'), 'utf8'))).toMatchObject({ Guestbook: { Url: url } });

  const socket = new WebSocket(url);
  const received = new Promise((done) => socket.once('message', (text) => done(JSON.parse(String(text)))));
  await new Promise((opened, failed) => socket.once('open', opened).once('error', failed));
  socket.send('{"action":"sign","text":"built"}');
  expect(await received).toEqual({ text: 'built' });
  socket.close();

  const [page = ''] = /http:\S+\/_local\?key=\S+/.exec(command.output()) ?? [];
  for (const path of ['', '/page.js', '/page.css']) {
    expect((await fetch(page.replace(/\?.*/, path))).status).toBe(200);
  }

  command.child.kill('SIGINT');
  expect(await command.ended).toBe(0);
});

test('serve takes a cloud assembly too', { timeout: slow }, async () => {
  const command = run('serve', join(data, 'cdk.out'), '--port', '0', '--data', data);
  await command.prints(/Ctrl-C stops it/);
  expect(command.output()).toMatch(/^Serving Guestbook/);
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);

  const late = run('serve', join(data, 'cdk.out'), '--port', '0', '--data', data, '-c', 'colour=blue');
  expect(await late.ended).toBe(1);
  expect(late.output()).toBe(`unable to use -c; ${join(data, 'cdk.out')} has no cdk.json\n`);
});

test('the stranger’s app is served within ten seconds of its synthesis', { timeout: slow }, async () => {
  // The assembly is all that is there of the project, as in CI.
  const projectDirectory = join(import.meta.dirname, 'samples', 'simple-chat');
  await synthesize({ projectDirectory, assemblyDirectory: join(folder, 'cdk.out') });
  const synthesized = Date.now();
  const command = run('serve', 'cdk.out', '--port', '0');
  const url = await command.prints(/WebSocketURI {2}(\S+)/);
  expect(Date.now() - synthesized).toBeLessThan(10_000);
  expect(JSON.parse(await readFile(join(folder, '.local', 'outputs.json'), 'utf8'))).toHaveProperty('SimpleChatStack');

  const [ann, bob] = await Promise.all([connect(url), connect(url)]);
  ann.socket.send('{"message":"sendmessage","data":"hello stranger"}');
  expect(await Promise.all([ann.next(30), bob.next(30)])).toEqual(['hello stranger', 'hello stranger']);
  command.child.kill('SIGINT');
  expect(await command.ended).toBe(0);
});

test('--stack chooses, and the file of outputs has a key for each stack that is served', {
  timeout: slow,
}, async () => {
  const template = { Resources: {}, Outputs: { Place: { Value: { Ref: 'AWS::StackName' } } } };
  const assembly = await writeAssembly(join(data, 'several'), { A: { template }, B: { template }, C: { template } });
  const command = run('serve', assembly, '--stack', 'A', '--stack', 'C', '--port', '0', '--data', data);
  await command.prints(/Ctrl-C stops it/);
  expect(command.output()).toMatch(/^Serving A, C on \S+\n\n {2}A\/Place {2}A\n {2}C\/Place {2}C\n/);
  expect(JSON.parse(await readFile(join(data, 'outputs.json'), 'utf8'))).toMatchObject({
    A: { Place: 'A' },
    C: { Place: 'C' },
  });
  command.child.kill('SIGTERM');
  await command.ended;

  const wrong = run('serve', assembly, '--stack', 'D', '--port', '0', '--data', data);
  expect(await wrong.ended).toBe(1);
  expect(wrong.output()).toBe("unable to choose D; the app's stacks are A, B, C\n");
});

test('--help tells the options and the faults', async () => {
  const command = run('--help');
  expect(await command.ended).toBe(0);
  expect(command.output()).toMatch(/^Usage: [\s\S]*--faults[\s\S]*killWorker/);
});

describe('one sentence and exit code 1 for', () => {
  test.each([
    ['another command', ['deploy'], 'unable to run deploy; the only command is serve'],
    [
      'an unknown option',
      ['serve', '--prot', '1'],
      "unable to read the command; Unknown option '--prot' (--help lists the options)",
    ],
    [
      'a value without a name',
      ['serve', example, '-c', '=0'],
      'unable to use the option "=0"; write it as -c name=value',
    ],
    [
      'a name without a value',
      ['serve', example, '--context', 'sendLimit'],
      'unable to use the option "sendLimit"; write it as -c name=value',
    ],
    ['two folders', ['serve', 'a', 'b'], 'unable to serve a and b; name one folder'],
    ['a port that is none', ['serve', example, '--port', 'http'], 'unable to listen; --port=http is not a port number'],
    [
      'a folder without an app',
      ['serve', '/', '--port', '0'],
      'unable to serve /; it has neither cdk.json nor manifest.json',
    ],
    [
      'a data folder that cannot be written',
      ['serve', example, '--port', '0', '--data', join(packageDirectory, 'package.json', 'data')],
      `unable to use ${join(packageDirectory, 'package.json', 'data')}; nothing can be written there (ENOTDIR): choose another folder with --data`,
    ],
  ])('%s', async (_what, args, sentence) => {
    const command = run(...args);
    expect(await command.ended).toBe(1);
    expect(command.output()).toBe(`${sentence}\n`);
  });

  test('a machine without an engine for the tables, before anything else', async () => {
    const command = runWith({ DYNOXIDE_PATH: join(data, 'none') }, 'serve', '/', '--port', '0');
    expect(await command.ended).toBe(1);
    expect(command.output()).toBe(
      `unable to start DynamoDB; DYNOXIDE_PATH names ${join(data, 'none')}, which is not a program\n`,
    );
  });
});
