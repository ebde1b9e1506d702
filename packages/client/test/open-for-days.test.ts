/** A chat on a server that the test plays: what it holds after days, and what it leaves when it is closed. */
import { beforeEach, expect, it } from 'vitest';
import { createFriends } from '../src/friends.ts';
import { createInvitations } from '../src/groups.ts';
import type { Chat, ConversationView, OutboxItem, OutboxStore } from '../src/index.ts';
import { createChat, Internal, isRetryable } from '../src/index.ts';
import { createUsers } from '../src/users.ts';
import { openWindow } from '../src/window.ts';
import { FakeSocket, fakeClock, fakeEvent, fakeMember, fakeMessage } from './fakes.ts';

/** A conversation of Alice and Bob with as many messages as Alice has sent. Bob is the user. */
function startServer() {
  const state = {
    seq: 0,
    answers: true,
    /** What every answer waits for. */
    until: Promise.resolve(),
    requests: 0,
    /** The ids of what was sent over HTTP. */
    stored: [] as string[],
  };
  const view = (): ConversationView =>
    ({
      id: 'alice_bob',
      kind: 'direct',
      title: null,
      seq: state.seq,
      read_seq: 0,
      unread_count: state.seq,
      last_message: null,
      members: [fakeMember('alice'), fakeMember('bob')],
    }) satisfies ConversationView;
  function messagesOf(query: URLSearchParams) {
    const [before, after, around] = ['before', 'after', 'around'].map((name) => Number(query.get(name) ?? Number.NaN));
    const limit = Number(query.get('limit'));
    const all = Array.from({ length: state.seq }, (_, index) => fakeMessage(index + 1));
    if (after !== undefined && after >= 0) {
      const results = all.slice(after, after + limit);
      const last = after + results.length;
      const events = results.map(({ seq }) => fakeEvent(seq));
      const next = last < state.seq ? `?after=${last}` : null;
      return {
        results: query.has('changes') ? events : results,
        next,
        previous: `?before=${after + 1}`,
        count: state.seq,
      };
    }
    const end = around && around >= 0 ? Math.min(state.seq, around + limit / 2) : (before ?? 0) - 1;
    const start = Math.max(0, end - limit);
    return {
      results: all.slice(start, end).reverse(),
      next: start > 0 ? `?before=${start + 1}` : null,
      previous: end < state.seq ? `?after=${end}` : null,
    };
  }
  const fetch = async (address: string | URL | Request, { method, body }: RequestInit = {}) => {
    const { pathname, searchParams } = new URL(String(address));
    state.requests++;
    await state.until;
    if (!state.answers) throw new TypeError('no network');
    if (pathname === '/api/me') return Response.json({ username: 'bob' });
    // A message or a change of one, and not the clearing of the history.
    if (pathname.includes('/messages') && method !== 'GET' && !searchParams.has('up_to')) {
      const client_id = searchParams.get('client_id') ?? JSON.parse(String(body)).client_id;
      state.stored.push(client_id);
      return Response.json(fakeMessage(++state.seq, { client_id }));
    }
    if (pathname.endsWith('/messages') && method === 'GET') return Response.json(messagesOf(searchParams));
    if (pathname.startsWith('/api/me/')) return Response.json({ results: [{ username: 'carol' }], next: null });
    if (method === 'GET') return Response.json(view());
    const upTo = searchParams.get('up_to');
    return upTo ? Response.json({ up_to: Number(upTo) }) : new Response(null, { status: 204 });
  };
  return { state, fetch };
}

let clock: ReturnType<typeof fakeClock>;
let server: ReturnType<typeof startServer>;
let chat: Chat;
/** Timers that are not over. */
let waiting: number;

beforeEach(() => {
  FakeSocket.instances = [];
  clock = fakeClock();
  server = startServer();
  waiting = 0;
  chat = start();
});

function start(outbox?: OutboxStore): Chat {
  return createChat({
    outbox,
    url: 'https://chat.example',
    getToken: () => 'token',
    fetch: server.fetch,
    WebSocket: FakeSocket,
    random: () => 1,
    environment: { isOnline: () => true, subscribe: () => () => {} },
    clock: {
      now: clock.now,
      after(ms, callback) {
        let isOver = false;
        const end = () => {
          if (!isOver) waiting--;
          isOver = true;
        };
        waiting++;
        const cancel = clock.after(ms, () => {
          end();
          callback();
        });
        return () => {
          end();
          cancel();
        };
      },
    },
  });
}

/** Promises that follow from each other, and what is loaded when it is needed. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Resolves when the newest chat is live. */
async function connect(): Promise<FakeSocket> {
  await settle();
  const socket = FakeSocket.instances.at(-1);
  if (!socket) throw new Error('there is no socket');
  socket.open();
  await settle();
  expect(chat.state.status).toBe('live');
  return socket;
}

function write(socket: FakeSocket, count: number): void {
  for (let sent = 0; sent < count; sent++) socket.receive(fakeEvent(++server.state.seq));
}

it('lists that are asked for while a connection is catching up are loaded, also when its first event is past', async () => {
  await settle();
  FakeSocket.instances[0]?.open();
  FakeSocket.instances[0]?.receive({ type: 'conversations', results: [], next: null });
  expect(chat.state.status).toBe('catching up');
  const [friends, groups] = [createFriends(chat), createInvitations(chat)];
  await settle();
  expect([friends.received.length, groups.invitations.length]).toEqual([1, 1]);
});

it('a window keeps no hole between what was loaded and what came after the client had forgotten the messages between', async () => {
  server.state.seq = 500;
  const socket = await connect();
  const conversation = await chat.open('alice_bob');
  const window = openWindow(chat, conversation);
  const isWhole = () => {
    const seqs = window.messages.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  };
  while (window.hasOlder) await window.loadOlder();
  isWhole();
  while (!window.atNewest) await window.loadNewer();
  isWhole();
  expect(window.messages[0]?.seq).toBeLessThan(conversation.messages[0]?.seq ?? 0);
  for (let turn = 0; turn < 40; turn++) {
    write(socket, 50);
    isWhole();
    expect([window.atNewest, window.messages.at(-1)?.seq]).toEqual([true, server.state.seq]);
    expect(window.messages.length).toBeLessThanOrEqual(1_400);
  }
  await window.goTo(7);
  expect(window.messages.some(({ seq }) => seq === 7)).toBe(true);
  isWhole();
});

it('a window keeps the message that the user reads when the client forgets it, once and again, and leads back to the newest', async () => {
  server.state.seq = 100;
  const socket = await connect();
  const conversation = await chat.open('alice_bob');
  const window = openWindow(chat, conversation);
  const seqs = () => window.messages.map(({ seq }) => seq);
  const isWhole = () => expect(seqs()).toEqual(seqs().map((_, index) => (seqs()[0] ?? 0) + index));
  /** The rows around the one that is read are the same objects, and need no request. */
  const around = (seq: number) => window.messages.filter((message) => Math.abs(message.seq - seq) <= 10);
  window.keep(80);
  const before = around(80);
  expect(before).toHaveLength(21);
  server.state.answers = false;
  for (let turn = 0; turn < 40; turn++) {
    write(socket, 50);
    isWhole();
    expect(around(80)).toEqual(before);
  }
  expect([window.atNewest, window.hasOlder, seqs().length]).toEqual([false, true, 229]);
  server.state.answers = true;

  // Down again, and up again: no message is there twice, none is missing, and the window stays small.
  while (!window.atNewest) {
    await window.loadNewer();
    isWhole();
    expect(seqs().length).toBeLessThanOrEqual(1_400);
  }
  expect(seqs().at(-1)).toBe(server.state.seq);
  // What is read stands just before those that the client has not forgotten: then the window stays at the newest.
  const reading = seqs().at(-510) ?? 0;
  window.keep(reading);
  const first = conversation.messages[0]?.seq ?? 0;
  while (conversation.messages[0]?.seq === first) write(socket, 1);
  isWhole();
  expect(around(reading)).toHaveLength(21);
  while (window.hasOlder) {
    await window.loadOlder();
    isWhole();
  }
  expect(seqs()[0]).toBe(1);
  // Whoever follows the newest messages goes on with them.
  window.goToNewest();
  window.keep(undefined);
  write(socket, 1_100);
  expect([window.atNewest, window.messages]).toEqual([true, conversation.messages]);
});

it('a window does not keep what the user clears', async () => {
  const socket = await connect();
  const conversation = await chat.open('alice_bob');
  const window = openWindow(chat, conversation);
  write(socket, 900);
  window.keep(30);
  await conversation.clearHistory(600);
  expect(window.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, index) => 601 + index));
});

it('a window that has gone elsewhere while it was refreshed has one part of the log', async () => {
  server.state.seq = 2_000;
  const first = await connect();
  const window = openWindow(chat, await chat.open('alice_bob'));
  await window.goTo(500);
  // As many as take several requests.
  for (let page = 0; page < 5; page++) await window.loadOlder();
  first.drop();
  await clock.pass(60_000);
  await settle();
  FakeSocket.instances.at(-1)?.open();
  const stop = chat.onState(({ status }) => status === 'live' && void window.goTo(1_000));
  await settle();
  await settle();
  stop();
  const seqs = window.messages.map(({ seq }) => seq);
  expect(seqs).toContain(1_000);
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
});

it('leaves no timer when it is closed, whatever it was doing, and what was asked for ends with an error', async () => {
  const socket = await connect();
  const conversation = await chat.open('alice_bob');
  write(socket, 2);
  server.state.seq += 5;
  socket.receive(fakeEvent(server.state.seq));
  socket.receive({ type: 'typing', conversation: 'alice_bob', user: 'alice', typing: true });
  socket.receive(fakeEvent(9, { conversation: 'bob_carol', room: 'bob_carol' }));
  conversation.typing.keystroke();
  conversation.read();
  void conversation.send('Hello');
  void conversation.edit(1, 'other');
  await settle();
  server.state.answers = false;
  const opening = chat.open('carol');
  await settle();
  expect(waiting).toBeGreaterThan(5);
  chat.close();
  await expect(opening).rejects.toMatchObject({ code: 'internal' });
  await settle();
  expect(waiting).toBe(0);
});

it('what waits to be sent when it is closed ends with an error at once, and the next chat sends it; what comes later is refused', async () => {
  const stored = new Map<string, OutboxItem>();
  const store: OutboxStore = {
    load: async () => [...stored.values()],
    put: async (item) => void stored.set(item.client_id, item),
    delete: async (id) => void stored.delete(id),
  };
  server.state.seq = 3;
  chat.close();
  chat = start(store);
  const socket = await connect();
  const conversation = await chat.open('alice_bob');
  const results: string[] = [];
  const note = (promise: Promise<unknown>) =>
    promise.then(
      () => results.push('done'),
      (error) => results.push(error instanceof Internal && isRetryable(error) ? error.message : String(error)),
    );
  const ask = () => [
    conversation.send('Hello'),
    conversation.send('again'),
    conversation.edit(1, 'other'),
    conversation.delete(2),
    conversation.react(3, '👍'),
  ];
  ask().forEach(note);
  const isCreate = (frame: unknown) => (frame as { type: string }).type === 'create';
  await settle();
  expect(socket.sent.filter(isCreate)).toHaveLength(1);
  const waited = [...stored.values()];
  expect(waited).toHaveLength(5);
  const rejected: unknown[] = [];
  chat.onRejected((one) => rejected.push(one));

  chat.close();
  ask().forEach(note);
  await settle();
  expect(results).toEqual(Array(10).fill('unable to reach the server; the chat is closed'));
  expect([...stored.values()]).toEqual(waited);
  expect(rejected).toEqual([]);

  chat = start(store);
  await expect.poll(() => stored.size).toBe(0);
  expect(server.state.stored).toEqual(waited.map(({ client_id }) => client_id));
  expect(chat.pending('alice_bob')).toEqual([]);
  chat.close();
  expect(waiting).toBe(0);
});

it.each([true, false])(
  'every promise that is pending when it is closed ends (the server answers then: %s)',
  async (answers) => {
    server.state.seq = 500;
    await connect();
    const conversation = await chat.open('alice_bob');
    const window = openWindow(chat, conversation);
    let answer = () => {};
    server.state.until = new Promise((resolve) => {
      answer = resolve;
    });
    const asked = {
      request: chat.request('GET', '/me'),
      upload: conversation.upload(new Blob(['x'])),
      check: chat.check(),
      list: chat.loadConversations(),
      reload: conversation.reload(),
      older: conversation.loadOlder(),
      goTo: window.goTo(100),
      search: window.search('x').next(),
      history: conversation.history().next(),
      users: createUsers(chat).search('x'),
      leave: conversation.leave(),
      open: chat.open('carol'),
    };
    conversation.read();
    await settle();
    server.state.answers = answers;
    const ends: string[] = [];
    for (const [name, promise] of Object.entries(asked)) {
      promise.catch(() => {}).finally(() => ends.push(name));
    }
    chat.close();
    answer();
    await expect.poll(() => ends.sort()).toEqual(Object.keys(asked).sort());
    await expect(asked.open).rejects.toBeInstanceOf(Internal);

    // Nothing repeats itself any more, and what is opened now is refused without a request.
    const { requests } = server.state;
    await expect(chat.open('carol')).rejects.toThrow('unable to reach the server; the chat is closed');
    await settle();
    expect([server.state.requests, waiting]).toEqual([requests, 0]);
  },
);

it('sends how far the user has read when the conversation is closed at once', async () => {
  server.state.seq = 3;
  const socket = await connect();
  const conversation = await chat.open('alice_bob');
  conversation.read(2);
  conversation.close();
  expect(socket.sent).toContainEqual({ type: 'read_messages', conversation: 'alice_bob', up_to: 2, quiet: true });
});

it('a conversation that the user has left has ended, so that nobody shows it as open', async () => {
  await connect();
  const conversation = await chat.open('alice_bob');
  await conversation.leave();
  expect(conversation.ended).toMatchObject({ code: 'forbidden' });
});

it('a conversation stays current when one that was opened before it is closed once more', async () => {
  const socket = await connect();
  const removed = await chat.open('alice_bob');
  const message = { ...fakeMessage(++server.state.seq), content_type: 'system' as const };
  const change = { kind: 'removed', by: 'alice', who: 'bob' };
  socket.receive({ type: 'conversation_updated', conversation: 'alice_bob', seq: message.seq, message, change });
  expect(removed.ended).toMatchObject({ code: 'forbidden' });
  const again = await chat.open('alice_bob');
  expect(again).not.toBe(removed);
  removed.close();
  write(socket, 1);
  expect(again.messages.at(-1)?.seq).toBe(server.state.seq);
});
