import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import type { Socket } from '../support/socket.ts';
import { connectionIdsOf, growOld, leaveReported } from '../support/stored-connections.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

describe('a conversation’s socket', () => {
  it('first gets who is online, its own user_join, then the newest messages', async () => {
    const [alice, bob] = await chat.people('alice', 'bob');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    await at.ask({ type: 'create', message: 'one' }, 'chat_message');
    await at.ask({ type: 'create', message: 'two', client_id: '2' }, 'chat_message');

    const bt = await bob.connect({ conversation });
    expect([await bt.next(), await bt.next(), await bt.next()]).toEqual([
      { type: 'online_user_list', conversation, users: [alice.username] },
      { type: 'user_join', conversation, user: bob.username },
      {
        type: 'last_50_messages',
        conversation,
        messages: [
          expect.objectContaining({ seq: 2, message: 'two' }),
          expect.objectContaining({ seq: 1, message: 'one', from_user: { username: alice.username, name: 'Alice' } }),
        ],
        has_more: false,
      },
    ]);
    expect(await at.next('user_join')).toEqual({ type: 'user_join', conversation, user: bob.username });
  });

  it('gets the 50 newest messages, and that there are more', async () => {
    const [alice, bob, carol] = await chat.people('alice2', 'bob2', 'carol2');
    const conversation = named(alice, bob, carol);
    for (const person of [alice, bob, carol]) {
      for (let index = 0; index < 18; index++) {
        await person.post(`/conversations/${conversation}/messages`, { message: 'x' });
      }
    }
    const socket = await alice.connect({ conversation });
    const { messages, has_more: hasMore } = await socket.next('last_50_messages');
    expect(hasMore).toBe(true);
    expect(messages.map(({ seq }: { seq: number }) => seq)).toEqual(
      Array.from({ length: 50 }, (_, index) => 54 - index),
    );
  });

  it('gets as many as fit one frame when they are long', async () => {
    const [alice, bob] = await chat.people('alice3', 'bob3');
    for (let index = 0; index < 6; index++) {
      await alice.post(`/conversations/${bob.username}/messages`, { message: `${index}${'m'.repeat(7_900)}` });
    }
    const socket = await bob.connect({ conversation: alice.username });
    const event = await socket.next('last_50_messages');
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(32 * 1024);
    expect(event.messages.map(({ seq }: { seq: number }) => seq)).toEqual([6, 5, 4]);
    expect(event.has_more).toBe(true);
  });
});

describe('user_join and user_leave', () => {
  it('come once per user, whatever the number of connections', async () => {
    const [alice, bob] = await chat.people('alice4', 'bob4');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    const first = await bob.enter(conversation);
    const second = await bob.enter(conversation);
    await first.close();
    await chat.settled();
    await second.close();
    expect(await at.next('user_leave')).toEqual({ type: 'user_leave', conversation, user: bob.username });
    await chat.settled();
    await at.rest();
    const types = at.received.filter(({ user }) => user === bob.username).map(({ type }) => type);
    expect(types).toEqual(['user_join', 'user_leave']);
  });

  it('reach a member’s socket for everything, but not those of other conversations', async () => {
    const [alice, bob, carol] = await chat.people('alice5', 'bob5', 'carol5');
    const conversation = named(alice, bob);
    const everything = await alice.everything();
    const other = await alice.enter(named(alice, carol));
    await bob.enter(conversation);
    expect(await everything.next('user_join')).toMatchObject({ conversation, user: bob.username });
    await chat.settled();
    expect(await other.rest()).toEqual([]);
  });
});

describe('a socket for everything', () => {
  it('first gets the inbox, latest first, then the total of unread messages', async () => {
    const [alice, bob, carol] = await chat.people('alice6', 'bob6', 'carol6');
    await bob.post(`/conversations/${alice.username}/messages`, { message: 'from bob' });
    await carol.post(`/conversations/${alice.username}/messages`, { message: 'from carol' });
    await carol.post(`/conversations/${alice.username}/messages`, { message: 'again' });

    const socket = await alice.connect();
    expect(await socket.next()).toMatchObject({
      type: 'conversations',
      count: 2,
      next: null,
      previous: null,
      results: [
        {
          id: named(alice, carol),
          kind: 'direct',
          unread_count: 2,
          read_seq: 0,
          seq: 2,
          last_message: { seq: 2, message: 'again', from_user: { username: carol.username, name: 'Carol6' } },
          members: [
            { username: alice.username, read_seq: 0, online: true },
            { username: carol.username, read_seq: 2, online: false },
          ],
        },
        { id: named(alice, bob), unread_count: 1 },
      ],
    });
    expect(await socket.next()).toEqual({ type: 'unread_count', unread_count: 3 });
  });

  it('tells direct contacts that its user is online, and then offline', async () => {
    const [alice, bob] = await chat.people('alice7', 'bob7');
    await alice.post(`/conversations/${bob.username}/messages`, { message: 'x' });
    const at = await alice.everything();
    const bt = await bob.everything();
    expect(await at.next('presence')).toEqual({ type: 'presence', user: bob.username, online: true, last_seen: null });
    await bt.close();
    expect(await at.next('presence')).toEqual({
      type: 'presence',
      user: bob.username,
      online: false,
      last_seen: expect.stringMatching(/Z$/),
    });
  });
});

describe('a message sent while its reader was offline', () => {
  it('gets one receipt for all waiting messages when the reader comes online', async () => {
    const [alice, bob] = await chat.people('alice8', 'bob8');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    expect(await at.ask({ type: 'create', message: '1' }, 'chat_message')).toMatchObject({ delivered_to: [] });
    await at.ask({ type: 'create', message: '2' }, 'chat_message');
    await bob.enter(conversation);
    expect(await at.next('message_delivered')).toEqual({
      type: 'message_delivered',
      conversation,
      seq: 2,
      to: [bob.username],
    });
    await chat.settled();
    expect((await at.rest()).filter(({ type }) => type === 'message_delivered')).toEqual([]);
  });

  it('gets a receipt when the reader opens a connection for everything', async () => {
    const [alice, bob] = await chat.people('alice9', 'bob9');
    const at = await alice.everything();
    await at.ask({ type: 'create', conversation: bob.username, message: '1' }, 'chat_message');
    await bob.everything();
    expect(await at.next('message_delivered')).toMatchObject({ seq: 1, to: [bob.username] });
  });
});

describe('several connections of one user at once', () => {
  it('cause one user_join and one user_leave', async () => {
    const [alice, bob] = await chat.people('alice10', 'bob10');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    for (const round of [1, 2]) {
      const sockets = await Promise.all(Array.from({ length: 4 }, () => bob.enter(conversation)));
      await Promise.all(sockets.map((socket) => socket.close()));
      await at.next('user_leave');
      await chat.settled();
      await at.rest();
      expect(joinsAndLeaves(at, bob)).toEqual(Array.from({ length: round }, () => ['user_join', 'user_leave']).flat());
    }
  });
});

/** The types of the events about this user's joins and leaves, in order. */
function joinsAndLeaves(socket: Socket, { username }: Person): string[] {
  return socket.received
    .filter(({ type, user }) => user === username && ['user_join', 'user_leave'].includes(type))
    .map(({ type }) => type);
}

describe.skipIf(process.env.PARLEY_OUTPUTS)('when AWS loses, repeats or delays something,', () => {
  const faults = (chosen: Record<string, number>) => Object.assign(chat.local?.faults ?? {}, chosen);
  afterEach(() => {
    faults({ dropDisconnect: 0, repeatBatch: 0, delayBatch: 0 });
  });

  function local() {
    if (!chat.local) throw new Error('this needs the local runtime');
    return chat.local;
  }

  const seen = async (by: Person, of: Person) => (await by.get(`/users/${of.username}`)).body;

  /** Invokes the function as API Gateway does at the end of a connection. */
  async function invokeDisconnect({ username }: Person, connectionId: string, requestTimeEpoch: number): Promise<void> {
    const authorizer = { username, name: username, scope: 'user', expires: '2000000000', issued: '0' };
    const requestContext = { routeKey: '$disconnect', connectionId, connectedAt: 0, requestTimeEpoch, authorizer };
    await local().functions.invoke('SocketFunction', { headers: {}, requestContext, isBase64Encoded: false });
  }

  it('a $disconnect of an old connection removes nobody, even repeated and after a new connection', async () => {
    const [alice, bob] = await chat.people('alice11', 'bob11');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    faults({ dropDisconnect: 1 });
    await (await bob.enter(conversation)).close();
    faults({ dropDisconnect: 0 });
    const [old = ''] = await connectionIdsOf(local(), bob);
    const ended = Date.now();
    const again = await bob.enter(conversation);
    await Promise.all([invokeDisconnect(bob, old, ended), invokeDisconnect(bob, old, ended)]);
    await invokeDisconnect(bob, old, ended);
    await chat.settled();
    await at.rest();
    expect(joinsAndLeaves(at, bob)).toEqual(['user_join']);
    expect(await seen(alice, bob)).toMatchObject({ online: true });
    await again.close();
    await at.next('user_leave');
    const { last_seen: lastSeen } = await seen(alice, bob);
    await invokeDisconnect(bob, old, ended);
    expect(await seen(alice, bob)).toMatchObject({ online: false, last_seen: lastSeen });
  });

  it('a late $disconnect sets last_seen to the time of the disconnect, and never moves it back', async () => {
    const [alice, bob] = await chat.people('alice12', 'bob12');
    faults({ dropDisconnect: 1 });
    const sockets = [await bob.everything(), await bob.everything()];
    await Promise.all(sockets.map((socket) => socket.close()));
    const [one = '', other = ''] = await connectionIdsOf(local(), bob);
    const ended = Date.now();
    await invokeDisconnect(bob, one, ended - 5_000);
    await invokeDisconnect(bob, other, ended - 60_000);
    expect(await seen(alice, bob)).toMatchObject({ online: false, last_seen: new Date(ended - 5_000).toISOString() });
    expect(await connectionIdsOf(local(), bob)).toEqual([]);
  });

  it('a user whose connection was lost was last seen before the undelivered message; the author gets the receipt when they reconnect', async () => {
    const [alice, bob] = await chat.people('alice13', 'bob13');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    const bt = await bob.enter(conversation);
    faults({ dropDisconnect: 1 });
    await bt.close();
    faults({ dropDisconnect: 0 });
    await growOld(local(), bob);
    const own = await at.ask({ type: 'create', message: 'are you there?' }, 'chat_message');
    expect(own.delivered_to).toEqual([]);
    await leaveReported(at, bob);
    const { online, last_seen: lastSeen } = await seen(alice, bob);
    expect(online).toBe(false);
    expect(Date.parse(lastSeen)).toBeLessThan(Date.parse(own.date_added));
    await bob.enter(conversation);
    expect(await at.next('message_delivered')).toMatchObject({ seq: own.seq, to: [bob.username] });
  });

  it('repeated and late records leave everybody with the right list of online users', async () => {
    const [alice, bob] = await chat.people('alice14', 'bob14');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    faults({ repeatBatch: 0.7, delayBatch: 60 });
    for (let round = 0; round < 6; round++) {
      const socket = await bob.connect({ conversation });
      await socket.close();
    }
    const stays = await bob.enter(conversation);
    await chat.settled();
    await at.rest();
    expect(joinsAndLeaves(at, bob).at(-1)).toBe('user_join');
    await stays.close();
    await at.next('user_leave');
    await chat.settled();
    await at.rest();
    expect(joinsAndLeaves(at, bob).at(-1)).toBe('user_leave');
    expect(await seen(alice, bob)).toMatchObject({ online: false });
  });
});
