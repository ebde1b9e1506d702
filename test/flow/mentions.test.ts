import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, named } from '../support/person.ts';
import { untilIdle } from '../support/until-idle.ts';

let chat: Chat;
beforeAll(async () => {
  // It counts units, so it has a runtime of its own.
  chat = await startChat({});
});
afterAll(() => chat.stop());

describe('a message with names after an @', () => {
  it('has the members among them, in the order of the text, in the event and in history', async () => {
    const [alice, bob, carol, dave] = await chat.people('alice', 'bob', 'carol', 'dave');
    const path = `/conversations/${named(alice, bob, carol)}/messages`;
    const bt = await bob.enter(named(alice, bob, carol));
    const message = `@${carol.username.toUpperCase()}, @${dave.username} is out; ask @${bob.username}. Or @${bob.username}@example.com`;
    const mentions = [carol.username, bob.username];
    expect((await alice.post(path, { message })).body).toMatchObject({ message, mentions });
    expect(await bt.next('chat_message')).toMatchObject({ mentions });
    expect((await bob.get(path)).body.results[0]).toMatchObject({ mentions });
    expect((await alice.post(path, { message: 'nobody' })).body).toMatchObject({ mentions: [] });
  });

  it('mentions the names of the edited text, and nobody after its deletion', async () => {
    const [alice, bob, carol] = await chat.people('alice2', 'bob2', 'carol2');
    const path = `/conversations/${named(alice, bob, carol)}/messages`;
    const newest = async () => (await bob.get(path)).body.results[0].mentions;
    await alice.post(path, { message: `@${bob.username}` });
    await alice.request('PATCH', `${path}/1`, { message: `@${carol.username}` });
    expect(await newest()).toEqual([carol.username]);
    await alice.request('PATCH', `${path}/1`, { message: 'nobody' });
    expect(await newest()).toEqual([]);
    await alice.request('PATCH', `${path}/1`, { message: `@${bob.username}` });
    await alice.request('DELETE', `${path}/1`);
    expect(await newest()).toEqual([]);
  });

  it('mentions only members of the room or group', async () => {
    const [alice, bob, carol] = await chat.people('alice3', 'bob3', 'carol3');
    const room = `room:mentions-${chat.run}`;
    await Promise.all([alice.enter(room), bob.enter(room)]);
    await acquaint(alice, bob);
    const { body: group } = await alice.post('/conversations', { title: 'Group', members: [bob.username] });
    for (const id of [room, group.id]) {
      const { body } = await alice.post(`/conversations/${id}/messages`, {
        message: `@${bob.username} @${carol.username} @${alice.username}`,
      });
      expect(body.mentions).toEqual([bob.username, alice.username]);
    }
  });
});

describe('a notification of a message', () => {
  it('tells only the mentioned members that they are mentioned', async () => {
    const [alice, bob, carol] = await chat.people('alice4', 'bob4', 'carol4');
    const conversation = named(alice, bob, carol);
    const [all, one, other] = await Promise.all([
      bob.connect({ notifications: 'all' }),
      bob.connect({ notifications: conversation }),
      carol.connect({ notifications: 'all' }),
    ]);
    await Promise.all([all, one, other].map((socket) => socket.next()));
    await alice.post(`/conversations/${conversation}/messages`, { message: `see @${bob.username}` });
    const message = expect.objectContaining({ mentions: [bob.username] });
    const notice = { conversation, unread_count: 1, name: 'Alice4', message };
    expect(await all.next()).toEqual({ type: 'new_message_notification', ...notice, mentioned: true });
    const single = 'single_conversation_new_message_notification';
    expect(await one.next()).toEqual({ type: single, ...notice, mentioned: true });
    expect(await other.next()).toEqual({ type: 'new_message_notification', ...notice });
  });
});

describe.skipIf(process.env.PARLEY_OUTPUTS)('a mention', () => {
  it('costs no write, and a read unit for each name in rooms and groups: half for the member, and half for a block', async () => {
    const [alice, bob] = await chat.people('alice5', 'bob5');
    const room = `room:cost-${chat.run}`;
    await Promise.all([alice, bob].map((person) => person.post(`/conversations/${room}/messages`, { message: 'hi' })));
    const { local } = chat;
    if (!local) throw new Error('this needs the local runtime');
    const costs = async (id: string, message: string) => {
      await untilIdle(local);
      local.counters.reset();
      expect((await alice.post(`/conversations/${id}/messages`, { message })).status).toBe(201);
      await untilIdle(local);
      const { 'dynamodb.write-units': written = 0, 'dynamodb.read-units': read = 0 } = local.counters.snapshot();
      return { written, read };
    };
    const plain = await costs(room, `hello ${bob.username}`);
    expect(plain.written).toBe(3);
    expect(await costs(room, `hello @${bob.username}`)).toEqual({ written: 3, read: plain.read + 1 });
    // A name of nobody, and what is no name, cost no more and are text.
    expect((await costs(room, `hello @${'x'.repeat(70)} @%zz @nobody-${chat.run}`)).written).toBe(3);
    const direct = named(alice, bob);
    await costs(direct, 'first');
    expect(await costs(direct, `@${bob.username}`)).toEqual(await costs(direct, 'nobody'));
  });
});
