/** A room with more members than one invocation posts to: here more than five, where a stack has more than a hundred. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LocalRuntime } from '@parley/local';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Guest, invite, seat } from '#bench/scenes';
import { type Chat, startChat } from '../support/chat.ts';
import type { Event, Socket } from '../support/socket.ts';
import { arrived, openStage, type Stage } from '../support/stage.ts';
import { untilIdle } from '../support/until-idle.ts';

const local = !process.env.PARLEY_OUTPUTS;
/** As in test/synthesize.ts. */
const inlineMembers = 5;

let chat: Chat;
let runtime: LocalRuntime;
let stage: Stage;
/** Thirty, each with a socket for everything. */
let guests: Guest[];
let room: string;
let rooms = 0;

beforeAll(async () => {
  if (!local) return;
  const assemblyDirectory = inject('optionsDirectory');
  // What failed is tried again a minute later: here two seconds.
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

/** A new room of all guests, and what they have got so far forgotten. */
async function meet(members = guests): Promise<string> {
  const id = `room:large-${++rooms}`;
  await seat(
    stage,
    id,
    members.map(({ person }) => person),
  );
  await forget();
  return id;
}

/** Everything that is on its way has arrived. */
async function settle(): Promise<void> {
  await untilIdle(runtime);
  await Promise.all(guests.map(({ socket }) => socket.raw.readyState === socket.raw.OPEN && arrived(socket)));
}

/** How much of what a socket has got was looked at. */
const seen = new Map<Socket, number>();

async function forget(): Promise<void> {
  await settle();
  for (const { socket } of guests) seen.set(socket, socket.received.length);
}

const fresh = (socket: Socket): Event[] => socket.received.slice(seen.get(socket));

const of = (socket: Socket, type: string) => fresh(socket).filter((event) => event.type === type);
/** Waits until so many of these have come since `forget`. */
async function heard(socket: Socket, type: string, count = 1): Promise<void> {
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
  it('a message reaches every socket exactly once, the author’s own first and with what identifies it', async () => {
    room = await meet();
    const author = guest(0);
    author.socket.send({ type: 'create', conversation: room, message: 'hello', client_id: 'a' });
    await heard(author.socket, 'chat_message');
    await settle();
    for (const { socket } of guests) expect(seqs(socket)).toEqual([1]);
    const [own] = of(author.socket, 'chat_message');
    expect(own).toMatchObject({ client_id: 'a', delivered_to: [], message: 'hello' });
    expect(fresh(author.socket)[0]).toBe(own);
    expect(of(guest(1).socket, 'chat_message')[0]).not.toHaveProperty('client_id');
  });

  it('many messages at once reach every socket exactly once each, and the log’s order is in their numbers', async () => {
    room = await meet();
    const authors = [0, 7, 14].map(guest);
    for (let time = 0; time < 2; time++) {
      for (const { socket } of authors) socket.send({ type: 'create', conversation: room, message: `${time}` });
    }
    await Promise.all(guests.map(({ socket }) => heard(socket, 'chat_message', 6)));
    await settle();
    const all = Array.from({ length: 6 }, (_, index) => index + 1);
    for (const { socket } of guests) expect(seqs(socket).sort((a, b) => a - b)).toEqual(all);
    const { results } = (await guest(3).person.get(`/conversations/${room}/messages?after=0`)).body;
    expect(results.map(({ seq }: Event) => seq)).toEqual(all);
  });

  it('the author gets one receipt for each chunk: each connected member once, offline members not at all', async () => {
    const away = guest(29);
    await away.socket.close();
    room = await meet();
    guest(0).socket.send({ type: 'create', conversation: room, message: 'who is there?' });
    await heard(guest(0).socket, 'chat_message');
    await settle();
    const told = of(guest(0).socket, 'message_delivered');
    expect(told.map(({ conversation, seq }) => ({ conversation, seq }))).toEqual(
      Array(6).fill({ conversation: room, seq: 1 }),
    );
    expect(told.flatMap(({ to }) => to).sort()).toEqual(names([name(0), name(29)]).sort());
    for (const { to } of told) expect(to.length).toBeLessThanOrEqual(inlineMembers);
    guests[29] = { person: away.person, socket: await away.person.everything() };
  });

  it('a member who was just removed gets nothing', async () => {
    room = await meet();
    const gone = guest(17);
    await gone.person.request('DELETE', `/conversations/${room}/members/${name(17)}`);
    await forget();
    // The index lags: it still lists them.
    await seat(stage, room, [gone.person]);
    for (const frame of [
      { type: 'create', message: 'among us' },
      { type: 'typing', typing: true },
    ]) {
      guest(0).socket.send({ ...frame, conversation: room });
    }
    await Promise.all(['chat_message', 'typing'].map((type) => heard(guest(18).socket, type)));
    await settle();
    expect(fresh(gone.socket)).toEqual([]);
    expect(seqs(guest(18).socket)).toHaveLength(1);
    expect(of(guest(18).socket, 'typing')).toHaveLength(1);
  });

  it('all other events go the same way: changes, read cursors, typing, joins and leaves', async () => {
    room = await meet(guests.slice(0, 29));
    const [author, reader, typist, late] = [0, 1, 2, 29].map(guest) as [Guest, Guest, Guest, Guest];
    author.socket.send({ type: 'create', conversation: room, message: 'hello' });
    await heard(author.socket, 'chat_message');
    author.socket.send({ type: 'edit', conversation: room, seq: 1, message: 'Hello' });
    reader.socket.send({ type: 'react', conversation: room, seq: 1, emoji: '👍' });
    await Promise.all(['message_edited', 'reaction'].map((type) => heard(typist.socket, type)));
    reader.socket.send({ type: 'read_messages', conversation: room });
    typist.socket.send({ type: 'typing', conversation: room, typing: true });
    await Promise.all(['messages_read', 'typing'].map((type) => heard(author.socket, type)));
    const inside = await late.person.enter(room);
    await settle();
    await inside.close();
    await heard(author.socket, 'user_leave');
    await author.person.request('DELETE', `/conversations/${room}/members/${name(0)}`);
    await settle();
    const kinds = ['message_edited', 'reaction', 'messages_read', 'typing', 'user_join', 'user_leave'];
    const counts = ({ socket }: Guest) => Object.fromEntries(kinds.map((kind) => [kind, of(socket, kind).length]));
    const once = Object.fromEntries(kinds.map((kind) => [kind, 1]));
    for (const one of guests.slice(0, 29))
      expect(counts(one), one.person.username).toEqual(one === typist ? { ...once, typing: 0 } : once);
    const system = (socket: Socket) => of(socket, 'chat_message').filter((event) => event.content_type === 'system');
    expect(system(guest(5).socket).map(({ message }) => message)).toEqual(['guest29 joined', 'guest0 left']);
    expect(system(author.socket).map(({ message }) => message)).toEqual(['guest29 joined']);
  });

  it('members who watch notifications get each notification once', async () => {
    room = await meet();
    const watching = await Promise.all(
      [3, 12, 28].map((index) => guest(index).person.connect({ notifications: room })),
    );
    await Promise.all(watching.map((socket) => socket.next('single_conversation_unread_count')));
    Object.assign(runtime.faults, { repeatEvent: 1 });
    guest(0).socket.send({ type: 'create', conversation: room, message: 'news' });
    await heard(guest(0).socket, 'chat_message');
    await settle();
    await Promise.all(watching.map(arrived));
    for (const socket of watching) {
      const notices = of(socket, 'single_conversation_new_message_notification');
      expect(notices.map(({ unread_count, message }) => [unread_count, message.seq])).toEqual([[1, 1]]);
      await socket.close();
    }
  });

  it('an event that Lambda repeats is posted again with the same number, but never to the author', async () => {
    room = await meet();
    Object.assign(runtime.faults, { repeatEvent: 1 });
    guest(0).socket.send({ type: 'create', conversation: room, message: 'twice' });
    await heard(guest(0).socket, 'chat_message');
    await settle();
    expect(seqs(guest(0).socket)).toEqual([1]);
    for (const { socket } of guests.slice(1)) expect(new Set(seqs(socket))).toEqual(new Set([1]));
    expect(seqs(guest(9).socket).length).toBeGreaterThan(1);
  });

  it('a chunk that could not be read is tried again, and reaches its members once; the others have it already', async () => {
    room = await meet();
    const restore = runtime.policies.revoke({ roleId: roleOf('DeliverFunction'), action: 'dynamodb:BatchGetItem' });
    const failed = () => runtime.counters.snapshot()['lambda.event-retries'] ?? 0;
    const before = failed();
    guest(0).socket.send({ type: 'create', conversation: room, message: 'again' });
    await heard(guest(0).socket, 'chat_message');
    await until(() => failed() === before + 6);
    for (const { socket } of guests.slice(1)) expect(seqs(socket)).toEqual([]);
    restore();
    await settle();
    for (const { socket } of guests) expect(seqs(socket)).toEqual([1]);
  });

  it('the sender’s call reads no more than of a room with six members', async () => {
    const units = async (members: readonly Guest[]) => {
      room = await meet([...members]);
      runtime.counters.reset();
      guest(0).socket.send({ type: 'create', conversation: room, message: 'cheap' });
      await heard(guest(0).socket, 'chat_message');
      await settle();
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
