import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileOutbox } from '../src/file.ts';
import { Forbidden, Internal, NotFound, type OutboxItem, type ParleyError, RateLimited } from '../src/index.ts';
import { createOutbox, noStore, type OtherPages, type OutboxStore } from '../src/outbox.ts';
import type { Message } from '../src/protocol.ts';
import { fakeClock, fakeMessage } from './fakes.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: { readonly client_id?: string; readonly message?: string } | undefined;
}

function stored(seq: number, client_id: string | undefined): Message {
  return fakeMessage(seq, { conversation: 'c', client_id });
}

function memoryStore(items: readonly OutboxItem[] = []): OutboxStore & { readonly all: Map<string, OutboxItem> } {
  const all = new Map(items.map((item) => [item.client_id, item]));
  return {
    all,
    load: async () => [...all.values()],
    put: async (item) => void all.set(item.client_id, item),
    delete: async (id) => void all.delete(id),
  };
}

/** @param answer the server's answer to each request */
function setUp(answer: (request: Request, number: number) => Message | ParleyError, store: OutboxStore = noStore) {
  const clock = fakeClock();
  const requests: Request[] = [];
  const refused: string[] = [];
  const found = new Map<string, Message>();
  let ids = 0;
  const outbox = createOutbox({
    async http<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
      const request = { method, path, body } as Request;
      requests.push(request);
      const said = answer(request, requests.length);
      if (said instanceof Error) throw said;
      return said as Answer;
    },
    store,
    clock,
    random: () => 0.5,
    newId: () => `id${++ids}`,
    knownSeq: async () => 7,
    find: async (_, clientId) => found.get(clientId),
    onChange: () => {},
    onStored: (_, message) => outbox.acknowledge(message),
    onRejected: ({ client_id }, { code }) => refused.push(`${client_id} ${code}`),
  });
  return { clock, requests, refused, found, outbox };
}

const create = (message: string) => ({ type: 'create', message }) as const;

it('tries with the same client_id until it is acknowledged', async () => {
  const { clock, outbox, requests } = setUp(({ body }, number) =>
    number < 4 ? new Internal('internal', 'unable') : stored(1, body?.client_id),
  );
  const sent = outbox.send('c', create('Hello'));
  await clock.pass(60_000);
  expect(await sent).toMatchObject({ seq: 1 });
  expect(requests.map(({ body }) => body)).toEqual(Array(4).fill({ message: 'Hello', client_id: 'id1' }));
  expect(outbox.of('c')).toEqual([]);
});

it('sends in order, also when the first has to be tried again', async () => {
  const { clock, outbox, requests } = setUp(({ body }, number) =>
    number === 1 ? new Internal('internal', 'unable') : stored(number, body?.client_id),
  );
  void outbox.send('c', create('one'));
  void outbox.send('c', create('two'));
  await clock.pass(60_000);
  expect(requests.map(({ body }) => body?.message)).toEqual(['one', 'one', 'two']);
});

it('does not let one conversation wait for another', async () => {
  const { clock, outbox, requests } = setUp(({ body, path }) =>
    path.includes('/c/') ? new Internal('internal', 'unable') : stored(1, body?.client_id),
  );
  void outbox.send('c', create('one'));
  const other = outbox.send('d', create('two'));
  await clock.pass(0);
  expect(await other).toMatchObject({ seq: 1 });
  expect(requests.length).toBe(2);
});

it('waits as long as the server says', async () => {
  const { clock, outbox, requests } = setUp(({ body }, number) =>
    number === 1 ? new RateLimited('rate_limited', 'unable', 9) : stored(1, body?.client_id),
  );
  void outbox.send('c', create('Hello'));
  await clock.pass(9_000);
  expect(requests.length).toBe(1);
  await clock.pass(1_000);
  expect(requests.length).toBe(2);
});

it('gives up what would have to wait for more than an hour, and goes on', async () => {
  const { clock, outbox, refused } = setUp(({ body }, number) =>
    number === 1 ? new RateLimited('rate_limited', 'unable', 3_601) : stored(1, body?.client_id),
  );
  const first = outbox.send('c', create('one')).catch((error: unknown) => error);
  const second = outbox.send('c', create('two'));
  await clock.pass(1_000);
  expect(await first).toBeInstanceOf(RateLimited);
  expect(await second).toMatchObject({ client_id: 'id2' });
  expect(refused).toEqual(['id1 rate_limited']);
});

it('gives up what will never be accepted, says so, and goes on', async () => {
  const { clock, outbox, refused } = setUp(({ body }, number) =>
    number === 1 ? new Forbidden('forbidden', 'unable to send; you are not a member') : stored(1, body?.client_id),
  );
  const first = outbox.send('c', create('one')).catch((error: unknown) => error);
  const second = outbox.send('c', create('two'));
  await clock.pass(1_000);
  expect(await first).toBeInstanceOf(Forbidden);
  expect(await second).toMatchObject({ client_id: 'id2' });
  expect(refused).toEqual(['id1 forbidden']);
});

it('takes the message from the socket as acknowledgement, and tries no more', async () => {
  const { clock, outbox, requests } = setUp(() => new Internal('internal', 'unable'));
  const sent = outbox.send('c', create('Hello'));
  await clock.pass(0);
  outbox.acknowledge(stored(3, 'id1'));
  expect(await sent).toMatchObject({ seq: 3 });
  await clock.pass(60_000);
  expect(requests.length).toBe(1);
});

it('keeps what is not acknowledged, and forgets what is', async () => {
  const store = memoryStore();
  const { clock, outbox } = setUp(
    ({ body }, number) => (number === 1 ? new Internal('internal', 'unable') : stored(1, body?.client_id)),
    store,
  );
  void outbox.send('c', create('Hello'));
  await clock.pass(0);
  expect([...store.all.values()]).toMatchObject([{ client_id: 'id1', afterSeq: 7 }]);
  await clock.pass(60_000);
  expect(store.all.size).toBe(0);
});

const left: OutboxItem = {
  client_id: 'old',
  conversation: 'c',
  order: 4,
  action: create('Hello'),
  createdAt: 0,
  afterSeq: 5,
};

it('sends what an earlier page left, before what is new', async () => {
  const { clock, outbox, requests } = setUp(
    ({ body }, number) => stored(number, body?.client_id),
    memoryStore([{ ...left, client_id: 'older', order: 3 }, left].reverse()),
  );
  await outbox.restore();
  void outbox.send('c', create('new'));
  await clock.pass(1_000);
  expect(requests.map(({ body }) => body?.client_id)).toEqual(['older', 'old', 'id1']);
});

it('sends what an earlier version left, whose items had other names', async () => {
  const { order: place, action: what, createdAt: at, afterSeq: after, ...item } = left;
  const former = { ...item, place, what, at, after } as unknown as OutboxItem;
  const folder = mkdtempSync(join(tmpdir(), 'parley-outbox-'));
  const file = join(folder, 'outbox.json');
  try {
    writeFileSync(file, JSON.stringify([former]));
    const { clock, outbox, requests } = setUp(({ body }, number) => stored(number, body?.client_id), fileOutbox(file));
    await outbox.restore();
    await clock.pass(1_000);
    expect(requests.map(({ body }) => body)).toEqual([{ message: 'Hello', client_id: 'old' }]);
    await expect.poll(() => readFileSync(file, 'utf8')).toBe('[]');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('a store that several pages have', () => {
  /** A store, and what the other page does. */
  function shared() {
    let others: OtherPages | undefined;
    const store: OutboxStore = {
      ...memoryStore(),
      watch(pages) {
        others = pages;
        return () => {
          others = undefined;
        };
      },
    };
    return { store, otherPage: () => others };
  }
  const shown = (outbox: ReturnType<typeof setUp>['outbox']) => outbox.of('c').map(({ client_id }) => client_id);

  it('shows what another page sends without sending it, until that page has its answer', async () => {
    const { store, otherPage } = shared();
    const { clock, outbox, requests } = setUp(({ body }) => stored(1, body?.client_id), store);
    otherPage()?.onPut(left);
    otherPage()?.onPut({ ...left, afterSeq: 6 });
    expect(shown(outbox)).toEqual(['old']);
    await outbox.send('c', create('own'));
    await clock.pass(1_000);
    expect(requests.map(({ body }) => body?.client_id)).toEqual(['id1']);
    expect(shown(outbox)).toEqual(['old']);
    otherPage()?.onDelete(left);
    expect(shown(outbox)).toEqual([]);
    await clock.pass(60_000);
    expect(requests.length).toBe(1);
  });

  it('sends what a page has left that is gone', async () => {
    const { store, otherPage } = shared();
    const { clock, outbox, requests } = setUp(({ body }) => stored(1, body?.client_id), store);
    otherPage()?.onPut(left);
    otherPage()?.onLeft(left);
    await clock.pass(100);
    expect(requests.map(({ body }) => body?.client_id)).toEqual(['old']);
    expect(shown(outbox)).toEqual([]);
  });

  it('is left to the others when the client is closed', () => {
    const { store, otherPage } = shared();
    const { outbox } = setUp(() => stored(1, undefined), store);
    expect(otherPage()).toBeDefined();
    outbox.stop();
    expect(otherPage()).toBeUndefined();
  });
});

it('does not send again what an earlier page left and the log has', async () => {
  const store = memoryStore([left]);
  const { clock, outbox, requests, found } = setUp(() => new NotFound('not_found', 'unable'), store);
  found.set('old', stored(6, 'old'));
  await outbox.restore();
  await clock.pass(1_000);
  expect(requests).toEqual([]);
  expect(store.all.size).toBe(0);
});

it('says of each change what it is, and repeats it as the same', async () => {
  const { clock, outbox, requests } = setUp(() => stored(3, undefined));
  void outbox.send('alice_bob', { type: 'edit', seq: 3, message: 'other' });
  void outbox.send('alice_bob', { type: 'delete', seq: 3 });
  void outbox.send('room:a', { type: 'react', seq: 3, emoji: '👍🏽', remove: false });
  await clock.pass(1_000);
  expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual(
    expect.arrayContaining([
      ['PATCH', '/conversations/alice_bob/messages/3', { message: 'other', client_id: 'id1' }],
      ['DELETE', '/conversations/alice_bob/messages/3?client_id=id2', undefined],
      ['PUT', `/conversations/room%3Aa/messages/3/reactions/${encodeURIComponent('👍🏽')}?client_id=id3`, undefined],
    ]),
  );
});
