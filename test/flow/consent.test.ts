import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import type { Event } from '../support/socket.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

const say = (by: Person, of: string, message: string, more: object = {}) =>
  by.post(`/conversations/${of}/messages`, { message, ...more });
const block = (by: Person, who: Person) => by.request('PUT', `/me/blocks/${who.username}`);
const unblock = (by: Person, who: Person) => by.request('DELETE', `/me/blocks/${who.username}`);
const comeBack = (of: string, { request, username }: Person, by: Person) =>
  request.call(by, 'PUT', `/conversations/${of}/members/${username}`);
const leave = (of: string, by: Person) => by.request('DELETE', `/conversations/${of}/members/${by.username}`);
const inboxOf = async (person: Person): Promise<Event[]> => (await person.get('/conversations')).body.results;
const refused = { status: 403, body: { error: { code: 'forbidden' } } };

describe('where a block stands between two people', () => {
  it('nobody begins a conversation with both in its name, whoever asks and however', async () => {
    const [alice, mallory, puppet] = await chat.people('nalice', 'nmallory', 'npuppet');
    const of = named(alice, mallory, puppet);
    await block(alice, mallory);
    for (const by of [mallory, puppet, alice]) {
      expect(await say(by, of, 'hello'), by.username).toMatchObject(refused);
      expect(await by.get(`/conversations/${of}`), by.username).toMatchObject(refused);
      await expect(by.connect({ conversation: of }), by.username).rejects.toMatchObject({ status: 403 });
      const socket = await by.everything();
      expect(await socket.ask({ type: 'create', conversation: of, message: 'x' }, 'error')).toMatchObject({
        code: 'forbidden',
      });
    }
    // Nothing was begun, neither for her nor for those who tried.
    for (const person of [alice, mallory, puppet]) expect(await inboxOf(person)).toEqual([]);
    await unblock(alice, mallory);
    expect((await say(mallory, of, 'hello')).status).toBe(201);
  });

  it('neither makes a group with the other, or invites the other into one; others still do', async () => {
    const [alice, mallory, carol] = await chat.people('galice', 'gmallory', 'gcarol');
    const make = (by: Person, ...members: Person[]) =>
      by.post('/conversations', { title: 'Trip', members: members.map(({ username }) => username) });
    await acquaint(carol, mallory, alice);
    const own = (await make(mallory, carol)).body.id;
    await block(alice, mallory);
    expect(await make(mallory, alice, carol)).toMatchObject(refused);
    expect(await make(alice, mallory)).toMatchObject(refused);
    expect(await mallory.request('PUT', `/conversations/${own}/members/${alice.username}`)).toMatchObject(refused);
    expect((await make(carol, mallory)).status).toBe(201);
    expect(await inboxOf(alice)).toEqual([]);
  });

  it('what they had begun goes on for all in it, but neither mentions or notifies the other there', async () => {
    const [alice, mallory, carol] = await chat.people('oalice', 'omallory', 'ocarol');
    const of = named(alice, mallory, carol);
    await say(alice, of, 'hello');
    await acquaint(carol, alice, mallory);
    const { id: group } = (
      await carol.post('/conversations', { title: 'Trip', members: [alice.username, mallory.username] })
    ).body;
    await block(alice, mallory);
    const all = await alice.connect({ notifications: 'all' });
    const single = await alice.connect({ notifications: of });
    await chat.settled();
    await Promise.all([all.rest(), single.rest()]);
    for (const conversation of [of, group]) {
      const text = `@${alice.username} and @${carol.username}`;
      const { status, body } = await say(mallory, conversation, text);
      expect([status, body.mentions]).toEqual([201, [carol.username]]);
      expect((await say(carol, conversation, text)).body.mentions).toEqual([alice.username, carol.username]);
    }
    await chat.settled();
    // What somebody else writes comes as ever; the counts are right in either case.
    const types = (events: Event[]) => events.map(({ type, name }: Event) => (name ? `${type} ${name}` : type)).sort();
    expect(types(await all.rest())).toEqual([
      'new_message_notification Ocarol',
      'new_message_notification Ocarol',
      'unread_count',
      'unread_count',
    ]);
    expect(types(await single.rest())).toEqual([
      'single_conversation_new_message_notification Ocarol',
      'single_conversation_unread_count',
    ]);
  });
});

describe('a block and its end', () => {
  it('are told once to each device of who blocks, and not to the other; what is so already is not told again', async () => {
    const [alice, bob] = await chat.people('talice', 'tbob');
    const of = named(alice, bob);
    await say(bob, of, 'hello');
    const devices = [await alice.everything(), await alice.everything()];
    const others = [
      await alice.enter(of),
      await alice.connect({ notifications: 'all' }),
      await bob.everything(),
      await bob.enter(of),
      await bob.connect({ notifications: 'all' }),
    ];
    const fresh = async (sockets: typeof others) => {
      await chat.settled();
      const events = (await Promise.all(sockets.map((socket) => socket.rest()))).flat();
      return events.filter(({ type }) => /block/.test(type));
    };
    await fresh([...devices, ...others]);

    await block(alice, bob);
    const person = { username: bob.username, name: 'Tbob', avatar: null, online: true, last_seen: null };
    const blocked = { type: 'user_blocked', person };
    expect(await fresh(devices)).toEqual([blocked, blocked]);
    expect((await alice.get('/me/blocks')).body.results).toEqual([person]);
    await block(alice, bob);
    expect(await fresh(devices)).toEqual([]);

    await unblock(alice, bob);
    const unblocked = { type: 'user_unblocked', user: bob.username };
    expect(await fresh(devices)).toEqual([unblocked, unblocked]);
    await unblock(alice, bob);
    expect(await fresh(devices)).toEqual([]);
    expect(await fresh(others)).toEqual([]);
  });

  it('before the first message are told to the devices of who blocks, too', async () => {
    const [alice, bob] = await chat.people('ualice', 'ubob');
    const device = await alice.everything();
    await block(alice, bob);
    expect(await device.next('user_blocked')).toMatchObject({ person: { username: bob.username } });
    await unblock(alice, bob);
    expect(await device.next('user_unblocked')).toEqual({ type: 'user_unblocked', user: bob.username });
  });
});

describe('what a blocked person is told', () => {
  /** A conversation between two, with the sockets of the one who will be blocked. */
  async function pair(...names: [string, string]) {
    const [alice, bob] = await chat.people(...names);
    const of = named(alice, bob);
    for (const by of [bob, alice, alice]) await say(by, of, 'hello');
    const everything = await bob.everything();
    const inside = await bob.enter(of);
    await chat.settled();
    const fresh = async () => {
      await chat.settled();
      const events = [...(await everything.rest()), ...(await inside.rest())];
      return events.filter(({ type, user }) => user === alice.username || type === 'message_delivered');
    };
    await fresh();
    const seen = async () => {
      const { members } = (await bob.get(`/conversations/${of}`)).body;
      const { online, last_seen, read_seq } = members.find(({ username }: Event) => username === alice.username);
      const profile = (await bob.get(`/users/${alice.username}`)).body;
      expect([online, last_seen]).toEqual([profile.online, profile.last_seen]);
      return { online, last_seen, read_seq };
    };
    return { alice, bob, of, everything, inside, fresh, seen };
  }

  it('at a block agrees with what they get when they ask: the other is offline, outside, and reads no further', async () => {
    const { alice, bob, of, fresh, seen } = await pair('palice', 'pbob');
    const at = await alice.everything();
    const inside = await alice.enter(of);
    expect((await fresh()).map(({ type }) => type)).toEqual(expect.arrayContaining(['presence', 'user_join']));
    await say(bob, of, 'after');
    await alice.post(`/conversations/${of}/read`, { up_to: 3 });
    await fresh();
    await block(alice, bob);
    const events = await fresh();
    const user = alice.username;
    expect(events).toContainEqual({ type: 'presence', user, online: false, last_seen: null });
    // Once on each of the two sockets.
    expect(events.filter(({ type }) => type === 'user_leave')).toEqual([
      { type: 'user_leave', conversation: of, user },
      { type: 'user_leave', conversation: of, user },
    ]);
    expect(await seen()).toEqual({ online: false, last_seen: null, read_seq: 3 });

    // A second block, what she reads and types, her going and coming: nothing of it.
    await block(alice, bob);
    expect(await inside.ask({ type: 'read_messages' }, 'messages_read')).toMatchObject({ up_to: 4 });
    inside.send({ type: 'typing', typing: true });
    await inside.rest();
    await Promise.all([inside.close(), at.close()]);
    await (await alice.enter(of)).close();
    await (await alice.everything()).close();
    expect(await fresh()).toEqual([]);
    expect(await seen()).toEqual({ online: false, last_seen: null, read_seq: 3 });
    expect((await bob.get(`/conversations/${of}/members`)).body.results).toContainEqual(
      expect.objectContaining({ username: user, read_seq: 3, online: false, delivered_until: null }),
    );
    expect((await alice.get(`/conversations/${of}`)).body).toMatchObject({ read_seq: 4, unread_count: 0 });
  });

  it('at its end agrees again: the other is online, inside, and has read so far', async () => {
    const { alice, bob, of, everything, fresh, seen } = await pair('qalice', 'qbob');
    await say(bob, of, 'unread');
    await block(alice, bob);
    const at = await alice.enter(of);
    await at.ask({ type: 'read_messages' }, 'messages_read');
    await alice.everything();
    await fresh();
    await unblock(alice, bob);
    const user = alice.username;
    const events = await fresh();
    expect(events).toContainEqual({ type: 'presence', user, online: true, last_seen: null });
    expect(events).toContainEqual({ type: 'user_join', conversation: of, user });
    expect(events).toContainEqual({ type: 'messages_read', conversation: of, user, up_to: 4 });
    expect(await seen()).toEqual({ online: true, last_seen: null, read_seq: 4 });
    expect((await unblock(alice, bob)).status).toBe(204);
    expect(await fresh()).toEqual([]);
    at.send({ type: 'typing', typing: true });
    expect(await everything.next('typing')).toMatchObject({ user });
  });

  it('is not that the other is online, when they repeat an old message or change; and the other does not get it again', async () => {
    const { alice, bob, of, inside } = await pair('yalice', 'ybob');
    const sent = (await say(bob, of, 'old', { client_id: 'old' })).body;
    const edit = { message: 'newer', client_id: 'edit' };
    await bob.request('PATCH', `/conversations/${of}/messages/${sent.seq}`, edit);
    await block(alice, bob);
    const at = await alice.everything();
    await chat.settled();
    await at.rest();
    const repeat = { type: 'create', message: 'old', client_id: 'old' };
    await inside.rest();
    expect(await inside.ask(repeat, 'chat_message')).toMatchObject({ seq: sent.seq, delivered_to: [] });
    expect((await bob.request('PATCH', `/conversations/${of}/messages/${sent.seq}`, edit)).status).toBe(200);
    expect(await at.rest()).toEqual([]);
  });
});

describe('who leaves a conversation that has them in its name', () => {
  it('gets nothing of it, whatever the others and their own devices do, and is in no list of it', async () => {
    const [alice, bob, mallory] = await chat.people('lalice', 'lbob', 'lmallory');
    const of = named(alice, bob, mallory);
    const { seq } = (await say(mallory, of, 'one')).body;
    await say(alice, of, 'mine');
    const [everything, inside, watching] = [
      await alice.everything(),
      await alice.enter(of),
      await alice.connect({ notifications: 'all' }),
    ];
    const bobs = await bob.everything();
    expect((await leave(of, alice)).status).toBe(204);
    const change = { type: 'conversation_updated', conversation: of, change: { kind: 'left', by: alice.username } };
    expect(await bobs.next('conversation_updated')).toMatchObject(change);
    expect(await everything.next('conversation_updated')).toMatchObject(change);
    expect(await inside.next('conversation_updated')).toMatchObject(change);
    await chat.settled();
    await Promise.all([everything.rest(), inside.rest(), watching.rest()]);

    const text = `two @${alice.username}`;
    const sent = await say(mallory, of, text);
    expect(sent).toMatchObject({ status: 201, body: { mentions: [] } });
    const path = `/conversations/${of}/messages`;
    await mallory.request('PATCH', `${path}/${seq}`, { message: 'edited' });
    await bob.request('PUT', `${path}/${seq}/reactions/👍`);
    await mallory.request('DELETE', `${path}/${sent.body.seq}`);
    await bob.post(`/conversations/${of}/read`);
    const bobInside = await bob.enter(of);
    bobInside.send({ type: 'typing', typing: true });
    await bobInside.rest();
    await chat.settled();
    for (const socket of [everything, inside, watching]) expect(await socket.rest()).toEqual([]);

    // No use of hers brings her back.
    const uses = [
      await alice.get(`/conversations/${of}`),
      await alice.get(path),
      await alice.get(`/conversations/${of}/members`),
      await alice.post(`/conversations/${of}/read`),
      await alice.request('PATCH', `${path}/2`, { message: 'x' }),
      await alice.request('DELETE', path),
      await alice.request('PUT', `/conversations/${of}/mute`),
      await leave(of, alice),
    ];
    for (const use of uses) expect(use).toMatchObject(refused);
    await expect(alice.connect({ conversation: of })).rejects.toMatchObject({ status: 403 });
    await expect(alice.connect({ notifications: of })).rejects.toMatchObject({ status: 403 });
    expect(await inside.ask({ type: 'typing', typing: true }, 'error')).toMatchObject({ code: 'forbidden' });
    expect(await inboxOf(alice)).toEqual([]);
    const again = await alice.connect();
    expect(await again.next('unread_count')).toMatchObject({ unread_count: 0 });
    await say(mallory, of, 'three');
    expect(await inboxOf(alice)).toEqual([]);

    // The others see that she is gone.
    const view = (await bob.get(`/conversations/${of}`)).body;
    const names = (members: Event[]) => members.map(({ username }) => username);
    expect(names(view.members)).toEqual([bob.username, mallory.username].sort());
    expect(names((await inboxOf(bob))[0].members)).toEqual([bob.username, mallory.username].sort());
    expect(names((await bob.get(`/conversations/${of}/members`)).body.results)).not.toContain(alice.username);
    const log = (await bob.get(`${path}?after=0&changes=true`)).body.results;
    expect(log.map(({ type }: Event) => type)).toContain('conversation_updated');
    expect((await bob.get(path)).body.results.map(({ message }: Event) => message)).toContain('Lalice left');
  });

  it('comes back by writing or by asking to, with the whole history and nothing unread; nobody brings another back', async () => {
    const [alice, bob, carol] = await chat.people('ralice', 'rbob', 'rcarol');
    const of = named(alice, bob, carol);
    await say(bob, of, 'one');
    await leave(of, alice);
    await say(bob, of, 'two');
    expect(await comeBack(of, alice, bob)).toMatchObject(refused);
    expect(await inboxOf(alice)).toEqual([]);
    const bobs = await bob.everything();
    expect(await comeBack(of, alice, alice)).toMatchObject({ status: 200, body: { id: of, unread_count: 0 } });
    expect(await bobs.next('conversation_updated')).toMatchObject({ change: { kind: 'joined', by: alice.username } });
    expect((await comeBack(of, alice, alice)).status).toBe(200);
    const texts = async () =>
      (await alice.get(`/conversations/${of}/messages`)).body.results.map(({ message }: Event) => message).reverse();
    expect(await texts()).toEqual(['one', 'Ralice left', 'two', 'Ralice joined']);
    const alices = await alice.everything();
    await say(carol, of, 'three');
    expect(await alices.next('chat_message')).toMatchObject({ message: 'three' });
    expect(await inboxOf(alice)).toMatchObject([{ id: of, unread_count: 1 }]);

    await leave(of, alice);
    expect(await alices.ask({ type: 'create', conversation: of, message: 'back' }, 'chat_message')).toMatchObject({
      message: 'back',
    });
    expect((await texts()).slice(-2)).toEqual(['Ralice joined', 'back']);
    await say(bob, of, 'four');
    expect(await alices.next('chat_message')).toMatchObject({ message: 'four' });
  });

  it('does not come back to somebody between whom and them a block stands', async () => {
    const [alice, bob, mallory] = await chat.people('xalice', 'xbob', 'xmallory');
    const of = named(alice, bob, mallory);
    await say(mallory, of, 'one');
    await Promise.all([leave(of, alice), leave(of, mallory)]);
    await block(alice, mallory);
    expect((await comeBack(of, alice, alice)).status).toBe(200);
    expect(await comeBack(of, mallory, mallory)).toMatchObject(refused);
    expect(await say(mallory, of, 'two')).toMatchObject(refused);
    await unblock(alice, mallory);
    expect((await say(mallory, of, 'two')).status).toBe(201);
  });

  it('is told of it even where nothing was written, and then nobody else is; a direct conversation is not left', async () => {
    const [alice, bob, carol] = await chat.people('ualice', 'ubob', 'ucarol');
    const of = named(alice, bob, carol);
    await carol.get(`/conversations/${of}`);
    expect((await leave(of, alice)).status).toBe(204);
    expect((await bob.get(`/conversations/${of}`)).body).toMatchObject({ seq: 0 });
    await say(carol, of, 'hello');
    expect(await inboxOf(alice)).toEqual([]);
    expect(await leave(named(alice, bob), alice)).toMatchObject(refused);
  });
});

describe('a muted conversation', () => {
  it('of any kind gives no notification and no total, keeps its own count, and is known to all devices of its user alone', async () => {
    const [alice, bob, carol] = await chat.people('malice', 'mbob', 'mcarol');
    const room = `room:muted-${chat.run}`;
    await acquaint(bob, alice, carol);
    const { id: group } = (
      await bob.post('/conversations', { title: 'Trip', members: [alice.username, carol.username] })
    ).body;
    for (const person of [alice, bob]) await person.request('PUT', `/conversations/${room}/members/${person.username}`);
    const muted = [named(alice, bob), named(alice, bob, carol), group, room];
    for (const of of muted) await say(bob, of, 'before');
    const [device, watching, bobs] = [
      await alice.everything(),
      await alice.connect({ notifications: 'all' }),
      await bob.everything(),
    ];
    expect(await watching.next('unread_count')).toEqual({ type: 'unread_count', unread_count: 4 });
    for (const of of muted) {
      expect((await alice.request('PUT', `/conversations/${of}/mute`)).status).toBe(204);
      expect(await device.next('conversation_muted')).toEqual({
        type: 'conversation_muted',
        conversation: of,
        muted: true,
      });
      expect((await alice.request('PUT', `/conversations/${of}/mute`)).status).toBe(204);
    }
    expect((await watching.take(4, 'unread_count')).map(({ unread_count }) => unread_count)).toEqual([3, 2, 1, 0]);
    await chat.settled();
    await Promise.all([watching.rest(), device.rest(), bobs.rest()]);
    for (const of of muted) await say(bob, of, `now @${alice.username}`);
    expect((await device.take(4, 'chat_message')).map(({ conversation }) => conversation)).toEqual(muted);
    await chat.settled();
    const noise = (await watching.rest()).filter(
      ({ type, unread_count }) => type !== 'unread_count' || unread_count > 0,
    );
    expect(noise).toEqual([]);
    expect((await bobs.rest()).map(({ type }) => type)).not.toContain('conversation_muted');
    const views = await inboxOf(alice);
    expect(views.map(({ id, muted, unread_count }) => [id, muted, unread_count]).sort()).toEqual(
      muted.map((id) => [id, true, 2]).sort(),
    );
    expect((await inboxOf(bob)).map(({ muted }) => muted)).toEqual([undefined, undefined, undefined, undefined]);

    expect((await alice.request('DELETE', `/conversations/${room}/mute`)).status).toBe(204);
    expect(await device.next('conversation_muted')).toMatchObject({ conversation: room, muted: false });
    expect(await watching.next('unread_count')).toMatchObject({ unread_count: 2 });
    await say(bob, room, 'loud');
    expect(await watching.next('new_message_notification')).toMatchObject({ unread_count: 3 });
    // Whoever leaves and comes back is not muted any more.
    await leave(group, alice);
    const stranger = await alice.request('PUT', `/conversations/${room}x/mute`);
    expect([stranger.status, stranger.body.error.code]).toEqual([404, 'unknown_conversation']);
  });
});
