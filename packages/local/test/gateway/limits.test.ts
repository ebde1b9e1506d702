import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, connect, eventually } from '../fixture/sockets.ts';
import { type Fixture, startFixture } from '../fixture/start-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const kilobyte = 1024;

async function open(): Promise<Client> {
  return connect(fixture.socketUrl('Socket'));
}

/** Sends one message in frames of these sizes. */
function sendFrames(client: Client, sizes: readonly number[]): void {
  sizes.forEach((size, index) => {
    client.socket.send('x'.repeat(size), { fin: index === sizes.length - 1 });
  });
}

describe('size (AWS: frames of 32 KB, messages of 128 KB)', () => {
  test('a frame of 32 KB is accepted; one more byte closes with 1009 and invokes no function', async () => {
    const client = await open();
    sendFrames(client, [32 * kilobyte]);
    expect(JSON.parse(await client.next()).body).toHaveLength(32 * kilobyte);
    const before = fixture.context.counters.snapshot()['lambda.invoke:Echo'];
    sendFrames(client, [32 * kilobyte + 1]);
    expect((await client.closed).code).toBe(1009);
    expect(fixture.context.counters.snapshot()['lambda.invoke:Echo']).toBe(before);
  });

  test('a message of 128 KB in frames of 32 KB is accepted; one more byte closes with 1009', async () => {
    const client = await open();
    const frames = Array.from({ length: 4 }, () => 32 * kilobyte);
    sendFrames(client, frames);
    expect(JSON.parse(await client.next()).body).toHaveLength(128 * kilobyte);
    sendFrames(client, [...frames, 1]);
    expect((await client.closed).code).toBe(1009);
  });

  test('frame headers are read correctly from many frames in one packet and from one byte at a time', async () => {
    const client = await open();
    for (let count = 0; count < 50; count += 1) client.socket.send(`{"action":"ping","n":${count}}`);
    for (let count = 0; count < 50; count += 1) expect(await client.next()).toContain('pong');
    client.socket.close();

    const { hostname, port, pathname } = new URL(fixture.socketUrl('Bare'));
    const raw = connectSocket(Number(port), hostname).setNoDelay(true);
    const heard: Buffer[] = [];
    raw.on('data', (chunk: Buffer) => heard.push(chunk));
    raw.write(
      `GET ${pathname} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`,
    );
    await eventually(() => (Buffer.concat(heard).includes('101 Switching') ? true : undefined));
    for (const byte of [0x81, 0xfe, 0x00, 0x80, 0, 0, 0, 0, ...Buffer.alloc(128, 'a')]) {
      await new Promise<void>((resolve) => raw.write(Buffer.from([byte]), () => resolve()));
    }
    await eventually(() => (Buffer.concat(heard).includes('Forbidden') ? true : undefined));
    raw.destroy();
  });

  test('a frame header of 2^40 bytes closes with 1009 before the payload arrives, and the process survives', async () => {
    const client = await open();
    const header = Buffer.from([0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
    Reflect.get(client.socket, '_socket').write(header);
    expect((await client.closed).code).toBe(1009);
    (await open()).socket.close();
  });
});

test('a binary frame closes with 1003 (AWS: inbound binary is not supported)', async () => {
  const client = await open();
  client.socket.send(Buffer.from([1, 2, 3]));
  expect((await client.closed).code).toBe(1003);
});

test('a frame that breaks the protocol closes only its own connection', async () => {
  const client = await open();
  const neighbour = await open();
  Reflect.get(client.socket, '_socket').write(Buffer.from([0xff, 0xff, 0xff]));
  expect((await client.closed).code).toBe(1002);
  neighbour.socket.send('{"action":"ping"}');
  expect(await neighbour.next()).toContain('pong');
  neighbour.socket.close();
});

describe('time (AWS: 10 minutes idle, 2 hours at most; here 2000 times faster)', () => {
  let quick: Fixture;
  beforeAll(async () => {
    quick = await startFixture({ timeScale: 2000 });
  });
  afterAll(() => quick.stop());

  test('an idle connection is closed with 1001', async () => {
    const client = await connect(quick.socketUrl('Bare'));
    const started = Date.now();
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect(Date.now() - started).toBeGreaterThanOrEqual(290);
  });

  test('an active connection is closed with 1001 after two hours', async () => {
    const client = await connect(quick.socketUrl('Socket'));
    const started = Date.now();
    const timer = setInterval(() => client.socket.send('{"action":"ping"}'), 15);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    clearInterval(timer);
    const lasted = Date.now() - started;
    expect(lasted).toBeGreaterThanOrEqual(3_500);
  });
});
