import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named } from '../support/person.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

describe('read_messages', () => {
  it('sends the cursor to the members, and the unread counts to all connections of the reader', async () => {
    const [alice, bob, carol] = await chat.people('alice', 'bob', 'carol');
    const conversation = named(alice, bob);
    for (const message of ['1', '2', '3']) await alice.post(`/conversations/${conversation}/messages`, { message });
    await carol.post(`/conversations/${bob.username}/messages`, { message: 'unread' });
    const at = await alice.enter(conversation);
    const [bt, everything, all, one] = await Promise.all([
      bob.enter(conversation),
      bob.everything(),
      bob.connect({ notifications: 'all' }),
      bob.connect({ notifications: alice.username }),
    ]);
    expect(await all.next()).toEqual({ type: 'unread_count', unread_count: 4 });
    expect(await one.next()).toEqual({ type: 'single_conversation_unread_count', conversation, unread_count: 3 });

    bt.send({ type: 'read_messages', up_to: 2 });
    const read = { type: 'messages_read', conversation, user: bob.username, up_to: 2 };
    expect(await at.next('messages_read')).toEqual(read);
    expect(await bt.next('messages_read')).toEqual(read);
    expect(await everything.next('messages_read')).toEqual(read);
    expect(await everything.next('unread_count')).toEqual({ type: 'unread_count', unread_count: 2 });
    expect(await all.next('unread_count')).toEqual({ type: 'unread_count', unread_count: 2 });
    expect(await one.next()).toEqual({ type: 'single_conversation_unread_count', conversation, unread_count: 1 });

    bt.send({ type: 'read_messages' });
    expect(await at.next('messages_read')).toMatchObject({ up_to: 3 });
    expect(await all.next('unread_count')).toEqual({ type: 'unread_count', unread_count: 1 });
    expect(await one.next()).toMatchObject({ unread_count: 0 });
  });

  it('with quiet tells everybody but the connection that asked', async () => {
    const [alice, bob] = await chat.people('alice5', 'bob5');
    const conversation = named(alice, bob);
    await alice.post(`/conversations/${conversation}/messages`, { message: '1' });
    const [at, bt, other] = await Promise.all([alice.everything(), bob.everything(), bob.everything()]);
    await chat.settled();
    for (const socket of [at, bt, other]) await socket.rest();
    bt.send({ type: 'read_messages', conversation, up_to: 1, quiet: true });
    const read = { type: 'messages_read', conversation, user: bob.username, up_to: 1 };
    expect(await at.next('messages_read')).toEqual(read);
    expect(await other.next('messages_read')).toEqual(read);
    expect(await other.next('unread_count')).toEqual({ type: 'unread_count', unread_count: 0 });
    expect((await bob.get(`/conversations/${conversation}`)).body).toMatchObject({ read_seq: 1, unread_count: 0 });
    bt.send({ type: 'ping', quiet: true });
    bt.send({ type: 'read_messages', conversation, up_to: 2, quiet: true });
    expect(await bt.next()).toMatchObject({ type: 'error', code: 'invalid_frame' });
    expect(await bt.rest()).toEqual([]);
  });

  it('never moves the cursor back, and sends no event twice', async () => {
    const [alice, bob] = await chat.people('alice2', 'bob2');
    const conversation = named(alice, bob);
    for (const message of ['1', '2']) await alice.post(`/conversations/${conversation}/messages`, { message });
    const at = await alice.enter(conversation);
    await chat.settled();
    await at.rest();
    expect((await bob.post(`/conversations/${conversation}/read`)).body).toEqual({ up_to: 2, unread_count: 0 });
    expect((await bob.post(`/conversations/${conversation}/read`, { up_to: 1 })).body).toEqual({
      up_to: 2,
      unread_count: 0,
    });
    expect((await bob.post(`/conversations/${conversation}/read`, {})).body).toEqual({ up_to: 2, unread_count: 0 });
    expect((await at.rest()).map(({ type, up_to: upTo }) => [type, upTo])).toEqual([['messages_read', 2]]);
  });

  it('beyond the log is refused, and the cursor stays', async () => {
    const [alice, bob] = await chat.people('alice3', 'bob3');
    await alice.post(`/conversations/${bob.username}/messages`, { message: '1' });
    const bt = await bob.enter(alice.username);
    expect(await bt.ask({ type: 'read_messages', up_to: 2 }, 'error')).toMatchObject({
      code: 'invalid_frame',
      message: expect.stringContaining('ends at 1'),
    });
    expect((await bob.get(`/conversations/${alice.username}`)).body).toMatchObject({ unread_count: 1, read_seq: 0 });
  });
});

describe('own messages', () => {
  it('are never unread, and sending one marks the messages before it as read', async () => {
    const [alice, bob] = await chat.people('alice4', 'bob4');
    await alice.post(`/conversations/${bob.username}/messages`, { message: '1' });
    await bob.post(`/conversations/${alice.username}/messages`, { message: '2' });
    expect((await bob.get(`/conversations/${alice.username}`)).body).toMatchObject({ unread_count: 0, read_seq: 2 });
    expect((await alice.get(`/conversations/${bob.username}`)).body).toMatchObject({ unread_count: 1, read_seq: 1 });
  });
});

describe('notification sockets', () => {
  it('get a message, then the counts, and nothing else', async () => {
    const [alice, bob, carol] = await chat.people('alice5', 'bob5', 'carol5');
    const conversation = named(alice, bob);
    const all = await bob.connect({ notifications: 'all' });
    const one = await bob.connect({ notifications: alice.username });
    const other = await bob.connect({ notifications: carol.username });
    expect(await all.next()).toEqual({ type: 'unread_count', unread_count: 0 });
    expect(await one.next()).toMatchObject({ type: 'single_conversation_unread_count', unread_count: 0 });
    expect(await other.next()).toMatchObject({ type: 'single_conversation_unread_count', unread_count: 0 });

    await carol.post(`/conversations/${bob.username}/messages`, { message: 'hi' });
    expect(await all.next()).toMatchObject({ type: 'new_message_notification', unread_count: 1, name: 'Carol5' });
    const { body: sent } = await alice.post(`/conversations/${conversation}/messages`, {
      message: 'psst',
      client_id: '1',
    });
    const { client_id: _, ...message } = sent;
    expect(await all.next()).toEqual({
      type: 'new_message_notification',
      conversation,
      unread_count: 2,
      name: 'Alice5',
      message,
    });
    expect(await one.next()).toEqual({
      type: 'single_conversation_new_message_notification',
      conversation,
      unread_count: 1,
      name: 'Alice5',
      message,
    });
    expect(await other.next()).toMatchObject({ unread_count: 1, message: { message: 'hi' } });
    await chat.settled();
    expect([await all.rest(), await one.rest(), await other.rest()]).toEqual([[], [], []]);
  });

  it('of the author get the new counts, because sending moves the cursor', async () => {
    const [alice, bob] = await chat.people('alice6', 'bob6');
    await alice.post(`/conversations/${bob.username}/messages`, { message: '1' });
    const all = await bob.connect({ notifications: 'all' });
    expect(await all.next()).toEqual({ type: 'unread_count', unread_count: 1 });
    await bob.post(`/conversations/${alice.username}/messages`, { message: '2' });
    expect(await all.next()).toEqual({ type: 'unread_count', unread_count: 0 });
  });
});
