import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import type { Event } from '../support/socket.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

describe('two people', () => {
  it('talk to each other: each gets each message once, the sender last and with the acknowledgement', async () => {
    const [alice, bob] = await chat.people('alice', 'bob');
    const conversation = named(alice, bob);
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.enter(conversation)]);

    at.send({ type: 'create', message: ' Hello ', client_id: 'one' });
    const seen = await bt.next('chat_message');
    const own = await at.next('chat_message');
    expect(seen).toEqual({
      type: 'chat_message',
      id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      seq: 1,
      conversation,
      room: conversation,
      from_user: { username: alice.username, name: 'Alice' },
      message: 'Hello',
      content_type: 'text',
      attachments: [],
      multimedia_url: null,
      reply_to: null,
      mentions: [],
      reactions: {},
      date_added: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      edited_at: null,
      deleted: false,
    });
    expect(own).toEqual({ ...seen, client_id: 'one', delivered_to: [bob.username] });

    bt.send({ type: 'chat_message', message: 'Hi' });
    expect(await at.next('chat_message')).toMatchObject({ seq: 2, message: 'Hi' });
    expect(await bt.next('chat_message')).toMatchObject({ seq: 2, delivered_to: [alice.username] });
    expect(await at.rest()).toEqual([]);
    expect(await bt.rest()).toEqual([]);
  });

  it('use any name of their conversation: either order, the bare name of the other, upper case', async () => {
    const [carol, dave] = await chat.people('carol', 'dave');
    const everything = await carol.connect();
    await everything.next('unread_count');
    const names = [
      named(carol, dave),
      `${dave.username}_${carol.username}`,
      dave.username,
      dave.username.toUpperCase(),
    ];
    for (const [index, conversation] of names.entries()) {
      const own = await everything.ask({ type: 'create', conversation, message: `as ${index}` }, 'chat_message');
      expect(own).toMatchObject({ conversation: named(carol, dave), seq: index + 1 });
    }
  });
});

describe('several members with several connections', () => {
  it('get a message once on each connection for the conversation or for everything, and on no other', async () => {
    const [alice, bob, carol] = await chat.people('alice2', 'bob2', 'carol2');
    const group = named(alice, bob, carol);
    const direct = named(alice, bob);
    const [a1, a2, a3, b1, b2, c1] = await Promise.all([
      alice.enter(group),
      alice.everything(),
      alice.enter(direct),
      bob.enter(group),
      bob.everything(),
      carol.enter(group),
    ]);
    await chat.settled();
    const before = await Promise.all([a1, a2, a3, b1, b2, c1].map((socket) => socket.rest()));
    expect(before.flat().filter(({ type }) => type === 'chat_message')).toEqual([]);

    await a1.ask({ type: 'create', message: 'to all', client_id: 'x' }, 'chat_message');
    const got = await Promise.all(
      [a2, b1, b2, c1].map(async (socket) => [await socket.next('chat_message'), ...(await socket.rest())]),
    );
    expect(got.map((events) => events.map(({ message }: Event) => message))).toEqual(Array(4).fill(['to all']));
    expect(got.map(([event]) => event.client_id)).toEqual(['x', undefined, undefined, undefined]);
    expect(got[0]?.[0].delivered_to).toEqual([bob.username, carol.username].sort());
    expect(await a3.rest()).toEqual([]);
  });

  it('see one order of messages that are sent at the same time', async () => {
    const [alice, bob, carol] = await chat.people('alice3', 'bob3', 'carol3');
    const group = named(alice, bob, carol);
    const sockets = await Promise.all([alice, bob, carol].map((person) => person.enter(group)));
    for (const [who, socket] of sockets.entries()) {
      for (let index = 0; index < 6; index++) socket.send({ type: 'create', message: `${who}.${index}` });
    }
    const logs = await Promise.all(
      sockets.map(async (socket) => {
        const events = await socket.take(18, 'chat_message');
        return events.sort((a, b) => a.seq - b.seq).map(({ seq, message }) => `${seq} ${message}`);
      }),
    );
    expect(logs[0]?.map((line) => Number(line.split(' ')[0]))).toEqual(
      Array.from({ length: 18 }, (_, index) => index + 1),
    );
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[2]).toEqual(logs[0]);
    const stored = await alice.get(`/conversations/${group}/messages`);
    expect(stored.body.results.map(({ seq, message }: Event) => `${seq} ${message}`).reverse()).toEqual(logs[0]);
  });
});

describe('the same client_id', () => {
  it('sent ten times at once stores one message and gets the same answer ten times', async () => {
    const [alice, bob] = await chat.people('alice4', 'bob4');
    const conversation = named(alice, bob);
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.enter(conversation)]);

    for (let index = 0; index < 10; index++) at.send({ type: 'create', message: 'once', client_id: 'same' });
    const answers = await at.take(10, 'chat_message');
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await bt.rest()).filter(({ type }) => type === 'chat_message')).toHaveLength(1);

    const { body } = await bob.get(`/conversations/${conversation}/messages`);
    expect(body).toMatchObject({ count: 1, results: [{ message: 'once', seq: answers[0]?.seq }] });
    const inbox = await bob.get('/conversations');
    expect(inbox.body.results[0]).toMatchObject({ unread_count: 1, last_message: { message: 'once' } });
  });

  it('is another message in another conversation and from another person', async () => {
    const [alice, bob, carol] = await chat.people('alice5', 'bob5', 'carol5');
    const ids = [
      await alice.post(`/conversations/${bob.username}/messages`, { message: 'x', client_id: '1' }),
      await alice.post(`/conversations/${carol.username}/messages`, { message: 'x', client_id: '1' }),
      await bob.post(`/conversations/${alice.username}/messages`, { message: 'x', client_id: '1' }),
    ].map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(3);
  });

  it('over HTTP and over a socket is one message', async () => {
    const [alice, bob] = await chat.people('alice6', 'bob6');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    const posted = await alice.post(`/conversations/${conversation}/messages`, { message: 'x', client_id: '1' });
    expect(posted.status).toBe(201);
    const event = await at.next('chat_message');
    const again = await at.ask({ type: 'create', message: 'x', client_id: '1' }, 'chat_message');
    expect([event.id, again.id]).toEqual([posted.body.id, posted.body.id]);
  });
});

describe('sending too fast', () => {
  it('is refused after 20 messages in 10 seconds, with the time to wait, and nothing is stored', async () => {
    const [alice, bob] = await chat.people('alice7', 'bob7');
    const at = await alice.enter(named(alice, bob));
    for (let index = 0; index < 40; index++) at.send({ type: 'create', message: `${index}`, client_id: `c${index}` });
    const answers = [];
    while (answers.length < 40) {
      const event = await at.next();
      if (event.type === 'chat_message' || event.type === 'error') answers.push(event);
    }
    const stored = answers.filter(({ type }) => type === 'chat_message');
    // Two a second are added while they are sent.
    expect(stored.length).toBeGreaterThanOrEqual(20);
    expect(stored.length).toBeLessThan(40);
    const refused = answers.find(({ type }) => type === 'error');
    expect(refused).toEqual({
      type: 'error',
      code: 'rate_limited',
      message: expect.stringContaining('at most 20 messages and changes in 10 seconds'),
      client_id: expect.stringMatching(/^c\d+$/),
      retry_after: 1,
    });
    const { body } = await bob.get(`/conversations/${alice.username}/messages`);
    expect(body.count).toBe(stored.length);
  });
});

describe('typing', () => {
  it('reaches only the other members, also with "True" as the replaced programs send it, and stores nothing', async () => {
    const [alice, bob] = await chat.people('alice8', 'bob8');
    const conversation = named(alice, bob);
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.enter(conversation)]);
    await chat.settled();
    await at.rest();
    at.send({ type: 'typing', typing: true });
    expect(await bt.next('typing')).toEqual({ type: 'typing', conversation, user: alice.username, typing: true });
    at.send({ type: 'typing', typing: 'False' });
    expect(await bt.next('typing')).toEqual({ type: 'typing', conversation, user: alice.username, typing: false });
    expect(await at.rest()).toEqual([]);
    expect((await alice.get(`/conversations/${conversation}/messages`)).body.count).toBe(0);
  });
});

describe('frames of other shapes', () => {
  it.each([
    [{ event_type: 'create', event_data: { message: 'from the first program' } }, 'from the first program'],
    [{ message: 'from the third program' }, 'from the third program'],
  ])('%j is a message', async (frame, message) => {
    const [alice, bob] = await chat.people(`a${Math.random()}`.replace('.', ''), `b${Math.random()}`.replace('.', ''));
    const [at, bt] = await Promise.all([alice.enter(named(alice, bob)), bob.enter(named(alice, bob))]);
    at.send(frame);
    expect(await bt.next('chat_message')).toMatchObject({ message, from_user: { username: alice.username } });
  });
});

describe('a reply', () => {
  it('names a message of the same conversation', async () => {
    const [alice, bob] = await chat.people('alice9', 'bob9');
    const at = await alice.enter(named(alice, bob));
    const own = await at.ask({ type: 'create', message: 'first' }, 'chat_message');
    expect(await at.ask({ type: 'create', message: 're', reply_to: 1 }, 'chat_message')).toMatchObject({ reply_to: 1 });
    const byId = await at.ask({ type: 'create', message: 're', ref_message: own.id }, 'chat_message');
    expect(byId).toMatchObject({ reply_to: 1 });
    const other = { type: 'create', message: 're', reply_to: byId.seq, ref_message: own.id };
    expect(await at.ask(other, 'error')).toMatchObject({ code: 'not_found' });
    expect(await at.ask({ type: 'create', message: 're', reply_to: 99 }, 'error')).toMatchObject({ code: 'not_found' });
  });
});

describe('an open room', () => {
  it('is joined by connecting or posting, and read by members only', async () => {
    const [alice, bob, carol] = await chat.people('alice10', 'bob10', 'carol10');
    const room = `room:lobby-${chat.run}`;
    const at = await alice.enter(room.toUpperCase().replace('ROOM', 'room'));
    await at.ask({ type: 'create', message: 'anybody here?' }, 'chat_message');
    expect(await carol.get(`/conversations/${room}/messages`)).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
    await bob.post(`/conversations/${room}/messages`, { message: 'me' });
    expect(await at.next('chat_message')).toMatchObject({ message: 'Bob10 joined', content_type: 'system' });
    expect(await at.next('chat_message')).toMatchObject({ message: 'me', conversation: room });
    expect((await bob.get(`/conversations/${room}`)).body).toMatchObject({
      kind: 'room',
      seq: 4,
      unread_count: 0,
      members: [{ username: alice.username }, { username: bob.username }],
    });
  });

  it('can be joined over HTTP, only with one’s own name, once', async () => {
    const [alice, bob] = await chat.people('alice12', 'bob12');
    const room = `room:open-${chat.run}`;
    const join = (who: Person, by = who) => by.request('PUT', `/conversations/${room}/members/${who.username}`);
    const phone = await alice.connect();
    expect(await join(alice)).toMatchObject({ status: 200, body: { id: room, kind: 'room', seq: 1 } });
    expect(await phone.next('chat_message')).toMatchObject({ conversation: room, message: 'Alice12 joined' });
    const members = [{ username: alice.username }, { username: bob.username }];
    expect(await join(bob, alice)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(await join(bob)).toMatchObject({ status: 200, body: { seq: 2, unread_count: 0, members } });
    expect(await join(bob)).toMatchObject({ status: 200, body: { seq: 2, members } });
    expect(await phone.next('chat_message')).toMatchObject({ conversation: room, message: 'Bob12 joined' });
  });
});
