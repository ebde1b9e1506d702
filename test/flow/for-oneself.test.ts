import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import type { Event } from '../support/socket.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

const texts = async (person: Person, path: string): Promise<string[]> =>
  (await person.get(path)).body.results.map(({ message }: { message: string }) => message);

/** Alice has written three messages that Bob has not read. */
async function start(...names: [string, string]) {
  const [alice, bob] = await chat.people(...names);
  const conversation = named(alice, bob);
  const path = `/conversations/${conversation}/messages`;
  for (const message of ['one', 'two', 'three']) await alice.post(path, { message });
  const view = async (person: Person) => (await person.get(`/conversations/${conversation}`)).body;
  return { alice, bob, conversation, path, view };
}

describe('a message that a user deletes for themselves', () => {
  it('disappears from the user’s own history, snapshot and lists, on all connections, and for nobody else', async () => {
    const { alice, bob, conversation, path, view } = await start('a1', 'b1');
    const [first, second] = await Promise.all([bob.enter(conversation), bob.everything()]);
    // After bob, so that she does not get his user_join.
    const aliceSocket = await alice.enter(conversation);
    first.send({ type: 'delete', seq: 3, for: 'me' });
    const hidden = { type: 'message_hidden', conversation, seq: 3 };
    expect(await first.next('message_hidden')).toEqual(hidden);
    expect(await second.next('message_hidden')).toEqual(hidden);

    expect(await texts(bob, path)).toEqual(['two', 'one']);
    expect(await texts(alice, path)).toEqual(['three', 'two', 'one']);
    expect((await bob.get(`${path}?after=0&changes=true`)).body.results).toHaveLength(2);
    const socket = await bob.connect({ conversation });
    expect((await socket.next('last_50_messages')).messages.map(({ seq }: { seq: number }) => seq)).toEqual([2, 1]);
    expect(await view(bob)).toMatchObject({ unread_count: 0, read_seq: 3, last_message: { seq: 2, message: 'two' } });
    expect(await view(alice)).toMatchObject({ last_message: { seq: 3 } });
    // He counts as having read so far; she is told nothing, neither that he has read it nor that he has hidden it.
    const types = (await aliceSocket.rest()).map(({ type }) => type);
    expect(types.filter((type) => type !== 'message_delivered')).toEqual([]);
    const of = (view: Event, { username }: Person) =>
      view.members.find((member: Event) => member.username === username).read_seq;
    expect(of(await view(alice), bob)).toBe(0);
    expect(of((await alice.get('/conversations')).body.results[0], bob)).toBe(0);
    // Reading later is told as ever.
    await alice.post(path, { message: 'four' });
    await bob.post(`/conversations/${conversation}/read`);
    expect(await aliceSocket.next('messages_read')).toMatchObject({ user: bob.username, up_to: 4 });
    expect(await view(bob)).toMatchObject({ unread_count: 0, read_seq: 4 });
  });

  it('counts as read on the user’s own devices, and what comes later is unread', async () => {
    const { alice, bob, conversation, path, view } = await start('a5', 'b5');
    const [all, watching] = [await bob.everything(), await bob.connect({ notifications: 'all' })];
    await watching.next('unread_count');
    await bob.request('DELETE', `${path}/2?for=me`);
    expect(await all.next('messages_read')).toMatchObject({ conversation, user: bob.username, up_to: 2 });
    expect(await watching.next('unread_count')).toEqual({ type: 'unread_count', unread_count: 1 });
    expect(await view(bob)).toMatchObject({ unread_count: 1, read_seq: 2 });
    await alice.post(path, { message: 'four' });
    expect(await view(bob)).toMatchObject({ unread_count: 2 });
    expect((await bob.post(`/conversations/${conversation}/read`, { up_to: 1 })).body).toEqual({
      up_to: 1,
      unread_count: 2,
    });
  });

  it('is not sent again by a later edit, or by a repeat of the send, live or in lists; nor is a cleared one', async () => {
    const { alice, bob, conversation, path, view } = await start('a6', 'b6');
    const { seq } = (await alice.post(path, { message: 'four', client_id: 'four' })).body;
    const [all, inside] = [await bob.everything(), await bob.enter(conversation)];
    await bob.request('DELETE', `${path}/${seq}?for=me`);
    await bob.request('DELETE', `${path}?up_to=1`);
    await chat.settled();
    await Promise.all([all.rest(), inside.rest()]);
    const aliceSocket = await alice.enter(conversation);
    const edit = (number: number) => alice.request('PATCH', `${path}/${number}`, { message: `secret ${number}` });
    for (const number of [seq, 1]) expect((await edit(number)).status).toBe(200);
    expect((await aliceSocket.take(2, 'message_edited')).map(({ message }) => message)).toEqual([
      'secret 4',
      'secret 1',
    ]);
    await chat.settled();
    const events = [...(await all.rest()), ...(await inside.rest())];
    expect(events.filter(({ type }) => type !== 'user_join')).toEqual([]);
    expect((await edit(2)).status).toBe(200);
    expect(await all.next('message_edited')).toMatchObject({ message: 'secret 2' });
    expect((await view(bob)).last_message).toMatchObject({ seq: 3 });
  });

  it('stays hidden in lists when the system line after it is hidden too, however many are hidden before it', async () => {
    const [alice, bob] = await chat.people('a7', 'b7');
    const room = `room:hide-${chat.run}`;
    const join = (person: Person) => person.request('PUT', `/conversations/${room}/members/${person.username}`);
    const path = `/conversations/${room}/messages`;
    await join(alice);
    await alice.post(path, { message: 'shown' });
    await join(bob);
    const { seq: older } = (await alice.post(path, { message: 'older secret' })).body;
    const { seq } = (await alice.post(path, { message: 'secret' })).body;
    const carol = await chat.person('c7');
    await join(carol);
    const last = async () => (await bob.get('/conversations')).body.results[0].last_message?.message;
    for (const [number, shown] of [
      [seq, 'older secret'],
      [seq + 1, 'older secret'],
      [older, 'shown'],
    ]) {
      expect((await bob.request('DELETE', `${path}/${number}?for=me`)).status).toBe(204);
      expect(await last(), `hidden: ${number}`).toBe(shown);
    }
    expect((await alice.get('/conversations')).body.results[0].last_message.message).toBe('secret');
  });

  it('is shown again to who left and came back, and goes on being shown when they hide another', async () => {
    const [alice, bob] = await chat.people('a8', 'b8');
    const room = `room:return-${chat.run}`;
    const member = `/conversations/${room}/members/${bob.username}`;
    const path = `/conversations/${room}/messages`;
    await bob.request('PUT', member);
    for (const message of ['one', 'two', 'three']) await alice.post(path, { message });
    const seqs = (await bob.get(path)).body.results
      .filter(({ content_type }: Event) => content_type === 'text')
      .map(({ seq }: Event) => seq);
    const hide = (seq: number) => bob.request('DELETE', `${path}/${seq}?for=me`);
    const shown = async () =>
      (await bob.get(path)).body.results
        .filter(({ content_type }: Event) => content_type === 'text')
        .map(({ message }: Event) => message);
    await Promise.all([hide(seqs[0]), hide(seqs[1])]);
    expect(await shown()).toEqual(['one']);
    await bob.request('DELETE', member);
    await bob.request('PUT', member);
    expect(await shown()).toEqual(['three', 'two', 'one']);
    await hide(seqs[2]);
    expect(await shown()).toEqual(['three', 'two']);
    await hide(seqs[0]);
    expect(await shown()).toEqual(['two']);
  });

  it('can be named by its id and deleted over HTTP; repeating changes nothing; a missing message is not found', async () => {
    const { bob, conversation, path } = await start('a2', 'b2');
    const { id } = (await bob.get(`${path}?around=2&limit=1`)).body.results[0];
    const socket = await bob.enter(conversation);
    socket.send({ event_type: 'delete', event_data: { uiid: id, for: 'me' } });
    await socket.next('message_hidden');
    expect(await bob.request('DELETE', `${path}/2?for=me`)).toMatchObject({ status: 204, body: '' });
    expect(await texts(bob, path)).toEqual(['three', 'one']);
    expect(await bob.request('DELETE', `${path}/9?for=me`)).toMatchObject({ status: 404 });
    expect(await bob.request('DELETE', `${path}/1?for=him`)).toMatchObject({ status: 400 });
  });
});

describe('a history that a user clears for themselves', () => {
  it('is empty on all connections of the user; others keep it and are not told; later messages are shown', async () => {
    const { alice, bob, conversation, path, view } = await start('a3', 'b3');
    const [first, second] = await Promise.all([bob.enter(conversation), bob.everything()]);
    // After bob, so that she does not get his user_join.
    const aliceSocket = await alice.enter(conversation);
    first.send({ event_type: 'delete all', event_data: {} });
    const cleared = { type: 'history_cleared', conversation, up_to: 3 };
    expect(await first.next('history_cleared')).toEqual(cleared);
    expect(await second.next('history_cleared')).toEqual(cleared);
    expect(await second.next('unread_count')).toMatchObject({ unread_count: 0 });

    expect((await bob.get(path)).body).toMatchObject({ count: 0, next: null, previous: null, results: [] });
    expect(await view(bob)).toMatchObject({ unread_count: 0, read_seq: 0, last_message: null });
    expect((await aliceSocket.rest()).filter(({ type }) => type !== 'message_delivered')).toEqual([]);
    expect(await texts(alice, path)).toEqual(['three', 'two', 'one']);

    await alice.post(path, { message: 'four' });
    expect(await texts(bob, path)).toEqual(['four']);
    expect(await view(bob)).toMatchObject({ unread_count: 1, last_message: { message: 'four' } });
    expect((await bob.get(`${path}?after=0&changes=true`)).body.results).toMatchObject([{ seq: 4, message: 'four' }]);
  });

  it('goes up to a number, never back, and not beyond the log', async () => {
    const { bob, conversation, path } = await start('a4', 'b4');
    expect(await bob.request('DELETE', `${path}?up_to=2`)).toMatchObject({
      status: 200,
      body: { up_to: 2, unread_count: 1 },
    });
    expect(await bob.request('DELETE', `${path}?up_to=1`)).toMatchObject({ body: { up_to: 2, unread_count: 1 } });
    expect(await texts(bob, path)).toEqual(['three']);
    expect(await texts(bob, `${path}?after=1`)).toEqual(['three']);
    expect(await bob.request('DELETE', `${path}?up_to=4`)).toMatchObject({ status: 400 });
    const socket = await bob.enter(conversation);
    expect(await socket.ask({ type: 'clear', up_to: 4 }, 'error')).toMatchObject({ code: 'invalid_frame' });
  });
});

it('deleting and clearing are answered on the origin, even if it is a notification connection', async () => {
  const { bob, conversation } = await start('a9', 'b9');
  const socket = await bob.connect({ notifications: conversation });
  socket.send({ type: 'delete', seq: 1, for: 'me' });
  expect(await socket.next('message_hidden')).toEqual({ type: 'message_hidden', conversation, seq: 1 });
  socket.send({ type: 'clear' });
  expect(await socket.next('history_cleared')).toEqual({ type: 'history_cleared', conversation, up_to: 3 });
});

describe.skipIf(process.env.PARLEY_OUTPUTS)('a late notification', () => {
  afterAll(() => Object.assign(chat.local?.faults ?? {}, { delayBatch: 0, random: Math.random }));

  it.each([
    ['deleted', (alice: Person, _bob: Person, path: string) => alice.request('DELETE', `${path}/4`)],
    ['deleted for oneself', (_alice: Person, bob: Person, path: string) => bob.request('DELETE', `${path}/4?for=me`)],
    ['cleared', (_alice: Person, bob: Person, path: string) => bob.request('DELETE', path)],
  ])('does not show a message that was %s meanwhile, and counts without it', async (how, change) => {
    const key = how.replaceAll(' ', '');
    const { alice, bob, path } = await start(`n${key}`, `m${key}`);
    const all = await bob.connect({ notifications: 'all' });
    await chat.settled();
    await all.rest();
    Object.assign(chat.local?.faults ?? {}, { delayBatch: 1_000, random: () => 0.99 });
    await alice.post(path, { message: 'secret' });
    expect((await change(alice, bob, path)).status).toBeLessThan(300);
    Object.assign(chat.local?.faults ?? {}, { delayBatch: 0 });
    await chat.settled();
    const events = await all.rest();
    expect(events.filter(({ type }) => type !== 'unread_count')).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'unread_count', unread_count: how === 'deleted' ? 3 : 0 });
  });
});
