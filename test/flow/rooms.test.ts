/** Who keeps order in a room: its owner, and the moderators whom they name. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { membershipKey } from '#lambdas/store/membership';
import { type Chat, startChat } from '../support/chat.ts';
import type { Person } from '../support/person.ts';
import type { Event } from '../support/socket.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { withEnvironment } from '../support/with-environment.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

const at = (room: string) => `/conversations/${room}`;
const say = (room: string, by: Person, message: string) => by.post(`${at(room)}/messages`, { message });
const put = (room: string, by: Person, who: Person) => by.request('PUT', `${at(room)}/members/${who.username}`);
const remove = (room: string, by: Person, who: Person) => by.request('DELETE', `${at(room)}/members/${who.username}`);
const patch = (room: string, by: Person, body: unknown) => by.request('PATCH', at(room), body);
const assign = (room: string, by: Person, who: Person, role: string) =>
  patch(room, by, { roles: { [who.username]: role } });
const code = async (answer: ReturnType<Person['get']>) => {
  const { status, body } = await answer;
  return status < 300 ? status : body.error.code;
};
const short = (username: string) => username.replace(`-${chat.run}`, '');
const roles = async (room: string, by: Person): Promise<Record<string, string>> => {
  const { members, owner } = (await by.get(at(room))).body;
  return {
    owner: owner && short(owner),
    ...Object.fromEntries(members.map(({ username, role }: Event) => [short(username), role])),
  };
};
const texts = async (room: string, by: Person) =>
  (await by.get(`${at(room)}/messages?after=0`)).body.results.map(({ message }: Event) => message);

/** The first of these people makes a room, and the others join it. @returns its id */
async function makeRoom(name: string, ...people: Person[]): Promise<string> {
  const room = `room:${name}-${chat.run}`;
  for (const person of people) expect((await put(room, person, person)).status).toBe(200);
  return room;
}

it('belongs to whoever makes it, also if several come first at once', async () => {
  const people = await chat.people('anna1', 'bert1', 'carl1', 'dora1');
  const room = `room:first-${chat.run}`;
  await Promise.all([...people, ...people].map((person) => person.enter(room)));
  const { owner = '', ...all } = await roles(room, people[0]);
  expect(Object.values(all).sort()).toEqual(['member', 'member', 'member', 'owner']);
  expect(all[owner ?? '']).toBe('owner');
  const listed = (await people[0].get('/conversations')).body.results;
  expect(listed).toMatchObject([{ id: room, owner: `${owner}-${chat.run}` }]);
});

it('has a title and moderators, whom its owner names; everybody hears of it, and the log has it', async () => {
  const [owner, mod, carl] = await chat.people('owner2', 'mod2', 'carl2');
  const room = await makeRoom('ordered', owner, mod, carl);
  const everything = await carl.everything();
  expect((await patch(room, owner, { title: 'The lobby' })).body).toMatchObject({ title: 'The lobby', kind: 'room' });
  expect(await everything.next('conversation_updated')).toMatchObject({
    conversation: room,
    title: 'The lobby',
    change: { kind: 'title', by: owner.username, title: 'The lobby' },
    message: { message: 'Owner2 named the room The lobby', content_type: 'system' },
  });
  expect((await assign(room, owner, mod, 'moderator')).status).toBe(200);
  expect(await everything.next('conversation_updated')).toMatchObject({
    change: { kind: 'role', who: mod.username, role: 'moderator' },
    message: { message: 'Owner2 made Mod2 a moderator' },
  });
  expect(await roles(room, carl)).toEqual({ owner: 'owner2', owner2: 'owner', mod2: 'moderator', carl2: 'member' });
  const { results } = (await carl.get(`${at(room)}/messages?after=0&changes=true`)).body;
  expect(results.map(({ type }: Event) => type)).toEqual([
    'chat_message',
    'chat_message',
    'chat_message',
    'conversation_updated',
    'conversation_updated',
  ]);
  expect((await patch(room, mod, { title: 'Ours' })).status).toBe(200);
  expect((await carl.get('/conversations')).body.results).toMatchObject([{ id: room, title: 'Ours', unread_count: 0 }]);
  expect((await assign(room, owner, mod, 'owner')).status).toBe(200);
  expect(await roles(room, carl)).toEqual({ owner: 'mod2', owner2: 'moderator', mod2: 'owner', carl2: 'member' });
});

it('lets its owner and moderators remove somebody, who stays out by every way until they are let in', async () => {
  const [owner, mod, carl] = await chat.people('owner3', 'mod3', 'carl3');
  const room = await makeRoom('bouncer', owner, mod, carl);
  await assign(room, owner, mod, 'moderator');
  const [inside, everything] = await Promise.all([carl.enter(room), carl.everything()]);
  await chat.settled();
  await everything.rest();
  expect((await remove(room, mod, carl)).status).toBe(204);
  expect(await everything.next('conversation_updated')).toMatchObject({
    change: { kind: 'removed', by: mod.username, who: carl.username },
    message: { message: 'Mod3 removed Carl3' },
  });
  await inside.next('conversation_updated');
  await say(room, owner, 'quiet now');
  await chat.settled();
  expect((await inside.rest()).map(({ type }) => type)).not.toContain('chat_message');

  const forbidden = { code: 'forbidden', message: expect.stringContaining('you were removed from it') };
  expect(await inside.ask({ type: 'create', message: 'me again' }, 'error')).toMatchObject(forbidden);
  for (const answer of [
    await say(room, carl, 'me again'),
    await put(room, carl, carl),
    await carl.get(at(room)),
    await carl.get(`${at(room)}/messages`),
    await carl.post(`${at(room)}/attachments`, { filename: 'a.txt', content_type: 'text/plain', size: 1 }),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { error: forbidden } });
  }
  await expect(carl.connect({ conversation: room })).rejects.toMatchObject({ status: 403 });
  expect((await carl.get('/conversations')).body.results).toEqual([]);
  expect(await roles(room, owner)).toEqual({ owner: 'owner3', owner3: 'owner', mod3: 'moderator' });

  const out = await mod.get(`${at(room)}/members?removed=true`);
  expect(out.body).toMatchObject({ count: 1, next: null, results: [{ username: carl.username, online: false }] });
  expect((await put(room, mod, carl)).status).toBe(200);
  expect((await mod.get(`${at(room)}/members?removed=true`)).body.results).toEqual([]);
  expect(await code(put(room, mod, carl))).toBe('forbidden');
  expect((await put(room, carl, carl)).status).toBe(200);
  expect(await code(carl.get(`${at(room)}/members?removed=true`))).toBe('forbidden');
  expect((await say(room, carl, 'thanks')).status).toBe(201);
});

it('keeps somebody out who has just left, and whom a moderator removes', async () => {
  const [owner, carl] = await chat.people('owner4', 'carl4');
  const room = await makeRoom('run', owner, carl);
  await remove(room, carl, carl);
  for (const _ of ['once', 'again']) expect((await remove(room, owner, carl)).status).toBe(204);
  expect(await code(put(room, carl, carl))).toBe('forbidden');
  expect(await code(owner.request('DELETE', `${at(room)}/members/nobody`))).toBe('unknown_user');
  expect(await texts(room, owner)).toEqual(['Owner4 joined', 'Carl4 joined', 'Carl4 left']);
});

it('loses a race of a removal and a return to one of the two', async () => {
  const [owner, carl] = await chat.people('owner5', 'carl5');
  const room = await makeRoom('race', owner, carl);
  for (let round = 0; round < 6; round++) {
    const [removed] = await Promise.all([remove(room, owner, carl), say(room, carl, `round ${round}`)]);
    expect([204, 409]).toContain(removed.status);
    const isMember = 'carl5' in (await roles(room, owner));
    expect((await say(room, carl, 'and now?')).status).toBe(isMember ? 201 : 403);
    await put(room, owner, carl);
    await put(room, carl, carl);
  }
});

it('lets its owner and moderators delete messages of others, and nobody else', async () => {
  const [owner, mod, carl, dora] = await chat.people('owner6', 'mod6', 'carl6', 'dora6');
  const room = await makeRoom('clean', owner, mod, carl, dora);
  await assign(room, owner, mod, 'moderator');
  const seqs: number[] = [];
  for (const text of ['spam', 'more']) seqs.push((await say(room, carl, text)).body.seq);
  const message = (index: number) => `${at(room)}/messages/${seqs[index]}`;
  expect(await code(dora.request('DELETE', message(0)))).toBe('forbidden');
  expect(await code(mod.request('DELETE', message(0)))).toBe(200);
  const socket = await owner.enter(room);
  expect(await socket.ask({ type: 'delete', seq: seqs[1] }, 'message_deleted')).toMatchObject({ deleted: true });
  expect(await code(mod.request('PATCH', message(1), { message: 'x' }))).toBe('not_found');
});

it('refuses what a role may not do, and nothing changes', async () => {
  const [owner, mod, other, carl, stranger] = await chat.people('owner7', 'mod7', 'other7', 'carl7', 'stranger7');
  const room = await makeRoom('strict', owner, mod, other, carl);
  for (const one of [mod, other]) await assign(room, owner, one, 'moderator');
  const before = [await roles(room, owner), await texts(room, owner)];
  const answers = {
    'a member changes the title': await code(patch(room, carl, { title: 'x' })),
    'a member removes a member': await code(remove(room, carl, mod)),
    'a member takes the room': await code(assign(room, carl, carl, 'owner')),
    'a member names a moderator': await code(assign(room, carl, carl, 'moderator')),
    'a moderator names a moderator': await code(assign(room, mod, carl, 'moderator')),
    'a moderator takes the room': await code(assign(room, mod, mod, 'owner')),
    'a moderator removes another': await code(remove(room, mod, other)),
    'a moderator removes the owner': await code(remove(room, mod, owner)),
    'the owner names an admin': await code(assign(room, owner, carl, 'admin')),
    'the owner names nobody owner': await code(assign(room, owner, owner, 'member')),
    'the owner names a stranger': await code(assign(room, owner, stranger, 'moderator')),
    'a stranger changes the title': await code(patch(room, stranger, { title: 'x' })),
    'a member puts somebody in': await code(put(room, carl, stranger)),
  };
  expect(answers).toEqual({
    'a member changes the title': 'forbidden',
    'a member removes a member': 'forbidden',
    'a member takes the room': 'forbidden',
    'a member names a moderator': 'forbidden',
    'a moderator names a moderator': 'forbidden',
    'a moderator takes the room': 'forbidden',
    'a moderator removes another': 'forbidden',
    'a moderator removes the owner': 'forbidden',
    'the owner names an admin': 'invalid_frame',
    'the owner names nobody owner': 'conflict',
    'the owner names a stranger': 'not_found',
    'a stranger changes the title': 'forbidden',
    'a member puts somebody in': 'forbidden',
  });
  expect([await roles(room, owner), await texts(room, owner)]).toEqual(before);
  const group = (await owner.post('/conversations', { title: 'Trip', members: [] })).body.id;
  expect(await code(assign(group, owner, owner, 'moderator'))).toBe('invalid_frame');
});

describe('without an owner', () => {
  it('after its owner has left, is taken by a moderator', async () => {
    const [owner, carl, mod] = await chat.people('owner8', 'carl8', 'mod8');
    const room = await makeRoom('orphan', owner, carl, mod);
    await assign(room, owner, mod, 'moderator');
    expect((await remove(room, owner, owner)).status).toBe(204);
    expect(await roles(room, carl)).toEqual({ owner: null, carl8: 'member', mod8: 'moderator' });
    const answers = await Promise.all([1, 2].map(() => code(assign(room, mod, mod, 'owner'))));
    expect(answers).toContain(200);
    expect(await roles(room, carl)).toEqual({ owner: 'mod8', carl8: 'member', mod8: 'owner' });
    expect(await code(assign(room, carl, carl, 'owner'))).toBe('forbidden');
    // Whoever made it comes back as a member.
    await put(room, owner, owner);
    expect(await roles(room, carl)).toMatchObject({ owner: 'mod8', owner8: 'member' });
  });

  it.runIf(!process.env.PARLEY_OUTPUTS)(
    'from before rooms had owners, is taken by the member who comes first in its log, and by nobody else',
    async () => {
      const [anna, bert, carl] = await chat.people('anna9', 'bert9', 'carl9');
      const room = await makeRoom('old', anna, bert, carl);
      await forgetOwner(room, anna);
      expect(await roles(room, carl)).toEqual({ owner: null, anna9: 'member', bert9: 'member', carl9: 'member' });
      expect(await code(patch(room, bert, { title: 'Mine' }))).toBe('forbidden');
      await remove(room, anna, anna);
      expect(await assign(room, carl, carl, 'owner')).toMatchObject({
        status: 403,
        body: { error: { message: expect.stringContaining(bert.username) } },
      });
      expect((await assign(room, bert, bert, 'owner')).status).toBe(200);
      expect(await roles(room, carl)).toEqual({ owner: 'bert9', bert9: 'owner', carl9: 'member' });
      expect((await texts(room, carl)).at(-1)).toBe('Bert9 took the room over');
    },
  );
});

/** Makes a room as it was before rooms had owners. */
async function forgetOwner(room: string, owner: Person): Promise<void> {
  if (!chat.local) return;
  const [table] = chat.local.stack.ofType('AWS::DynamoDB::Table');
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      region: chat.outputs.Region,
      endpoint: `${chat.local.origin}/_aws/dynamodb`,
      credentials: chat.local.rootCredentials,
    }),
  );
  const TableName = chat.local.stack.ref(table?.logicalId ?? '');
  await client.send(
    new UpdateCommand({
      TableName,
      Key: conversationStateKey(room),
      UpdateExpression: 'REMOVE #owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
    }),
  );
  await client.send(
    new UpdateCommand({
      TableName,
      Key: membershipKey(owner.username, room),
      UpdateExpression: 'SET #role = :member',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':member': 'member' },
    }),
  );
  client.destroy();
}

describe.runIf(!process.env.PARLEY_OUTPUTS)('with the option rooms, which names who may make them', () => {
  let stage: Stage;
  let closed: Chat;
  beforeAll(async () => {
    const assemblyDirectory = withEnvironment({ ROOM_MAKERS: 'maker' });
    closed = await startChat({ assemblyDirectory });
    if (closed.local) stage = await openStage(closed.local, { assemblyDirectory });
  });
  afterAll(async () => {
    await stage?.stop();
    await closed?.stop();
  });

  it('nobody else makes one by joining, posting or connecting; all join those that there are', async () => {
    const [maker, other] = [await stage.person('maker'), await stage.person('other')];
    expect(await code(put('room:new', other, other))).toBe('unknown_conversation');
    expect(await code(say('room:new', other, 'hi'))).toBe('unknown_conversation');
    await expect(other.connect({ conversation: 'room:new' })).rejects.toMatchObject({ status: 404 });
    expect(await code(put('room:new', maker, maker))).toBe(200);
    expect(await code(say('room:new', other, 'hi'))).toBe(201);
    await remove('room:new', maker, maker);
    await remove('room:new', other, other);
    expect(await code(put('room:new', other, other))).toBe(200);
  });
});
