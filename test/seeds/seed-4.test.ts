/** The chat with three sockets: the rows of docs/seeds.md, in the order of the program's page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import { askForm, bytesAt, png, upload } from './upload.ts';

const pdf = Buffer.from('%PDF-1.4\n%%EOF\n');

let chat: Chat;
/** The other side of most chats. */
let esi: Person;
beforeAll(async () => {
  chat = await startChat();
  esi = await chat.person('esi');
});
afterAll(() => chat.stop());

const get = (person: Person, path: string) => person.get(`${chat.outputs.WebUrl}${path}`);
const say = (person: Person, other: Person, message: string) =>
  person.post(`/conversations/${other.username}/messages`, { message });

/** Connects a user to `ws/<room>/` and waits for the snapshot. */
async function room(person: Person, other: Person) {
  const socket = await person.connectAt(`/ws/${other.username}/`);
  await socket.next('last_50_messages');
  return socket;
}

describe('ws/<room>/, where the room is the other’s user name', () => {
  it('R4.3 chat_message comes to both, with its file’s address, time, author and room', async () => {
    const [ama, kofi] = await chat.people('ama3', 'kofi3');
    const [at, kt] = [await room(ama, kofi), await room(kofi, ama)];
    const sent = { multimedia_url: '', file_identifier: '', multimedia_url_expiration: '', room: kofi.username };
    at.send({ type: 'chat_message', message: 'Hello, world!', ...sent });
    const hello = {
      type: 'chat_message',
      message: 'Hello, world!',
      multimedia_url: null,
      date_added: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      from_user: { username: ama.username, name: 'Ama3' },
      room: named(ama, kofi),
    };
    expect(await kt.next('chat_message')).toMatchObject(hello);
    expect(await at.next('chat_message')).toMatchObject(hello);
    const id = await upload(ama, `/api/conversations/${kofi.username}/attachments`, 'x.pdf', pdf);
    at.send({ type: 'chat_message', message: '', attachments: [id] });
    const { multimedia_url: url } = await kt.next('chat_message');
    expect(await bytesAt(url)).toEqual(pdf);
  });

  it('R4.1 a new connection gets the online users, then its own user_join, which the other user gets too', async () => {
    const [ama, kofi] = await chat.people('ama1', 'kofi1');
    const at = await ama.connectAt(`/ws/${kofi.username}/`);
    expect([await at.next(), await at.next()]).toMatchObject([
      { type: 'online_user_list', users: [] },
      { type: 'user_join', user: ama.username },
    ]);
    await at.next('last_50_messages');
    const kt = await kofi.connectAt(`/ws/${ama.username}/`);
    expect([await kt.next(), await kt.next()]).toMatchObject([
      { type: 'online_user_list', users: [ama.username] },
      { type: 'user_join', user: kofi.username },
    ]);
    expect(await at.next()).toEqual({ type: 'user_join', conversation: named(ama, kofi), user: kofi.username });
  });

  it('R4.2 when a user leaves, the other one gets user_leave', async () => {
    const [ama, kofi] = await chat.people('ama2', 'kofi2');
    const [at, kt] = [await room(ama, kofi), await room(kofi, ama)];
    await kt.close();
    expect(await at.next('user_leave')).toEqual({
      type: 'user_leave',
      conversation: named(ama, kofi),
      user: kofi.username,
    });
  });

  it('R4.4 read_messages sets the reader’s counts: the total, and that of the conversation to zero', async () => {
    const [ama, kofi] = await chat.people('ama4', 'kofi4');
    await say(ama, kofi, 'one');
    await say(ama, kofi, 'two');
    await say(esi, kofi, 'three');
    const total = await kofi.connectAt('/ws/notifications/');
    const single = await kofi.connectAt(`/ws/notifications/${ama.username}/`);
    expect([await total.next(), await single.next()]).toMatchObject([{ unread_count: 3 }, { unread_count: 2 }]);
    (await room(kofi, ama)).send({ type: 'read_messages' });
    expect(await total.next()).toEqual({ type: 'unread_count', unread_count: 1 });
    expect(await single.next()).toEqual({
      type: 'single_conversation_unread_count',
      conversation: named(ama, kofi),
      unread_count: 0,
    });
  });
});

describe('ws/notifications/', () => {
  it('R4.6 ws/notifications/<name>/ has the count of that conversation, and its new messages with text and time', async () => {
    const [ama, kofi] = await chat.people('ama6', 'kofi6');
    await say(ama, kofi, 'one');
    const single = await kofi.connectAt(`/ws/notifications/${ama.username}/`);
    const conversation = named(ama, kofi);
    expect(await single.next()).toEqual({ type: 'single_conversation_unread_count', conversation, unread_count: 1 });
    await say(esi, kofi, 'elsewhere');
    await say(ama, kofi, 'two');
    expect(await single.next()).toMatchObject({
      type: 'single_conversation_new_message_notification',
      conversation,
      unread_count: 2,
      name: 'Ama6',
      message: { message: 'two', date_added: expect.stringMatching(/Z$/) },
    });
  });

  it('R4.5 ws/notifications/ has the count of all conversations, and with every new message the count after it', async () => {
    const [ama, kofi] = await chat.people('ama5', 'kofi5');
    await say(ama, kofi, 'one');
    await say(esi, kofi, 'two');
    const total = await kofi.connectAt('/ws/notifications/');
    expect(await total.next()).toEqual({ type: 'unread_count', unread_count: 2 });
    await say(ama, kofi, 'three');
    expect(await total.next()).toMatchObject({ type: 'new_message_notification', unread_count: 3 });
  });
});

describe('HTTP', () => {
  it('R4.7 an upload is a form that expires, and its id goes into the message', async () => {
    const [ama, kofi] = await chat.people('ama7', 'kofi7');
    const path = `/api/conversations/${kofi.username}/attachments`;
    const before = Date.now();
    const { status, body } = await askForm(ama, path, 'x.pdf', pdf);
    expect([status, Object.keys(body).sort()]).toEqual([201, ['expires_at', 'fields', 'id', 'url']]);
    const minutes = (Date.parse(body.expires_at) - before) / 60_000;
    expect([minutes > 14, minutes < 16]).toEqual([true, true]);
    const id = await upload(ama, path, 'x.pdf', pdf);
    const sent = await ama.post(`/conversations/${kofi.username}/messages`, { attachments: [id] });
    expect(sent.body.attachments).toMatchObject([{ id, filename: 'x.pdf', content_type: 'application/pdf' }]);
  });

  it('R4.8 a file’s address is signed again for each request, only for members', async () => {
    const [ama, kofi] = await chat.people('ama8', 'kofi8');
    const id = await upload(ama, `/api/conversations/${kofi.username}/attachments`, 'x.png', png);
    const { body: sent } = await ama.post(`/conversations/${kofi.username}/messages`, { attachments: [id] });
    const path = `/api/conversations/${ama.username}/attachments/${id}`;
    const location = async () => (await get(kofi, path)).headers.get('location') ?? '';
    const signedAt = (address: string) => new URL(address).searchParams.get('X-Amz-Date') ?? '';
    // A signature has its time in seconds.
    let fresh = await location();
    while (signedAt(fresh) === signedAt(sent.multimedia_url)) fresh = await location();
    expect(signedAt(fresh) > signedAt(sent.multimedia_url)).toBe(true);
    expect(await bytesAt(fresh)).toEqual(png);
    const [read] = (await get(kofi, `/api/conversations/${ama.username}/messages`)).body.results;
    expect(signedAt(read.multimedia_url) >= signedAt(fresh)).toBe(true);
    expect((await get(esi, `/api/conversations/${named(ama, kofi)}/attachments/${id}`)).status).toBe(403);
  });

  it('R4.9 conversations are a page with the last message of each; nobody has one with themselves', async () => {
    const [ama, kofi] = await chat.people('ama9', 'kofi9');
    await say(kofi, ama, 'from Kofi');
    await say(ama, esi, 'to Esi');
    expect((await say(ama, ama, 'to me')).status).toBe(400);
    const { count, next, results } = (await get(ama, '/api/conversations?page=1&page_size=1')).body;
    expect({ count, results }).toMatchObject({
      count: 2,
      results: [{ id: named(ama, esi), title: null, last_message: { message: 'to Esi' }, unread_count: 0 }],
    });
    expect((await ama.get(next)).body).toMatchObject({
      next: null,
      results: [{ id: named(ama, kofi), last_message: { message: 'from Kofi' }, unread_count: 1 }],
    });
    expect((await get(ama, '/api/conversations?page=2&page_size=1')).status).toBe(400);
  });

  it('R4.10 a room’s messages are there from its first use on, oldest first with after=0', async () => {
    const [ama, kofi] = await chat.people('ama10', 'kofi10');
    const messages = async () => (await get(ama, `/api/conversations/${kofi.username}/messages?after=0`)).body.results;
    expect(await messages()).toEqual([]);
    await say(ama, kofi, 'one');
    await say(kofi, ama, 'two');
    expect(await messages()).toMatchObject([
      { message: 'one', from_user: { username: ama.username }, multimedia_url: null },
      { message: 'two', from_user: { username: kofi.username } },
    ]);
  });
});
