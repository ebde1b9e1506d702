/** The client against a running Parley. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type ChatOptions,
  type Conversation,
  createChat,
  Forbidden,
  Internal,
  InvalidFrame,
  UnknownUser,
} from '@parley/client';
import { fileOutbox } from '@parley/client/file';
import { createSettings, isArchived, isMuted, markedFrom, pinnedFirst, unreadTotal } from '@parley/client/settings';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { buildClient } from '#bin/build-client';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import { growOld } from '../support/stored-connections.ts';

let stack: Chat;
const chats: ReturnType<typeof createChat>[] = [];

beforeAll(async () => {
  stack = await startChat();
});
afterEach(() => {
  for (const chat of chats.splice(0)) chat.close();
});
afterAll(() => stack.stop());

function connect(person: Person, options: Partial<ChatOptions> = {}) {
  const chat = createChat({
    url: person.outputs.WebUrl,
    getToken: () => person.tokens.access,
    WebSocket,
    ...options,
  });
  chats.push(chat);
  return chat;
}

/** Resolves when the conversation fulfils a condition. */
async function until(conversation: Conversation, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const stop = conversation.subscribe(() => {
      if (!isSo()) return;
      stop();
      resolve();
    });
  });
}

async function changed(chat: ReturnType<typeof createChat>, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((done) => {
    const stop = chat.subscribe(() => {
      if (!isSo()) return;
      stop();
      done();
    });
  });
}

async function live(chat: ReturnType<typeof createChat>): Promise<void> {
  if (chat.state.status === 'live') return;
  await new Promise<void>((resolve) => {
    const stop = chat.onState(({ status }) => {
      if (status !== 'live') return;
      stop();
      resolve();
    });
  });
}

const texts = ({ messages }: Conversation) => messages.map(({ message }) => message);

async function pair(a: string, b: string) {
  const [alice, bob] = await stack.people(a, b);
  const [at, bt] = [connect(alice), connect(bob)];
  const [ac, bc] = await Promise.all([at.open(bob.username), bt.open(named(alice, bob))]);
  await Promise.all([live(at), live(bt)]);
  return { alice, bob, at, bt, ac, bc };
}

it('two people talk: a pending message becomes a message, and its receipt changes to delivered and read', async () => {
  const { bob, ac, bc } = await pair('alice', 'bob');
  expect(ac.id).toBe(bc.id);
  const sending = ac.send('Hello');
  expect(ac.pending.map(({ action }) => action)).toEqual([{ type: 'create', message: 'Hello' }]);
  const message = await sending;
  expect([ac.pending, texts(ac)]).toEqual([[], ['Hello']]);
  await until(bc, () => bc.messages.length === 1);
  await until(ac, () => ac.receipt(message) === 'delivered');
  bc.read();
  await until(ac, () => ac.receipt(message, bob.username) === 'read');
  await bc.react(message.seq, '👍');
  await ac.edit(message.seq, 'Hello, Bob');
  await until(bc, () => texts(bc)[0] === 'Hello, Bob');
  expect(bc.messages[0]?.reactions).toEqual({ '👍': [bob.username] });
  await ac.delete(message.seq);
  await until(bc, () => bc.messages[0]?.deleted === true);
});

it('a message that others read while the conversation is being opened has the receipt read', async () => {
  const [alice, bob] = await stack.people('early-alice', 'early-bob');
  const path = `/conversations/${named(alice, bob)}`;
  const { body: message } = await alice.post(`${path}/messages`, { message: 'Hello' });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hold = () => {};
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const chat = connect(alice, {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).endsWith(path)) return response;
      hold();
      await released;
      return response;
    },
  });
  await live(chat);
  const opening = chat.open(named(alice, bob));
  await held;
  const readByBob = new Promise<void>((resolve) => {
    chat.onEvent(({ type }) => type === 'messages_read' && resolve());
  });
  await bob.post(`${path}/read`);
  await readByBob;
  release();
  expect((await opening).receipt(message)).toBe('read');
});

it('the presence of a contact follows their connections', async () => {
  const { alice, bob, at, bt, ac } = await pair('alice9', 'bob9');
  await ac.send('Hello');
  bt.close();
  await changed(at, () => at.presence(bob.username)?.online === false);
  await live(connect(bob));
  await changed(at, () => at.presence(bob.username)?.online === true);
  expect(at.presence(alice.username)).toBeDefined();
});

it.skipIf(process.env.PARLEY_OUTPUTS)(
  'a client that the server disconnected by mistake reconnects, and gets what it missed',
  async () => {
    const { bob, ac, bc } = await pair('alice10', 'bob10');
    const { local } = stack;
    if (!local) throw new Error('only the local runtime can inject faults');
    await growOld(local, bob);
    local.faults.postGone = 1;
    await ac.send('unheard');
    local.faults.postGone = 0;
    await until(bc, () => texts(bc).length === 1);
    await ac.send('heard');
    await until(bc, () => texts(bc).length === 2);
  },
);

it.skipIf(process.env.PARLEY_OUTPUTS)('an acknowledged change is shown even if its event is lost', async () => {
  const { alice, ac } = await pair('alice20', 'bob20');
  const { seq } = await ac.send('Helo');
  if (stack.local) stack.local.faults.postGone = 1;
  await ac.edit(seq, 'Hello');
  await ac.react(seq, '🎉');
  expect(ac.messages).toMatchObject([{ message: 'Hello', reactions: { '🎉': [alice.username] } }]);
  await ac.delete(seq);
  if (stack.local) stack.local.faults.postGone = 0;
  expect(ac.messages).toMatchObject([{ message: '', deleted: true }]);
});

it('a removed member gets the removal, and can open the group again after an invitation', async () => {
  const [alice, bob] = await stack.people('alice11', 'bob11');
  await acquaint(alice, bob);
  const { id } = (await alice.post('/conversations', { title: 'Two', members: [bob.username] })).body;
  const chat = connect(bob);
  await live(chat);
  const conversation = await chat.open(id);
  await alice.request('DELETE', `/conversations/${id}/members/${bob.username}`);
  await until(conversation, () => conversation.messages.at(-1)?.message.includes('removed') === true);
  expect(conversation.ended).toBeInstanceOf(Forbidden);
  await expect(conversation.send('Hello?')).rejects.toBeInstanceOf(Forbidden);
  await alice.request('PUT', `/conversations/${id}/members/${bob.username}`);
  const again = await chat.open(id);
  await again.send('Here again');
  expect(texts(again).at(-1)).toBe('Here again');
});

it('users who are typing are shown until their message comes', async () => {
  const { alice, ac, bc } = await pair('alice2', 'bob2');
  ac.typing.keystroke();
  await until(bc, () => bc.typing.users.length === 1);
  expect(bc.typing.users).toEqual([alice.username]);
  await ac.send('Done');
  await until(bc, () => bc.typing.users.length === 0);
});

it('a file is uploaded and sent', async () => {
  const { ac, bc } = await pair('alice3', 'bob3');
  const progress: number[] = [];
  const file = new Blob(['Hello'], { type: 'text/plain' });
  const id = await ac.upload(file, { filename: 'hello.txt', onProgress: (sent) => progress.push(sent) });
  expect(progress.at(-1)).toBe(5);
  const gif = new Blob([Buffer.from('R0lGODlhAgADAIAAAAAAAP///yH5BAAAAAAALAAAAAACAAMAAAIChF8AOw==', 'base64')], {
    type: 'image/gif',
  });
  const picture = await ac.upload(gif, { width: 2, height: 3 });
  await ac.send({ attachments: [id, picture] });
  await until(bc, () => bc.messages.length === 1);
  const [attachment, shown] = bc.messages[0]?.attachments ?? [];
  expect(shown).toMatchObject({ filename: 'file', width: 2, height: 3 });
  expect(attachment).toMatchObject({ filename: 'hello.txt', size: 5 });
  expect(await (await fetch(attachment?.url ?? '')).text()).toBe('Hello');
  const broken = new AbortController();
  broken.abort(new Error('not any more'));
  await expect(ac.upload(file, { signal: broken.signal })).rejects.toThrow('not any more');
});

it('history is read in both directions, and older messages are added to those that are shown', async () => {
  const [alice, bob] = await stack.people('alice4', 'bob4');
  const writers = await Promise.all([connect(alice).open(bob.username), connect(bob).open(alice.username)]);
  await Promise.all(
    writers.flatMap((writer, place) => Array.from({ length: 27 }, (_, index) => writer.send(`${place} ${index}`))),
  );
  const page = await alice.get(`/conversations/${named(alice, bob)}/messages?limit=100`);
  const all = page.body.results.map(({ message }: { message: string }) => message).reverse();
  const conversation = await connect(bob).open(alice.username);
  expect(texts(conversation)).toEqual(all.slice(-50));
  expect(conversation.hasOlder).toBe(true);
  expect(await conversation.loadOlder()).toBe(false);
  expect(texts(conversation)).toEqual(all);
  const forward: string[] = [];
  for await (const { messages } of conversation.history({ after: 49 }))
    forward.push(...messages.map((one) => one.message));
  expect(forward).toEqual(all.slice(49));
  const back: string[] = [];
  for await (const { messages } of conversation.history({ before: 3 }))
    back.push(...messages.map((one) => one.message));
  expect(back).toEqual([all[1], all[0]]);
  const whole: string[] = [];
  for await (const { messages } of conversation.history()) whole.push(...messages.map((one) => one.message));
  expect(whole).toEqual(all.toReversed());
});

it('messages that were not acknowledged when the process ended are sent by the next one, once', async () => {
  const [alice, bob] = await stack.people('alice5', 'bob5');
  const folder = mkdtempSync(join(tmpdir(), 'parley-outbox-'));
  const file = join(folder, 'outbox.json');
  // The server stores the first try, but its answer is lost.
  let lost = 0;
  const first = connect(alice, {
    outbox: fileOutbox(file),
    fetch: async (address, init) => {
      const response = await fetch(address, init);
      if (init?.method !== 'POST') return response;
      lost++;
      throw new TypeError('fetch failed');
    },
    environment: { isOnline: () => false, subscribe: () => () => {} },
  });
  const unanswered = await first.open(bob.username);
  void unanswered.send('one');
  void unanswered.send('two');
  while (lost === 0) await new Promise((resolve) => setImmediate(resolve));
  first.close();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(2);

  const conversation = await connect(alice, { outbox: fileOutbox(file) }).open(bob.username);
  await until(conversation, () => texts(conversation).includes('two') && conversation.pending.length === 0);
  expect(texts(conversation)).toEqual(['one', 'two']);
  rmSync(folder, { recursive: true });
});

it('errors have the classes of the error codes', async () => {
  const [alice, bob, carol] = await stack.people('alice6', 'bob6', 'carol6');
  const chat = connect(alice);
  await expect(chat.open('nobody.at.all')).rejects.toBeInstanceOf(UnknownUser);
  await expect(chat.open(named(bob, carol))).rejects.toBeInstanceOf(Forbidden);
  await expect(chat.open('')).rejects.toBeInstanceOf(InvalidFrame);
  const refused: string[] = [];
  chat.onRejected(({ error }) => refused.push(error.code));
  const conversation = await chat.open(bob.username);
  await bob.request('PUT', `/me/blocks/${alice.username}`);
  await expect(conversation.send('Hello?')).rejects.toBeInstanceOf(Forbidden);
  expect(refused).toEqual(['forbidden']);
  expect(conversation.pending).toEqual([]);
  const unreachable = connect(alice, { url: 'http://127.0.0.1:9' });
  await expect(unreachable.request('GET', '/me')).rejects.toBeInstanceOf(Internal);
});

it('the inbox changes with messages and cursors', async () => {
  const { alice, at, bt, ac, bob } = await pair('alice7', 'bob7');
  const unread = () => bt.conversations.find(({ id }) => id === ac.id)?.unread_count;
  await ac.send('one');
  await ac.send('two');
  await changed(bt, () => unread() === 2);
  expect(bt.unread).toBe(2);
  expect(bt.conversations[0]?.last_message).toMatchObject({ message: 'two', from_user: { username: alice.username } });
  await bob.post(`/conversations/${ac.id}/read`);
  await changed(bt, () => unread() === 0);
  expect(bt.unread).toBe(0);
  expect([at.me, bt.me]).toEqual([alice.username, bob.username]);
});

it('a new group comes first in the inbox on every client, and disappears when the user leaves', async () => {
  const { alice, bob, at, bt, ac } = await pair('alice12', 'bob12');
  await ac.send('Said before');
  const again = connect(alice);
  await acquaint(alice, bob);
  const { id } = (await alice.post('/conversations', { title: 'New', members: [bob.username] })).body;
  const ids = (chat: typeof at) => chat.conversations.map((view) => view.id);
  for (const chat of [at, bt, again]) await changed(chat, () => ids(chat).length === 2);
  for (const chat of [at, bt, again, connect(alice)]) {
    await changed(chat, () => ids(chat).length === 2);
    expect(ids(chat)).toEqual([id, ac.id]);
  }
  const group = await bt.open(id);
  await group.leave();
  expect(ids(bt)).toEqual([ac.id]);
  await alice.request('DELETE', `/conversations/${id}/members/${alice.username}`);
  await changed(again, () => ids(again).length === 1);
});

it('a room that the user leaves on another client disappears with the next list', async () => {
  const [alice] = await stack.people('alice15');
  const [at, again] = [connect(alice), connect(alice)];
  await Promise.all([live(at), live(again)]);
  const path = `/conversations/room:left-${stack.run}/members/${alice.username}`;
  await at.request('PUT', path);
  await changed(again, () => again.conversations.length === 1);
  await at.request('DELETE', path);
  await again.loadConversations();
  await changed(again, () => again.conversations.length === 0);
});

it('presence is known from the inbox alone', async () => {
  const { alice, bob, ac } = await pair('alice13', 'bob13');
  await ac.send('Hello');
  const chat = connect(alice);
  await changed(chat, () => chat.presence(bob.username) !== undefined);
  expect(chat.presence(bob.username)).toEqual({ online: true, last_seen: null });
});

it('an aborted request rejects with the reason of its signal', async () => {
  const [alice] = await stack.people('alice14');
  const outdated = new AbortController();
  const answer = connect(alice).request('GET', '/users', undefined, { signal: outdated.signal });
  outdated.abort('something else was typed');
  await expect(answer).rejects.toBe('something else was typed');
});

it('the example chat of 20 lines works', async () => {
  const root = resolve(import.meta.dirname, '../..');
  const [alice, bob] = await stack.people('alice8', 'bob8');
  const folder = mkdtempSync(join(tmpdir(), 'parley-readme-'));
  const modules = join(folder, 'node_modules');
  await buildClient(join(modules, '@parley/client'));
  symlinkSync(join(root, 'node_modules/ws'), join(modules, 'ws'));
  const [, code = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(root, 'packages/client/README.md'), 'utf8')) ?? [];
  writeFileSync(join(folder, 'chat.mjs'), code);

  const conversation = await connect(bob).open(alice.username);
  const program = spawn(process.execPath, ['chat.mjs', alice.outputs.WebUrl, alice.tokens.access, bob.username], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let printed = '';
  const prints = (text: string) =>
    new Promise<void>((done) => {
      const look = () => printed.includes(text) && done();
      program.stdout.on('data', look);
      look();
    });
  program.stdout.on('data', (chunk) => {
    printed += String(chunk);
  });
  await prints('live');
  program.stdin.write('Hello\n');
  await until(conversation, () => texts(conversation).includes('Hello'));
  await conversation.send('Hello, Alice');
  await prints('Bob8: Hello, Alice');
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(20);
  program.kill();
  rmSync(folder, { recursive: true });
});

it('the user’s own settings are on all of their devices, and end on all of them with a message or with reading', async () => {
  const [alice, bob, carol] = await stack.people('salice', 'sbob', 'scarol');
  const [withBob, withCarol] = [named(alice, bob), named(alice, carol)];
  const say = (by: Person, of: string, message: string) => by.post(`/conversations/${of}/messages`, { message });
  await say(bob, withBob, 'one');
  await say(carol, withCarol, 'two');
  const [phone, laptop] = [connect(alice), connect(alice)];
  await Promise.all([live(phone), live(laptop)]);
  const settings = createSettings(phone);
  const view = (chat: typeof phone, id: string) => {
    const found = chat.conversations.find((one) => one.id === id);
    if (!found) throw new Error(`there is no ${id}`);
    return found;
  };
  const both = async (isSo: (chat: typeof phone) => boolean) => {
    for (const chat of [phone, laptop]) await changed(chat, () => isSo(chat));
  };

  await settings.change(withBob, { pinned: true });
  await both((chat) => pinnedFirst(chat.conversations)[0]?.id === withBob);
  expect(phone.conversations[0]?.id).toBe(withCarol);
  await settings.mute(withCarol);
  await both((chat) => isMuted(view(chat, withCarol), Date.now()));
  await both((chat) => unreadTotal(chat.conversations, Date.now()) === 1 && chat.unread === 1);
  await settings.unmute(withCarol);
  await both((chat) => unreadTotal(chat.conversations, Date.now()) === 2 && chat.unread === 2);

  expect(await settings.change(withCarol, { archived: true })).toMatchObject({ archived: true, archived_seq: 1 });
  await both((chat) => isArchived(view(chat, withCarol), Date.now()) && chat.unread === 1);
  await say(carol, withCarol, 'three');
  await both((chat) => !isArchived(view(chat, withCarol), Date.now()));

  const conversation = await laptop.open(withCarol);
  conversation.read();
  await both((chat) => view(chat, withCarol).unread_count === 0);
  await settings.change(withCarol, { unread_from: 1 });
  await both((chat) => markedFrom(view(chat, withCarol)) === 1 && view(chat, withCarol).unread_count === 2);
  conversation.send('four');
  await both((chat) => markedFrom(view(chat, withCarol)) === undefined && view(chat, withCarol).unread_count === 0);
});
