/** The one-to-one chat with ticks: the rows of docs/seeds.md, in the order of the program's page. */
import { SignUpCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, password, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

/** Connects a user to `ws/chat/<user_id>/` and waits for the snapshot. */
async function chatWith(person: Person, other: Person) {
  const socket = await person.connectAt(`/ws/chat/${other.username}/`);
  await socket.next('last_50_messages');
  return socket;
}
const say = (person: Person, other: Person, message: string) =>
  person.post(`/conversations/${other.username}/messages`, { message });
const viewOf = async (person: Person, other: Person) => (await person.get(`/conversations/${other.username}`)).body;

describe('ws/chat/<user_id>/', () => {
  it('R2.1 people register and log in; a name belongs to one of them, and the shown name can be changed', async () => {
    const alice = await chat.person('alice1');
    const again = new SignUpCommand({
      ClientId: chat.outputs.UserPoolClientId,
      Username: alice.username,
      Password: password,
      UserAttributes: [{ Name: 'email', Value: 'somebody@example.com' }],
    });
    await expect(chat.cognito.send(again)).rejects.toMatchObject({ name: 'UsernameExistsException' });
    expect((await alice.get('/me')).body).toEqual({ username: alice.username, name: 'Alice1', avatar: null });
    expect((await alice.request('PATCH', '/me', { name: 'Alice S' })).body).toMatchObject({ name: 'Alice S' });
  });

  it('R2.2 two users who open ws/chat/<user_id>/ of each other meet in one conversation', async () => {
    const [alice, bob] = await chat.people('alice2', 'bob2');
    const at = await chatWith(alice, bob);
    const bt = await chatWith(bob, alice);
    at.send({ message: 'hi' });
    expect(await bt.next('chat_message')).toMatchObject({ conversation: named(alice, bob), message: 'hi' });
  });
});

describe('a message', () => {
  it('R2.3 a bare {"message"} comes trimmed, with its sender, number and time; a blank one is refused', async () => {
    const [alice, bob] = await chat.people('alice3', 'bob3');
    const at = await chatWith(alice, bob);
    const away = await at.ask({ message: '  hi  ' }, 'chat_message');
    expect(away).toMatchObject({
      message: 'hi',
      from_user: { username: alice.username },
      id: expect.stringMatching(/^\w{26}$/),
      seq: 1,
      date_added: expect.stringMatching(/Z$/),
      delivered_to: [],
    });
    const bt = await chatWith(bob, alice);
    expect(await at.ask({ message: 'there?' }, 'chat_message')).toMatchObject({ delivered_to: [bob.username] });
    expect(await bt.next('chat_message')).toMatchObject({ message: 'there?' });
    expect(await at.ask({ message: '   ' }, 'error')).toMatchObject({ code: 'invalid_frame' });
    expect((await viewOf(bob, alice)).seq).toBe(2);
  });

  it('R2.4 messages get their first tick when their reader connects, with one event for all that waited', async () => {
    const [alice, bob] = await chat.people('alice4', 'bob4');
    const at = await chatWith(alice, bob);
    await at.ask({ message: 'one' }, 'chat_message');
    await at.ask({ message: 'two' }, 'chat_message');
    await chatWith(bob, alice);
    const delivered = { type: 'message_delivered', conversation: named(alice, bob), seq: 2, to: [bob.username] };
    expect(await at.next('message_delivered')).toEqual(delivered);
    await chat.settled();
    expect((await at.rest()).filter(({ type }) => type === 'message_delivered')).toEqual([]);
  });

  it('R2.5 messages get their second tick when their reader has read them, and never lose it', async () => {
    const [alice, bob] = await chat.people('alice5', 'bob5');
    const at = await chatWith(alice, bob);
    for (const message of ['one', 'two', 'three']) await at.ask({ message }, 'chat_message');
    const bt = await chatWith(bob, alice);
    bt.send({ type: 'read_messages', up_to: 2 });
    const read = { type: 'messages_read', conversation: named(alice, bob), user: bob.username };
    expect(await at.next('messages_read')).toEqual({ ...read, up_to: 2 });
    bt.send({ type: 'read_messages', up_to: 1 });
    bt.send({ type: 'read_messages' });
    expect(await at.next('messages_read')).toEqual({ ...read, up_to: 3 });
    const { members } = await viewOf(alice, bob);
    expect(members).toContainEqual(expect.objectContaining({ username: bob.username, read_seq: 3 }));
  });

  it('R2.7 a chat has the messages of both, oldest first; opening it reads nothing, read_messages tells the sender', async () => {
    const [alice, bob] = await chat.people('alice7', 'bob7');
    await say(alice, bob, 'one');
    await say(bob, alice, 'two');
    await say(alice, bob, 'three');
    const at = await chatWith(alice, bob);
    const bt = await chatWith(bob, alice);
    const history = (await bob.get(`/conversations/${alice.username}/messages?after=0`)).body.results;
    expect(history).toMatchObject([
      { message: 'one', from_user: { username: alice.username } },
      { message: 'two', from_user: { username: bob.username } },
      { message: 'three', from_user: { username: alice.username } },
    ]);
    expect((await viewOf(bob, alice)).unread_count).toBe(1);
    bt.send({ type: 'read_messages' });
    expect(await at.next('messages_read')).toMatchObject({ user: bob.username, up_to: 3 });
    expect((await viewOf(bob, alice)).unread_count).toBe(0);
  });
});

describe('users', () => {
  it('R2.6 a user is online while any device is connected, and was last seen when the last one disconnected', async () => {
    const [alice, bob] = await chat.people('alice6', 'bob6');
    await say(alice, bob, 'hi');
    const watching = await alice.connectAt('/ws/');
    await watching.next('unread_count');
    const [first, second] = [await bob.connectAt('/ws/'), await bob.connectAt('/ws/')];
    expect(await watching.next('presence')).toMatchObject({ user: bob.username, online: true, last_seen: null });
    await first.close();
    await chat.settled();
    expect((await alice.get(`/users/${bob.username}`)).body).toMatchObject({ online: true, last_seen: null });
    const before = Date.now();
    await second.close();
    const { online, last_seen: seen } = await watching.next('presence');
    // A deployed stack may have another clock.
    expect([online, Date.parse(seen) >= before - 5_000]).toEqual([false, true]);
    expect((await alice.get(`/users/${bob.username}`)).body).toMatchObject({ online: false, last_seen: seen });
  });

  it('R2.8 the list of users has everybody but you, and says who is online', async () => {
    const [alice, bob, carol] = await chat.people('alice8', 'bob8', 'carol8');
    await chatWith(bob, alice);
    const users = new Map();
    let page = `${chat.outputs.WebUrl}/api/users`;
    while (page) {
      const { body } = await alice.get(page);
      for (const user of body.results) users.set(user.username, user);
      page = body.next;
    }
    expect(users.get(bob.username)).toMatchObject({ name: 'Bob8', online: true, last_seen: null });
    expect(users.get(carol.username)).toMatchObject({ name: 'Carol8', online: false });
    expect(users.has(alice.username)).toBe(false);
  });
});
