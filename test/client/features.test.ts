/** The client with all of its features against a running Parley. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Forbidden } from '@parley/client';
import { type CompleteChat, createChat } from '@parley/client/complete';
import type { FailedSend, FailedSendStore } from '@parley/client/failed-sends';
import { isMuted } from '@parley/client/settings';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, type Person } from '../support/person.ts';

let stack: Chat;
const chats: CompleteChat[] = [];

beforeAll(async () => {
  stack = await startChat();
});
afterEach(() => {
  for (const chat of chats.splice(0)) chat.close();
});
afterAll(() => stack.stop());

/** Resolves when the client is live. */
async function connect({ outputs, tokens }: Person, options: Partial<Parameters<typeof createChat>[0]> = {}) {
  const chat = createChat({ url: outputs.WebUrl, getToken: () => tokens.access, WebSocket, ...options });
  chats.push(chat);
  await new Promise<void>((resolve) => chat.onState(({ status }) => status === 'live' && resolve()));
  return chat;
}

/** Resolves when something fulfils a condition. */
async function until(of: { subscribe(listener: () => void): () => void }, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const stop = of.subscribe(() => {
      if (!isSo()) return;
      stop();
      resolve();
    });
  });
}

it('a window goes to any message, pages to both ends, and stays current after a lost connection', async () => {
  const people = await stack.people('writer1', 'writer2', 'writer3', 'writer4', 'writer5', 'writer6');
  const [alice] = people;
  if (!alice) throw new Error('there is nobody');
  const id = `room:window-${stack.run}`;
  await Promise.all(people.map((one) => one.request('PUT', `/conversations/${id}/members/${one.username}`)));
  for (let turn = 1; turn <= 15; turn++) {
    await Promise.all(
      people.map((one, place) =>
        one.post(`/conversations/${id}/messages`, {
          message: `turn ${turn} of ${place}${turn === 2 && place === 0 ? ' needle' : ''}`,
        }),
      ),
    );
  }
  let online = true;
  let hear = () => {};
  const sockets: WebSocket[] = [];
  const chat = await connect(alice, {
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    },
    environment: {
      isOnline: () => online,
      subscribe(listener) {
        hear = listener;
        return () => {};
      },
    },
  });
  const conversation = await chat.open(id);
  const { window } = conversation;
  const seqs = () => window.messages.filter(({ content_type }) => content_type !== 'system').map(({ seq }) => seq);
  const newest = seqs().at(-1) ?? 0;
  expect(window.messages).toBe(conversation.messages);
  expect([window.atNewest, window.hasOlder]).toEqual([true, true]);

  const found = await window.search('needle').next();
  const target = found.value?.[0]?.seq ?? 0;
  expect(await window.goTo(target)).toBe(target);
  expect(window.atNewest).toBe(false);
  expect(seqs()).toContain(target);
  expect(seqs()).not.toContain(newest);

  // The same messages as the log has them, without gaps and once each.
  while (window.hasOlder) await window.loadOlder();
  while (!window.atNewest) await window.loadNewer();
  const all = seqs();
  expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
  expect(all.length).toBe(15 * 6);

  // An event changes an old message, and so does what happened without a connection.
  await window.goTo(target);
  const shown = () => window.messages.find(({ seq }) => seq === target);
  await alice.request('PUT', `/conversations/${id}/messages/${target}/reactions/${encodeURIComponent('👍')}`);
  await until(window, () => shown()?.reactions['👍'] !== undefined);

  const offline = new Promise<void>((resolve) => chat.onState(({ status }) => status === 'offline' && resolve()));
  online = false;
  for (const socket of sockets) socket.terminate();
  await offline;
  await alice.request('PUT', `/conversations/${id}/messages/${target}/reactions/${encodeURIComponent('🎉')}`);
  expect(shown()?.reactions['🎉']).toBeUndefined();
  online = true;
  hear();
  await until(window, () => shown()?.reactions['🎉'] !== undefined);
  expect(Object.keys(shown()?.reactions ?? {}).length).toBe(2);

  window.goToNewest();
  expect([window.atNewest, seqs().at(-1)]).toEqual([true, newest]);
  await window.goTo(target);
  expect(await window.load(target)).toMatchObject({ seq: target, reactions: { '🎉': [alice.username] } });
});

it('a message is sending, sent, delivered and read; who has read it is told, and pending changes are shown', async () => {
  const [alice, bob] = await stack.people('state-alice', 'state-bob');
  await acquaint(alice, bob);
  const at = await connect(alice);
  const ac = await at.open(bob.username);
  const { window } = ac;
  const sending = ac.send('Hello');
  const [waiting] = window.pending;
  if (!waiting) throw new Error('nothing waits');
  expect([waiting.action.message, window.stateOf(waiting)]).toEqual(['Hello', 'sending']);
  const message = await sending;
  expect([window.pending, window.messages.at(-1)?.message]).toEqual([[], 'Hello']);
  expect(window.stateOf(message)).toBe('sent');
  expect(window.receiptsOf(message)).toMatchObject([{ username: bob.username, receipt: 'sent' }]);

  const bc = await (await connect(bob)).open(alice.username);
  await until(window, () => window.stateOf(message) === 'delivered');
  bc.read();
  await until(window, () => window.stateOf(message) === 'read');
  expect(window.lastReadBy(bob.username)).toBe(message.seq);
  expect(window.receiptsOf(message)[0]?.receipt).toBe('read');
  expect(window.receipts).toEqual({ delivered: message.seq, read: message.seq });
  expect(bc.window.stateOf(message)).toBeUndefined();

  const editing = ac.edit(message.seq, 'Hello, Bob');
  expect([window.messages.at(-1)?.message, window.stateOf(message)]).toEqual(['Hello, Bob', 'sending']);
  await editing;
  expect([window.messages.at(-1)?.message, window.stateOf(message)]).toEqual(['Hello, Bob', 'read']);
});

it('what is refused is kept until the user decides, also by the next page', async () => {
  const [alice, bob] = await stack.people('failed-alice', 'failed-bob');
  let stored: readonly FailedSend[] = [];
  const failedSends: FailedSendStore = {
    load: () => stored,
    save(failed) {
      stored = failed;
    },
  };

  const chat = await connect(alice, { failedSends });
  const conversation = await chat.open(bob.username);
  await bob.request('PUT', `/me/blocks/${alice.username}`);
  await expect(conversation.send('Hello?')).rejects.toBeInstanceOf(Forbidden);
  expect(chat.failedSends.of(conversation.id)).toMatchObject([
    { code: 'forbidden', item: { action: { message: 'Hello?' } } },
  ]);
  chat.close();

  const next = await connect(alice, { failedSends });
  const [failed] = next.failedSends.all;
  if (!failed) throw new Error('nothing failed');
  await bob.request('DELETE', `/me/blocks/${alice.username}`);
  const sent = await next.failedSends.retry(failed, await next.open(bob.username));
  expect(sent.message).toBe('Hello?');
  expect([next.failedSends.all, stored]).toEqual([[], []]);
});

it('friends, groups and invitations change on both sides, and blocks and the account on all devices of one', async () => {
  const [alice, bob, carol] = await stack.people('fa', 'fb', 'fc');
  const [at, bt, ct] = await Promise.all([alice, bob, carol].map((one) => connect(one)));
  if (!at || !bt || !ct) throw new Error('somebody is missing');
  await Promise.all([at.friends.load(), bt.friends.load()]);
  expect(await at.friends.ask(bob.username)).toBe('sent');
  await until(bt.friends, () => bt.friends.of(alice.username) === 'received');
  expect(bt.users.of(alice.username)?.username).toBe(alice.username);
  expect(await bt.friends.ask(alice.username)).toBe('friends');
  await until(at.friends, () => at.friends.of(bob.username) === 'friends');
  expect(at.friends.friends.map(({ username }) => username)).toEqual([bob.username]);

  const { id } = await at.groups.create({ title: 'Two', members: [bob.username] });
  expect(await at.groups.invite(id, carol.username)).toBe('invited');
  await until(ct.groups, () => ct.groups.invitations.length === 1);
  expect(ct.groups.invitations).toMatchObject([{ conversation: id, title: 'Two', by: alice.username }]);
  await ct.groups.accept(id);
  expect(ct.groups.invitations).toEqual([]);
  await at.groups.setRole(id, carol.username, 'admin');
  expect((await ct.groups.rename(id, 'Three')).title).toBe('Three');
  for await (const { results } of ct.groups.members(id)) {
    expect(results.map(({ username, role }) => [username, role]).sort()).toEqual(
      [
        [alice.username, 'owner'],
        [bob.username, 'member'],
        [carol.username, 'admin'],
      ].sort(),
    );
  }
  await at.groups.remove(id, bob.username);
  await expect(bt.groups.rename(id, 'Mine')).rejects.toBeInstanceOf(Forbidden);

  await bt.blocks.block(carol.username);
  expect([bt.blocks.has(carol.username), bt.blocks.has(alice.username)]).toEqual([true, false]);
  await bt.blocks.unblock(carol.username);
  expect(bt.blocks.people).toEqual([]);

  // On another device: what happens there at once, and what happened while it had no connection.
  let [online, hear] = [true, () => {}];
  const sockets: WebSocket[] = [];
  const other = await connect(bob, {
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    },
    environment: {
      isOnline: () => online,
      subscribe(listener) {
        hear = listener;
        return () => {};
      },
    },
  });
  await Promise.all([other.blocks.load(), other.account.load()]);
  await bt.blocks.block(carol.username);
  await until(other.blocks, () => other.blocks.has(carol.username) === true);
  expect(other.blocks.people).toEqual((await bob.get('/me/blocks')).body.results);
  await bt.account.change({ name: 'Bobby' });
  await until(other.account, () => other.account.profile?.name === 'Bobby');
  const offline = new Promise<void>((resolve) => other.onState(({ status }) => status === 'offline' && resolve()));
  online = false;
  for (const socket of sockets) socket.terminate();
  await offline;
  await bt.blocks.unblock(carol.username);
  await bt.account.change({ name: 'Bob' });
  expect([other.blocks.has(carol.username), other.account.profile?.name]).toEqual([true, 'Bobby']);
  online = true;
  hear();
  await until(other.blocks, () => other.blocks.has(carol.username) === false);
  await until(other.account, () => other.account.profile?.name === 'Bob');

  await at.friends.end(bob.username);
  await until(bt.friends, () => bt.friends.of(alice.username) === 'none');
});

it('rooms, mutes, people, devices and the account', async () => {
  const [alice, bob] = await stack.people('ra', 'rb');
  const [at, bt] = await Promise.all([connect(alice), connect(bob)]);
  const id = `room:features-${stack.run}`;
  await at.rooms.join(id);
  await bt.rooms.join(id);
  const isQuiet = () => at.conversations.some((view) => view.id === id && isMuted(view, Date.now()));
  await at.settings.mute(id);
  await until(at, isQuiet);
  await at.settings.unmute(id);
  await until(at, () => !isQuiet());

  expect((await at.users.search(bob.username)).map(({ username }) => username)).toEqual([bob.username]);
  expect(at.users.of(bob.username)).toMatchObject({ username: bob.username, online: true });
  expect(bt.users.of(alice.username)).toBeUndefined();
  await until(bt.users, () => bt.users.of(alice.username) !== undefined);

  expect(await at.devices.kinds()).toMatchObject({ fcm: expect.any(Boolean) });
  expect(await at.devices.list()).toEqual([]);

  const gif = new Blob([Buffer.from('R0lGODlhAgADAIAAAAAAAP///yH5BAAAAAAALAAAAAACAAMAAAIChF8AOw==', 'base64')], {
    type: 'image/gif',
  });
  const me = await at.account.change({ name: 'Alice the First', picture: gif });
  expect(me).toMatchObject({ name: 'Alice the First', avatar: expect.stringContaining('http') });
  expect(at.account.profile).toBe(me);
  expect((await at.account.change({ picture: null, hide_presence: true })).avatar).toBeNull();
  expect(await at.account.load()).toMatchObject({ name: 'Alice the First', hide_presence: true });
  expect([await at.account.archive(), await at.account.deletion()]).toEqual([undefined, undefined]);
  expect((await at.account.makeArchive()).state).toMatch(/running|ready/);
  expect(await at.account.archive()).toBeDefined();
  await bt.account.delete();
  expect(await bt.account.deletion()).toMatchObject({ state: expect.any(String) });
});

it('runs where there is no DOM, no crypto and no storage, as in React Native', async () => {
  const [alice, bob] = await stack.people('native-alice', 'native-bob');
  const root = resolve(import.meta.dirname, '../..');
  const folder = mkdtempSync(join(tmpdir(), 'parley-native-'));
  try {
    await build({
      stdin: { contents: nativeApp, resolveDir: root },
      bundle: true,
      outfile: join(folder, 'app.mjs'),
      format: 'esm',
      platform: 'neutral',
      // Dynamic imports are in the one file, as Metro does it.
      splitting: false,
      target: 'es2022',
      logLevel: 'error',
    });
    writeFileSync(
      join(folder, 'main.mjs'),
      `import { createRequire } from 'node:module';
      const { WebSocket } = createRequire(${JSON.stringify(join(root, 'package.json'))})('ws');
      for (const name of ['crypto', 'document', 'window', 'navigator', 'BroadcastChannel', 'XMLHttpRequest', 'structuredClone', 'addEventListener', 'indexedDB', 'localStorage']) {
        Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
      }
      globalThis.WebSocket = WebSocket;
      AbortSignal.prototype.throwIfAborted = undefined;
      const { main } = await import('./app.mjs');
      console.log(await main(...${JSON.stringify([alice.outputs.WebUrl, alice.tokens.access, bob.username])}));`,
    );
    const reader = await (await connect(bob)).open(alice.username);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')]);
    expect(stdout.trim()).toBe('live Hello from a phone');
    await until(reader, () => reader.messages.at(-1)?.message === 'Hello from a phone');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const nativeApp = `
  import { createChat } from '@parley/client/complete';
  export async function main(url, token, friend) {
    let ids = 0;
    const stored = new Map();
    const chat = createChat({
      url,
      getToken: () => token,
      newId: () => 'phone-' + ++ids,
      outbox: { load: async () => [...stored.values()], put: async (item) => void stored.set(item.client_id, item), delete: async (id) => void stored.delete(id) },
    });
    const conversation = await chat.open(friend);
    await new Promise((resolve) => (chat.state.status === 'live' ? resolve() : chat.onState(({ status }) => status === 'live' && resolve())));
    const { status } = chat.state;
    await conversation.send('Hello from a phone');
    await chat.friends.load();
    const { message } = conversation.window.messages.at(-1);
    chat.close();
    return status + ' ' + message + (stored.size > 0 ? ' and something is left' : '');
  }
`;
