/**
 * Sent, delivered, read: the events that an author got and the members that a client loads later give the same ticks.
 * For the members the rule is in docs/protocol.md, "Receipts".
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { LocalRuntime } from '@parley/local';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectionPrefix, userKey } from '#lambdas/store/user';
import type { Member, Message } from '#protocol/message';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import type { Event, Socket } from '../support/socket.ts';
import { untilIdle } from '../support/until-idle.ts';

type Tick = 'sent' | 'delivered' | 'read';

/** The ticks of these messages from what a client loads of one member, oldest first. */
function ticksFromMember(messages: readonly Message[], member: Member): Tick[] {
  return messages.map(({ seq, date_added: at }) => {
    if (member.read_seq >= seq) return 'read';
    return member.delivered_until !== null && at <= member.delivered_until ? 'delivered' : 'sent';
  });
}

/** The ticks of these messages from the events that the author got. */
function ticksFromEvents(events: readonly Event[], messages: readonly Message[], member: string): Tick[] {
  const of = (type: string) => events.filter((event) => event.type === type);
  const read = of('messages_read').filter(({ user }) => user === member);
  const written = of('chat_message').filter(({ from_user: { username } }) => username === member);
  const readUpTo = Math.max(0, ...read.map(({ up_to: upTo }) => upTo), ...written.map(({ seq }) => seq));
  const late = of('message_delivered').filter(({ to }) => to.includes(member));
  const deliveredUpTo = Math.max(0, ...late.map(({ seq }) => seq));
  const atOnce = new Set(
    of('chat_message')
      .filter(({ delivered_to: to = [] }) => to.includes(member))
      .map(({ seq }) => seq),
  );
  return messages.map(({ seq }) => {
    if (readUpTo >= seq) return 'read';
    return atOnce.has(seq) || deliveredUpTo >= seq ? 'delivered' : 'sent';
  });
}

const local = !process.env.PARLEY_OUTPUTS;

describe.runIf(local)('the ticks of a message', { timeout: 60_000 }, () => {
  let chat: Chat;
  let runtime: LocalRuntime;
  let table: DynamoDBDocumentClient;
  let TableName: string;

  beforeAll(async () => {
    chat = await startChat();
    if (!chat.local) throw new Error('this needs the local runtime');
    runtime = chat.local;
    TableName = runtime.stack
      .ofType('AWS::DynamoDB::Table')
      .map(({ logicalId }) => runtime.stack.ref(logicalId))
      .join();
    const endpoint = `${runtime.origin}/_aws/dynamodb`;
    const credentials = runtime.rootCredentials;
    table = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1', endpoint, credentials }));
  });
  afterAll(async () => {
    table.destroy();
    await chat.stop();
  });

  let runs = 0;

  /** Alice has a socket; Bob has none; Carol is there for conversations of three. */
  async function start({ group = false } = {}) {
    const run = ++runs;
    const [alice, bob, carol] = await chat.people(`a${run}`, `b${run}`, `c${run}`);
    const conversation = group ? named(alice, bob, carol) : named(alice, bob);
    const path = `/conversations/${conversation}`;
    const at = await alice.everything();
    const say = async (message = 'hello', who = alice): Promise<Message> => {
      const { body } = await who.post(`${path}/messages`, { message });
      await untilIdle(runtime);
      return body;
    };
    const ticks = async (member = bob) => {
      await untilIdle(runtime);
      await at.rest();
      const { results } = (await alice.get(`${path}/messages`)).body;
      const own: Message[] = results
        .filter(({ from_user: { username } }: Message) => username === alice.username)
        .reverse();
      const { members } = (await alice.get(path)).body;
      const view = members.find(({ username }: Member) => username === member.username);
      const fromEvents = ticksFromEvents(at.received, own, member.username);
      expect(ticksFromMember(own, view), 'what is loaded later is what was told').toEqual(fromEvents);
      return fromEvents;
    };
    return { alice, bob, carol, conversation, path, at, say, ticks };
  }

  /** Closes a socket, and waits until the table has no connection of it. */
  async function disconnect(person: Person, socket: Socket): Promise<void> {
    const { length } = await connectionIdsOf(person);
    await socket.close();
    await vi.waitFor(async () => expect(await connectionIdsOf(person)).toHaveLength(length - 1), {
      timeout: 5_000,
      interval: 5,
    });
    await untilIdle(runtime);
  }

  /** Closes a socket without a $disconnect. The connection is older than the ten seconds in which a 410 may mean that it is new. */
  async function loseConnection(person: Person, socket: Socket): Promise<void> {
    const dropped = new Promise<void>((resolve) => {
      const random = () => {
        resolve();
        return 0;
      };
      Object.assign(runtime.faults, { dropDisconnect: 1, random });
    });
    await socket.close();
    await dropped;
    Object.assign(runtime.faults, { dropDisconnect: 0, random: Math.random });
    await updateConnections(person, { since: Date.now() - 60_000 });
  }

  const ways: [string, (person: Person, conversation: string) => Promise<Socket>][] = [
    ['a socket of the conversation', (person, conversation) => person.enter(conversation)],
    ['a socket for everything', (person) => person.everything()],
  ];

  describe.each(ways)('by %s', (_, open) => {
    it('go from sent to delivered to read, and stay when the reader disconnects', async () => {
      const { alice, bob, conversation, path, say, ticks } = await start();
      await say();
      expect(await ticks()).toEqual(['sent']);
      const first = await open(bob, conversation);
      expect(await ticks()).toEqual(['delivered']);
      await say();
      expect(await ticks()).toEqual(['delivered', 'delivered']);
      await disconnect(bob, first);
      expect(await ticks()).toEqual(['delivered', 'delivered']);
      await say();
      expect(await ticks()).toEqual(['delivered', 'delivered', 'sent']);
      await bob.post(`${path}/read`, { up_to: 1 });
      expect(await ticks()).toEqual(['read', 'delivered', 'sent']);
      await open(bob, conversation);
      expect(await ticks()).toEqual(['read', 'delivered', 'delivered']);
      await bob.post(`${path}/read`, { up_to: 1 });
      expect(await ticks()).toEqual(['read', 'delivered', 'delivered']);
      await bob.post(`${path}/read`);
      expect(await ticks()).toEqual(['read', 'read', 'read']);
      expect((await alice.get(path)).body.members).toHaveLength(2);
    });

    it('go to delivered while the reader has another connection, and stay delivered afterwards', async () => {
      const { bob, conversation, say, ticks } = await start();
      const [phone, laptop] = [await open(bob, conversation), await bob.everything()];
      await say();
      await disconnect(bob, phone);
      await say();
      expect(await ticks()).toEqual(['delivered', 'delivered']);
      await disconnect(bob, laptop);
      await say();
      expect(await ticks()).toEqual(['delivered', 'delivered', 'sent']);
    });

    it('do not count a connection that was lost without a $disconnect', async () => {
      const { bob, conversation, say, ticks } = await start();
      const socket = await open(bob, conversation);
      await say();
      await loseConnection(bob, socket);
      await say();
      await say();
      expect(await ticks()).toEqual(['delivered', 'sent', 'sent']);
      await open(bob, conversation);
      expect(await ticks()).toEqual(['delivered', 'delivered', 'delivered']);
    });

    it('do not count a connection without a $disconnect after two hours', async () => {
      const { bob, conversation, say, ticks } = await start();
      const socket = await open(bob, conversation);
      await say();
      await loseConnection(bob, socket);
      await updateConnections(bob, { expires: Date.now() });
      await say();
      expect(await ticks()).toEqual(['delivered', 'sent']);
      // The next connection removes the expired one, whatever its scope.
      const watching = await bob.connect({ notifications: 'all' });
      expect(await ticks()).toEqual(['delivered', 'sent']);
      await disconnect(bob, watching);
      expect(await ticks()).toEqual(['delivered', 'sent']);
    });
  });

  it('do not count sockets that get no messages of the conversation, and such sockets do not change later ticks', async () => {
    const { bob, carol, conversation, say, ticks } = await start();
    const [watching, elsewhere] = await Promise.all([
      bob.connect({ notifications: 'all' }),
      bob.enter(named(bob, carol)),
    ]);
    await say();
    expect(await ticks()).toEqual(['sent']);
    await disconnect(bob, watching);
    await disconnect(bob, elsewhere);
    // Set last_seen to long after the message.
    await table.send(
      new UpdateCommand({
        TableName,
        Key: userKey(bob.username),
        UpdateExpression: 'SET last_seen = :later',
        ExpressionAttributeValues: { ':later': Date.now() + 60_000 },
      }),
    );
    expect(await ticks()).toEqual(['sent']);
    await bob.enter(conversation);
    expect(await ticks()).toEqual(['delivered']);
  });

  it('are for the messages of each author in a conversation of three', async () => {
    const { bob, carol, at, say, ticks } = await start({ group: true });
    const ct = await carol.everything();
    await say('from alice');
    await say('from carol', carol);
    expect(await ticks()).toEqual(['sent']);
    await bob.everything();
    expect(await ct.next('message_delivered')).toMatchObject({ seq: 2, to: [bob.username] });
    expect(await ticks()).toEqual(['delivered']);
    expect(at.received.filter(({ type }) => type === 'message_delivered')).toMatchObject([{ seq: 1 }]);
  });

  it('are read once the reader answers', async () => {
    const { bob, say, ticks } = await start();
    await say();
    await say('answer', bob);
    expect(await ticks()).toEqual(['read']);
  });

  it('agree whatever the reader’s connections do', async () => {
    const action = fc.constantFrom('enter', 'everything', 'watch', 'elsewhere', 'leave', 'vanish', 'say', 'read');
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 15 }), async (actions) => {
        const { bob, carol, conversation, path, say, ticks } = await start();
        const sockets: Socket[] = [];
        const open = {
          enter: () => bob.enter(conversation),
          everything: () => bob.everything(),
          watch: () => bob.connect({ notifications: 'all' }),
          elsewhere: () => bob.enter(named(bob, carol)),
        };
        let before: Tick[] = [];
        for (const what of actions) {
          if (what === 'say') await say();
          else if (what === 'read') await bob.post(`${path}/read`);
          else if (what === 'leave' || what === 'vanish') {
            const socket = sockets.shift();
            if (socket) await (what === 'leave' ? disconnect(bob, socket) : loseConnection(bob, socket));
          } else sockets.push(await open[what]());
          const now = await ticks();
          expect(
            before.filter((tick, index) => rank(now[index]) < rank(tick)),
            'ticks that went back',
          ).toEqual([]);
          before = now;
        }
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  /** Changes the stored connections of a user. */
  async function updateConnections(person: Person, change: { since?: number; expires?: number }): Promise<void> {
    for (const [name, connection] of await connectionIdsOf(person)) {
      await table.send(
        new UpdateCommand({
          TableName,
          Key: userKey(person.username),
          UpdateExpression: 'SET #connection = :connection',
          ExpressionAttributeNames: { '#connection': name },
          ExpressionAttributeValues: { ':connection': { ...connection, ...change } },
        }),
      );
    }
    await untilIdle(runtime);
  }

  async function connectionIdsOf(person: Person): Promise<[string, object][]> {
    const { Item = {} } = await table.send(
      new GetCommand({ TableName, Key: userKey(person.username), ConsistentRead: true }),
    );
    return Object.entries(Item).filter(([attribute]) => attribute.startsWith(connectionPrefix));
  }
});

function rank(tick: Tick | undefined): number {
  return tick === 'read' ? 2 : tick === 'delivered' ? 1 : 0;
}

describe('reading on one connection', () => {
  it('moves the cursor forward on all connections of reader and author, and never back', async () => {
    const chat = await startChat();
    try {
      const [alice, bob] = await chat.people('alice', 'bob');
      const conversation = named(alice, bob);
      const path = `/conversations/${conversation}`;
      for (const message of ['1', '2', '3']) await alice.post(`${path}/messages`, { message });
      const sockets = await Promise.all([alice.enter(conversation), bob.enter(conversation), bob.everything()]);
      const [, phone, laptop] = sockets;
      phone.send({ type: 'read_messages', up_to: 2 });
      for (const socket of sockets) expect(await socket.next('messages_read')).toMatchObject({ up_to: 2 });
      laptop.send({ type: 'read_messages', conversation, up_to: 1 });
      await laptop.next('unread_count');
      laptop.send({ type: 'read_messages', conversation });
      for (const socket of sockets) {
        expect(await socket.next('messages_read')).toEqual({
          type: 'messages_read',
          conversation,
          user: bob.username,
          up_to: 3,
        });
      }
    } finally {
      await chat.stop();
    }
  });
});
