/** Who is in a large room: more than five members here, more than a hundred by default. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LocalRuntime } from '@parley/local';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Guest, invite, say, seat } from '#bench/scenes';
import { getConversationState } from '#lambdas/store/conversation-state';
import { type Chat, startChat } from '../support/chat.ts';
import type { Event, Socket } from '../support/socket.ts';
import { arrived, openStage, type Stage } from '../support/stage.ts';
import { growOld } from '../support/stored-connections.ts';
import { untilIdle } from '../support/until-idle.ts';

const local = !process.env.PARLEY_OUTPUTS;

let chat: Chat;
let runtime: LocalRuntime;
let stage: Stage;
/** Twelve people, each with a socket for everything. */
let guests: Guest[];
let rooms = 0;

beforeAll(async () => {
  if (!local) return;
  const assemblyDirectory = inject('optionsDirectory');
  // The pause before a count is ten seconds; here it is a third of one.
  chat = await startChat({ assemblyDirectory, timeScale: 30 });
  if (!chat.local) return;
  runtime = chat.local;
  stage = await openStage(runtime, { assemblyDirectory });
  guests = await invite(stage, 'guest', 12);
});
afterAll(async () => {
  await stage?.stop();
  await chat?.stop();
});
afterEach(() => {
  Object.assign(runtime?.faults ?? {}, { dropDisconnect: 0, repeatBatch: 0 });
});

async function openRoom(members: readonly Guest[], kind = 'room'): Promise<string> {
  const id = `${kind}:presence-${++rooms}`;
  await seat(
    stage,
    id,
    members.map(({ person }) => person),
  );
  return id;
}

/** Resolves when no count is planned and none runs. */
async function untilCounted(room: string): Promise<void> {
  for (const deadline = Date.now() + 15_000; ; await pause(20)) {
    await untilIdle(runtime);
    if (!(await getConversationState(stage.store, room)).presence?.due) break;
    if (Date.now() > deadline) throw new Error('nothing was counted in 15 seconds');
  }
  await untilIdle(runtime);
  await Promise.all(guests.map(({ socket }) => socket.raw.readyState === socket.raw.OPEN && arrived(socket)));
}

const eventsOf = ({ received }: Socket, room: string) => received.filter(({ conversation }) => conversation === room);
const countsOf = (socket: Socket, room: string) =>
  eventsOf(socket, room)
    .filter(({ type }) => type === 'presence_count')
    .map(({ online }) => online);
const names = (people: readonly Guest[]) => people.map(({ person }) => person.username).sort();

async function page(guest: Guest, path: string): Promise<Event> {
  const { status, body } = await guest.person.get(path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** All pages of the members, with the number of requests. */
async function allMembers(guest: Guest, room: string, query: string): Promise<{ names: string[]; pages: number }> {
  const members: string[] = [];
  let pages = 0;
  for (let path: string | null = `/conversations/${room}/members?${query}`; path !== null; pages++) {
    const { results, next, count } = await page(guest, path);
    expect(count).toBe(results.length);
    members.push(...results.map(({ username }: Event) => username));
    path = next?.slice(chat.outputs.HttpUrl.length) ?? null;
  }
  return { names: members, pages };
}

describe.runIf(local)('a connection to a large room', () => {
  it('first gets the number of people online instead of their names, its own user_join, and the newest messages', async () => {
    const [first, second] = guests as [Guest, Guest];
    const room = await openRoom(guests);
    await say(stage, room, first.person.username, 'welcome');
    const before = await second.person.connect({ conversation: room });
    expect(await before.next()).toEqual({ type: 'online_user_list', conversation: room, users: [] });
    await untilCounted(room);
    const socket = await first.person.connect({ conversation: room });
    expect([await socket.next(), await socket.next(), await socket.next()]).toEqual([
      { type: 'online_user_list', conversation: room, users: [], online: 12 },
      { type: 'user_join', conversation: room, user: first.person.username },
      expect.objectContaining({
        type: 'last_50_messages',
        messages: [expect.objectContaining({ seq: 1, message: 'welcome' })],
        has_more: false,
      }),
    ]);
    expect(countsOf(guests[5]?.socket as Socket, room)).toEqual([12]);
    await before.close();
    await socket.close();
  });

  it('costs its own first events alone, and many that come at once cost one number for each member', async () => {
    const inside = guests.slice(0, 6);
    const outside = guests.slice(6);
    const room = await openRoom(inside);
    // Somebody must have come before the number is known.
    await (await inside[0]?.person.enter(room))?.close();
    await untilCounted(room);
    runtime.counters.reset();
    const sockets = await Promise.all(outside.map(({ person }) => person.enter(room)));
    await untilCounted(room);
    for (const { socket } of inside) {
      expect(countsOf(socket, room).at(-1)).toBe(12);
      expect(eventsOf(socket, room).filter(({ type }) => type !== 'presence_count')).toEqual([]);
    }
    const posts = runtime.counters.snapshot()['connections.post'] ?? 0;
    const numbers = [...guests.map(({ socket }) => socket), ...sockets].reduce(
      (sum, socket) => sum + countsOf(socket, room).length,
      0,
    );
    // Six have come, each with three first events. The first number was told to the six who were there.
    expect(posts).toBe(6 * 3 + numbers - 6);
    const { results } = await page(guests[0] as Guest, `/conversations/${room}/messages`);
    expect(results).toEqual([]);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('the author of messages that waited gets no receipts: their readers have them in the list of members', async () => {
    const [author, reader] = guests as [Guest, Guest];
    const room = await openRoom(guests);
    await reader.socket.close();
    author.socket.send({ type: 'create', conversation: room, message: 'are you there?' });
    await untilIdle(runtime);
    const before = eventsOf(author.socket, room).length;
    const socket = await reader.person.enter(room);
    await untilIdle(runtime);
    await arrived(author.socket);
    const since = eventsOf(author.socket, room).slice(before);
    expect(since.filter(({ type }) => type !== 'presence_count')).toEqual([]);
    const { results } = await page(author, `/conversations/${room}/members`);
    const member = results.find(({ username }: Event) => username === reader.person.username);
    expect(member).toMatchObject({ online: true, delivered_until: expect.any(String) });
    await socket.close();
    guests[1] = { person: reader.person, socket: await reader.person.everything() };
  });
});

describe.runIf(local)('the number of people online', () => {
  it('follows sockets for everything, joining and leaving', async () => {
    const room = await openRoom(guests.slice(0, 8));
    const [watcher, other] = guests as [Guest, Guest];
    const late = guests[8] as Guest;
    await late.person.request('PUT', `/conversations/${room}/members/${late.person.username}`);
    await untilCounted(room);
    expect(countsOf(watcher.socket, room)).toEqual([9]);
    await other.socket.close();
    await untilIdle(runtime);
    await untilCounted(room);
    expect(countsOf(watcher.socket, room)).toEqual([9, 8]);
    guests[1] = { person: other.person, socket: await other.person.everything() };
    await untilIdle(runtime);
    await untilCounted(room);
    expect(countsOf(watcher.socket, room)).toEqual([9, 8, 9]);
    await late.person.request('DELETE', `/conversations/${room}/members/${late.person.username}`);
    await untilCounted(room);
    expect(countsOf(watcher.socket, room)).toEqual([9, 8, 9, 8]);
  });

  it('is told once when nothing changes', async () => {
    const room = await openRoom(guests);
    const [watcher, other] = guests as [Guest, Guest];
    for (let time = 0; time < 3; time++) {
      await (await other.person.enter(room)).close();
      await untilCounted(room);
    }
    expect(countsOf(watcher.socket, room)).toEqual([12]);
  });

  it('is right in the end when a $disconnect is lost', async () => {
    const room = await openRoom(guests.slice(0, 8));
    const [watcher] = guests as [Guest];
    const lost = await chat.person('lost');
    await seat(stage, room, [lost]);
    const socket = await lost.enter(room);
    await untilCounted(room);
    expect(countsOf(watcher.socket, room)).toEqual([9]);
    Object.assign(runtime.faults, { dropDisconnect: 1 });
    await socket.close();
    await growOld(runtime, lost);
    // The next post finds the connection closed.
    watcher.socket.send({ type: 'create', conversation: room, message: 'who is there?' });
    await untilIdle(runtime);
    await untilCounted(room);
    expect(countsOf(watcher.socket, room)).toEqual([9, 8]);
  });

  it('comes when the function that counts has failed, and when the stream repeats what happened', async () => {
    const room = await openRoom(guests.slice(0, 8));
    const [watcher] = guests as [Guest];
    const { stack } = runtime;
    const role = stack.ofType('AWS::IAM::Role').find(({ logicalId }) => {
      return stack.arn(logicalId) === stack.find('CountOnlineFunction')?.properties.Role;
    });
    const restore = runtime.policies.revoke({ roleId: role?.logicalId ?? '', action: 'dynamodb:BatchGetItem' });
    Object.assign(runtime.faults, { repeatBatch: 1 });
    const failed = () => runtime.counters.snapshot()['sqs.failed'] ?? 0;
    const before = failed();
    const socket = await (guests[1] as Guest).person.enter(room);
    for (const deadline = Date.now() + 10_000; failed() === before; await pause(10)) {
      if (Date.now() > deadline) throw new Error('no count failed in 10 seconds');
    }
    expect(countsOf(watcher.socket, room)).toEqual([]);
    restore();
    for (const deadline = Date.now() + 10_000; countsOf(watcher.socket, room).length === 0; await pause(10)) {
      if (Date.now() > deadline) throw new Error('no number came in 10 seconds');
    }
    await untilCounted(room);
    expect(countsOf(watcher.socket, room)).toEqual([8]);
    await socket.close();
  });
});

describe.runIf(local)('a room that grows over the limit and falls under it', () => {
  it('tells each coming and going while it is small, and the number while it is large', async () => {
    const room = await openRoom(guests.slice(0, 4));
    const [watcher, fifth, sixth] = [0, 4, 5].map((index) => guests[index]) as [Guest, Guest, Guest];
    const member = ({ person }: Guest) => `/conversations/${room}/members/${person.username}`;
    const heard = () =>
      watcher.socket.received
        .filter((event) => event.conversation === room && ['chat_message', 'presence_count'].includes(event.type))
        .map(({ type, message, online }) => (type === 'chat_message' ? message : online));
    await fifth.person.request('PUT', member(fifth));
    await untilIdle(runtime);
    expect(heard()).toEqual([`${fifth.person.username} joined`]);
    const inside = await fifth.person.enter(room);
    await watcher.socket.next('user_join');

    await sixth.person.request('PUT', member(sixth));
    await untilCounted(room);
    expect(heard()).toEqual([`${fifth.person.username} joined`, 6]);
    expect(await page(watcher, `/conversations/${room}`)).toMatchObject({
      member_count: 6,
      online: 6,
      members: [{ username: watcher.person.username }],
    });
    const { results } = await page(watcher, '/conversations');
    expect(results.find(({ id }: Event) => id === room)).toMatchObject({ member_count: 6, online: 6, members: [] });

    await sixth.person.request('DELETE', member(sixth));
    await untilCounted(room);
    expect(heard()).toEqual([`${fifth.person.username} joined`, 6, `${sixth.person.username} left`, 5]);
    expect((await getConversationState(stage.store, room)).presence).toBeUndefined();
    await inside.close();
    expect(await watcher.socket.next('user_leave')).toMatchObject({ conversation: room, user: fifth.person.username });
    const view = await page(watcher, `/conversations/${room}`);
    expect(view).not.toHaveProperty('online');
    expect(view.members.map(({ username }: Event) => username)).toEqual(names(guests.slice(0, 5)));
  });
});

describe.runIf(local)('GET /conversations/{id}/members', () => {
  it('lists all members by name, in pages', async () => {
    const room = await openRoom(guests);
    const { results, previous } = await page(guests[3] as Guest, `/conversations/${room}/members?limit=2`);
    const [first] = names(guests);
    expect(previous).toBeNull();
    expect(results).toHaveLength(2);
    expect(results[0]).toEqual({
      username: first,
      name: first,
      role: 'member',
      read_seq: 0,
      online: true,
      last_seen: null,
      delivered_until: expect.any(String),
    });
    expect(await allMembers(guests[3] as Guest, room, 'limit=5')).toEqual({ names: names(guests), pages: 3 });
    expect((await allMembers(guests[3] as Guest, room, 'page_size=100')).names).toEqual(names(guests));
  });

  it('lists those who are online alone, as the number counts them', async () => {
    const room = await openRoom(guests);
    const away = guests[2] as Guest;
    await away.socket.close();
    // It receives nothing of the room.
    const watching = await away.person.connect({ notifications: 'all' });
    await untilIdle(runtime);
    const here = names(guests).filter((name) => name !== away.person.username);
    const { names: listed } = await allMembers(guests[0] as Guest, room, 'online=true&limit=4');
    expect(listed).toEqual(here);
    expect((await allMembers(guests[0] as Guest, room, 'online=false')).names).toEqual(names(guests));
    await watching.close();
    guests[2] = { person: away.person, socket: await away.person.everything() };
  });

  it('has nobody who has just left, though the index may list them', async () => {
    const room = await openRoom(guests);
    const left = guests[6] as Guest;
    await left.person.request('DELETE', `/conversations/${room}/members/${left.person.username}`);
    await seat(stage, room, [left.person]);
    const { names: listed } = await allMembers(guests[0] as Guest, room, 'limit=100');
    expect(listed).toEqual(names(guests).filter((name) => name !== left.person.username));
  });

  it('lists the members of a direct conversation too', async () => {
    const [one, other] = guests as [Guest, Guest];
    const conversation = names([one, other]).join('_');
    await one.person.request('PUT', `/me/friends/${other.person.username}`);
    await other.person.request('PUT', `/me/friends/${one.person.username}`);
    await one.person.post(`/conversations/${conversation}/messages`, { message: 'hello' });
    expect((await allMembers(one, conversation, 'limit=1')).names).toEqual(names([one, other]));
    await other.person.request('PUT', `/me/blocks/${one.person.username}`);
    expect((await allMembers(one, conversation, 'online=true')).names).toEqual([one.person.username]);
    await other.person.request('DELETE', `/me/blocks/${one.person.username}`);
  });

  it('is refused with a bad query, without a token, and to somebody who is not a member', async () => {
    const room = await openRoom(guests.slice(0, 11));
    await say(stage, room, (guests[0] as Guest).person.username, 'hello');
    const get = async ({ person }: Guest, query: string) => {
      const { status, body } = await person.get(`/conversations/${room}/members?${query}`);
      return [status, body.error?.code];
    };
    expect(await get(guests[0] as Guest, 'online=yes')).toEqual([400, 'invalid_frame']);
    expect(await get(guests[0] as Guest, 'after=%23')).toEqual([400, 'invalid_frame']);
    expect(await get(guests[11] as Guest, 'online=true')).toEqual([403, 'forbidden']);
    expect((await fetch(`${chat.outputs.HttpUrl}/conversations/${room}/members`)).status).toBe(401);
  });
});
