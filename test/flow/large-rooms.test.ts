/** Rooms with more members than one invocation posts to: more than five here, more than a hundred by default. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LocalRuntime } from '@parley/local';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Guest, invite, seat } from '#bench/scenes';
import { type Chat, startChat } from '../support/chat.ts';
import type { Event, Socket } from '../support/socket.ts';
import { arrived, openStage, type Stage } from '../support/stage.ts';
import { untilIdle } from '../support/until-idle.ts';

const local = !process.env.PARLEY_OUTPUTS;
/** The same number as in test/support/synthesize.ts. */
const inlineMembers = 5;

let chat: Chat;
let runtime: LocalRuntime;
let stage: Stage;
/** Thirty people, each with a socket for everything. */
let guests: Guest[];
let room: string;
let rooms = 0;

beforeAll(async () => {
  if (!local) return;
  const assemblyDirectory = inject('optionsDirectory');
  // What failed is tried again after a minute, here after two seconds.
  chat = await startChat({ assemblyDirectory, timeScale: 30 });
  if (!chat.local || !chat.dataDirectory) return;
  runtime = chat.local;
  stage = await openStage(runtime, { assemblyDirectory });
  guests = await invite(stage, 'guest', 30);
});
afterAll(async () => {
  await stage?.stop();
  await chat?.stop();
});
afterEach(() => {
  Object.assign(runtime?.faults ?? {}, { repeatEvent: 0 });
});

/** Makes a new room of all guests, and skips what they have received so far. @returns the room's id */
async function openRoom(members = guests): Promise<string> {
  const id = `room:large-${++rooms}`;
  await seat(
    stage,
    id,
    members.map(({ person }) => person),
  );
  await skipReceived();
  return id;
}

/** Resolves when everything that was sent has arrived. */
async function untilDelivered(): Promise<void> {
  await untilIdle(runtime);
  await Promise.all(guests.map(({ socket }) => socket.raw.readyState === socket.raw.OPEN && arrived(socket)));
}

/** How many events of a socket to skip. */
const skipped = new Map<Socket, number>();

async function skipReceived(): Promise<void> {
  await untilDelivered();
  for (const { socket } of guests) skipped.set(socket, socket.received.length);
}

const newEvents = (socket: Socket): Event[] => socket.received.slice(skipped.get(socket));

const of = (socket: Socket, type: string) => newEvents(socket).filter((event) => event.type === type);

/** Waits until `count` events of this type have come since `skipReceived`. */
async function untilReceived(socket: Socket, type: string, count = 1): Promise<void> {
  await until(() => of(socket, type).length >= count);
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !holds(); await pause(5)) {
    if (Date.now() > deadline) throw new Error('it did not come about in 10 seconds');
  }
}

const seqs = (socket: Socket) => of(socket, 'chat_message').map(({ seq }) => seq);
const guest = (index: number): Guest => {
  const found = guests[index];
  if (!found) throw new Error(`there is no guest ${index}`);
  return found;
};
const name = (index: number) => guest(index).person.username;
const names = (except: readonly string[] = []) =>
  guests.map(({ person }) => person.username).filter((one) => !except.includes(one));

describe.runIf(local)('in a large room', () => {
  it('a message reaches every socket exactly once, the author’s own first and with its client_id', async () => {
    room = await openRoom();
    const author = guest(0);
    author.socket.send({ type: 'create', conversation: room, message: 'hello', client_id: 'a' });
    await untilReceived(author.socket, 'chat_message');
    await untilDelivered();
    for (const { socket } of guests) expect(seqs(socket)).toEqual([1]);
    const [own] = of(author.socket, 'chat_message');
    expect(own).toMatchObject({ client_id: 'a', delivered_to: [], message: 'hello' });
    expect(newEvents(author.socket)[0]).toBe(own);
    expect(of(guest(1).socket, 'chat_message')[0]).not.toHaveProperty('client_id');
  });

  it('each of many messages at once reaches every socket exactly once, with its number in the log', async () => {
    room = await openRoom();
    const authors = [0, 7, 14].map(guest);
    for (let time = 0; time < 2; time++) {
      for (const { socket } of authors) socket.send({ type: 'create', conversation: room, message: `${time}` });
    }
    await Promise.all(guests.map(({ socket }) => untilReceived(socket, 'chat_message', 6)));
    await untilDelivered();
    const all = Array.from({ length: 6 }, (_, index) => index + 1);
    for (const { socket } of guests) expect(seqs(socket).sort((a, b) => a - b)).toEqual(all);
    const { results } = (await guest(3).person.get(`/conversations/${room}/messages?after=0`)).body;
    expect(results.map(({ seq }: Event) => seq)).toEqual(all);
  });

  it('the author gets one receipt for each chunk, with each connected member once and no offline member', async () => {
    const offline = guest(29);
    await offline.socket.close();
    room = await openRoom();
    guest(0).socket.send({ type: 'create', conversation: room, message: 'who is there?' });
    await untilReceived(guest(0).socket, 'chat_message');
    await untilDelivered();
    const receipts = of(guest(0).socket, 'message_delivered');
    expect(receipts.map(({ conversation, seq }) => ({ conversation, seq }))).toEqual(
      Array(6).fill({ conversation: room, seq: 1 }),
    );
    expect(receipts.flatMap(({ to }) => to).sort()).toEqual(names([name(0), name(29)]).sort());
    for (const { to } of receipts) expect(to.length).toBeLessThanOrEqual(inlineMembers);
    guests[29] = { person: offline.person, socket: await offline.person.everything() };
  });

  it('a member who was just removed gets nothing', async () => {
    room = await openRoom();
    const removed = guest(17);
    await removed.person.request('DELETE', `/conversations/${room}/members/${name(17)}`);
    // Puts the removed member back into the index, as if the index lagged.
    await seat(stage, room, [removed.person]);
    guest(0).socket.send({ type: 'create', conversation: room, message: 'among us' });
    await Promise.all(['chat_message', 'presence_count'].map((type) => untilReceived(guest(18).socket, type)));
    await untilDelivered();
    // How much it has to read in its other conversations.
    expect(newEvents(removed.socket).map(({ type }) => type)).toEqual(['unread_count']);
    expect(seqs(guest(18).socket)).toHaveLength(1);
    expect(of(guest(18).socket, 'presence_count')).toEqual([
      { type: 'presence_count', conversation: room, online: 29 },
    ]);
  });

  it('changes of messages reach every socket once too', async () => {
    room = await openRoom();
    const [author, reader] = [0, 1].map(guest) as [Guest, Guest];
    author.socket.send({ type: 'create', conversation: room, message: 'hello' });
    await untilReceived(author.socket, 'chat_message');
    author.socket.send({ type: 'edit', conversation: room, seq: 1, message: 'Hello' });
    reader.socket.send({ type: 'react', conversation: room, seq: 1, emoji: '👍' });
    await Promise.all(['message_edited', 'reaction'].map((type) => untilReceived(guest(2).socket, type)));
    await untilDelivered();
    for (const { socket } of guests) {
      expect(['message_edited', 'reaction'].map((type) => of(socket, type).length)).toEqual([1, 1]);
    }
  });

  it('nobody hears who comes, goes, types or reads, and no entry of the log says it', async () => {
    room = await openRoom(guests.slice(0, 29));
    const [author, reader, typist, late] = [0, 1, 2, 29].map(guest) as [Guest, Guest, Guest, Guest];
    author.socket.send({ type: 'create', conversation: room, message: 'hello' });
    await untilReceived(author.socket, 'chat_message');
    const phone = await reader.person.everything();
    reader.socket.send({ type: 'read_messages', conversation: room });
    typist.socket.send({ type: 'typing', conversation: room, typing: true });
    await phone.next('messages_read');
    const inside = await late.person.enter(room);
    await inside.close();
    await author.person.request('DELETE', `/conversations/${room}/members/${name(0)}`);
    await untilDelivered();
    const kinds = ['typing', 'user_join', 'user_leave', 'messages_read', 'chat_message'];
    const counts = ({ socket }: Guest) => kinds.map((kind) => of(socket, kind).length);
    for (const one of guests.slice(0, 29)) {
      expect(counts(one), one.person.username).toEqual([0, 0, 0, one === reader ? 1 : 0, 1]);
    }
    expect(inside.received.map(({ type }) => type).filter((type) => kinds.includes(type))).toEqual(['user_join']);
    const { results } = (await reader.person.get(`/conversations/${room}/messages`)).body;
    expect(results.map(({ seq, message }: Event) => [seq, message])).toEqual([[1, 'hello']]);
    // A second device of the reader has the cursor, and everybody can ask for it.
    const { members } = (await reader.person.get(`/conversations/${room}`)).body;
    expect(members.map(({ username, read_seq }: Event) => [username, read_seq])).toEqual([[name(1), 1]]);
    await phone.close();
  });

  it('members who watch notifications get each notification once', async () => {
    room = await openRoom();
    const watching = await Promise.all(
      [3, 12, 28].map((index) => guest(index).person.connect({ notifications: room })),
    );
    await Promise.all(watching.map((socket) => socket.next('single_conversation_unread_count')));
    Object.assign(runtime.faults, { repeatEvent: 1 });
    guest(0).socket.send({ type: 'create', conversation: room, message: 'news' });
    await untilReceived(guest(0).socket, 'chat_message');
    await untilDelivered();
    await Promise.all(watching.map(arrived));
    for (const socket of watching) {
      const notices = of(socket, 'single_conversation_new_message_notification');
      expect(notices.map(({ unread_count, message }) => [unread_count, message.seq])).toEqual([[1, 1]]);
      await socket.close();
    }
  });

  it('an event that Lambda repeats is posted again with the same number, but never to the author', async () => {
    room = await openRoom();
    Object.assign(runtime.faults, { repeatEvent: 1 });
    guest(0).socket.send({ type: 'create', conversation: room, message: 'twice' });
    await untilReceived(guest(0).socket, 'chat_message');
    await untilDelivered();
    expect(seqs(guest(0).socket)).toEqual([1]);
    for (const { socket } of guests.slice(1)) expect(new Set(seqs(socket))).toEqual(new Set([1]));
    expect(seqs(guest(9).socket).length).toBeGreaterThan(1);
  });

  it('a chunk that fails to read its members is tried again, and reaches them once', async () => {
    room = await openRoom();
    const restore = runtime.policies.revoke({ roleId: roleOf('DeliverFunction'), action: 'dynamodb:BatchGetItem' });
    const tried = () => runtime.counters.snapshot()['lambda.done:DeliverFunction'] ?? 0;
    const before = tried();
    guest(0).socket.send({ type: 'create', conversation: room, message: 'again' });
    await untilReceived(guest(0).socket, 'chat_message');
    await until(() => tried() === before + 6);
    for (const { socket } of guests.slice(1)) expect(seqs(socket)).toEqual([]);
    restore();
    await Promise.all(guests.map(({ socket }) => untilReceived(socket, 'chat_message')));
    await untilDelivered();
    for (const { socket } of guests) expect(seqs(socket)).toEqual([1]);
  });

  it('the sender’s function reads no more than in a room with six members', async () => {
    const units = async (members: readonly Guest[]) => {
      room = await openRoom([...members]);
      runtime.counters.reset();
      guest(0).socket.send({ type: 'create', conversation: room, message: 'cheap' });
      await untilReceived(guest(0).socket, 'chat_message');
      await untilDelivered();
      const counts = runtime.counters.snapshot();
      return ['read-units', 'write-units'].map((what) => counts[`dynamodb.${what}:SocketFunction`]);
    };
    expect(await units(guests)).toEqual(await units(guests.slice(0, 6)));
  });
});

function roleOf(functionId: string): string {
  const { stack } = runtime;
  const arn = stack.find(functionId)?.properties.Role;
  return stack.ofType('AWS::IAM::Role').find(({ logicalId }) => stack.arn(logicalId) === arn)?.logicalId ?? '';
}
