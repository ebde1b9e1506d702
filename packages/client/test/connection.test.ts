import { beforeEach, expect, it } from 'vitest';
import { createConnection } from '../src/connection.ts';
import { createTokens } from '../src/tokens.ts';
import { FakeSocket, fakeClock, tokenUntil } from './fakes.ts';

beforeEach(() => {
  FakeSocket.instances = [];
});

const hour = 3_600_000;

function setUp({ online = true, tokenLastsMs = 24 * hour }: { online?: boolean; tokenLastsMs?: number } = {}) {
  const clock = fakeClock();
  const states: string[] = [];
  const heard: unknown[] = [];
  const world = {
    online,
    visible: true,
    signedIn: true,
    catchUp: () => Promise.resolve(),
    idle: 0,
    faults: 0,
    check: () => {},
  };
  let tokens = 0;
  const connection = createConnection({
    url: 'wss://x/ws/',
    tokens: createTokens(() => {
      tokens++;
      return world.signedIn ? tokenUntil((clock.now() + tokenLastsMs) / 1000) : null;
    }, clock),
    clock,
    random: () => 0.5,
    environment: {
      isOnline: () => world.online,
      isVisible: () => world.visible,
      subscribe(listener) {
        world.check = listener;
        return () => {};
      },
    },
    WebSocket: FakeSocket,
    onEvent: (event) => heard.push(event),
    onState: ({ status }) => states.push(status),
    catchUp: () => world.catchUp(),
    onIdle: () => {
      world.idle++;
    },
    onFault: () => {
      world.faults++;
    },
  });
  const last = () => {
    const socket = FakeSocket.instances.at(-1);
    if (!socket) throw new Error('there is no socket');
    return socket;
  };
  async function live() {
    connection.open();
    await clock.pass(0);
    last().open();
    await clock.pass(0);
    return last();
  }
  return { clock, connection, states, heard, world, last, live, tokens: () => tokens };
}

it('hands the token over beside the address, and is live once nothing is missing', async () => {
  const { clock, connection, states, world, last } = setUp();
  let caughtUp = () => {};
  world.catchUp = () =>
    new Promise((resolve) => {
      caughtUp = resolve;
    });
  connection.open();
  await clock.pass(0);
  expect(last().protocols).toEqual(['parley.v1', expect.stringMatching(/^token\./)]);
  last().open();
  await clock.pass(60_000);
  expect(states).toEqual(['connecting', 'catching up']);
  caughtUp();
  await clock.pass(0);
  expect(states).toEqual(['connecting', 'catching up', 'live']);
});

it('waits longer and longer between tries, up to a minute, and asks for a fresh token', async () => {
  const { clock, connection, last, tokens } = setUp();
  connection.open();
  const waits: number[] = [];
  for (let number = 0; number < 9; number++) {
    await clock.pass(0);
    last().drop();
    const { state } = connection;
    waits.push(state.status === 'waiting' ? state.until - clock.now() : -1);
    await clock.pass(waits.at(-1) ?? 0);
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  expect(tokens()).toBe(10);
});

it('gives a handshake up that takes too long', async () => {
  const { clock, connection, last } = setUp();
  connection.open();
  await clock.pass(20_000);
  expect(last().closed).toBe(true);
  expect(connection.state.status).toBe('waiting');
});

it('hands over to a second socket before two hours are over, without being anything but live, and asks for nothing again', async () => {
  const { clock, connection, states, live, heard, world } = setUp();
  const first = await live();
  let loads = 0;
  world.catchUp = async () => {
    loads++;
  };
  // What keeps it from being idle.
  const busy = async (minutes: number) => {
    for (let half = 0; half < minutes * 2; half++) {
      first.receive({ type: 'unread_count', unread_count: half });
      await clock.pass(30_000);
    }
  };
  await busy(110);
  expect(FakeSocket.instances.length).toBe(1);
  await busy(1);
  expect(FakeSocket.instances.map(({ url }) => url)).toEqual(['wss://x/ws/', 'wss://x/ws/?resume=true']);
  const second = FakeSocket.instances[1];
  expect(first.closed).toBe(false);
  second?.open();
  first.receive({ type: 'unread_count', unread_count: 777 });
  await clock.pass(5_000);
  expect(first.closed).toBe(true);
  expect(second?.closed).toBe(false);
  expect(heard).toContainEqual({ type: 'unread_count', unread_count: 777 });
  expect(states).toEqual(['connecting', 'catching up', 'live']);
  expect(connection.state.status).toBe('live');
  expect(loads).toBe(0);
});

it('asks whether anybody is there after a silent minute, once, and then after nine, and loads what may be missing', async () => {
  const { clock, live, world } = setUp();
  const socket = await live();
  await clock.pass(59_000);
  expect(socket.sent).toEqual([]);
  await clock.pass(1_000);
  expect(socket.sent).toEqual([{ type: 'ping' }]);
  socket.receive({ type: 'pong' });
  await clock.pass(8.9 * 60_000);
  expect([socket.sent.length, world.idle]).toEqual([1, 0]);
  await clock.pass(0.1 * 60_000);
  expect([socket.sent.length, world.idle]).toEqual([2, 1]);
  socket.receive({ type: 'unread_count', unread_count: 1 });
  await clock.pass(60_000);
  expect(socket.sent.length).toBe(3);
});

it('only keeps open what nobody sees, at half the price, and asks when it is seen', async () => {
  const { clock, live, world, connection } = setUp();
  const socket = await live();
  world.visible = false;
  await clock.pass(60 * 60_000);
  expect(socket.sent).toEqual(Array(6).fill({ type: 'ping', quiet: true }));
  expect([connection.state.status, world.idle]).toEqual(['live', 0]);
  world.visible = true;
  world.check();
  expect(socket.sent.slice(6)).toEqual([{ type: 'ping' }]);
  expect(world.idle).toBe(1);
  await clock.pass(10_000);
  expect(connection.state.status).toBe('waiting');
});

it('connects again when a socket that seems open answers nothing: a silent minute, a message, the network, or the focus shows it', async () => {
  for (const activity of ['a silent minute', 'a message', 'the focus'] as const) {
    const { clock, live, connection, world } = setUp();
    await live();
    await clock.pass(activity === 'a silent minute' ? 60_000 : 20_000);
    if (activity === 'a message') connection.send({ type: 'create', conversation: 'bob', client_id: '1' }, true);
    if (activity === 'the focus') world.check();
    await clock.pass(9_999);
    expect([activity, connection.state.status]).toEqual([activity, 'live']);
    await clock.pass(1);
    expect([activity, connection.state.status]).toEqual([activity, 'waiting']);
  }
});

it('stays when the ping is answered', async () => {
  const { clock, live, connection } = setUp();
  const socket = await live();
  await clock.pass(60_000);
  socket.receive({ type: 'pong' });
  await clock.pass(60_000);
  expect(connection.state.status).toBe('live');
});

it('waits for the network where there is none, and connects when it is back', async () => {
  const { clock, connection, world, last } = setUp({ online: false });
  connection.open();
  await clock.pass(hour);
  expect(connection.state.status).toBe('offline');
  expect(FakeSocket.instances).toEqual([]);
  world.online = true;
  world.check();
  await clock.pass(0);
  last().open();
  await clock.pass(0);
  expect(connection.state.status).toBe('live');
});

it('says that the network is gone, once it is clear that the socket went with it', async () => {
  const { clock, live, world, connection, states, last } = setUp();
  await live();
  world.online = false;
  world.check();
  // Nobody waits for long to be told what the device knows.
  await clock.pass(1_000);
  expect(connection.state.status).toBe('offline');
  await clock.pass(hour);
  expect(connection.state.status).toBe('offline');
  world.online = true;
  world.check();
  await clock.pass(0);
  last().open();
  await clock.pass(0);
  expect(states.slice(3)).toEqual(['offline', 'connecting', 'catching up', 'live']);
});

it('looks whether anybody is there when the page is shown again', async () => {
  const { clock, live, world, connection } = setUp();
  const socket = await live();
  world.check();
  expect(socket.sent).toEqual([]);
  await clock.pass(10_000);
  world.check();
  expect(socket.sent).toEqual([{ type: 'ping' }]);
  await clock.pass(10_000);
  expect(connection.state.status).toBe('waiting');
});

it('asks for another token when the server takes the present one no more', async () => {
  const { clock, live, tokens, heard } = setUp();
  const socket = await live();
  socket.receive({ type: 'error', code: 'token_expired', message: 'unable to go on; the token has expired' });
  await clock.pass(500);
  expect(tokens()).toBe(2);
  expect(socket.closed).toBe(true);
  expect(heard).toEqual([]);
});

it('is signed out when there is no token, until it is told to connect', async () => {
  const { clock, connection, world } = setUp();
  world.signedIn = false;
  connection.open();
  await clock.pass(hour);
  expect(connection.state.status).toBe('signed out');
  world.signedIn = true;
  connection.open();
  await clock.pass(0);
  expect(connection.state.status).toBe('connecting');
});

it('passes over what it cannot read, and notes a failure that API Gateway tells by itself', async () => {
  const { live, heard, world } = setUp();
  const socket = await live();
  socket.receive({ message: 'Internal server error', connectionId: 'x', requestId: 'y' });
  socket.receive('text');
  socket.receive({ type: 'of a later version' });
  expect(heard).toEqual([{ type: 'of a later version' }]);
  expect(world.faults).toBe(1);
});

it('is closed for good', async () => {
  const { clock, live, connection, states } = setUp();
  const socket = await live();
  connection.close();
  await clock.pass(24 * hour);
  expect(socket.closed).toBe(true);
  expect(states.at(-1)).toBe('closed');
  expect(FakeSocket.instances.length).toBe(1);
});

it('loads what may be missing with a socket that replaces one which may lead nowhere', async () => {
  const { connection, states, live, world, last, clock } = setUp();
  await live();
  let loads = 0;
  world.catchUp = async () => {
    loads++;
  };
  connection.replace();
  await clock.pass(0);
  expect(FakeSocket.instances.map(({ url }) => url)).toEqual(['wss://x/ws/', 'wss://x/ws/']);
  expect(connection.state.status).toBe('catching up');
  last().open();
  await clock.pass(0);
  expect(loads).toBe(1);
  expect(states).toEqual(['connecting', 'catching up', 'live', 'catching up', 'live']);
});

it('stays offline when a socket that was being opened opens after the network went: it would be "catching up" for a minute', async () => {
  const { clock, connection, states, world, last } = setUp();
  connection.open();
  await clock.pass(0);
  world.online = false;
  world.check();
  last().open();
  await clock.pass(hour);
  expect(states).toEqual(['connecting', 'offline']);
  expect(last().closed).toBe(true);
  world.online = true;
  world.check();
  await clock.pass(0);
  last().open();
  await clock.pass(0);
  expect(connection.state.status).toBe('live');
});
