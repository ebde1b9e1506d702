/** The chat of rooms: the rows of docs/seeds.md, in the order of the program's page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import type { Person } from '../support/person.ts';
import type { Socket } from '../support/socket.ts';
import { bytesAt, png, upload } from './upload.ts';

let chat: Chat;
let ann: Person;
let bob: Person;
/** A user who joins no room. */
let eve: Person;
beforeAll(async () => {
  chat = await startChat();
  [ann, bob, eve] = await chat.people('ann', 'bob', 'eve');
});
afterAll(() => chat.stop());

/** A room of this run. */
const roomOf = (name: string) => `${name}-${chat.run}`;
const get = (person: Person, path: string) => person.get(`${chat.outputs.WebUrl}${path}`);
const post = (person: Person, path: string, body?: unknown) => person.post(`${chat.outputs.WebUrl}${path}`, body);

/** Connects a user to a room and waits for the snapshot. */
async function joinRoom(person: Person, room: string) {
  const socket = await person.connectAt(`/ws/room:${room}/`);
  await socket.next('last_50_messages');
  return socket;
}

/** The message with this text. It skips system entries, because events may arrive in another order than their numbers. */
async function heard(socket: Socket, text: string) {
  for (;;) {
    const event = await socket.next('chat_message');
    if (event.message === text) return event;
  }
}

describe('a room', () => {
  it('R3.1 a room is joined by its name, in upper or lower case, and created by the first user; the others learn of it', async () => {
    const room = roomOf('Lobby');
    const at = await joinRoom(ann, room.toUpperCase());
    const bt = await bob.connectAt(`/ws/room:${room}/`);
    expect(await bt.next()).toMatchObject({ conversation: `room:${room.toLowerCase()}`, users: [ann.username] });
    expect(await heard(at, 'Bob joined')).toMatchObject({
      content_type: 'system',
      from_user: { username: bob.username },
      room: `room:${room.toLowerCase()}`,
    });
    expect((await get(ann, `/api/chat/${room}/messages/`)).body.results.at(-1)).toMatchObject({
      message: 'Ann joined',
    });
    // The author is the signed-in user, whatever the frame says.
    bt.send({ message: 'It is me, Ann', username: ann.username, room });
    expect(await heard(at, 'It is me, Ann')).toMatchObject({ from_user: { username: bob.username } });
  });

  it('R3.2 a room gets user_leave once, after a user’s last device, and an entry in its history when they leave for good', async () => {
    const room = roomOf('exit');
    const at = await joinRoom(ann, room);
    const devices = [await joinRoom(bob, room), await joinRoom(bob, room)];
    for (const device of devices) {
      await device.close();
      await chat.settled();
    }
    expect(await at.next('user_leave')).toMatchObject({ user: bob.username });
    expect(at.received.filter(({ type }) => type === 'user_leave')).toHaveLength(1);
    expect((await get(bob, `/api/chat/${room}/messages/`)).status).toBe(200);
    const left = await bob.request('DELETE', `/conversations/room:${room}/members/${bob.username}`);
    expect(left.status).toBe(204);
    expect(await heard(at, 'Bob left')).toMatchObject({ content_type: 'system' });
  });

  it('R3.3 a room gets a text with its author and time; an empty one is refused, and so is a user who has not joined', async () => {
    const room = roomOf('text');
    const [at, bt] = [await joinRoom(ann, room), await joinRoom(bob, room)];
    at.send({ message: 'Hello World' });
    expect(await heard(bt, 'Hello World')).toMatchObject({
      id: expect.stringMatching(/^\w{26}$/),
      from_user: { username: ann.username, name: 'Ann' },
      attachments: [],
      multimedia_url: null,
      content_type: 'text',
      date_added: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(await at.ask({ message: '' }, 'error')).toMatchObject({ code: 'invalid_frame' });
    const outside = await eve.connectAt('/ws/');
    const typing = { type: 'typing', typing: true, conversation: `room:${room}` };
    expect(await outside.ask(typing, 'error')).toMatchObject({ code: 'forbidden' });
  });

  it('R3.4 a room gets an image that was uploaded; a file that is no image is refused, and so is an image in the frame', async () => {
    const room = roomOf('image');
    const [at, bt] = [await joinRoom(ann, room), await joinRoom(bob, room)];
    const forms = `/api/conversations/room:${room}/attachments`;
    at.send({ type: 'create', attachments: [await upload(ann, forms, 'cat.png', png)] });
    const shown = await heard(bt, '');
    expect(shown).toMatchObject({ content_type: 'image', attachments: [{ filename: 'cat.png' }] });
    expect(shown.multimedia_url).toBe(shown.attachments[0].url);
    expect(await bytesAt(shown.multimedia_url)).toEqual(png);

    const fake = await upload(ann, forms, 'fake.png', Buffer.from('<script>alert(1)</script>'));
    expect(await at.ask({ type: 'create', attachments: [fake] }, 'error')).toMatchObject({
      code: 'attachment_rejected',
    });
    const dataUrl = { image: `data:image/png;base64,${png.toString('base64')}`, content_type: 'image' };
    expect(await at.ask(dataUrl, 'error')).toMatchObject({ code: 'invalid_frame' });
    const huge = { filename: 'huge.png', content_type: 'image/png', size: 26_214_401 };
    expect((await post(ann, forms, huge)).body.error).toMatchObject({ code: 'invalid_frame' });
  });
});

describe('HTTP', () => {
  /** A room with the messages 1, 2, 3, 4 and 5. */
  async function spoken(name: string, person: Person): Promise<string> {
    const room = roomOf(name);
    for (const message of ['1', '2', '3', '4', '5']) await post(person, `/api/chat/${room}/messages/`, { message });
    return room;
  }
  const texts = ({ results }: { results: { message: string; content_type: string }[] }) =>
    results.filter(({ content_type: type }) => type !== 'system').map(({ message }) => message);

  it('R3.11 a user who opens a room gets its newest messages, newest first', async () => {
    const room = await spoken('open', ann);
    const socket = await bob.connectAt(`/ws/room:${room}/`);
    const { messages, has_more: more } = await socket.next('last_50_messages');
    expect([texts({ results: messages }), more]).toEqual([['5', '4', '3', '2', '1'], false]);
  });

  it('R3.6 chat/<room>/history/ comes in pages, and next is null on the last', async () => {
    const room = await spoken('history', ann);
    const sizes = [];
    for (let page = `/chat/${room}/history/?page_size=4`; page; ) {
      const { body } = page.startsWith('http') ? await ann.get(page) : await get(ann, page);
      sizes.push(body.results.length);
      page = body.next;
    }
    // Five messages, and the system entry for Ann's joining.
    expect(sizes).toEqual([4, 2]);
  });

  it('R3.5 api/chat/<room>/messages/ comes in pages of page_size, newest first; next leads on, and an unknown room is 404', async () => {
    const room = await spoken('api', ann);
    const path = `/api/chat/${room}/messages/`;
    const first = (await get(ann, `${path}?page=1&page_size=2`)).body;
    expect([first.count, texts(first), first.previous]).toEqual([5, ['5', '4'], null]);
    expect(texts((await ann.get(first.next)).body)).toEqual(['3', '2']);
    const second = await get(ann, `${path}?page=2&page_size=2`);
    expect([second.status, second.body.error.code]).toEqual([400, 'invalid_frame']);
    expect(second.body.error.message).toContain('next');
    expect((await get(ann, `/api/chat/${roomOf('nowhere')}/messages/`)).status).toBe(404);
    expect((await get(eve, path)).status).toBe(403);
  });

  it('R3.7 a message is posted over HTTP too, and the members of the room get it', async () => {
    const room = roomOf('post');
    const bt = await joinRoom(bob, room);
    const posted = await post(ann, `/api/chat/${room}/messages/`, { message: 'Hello World' });
    expect(posted).toMatchObject({ status: 201, body: { message: 'Hello World', content_type: 'text' } });
    expect(await heard(bt, 'Hello World')).toMatchObject({ id: posted.body.id });
  });

  it('R3.8 rooms are listed for the users who joined them; a group with a title is created over HTTP', async () => {
    await joinRoom(ann, roomOf('mine'));
    const group = await post(ann, '/api/conversations', { title: 'Trip', members: [] });
    expect(group).toMatchObject({ status: 201, body: { kind: 'group', title: 'Trip' } });
    const { results } = (await get(ann, '/api/conversations')).body;
    const rooms = results.map(({ id, kind }: { id: string; kind: string }) => [id, kind]);
    expect(rooms.slice(0, 2)).toEqual([
      [group.body.id, 'group'],
      [`room:${roomOf('mine')}`, 'room'],
    ]);
    expect((await get(eve, '/api/conversations')).body.count).toBe(0);
  });

  // test/flow/push.test.ts has a push service and tests the pushes themselves.
  it('R3.9 a push token is saved for the user who sends it, and an invalid one is refused', async () => {
    const token = `fcm-token:${chat.run}`;
    expect(await post(bob, '/api/save-token/', { token })).toMatchObject({ status: 201, body: { token } });
    for (const wrong of [{}, { token: 'no token' }]) {
      const { status, body } = await post(bob, '/api/save-token/', wrong);
      expect([status, body.error.code]).toEqual([400, 'invalid_frame']);
    }
    expect((await bob.request('DELETE', `${chat.outputs.WebUrl}/api/devices/${token}`)).status).toBe(204);
  });

  it('R3.10 an image is fetched only by members, under its name', async () => {
    const room = roomOf('media');
    await joinRoom(bob, room);
    const id = await upload(ann, `/api/conversations/room:${room}/attachments`, 'cat.png', png);
    expect((await post(ann, `/api/chat/${room}/messages/`, { attachments: [id] })).status).toBe(201);
    const path = `/api/conversations/room:${room}/attachments/${id}`;
    const { status, headers } = await get(bob, path);
    expect(status).toBe(302);
    const image = await fetch(headers.get('location') ?? '');
    expect(image.headers.get('content-disposition')).toContain('cat.png');
    expect(Buffer.from(await image.arrayBuffer())).toEqual(png);
    expect((await get(eve, path)).status).toBe(403);
    const unsigned = new URL(headers.get('location') ?? '');
    unsigned.search = '';
    expect((await fetch(unsigned)).status).toBe(403);
  });
});
