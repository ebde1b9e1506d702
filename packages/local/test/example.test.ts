import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type LocalRuntime, startLocal, synthesize } from '#index';

const projectDirectory = resolve(import.meta.dirname, '../example');
let data: string;
let runtime: LocalRuntime;

beforeAll(async () => {
  // Inside the project, so that functions find the AWS SDK, which AWS's runtime would bring.
  await mkdir(join(projectDirectory, '.local'), { recursive: true });
  data = await mkdtemp(join(projectDirectory, '.local', 'test-'));
  const assemblyDirectory = join(data, 'cdk.out');
  await synthesize({ projectDirectory, assemblyDirectory });
  runtime = await startLocal({ assemblyDirectory, dataDirectory: data, port: 0 });
});
afterAll(async () => {
  await runtime?.stop();
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

async function connect(): Promise<{ socket: WebSocket; next: Promise<unknown> }> {
  const socket = new WebSocket(String(runtime.outputs.Url));
  const next = new Promise((received) => socket.once('message', (text) => received(JSON.parse(String(text)))));
  await new Promise((opened, failed) => socket.once('open', opened).once('error', failed));
  return { socket, next };
}

test('the example is served: what one socket writes arrives at both', async () => {
  const [one, other] = await Promise.all([connect(), connect()]);
  one.socket.send('{"action":"sign","text":"hello"}');
  expect(await Promise.all([one.next, other.next])).toEqual([{ text: 'hello' }, { text: 'hello' }]);
  await runtime.streams.idle();
  expect(runtime.counters.snapshot()).toMatchObject({ 'lambda.invoke:Notify': 1, 'connections.post': 2 });
  one.socket.close();
  other.socket.close();
});

test('a permission of the example is enforced: without it nothing is written', async () => {
  const { socket } = await connect();
  const giveBack = runtime.policies.revoke({ action: 'dynamodb:PutItem' });
  const failed = new Promise((received) => socket.once('message', (text) => received(JSON.parse(String(text)))));
  socket.send('{"action":"sign","text":"hello"}');
  expect(await failed).toMatchObject({ message: 'Internal server error' });
  giveBack();
  socket.close();
});
