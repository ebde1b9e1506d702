/** Whatever is lost, repeated or late: all clients end up with one log. `PARLEY_SEED` repeats a run, `PARLEY_OPERATIONS` makes it longer. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Chat, startChat } from '../flow/chat.ts';
import {
  actAtRandom,
  type Device,
  finish,
  logOf,
  logOnServer,
  openDevice,
  type Stored,
  switchFaults,
} from './chaos.ts';
import { randomFrom } from './random.ts';

const seed = Number(process.env.PARLEY_SEED ?? Math.floor(Math.random() * 2 ** 32));
const operations = Number(process.env.PARLEY_OPERATIONS ?? 0);

let stack: Chat;
const devices: Device[] = [];

beforeAll(async () => {
  if (operations > 0) stack = await startChat();
});
afterAll(async () => {
  for (const { chat } of devices) chat.close();
  await stack?.stop();
});

// Takes a minute and more, so it is `npm run chaos` that runs it.
it.runIf(operations > 0)(
  `every client holds the same log, each message once and in order: PARLEY_SEED=${seed}`,
  async () => {
    const { local } = stack;
    if (!local) throw new Error('only a runtime of our own can be broken');
    const [alice, bob, carol] = await stack.people('alice', 'bob', 'carol');
    const names = [alice, bob, carol].map(({ username }) => username);
    const { id: group } = (await alice.post('/conversations', { title: 'Chaos', members: names.slice(1) })).body;
    const ids = [names.toSorted().join('_'), group];
    const stored: Stored = new Map();
    for (const [name, person] of Object.entries({ laptop: alice, phone: alice, bob, carol })) {
      devices.push(await openDevice(name, person, ids, stored, randomFrom(seed + devices.length)));
    }

    switchFaults(local, true, randomFrom(seed - 1));
    const sent = await actAtRandom({ devices, operations, stored, seed });
    switchFaults(local, false, Math.random);
    await Promise.all(devices.map(finish));
    await stack.settled();
    await Promise.all(devices.map(({ chat }) => chat.check()));

    expect(devices.flatMap(({ complaints }) => complaints)).toEqual([]);
    for (const id of ids) {
      const log = await logOnServer(alice, id);
      for (const { name, conversations, person } of devices) {
        const conversation = conversations.find((one) => one.id === id);
        while (await conversation?.loadOlder());
        expect(logOf(conversation?.messages ?? []), `${name} has the log of ${id}`).toEqual(logOf(log));
        // What each device sent, in the order in which it did, each once; authors are told under which id.
        const own = await logOnServer(person, id);
        const ids = own.flatMap(({ client_id }) => (client_id?.startsWith(`${name}-`) ? [client_id] : []));
        const mine = sent.filter(({ device, conversation }) => device === name && conversation === id);
        expect(ids, `${name} said in ${id}`).toEqual(mine.map(({ clientId }) => clientId));
      }
      const said = log.filter(({ content_type }) => content_type === 'text');
      expect(said.length).toBe(sent.filter(({ conversation }) => conversation === id).length);
    }
  },
  Math.max(60_000, operations * 200),
);
