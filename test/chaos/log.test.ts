/**
 * A property test: events are lost, repeated and late, and still all clients end with the same log. `PARLEY_MESSAGES` is the number of
 * messages. `PARLEY_SEED` repeats the actions of a run, but not their timing. `PARLEY_RUNS` is the number of runs, each with the next seed.
 */
import { expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint } from '../support/person.ts';
import {
  type Acted,
  actAtRandom,
  type Device,
  finish,
  loadOlder,
  logOf,
  logOnServer,
  openDevice,
  type Stored,
  switchFaults,
} from './chaos.ts';
import { randomFrom } from './random.ts';

const seed = Number(process.env.PARLEY_SEED || Math.floor(Math.random() * 2 ** 31));
const messages = Number(process.env.PARLEY_MESSAGES || 0);
const runs = Number(process.env.PARLEY_RUNS || 1);
const seeds = Array.from({ length: runs }, (_, run) => seed + run);

// It takes minutes, so only `npm run chaos` and `.ci/run` run it.
it.runIf(messages > 0).each(seeds)(
  'every client holds the same log, each message once and in order: PARLEY_SEED=%i',
  async (seed) => {
    const stack = await startChat();
    const devices: Device[] = [];
    try {
      await checkLogs(stack, devices, seed);
    } finally {
      for (const { chat } of devices) chat.close();
      await stack.stop();
    }
  },
  // `actAtRandom` reports an action that hangs sooner than this.
  60_000 + messages * 600,
);

async function checkLogs(stack: Chat, devices: Device[], seed: number): Promise<void> {
  const { local } = stack;
  if (!local) throw new Error('only the local runtime can inject faults');
  const [alice, bob, carol] = await stack.people('alice', 'bob', 'carol');
  const names = [alice, bob, carol].map(({ username }) => username);
  await acquaint(alice, bob, carol);
  const groups = await Promise.all(
    ['One', 'Two', 'Three'].map((title) => alice.post('/conversations', { title, members: names.slice(1) })),
  );
  const ids = [names.toSorted().join('_'), ...groups.map(({ body }) => body.id)];
  const stored: Stored = new Map();
  for (const [name, person] of Object.entries({ laptop: alice, phone: alice, bob, carol })) {
    devices.push(await openDevice(name, person, ids, stored, randomFrom(seed + devices.length)));
  }

  const began = performance.now();
  switchFaults(local, true, randomFrom(seed - 1));
  const acted = await actAtRandom({ devices, messages, stored, random: randomFrom(seed) });
  await Promise.all(devices.map(finish));
  switchFaults(local, false, Math.random);
  const seconds = (performance.now() - began) / 1_000;
  await stack.settled();
  await Promise.all(devices.map(({ chat }) => chat.check()));

  expect(devices.flatMap(({ complaints }) => complaints)).toEqual([]);
  for (const id of ids) {
    // Carol has one device, and so read less than Alice.
    const log = await logOnServer(carol, id);
    await Promise.all(devices.map((device) => checkLog(device, id, log, acted)));
    const said = log.filter(({ content_type }) => content_type === 'text');
    expect(said.length).toBe(acted.sent.filter(({ conversation }) => conversation === id).length);
  }
  const happened = tally(local.counters.snapshot(), devices, acted);
  console.log(`PARLEY_SEED=${seed}: ${seconds.toFixed(0)} s, ${JSON.stringify(happened)}`);
  // A run without faults proves nothing. A short run may miss some, and a slow machine does not reach the rate limit.
  const { 'sends answered 429': _, ...surely } = happened;
  if (messages >= 5_000) expect(Object.entries(surely).filter(([, times]) => times === 0)).toEqual([]);
}

async function checkLog(
  { name, conversations }: Device,
  id: string,
  log: Awaited<ReturnType<typeof logOnServer>>,
  { sent }: Acted,
): Promise<void> {
  const conversation = conversations.find((one) => one.id === id);
  if (!conversation) throw new Error(`${name} has not opened ${id}`);
  while (await loadOlder(conversation));
  const held = conversation.messages;
  expect(logOf(held), `${name} has the log of ${id}`).toEqual(logOf(log));
  // Each message of this device once, in the order in which it was sent. Only its author gets the `client_id`.
  const own = held.flatMap(({ client_id }) => (client_id?.startsWith(`${name}-`) ? [client_id] : []));
  const mine = sent.filter(({ device, conversation }) => device === name && conversation === id);
  expect(own, `${name} said in ${id}`).toEqual(mine.map(({ clientId }) => clientId));
}

/** How often each action and each fault happened. */
function tally(
  counters: Readonly<Record<string, number>>,
  devices: readonly Device[],
  { sent, done }: Acted,
): Readonly<Record<string, number>> {
  const answered = (status: (status: number) => boolean) =>
    devices.flatMap(({ answers }) => [...answers]).reduce((sum, [one, times]) => sum + (status(one) ? times : 0), 0);
  return {
    messages: sent.length,
    edits: done.edit,
    deletions: done.delete,
    reactions: done.react,
    'sockets cut': done.cut,
    'programs ended': done.restart,
    'posts to live sockets answered 410': counters['faults.postGone'] ?? 0,
    'posts answered 429': counters['faults.postThrottled'] ?? 0,
    '$disconnect dropped': counters['faults.dropDisconnect'] ?? 0,
    'stream batches repeated': counters['faults.repeatBatch'] ?? 0,
    'functions killed': counters['faults.killWorker'] ?? 0,
    'tables throttled': counters['faults.tableThrottled'] ?? 0,
    'transactions in conflict': counters['faults.transactionConflict'] ?? 0,
    'parts of batches left unprocessed': counters['faults.leftUnprocessed'] ?? 0,
    'engines ended': counters['faults.killEngine'] ?? 0,
    'sends answered 5xx': answered((status) => status >= 500),
    'sends answered 429': answered((status) => status === 429),
  };
}
