import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';

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
    // She learns that he has read so far, but not that he has hidden the message.
    const types = (await aliceSocket.rest()).map(({ type }) => type);
    expect(types.filter((type) => type !== 'message_delivered')).toEqual(['messages_read']);
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
