import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Member } from '#protocol/message';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import type { Event, Socket } from '../support/socket.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

const name = ({ username }: Person) => `${username[0]?.toUpperCase()}${username.slice(1)}`.replace(`-${chat.run}`, '');

/** The conversation as history shows it, oldest first: number, type, author and text. */
async function history(of: string, reader: Person): Promise<string[]> {
  const { results } = (await reader.get(`/conversations/${of}/messages?after=0`)).body;
  return results.map((message: Event) => `${message.seq} ${message.content_type} ${said(message)}`);
}

const said = ({ from_user: { username }, message }: Event) => `${username.replace(`-${chat.run}`, '')}: ${message}`;

const roles = ({ members }: Event) =>
  Object.fromEntries(members.map(({ username, role }: Event) => [username.replace(`-${chat.run}`, ''), role]));

const member = (of: string, { username }: { username: string }) => `/conversations/${of}/members/${username}`;
const say = (of: string, by: Person, message: string) => by.post(`/conversations/${of}/messages`, { message });
const put = (of: string, by: Person, who: Person) => by.request('PUT', member(of, who));
const remove = (of: string, by: Person, who: Person) => by.request('DELETE', member(of, who));
const patch = (of: string, by: Person, body: unknown) => by.request('PATCH', `/conversations/${of}`, body);

/** Creates a group of friends of its owner, so that nobody must be invited (test/flow/invitations.test.ts). @returns its id */
async function group(owner: Person, ...others: Person[]): Promise<string> {
  await acquaint(owner, ...others);
  const { status, body } = await owner.post('/conversations', {
    title: 'Trip',
    members: others.map(({ username }) => username),
  });
  expect(status).toBe(201);
  return body.id;
}

/** Skips everything that these sockets have received so far. */
async function skipReceived(...sockets: Socket[]): Promise<void> {
  await chat.settled();
  for (const socket of sockets) await socket.rest();
}

it('creating a group twice with the same client_id makes one group', async () => {
  const [ulla, vera] = await chat.people('ulla', 'vera');
  await acquaint(ulla, vera);
  const body = { title: 'Trip', members: [vera.username], client_id: 'made-once' };
  const [first, again] = [await ulla.post('/conversations', body), await ulla.post('/conversations', body)];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect(await history(first.body.id, vera)).toEqual(['1 system ulla: Ulla created the group']);
});

describe('an open room', () => {
  it('reports joins and leaves once per user, and they do not count as unread', async () => {
    const [anna, bert] = await chat.people('anna', 'bert');
    const room = `room:hall-${chat.run}`;
    const at = await anna.enter(room);
    const seen = await at.rest();
    expect(seen.filter(({ type }) => type === 'chat_message')).toEqual([]);
    await skipReceived(at);

    await Promise.all([bert.enter(room), bert.enter(room), bert.everything()]);
    expect(await at.next('chat_message')).toEqual({
      type: 'chat_message',
      id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      seq: 2,
      conversation: room,
      room,
      from_user: { username: bert.username, name: 'Bert' },
      message: 'Bert joined',
      content_type: 'system',
      attachments: [],
      multimedia_url: null,
      reply_to: null,
      mentions: [],
      reactions: {},
      date_added: expect.stringMatching(/Z$/),
      edited_at: null,
      deleted: false,
    });
    await say(room, bert, 'hello');
    expect(await at.next('chat_message')).toMatchObject({ seq: 3, message: 'hello' });
    expect((await remove(room, bert, bert)).status).toBe(204);
    expect(await at.next('chat_message')).toMatchObject({ seq: 4, message: 'Bert left', content_type: 'system' });
    expect((await at.rest()).filter(({ type }) => type === 'chat_message')).toEqual([]);

    expect(await history(room, anna)).toEqual([
      '1 system anna: Anna joined',
      '2 system bert: Bert joined',
      '3 text bert: hello',
      '4 system bert: Bert left',
    ]);
    expect((await anna.get(`/conversations/${room}`)).body).toMatchObject({ seq: 4, unread_count: 1 });
    await anna.post(`/conversations/${room}/read`, { up_to: 2 });
    expect((await anna.get(`/conversations/${room}`)).body).toMatchObject({ read_seq: 2, unread_count: 1 });
    await anna.post(`/conversations/${room}/read`, { up_to: 3 });
    expect((await anna.get(`/conversations/${room}`)).body).toMatchObject({ read_seq: 3, unread_count: 0 });
  });

  it('sends nothing to a former member’s open connections, and works again after they rejoin', async () => {
    const [anna, bert] = await chat.people('anna2', 'bert2');
    const room = `room:door-${chat.run}`;
    const [at, bt, everything] = await Promise.all([anna.enter(room), bert.enter(room), bert.everything()]);
    await skipReceived(at, bt, everything);
    await remove(room, bert, bert);
    expect(await at.next('chat_message')).toMatchObject({ message: 'Bert2 left' });
    // Unread messages there no longer count.
    expect(await everything.next()).toEqual({ type: 'unread_count', unread_count: 0 });
    at.send({ type: 'typing', typing: true });
    await at.ask({ type: 'create', message: 'gone?' }, 'chat_message');
    expect(await bt.rest()).toEqual([]);
    expect(await everything.rest()).toEqual([]);
    expect((await bert.get('/conversations')).body.results).toEqual([]);
    expect((await bert.get(`/conversations/${room}/messages`)).status).toBe(403);
    expect(await bt.ask({ type: 'typing', typing: true }, 'error')).toMatchObject({ code: 'forbidden' });

    bt.send({ type: 'create', message: 'back', client_id: 'b' });
    expect((await bt.take(2, 'chat_message')).map(({ message }) => message)).toEqual(['Bert2 joined', 'back']);
    expect((await bert.get(`/conversations/${room}`)).body).toMatchObject({ unread_count: 0 });
    const again = await anna.enter(room);
    await again.ask({ type: 'create', message: 'welcome' }, 'chat_message');
    expect(await bt.next('chat_message')).toMatchObject({ message: 'welcome' });
  });

  it('can be left by its members only, and no plain member can remove another', async () => {
    const [anna, bert, owner] = await chat.people('anna3', 'bert3', 'owner3');
    const room = `room:free-${chat.run}`;
    // Whoever comes first owns the room (test/flow/rooms.test.ts).
    await say(room, owner, 'hi');
    await Promise.all([anna, bert].map((person) => say(room, person, 'hi')));
    const before = await history(room, anna);
    const answers = [
      await remove(room, anna, bert),
      await put(room, anna, bert),
      await patch(room, anna, { title: 'Mine' }),
      await remove(named(anna, bert), anna, anna),
      await remove(named(anna, bert), anna, bert),
    ];
    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(Array(5).fill([403, 'forbidden']));
    expect(await history(room, anna)).toEqual(before);
    await remove(room, bert, bert);
    expect((await remove(room, bert, bert)).status).toBe(403);
  });
});

describe('a managed group', () => {
  it('is created with a title and members, who see its creator and all roles', async () => {
    const [anna, bert, carl] = await chat.people('anna4', 'bert4', 'carl4');
    await acquaint(anna, bert, carl);
    const bt = await bert.everything();
    await skipReceived(bt);
    const created = await anna.post('/conversations', {
      title: '  Trip to Rome ',
      members: [bert.username, carl.username.toUpperCase(), anna.username, bert.username],
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^group:[0-9a-hjkmnp-tv-z]{26}$/),
        kind: 'group',
        title: 'Trip to Rome',
        seq: 1,
        unread_count: 0,
        last_message: null,
      },
    });
    const { id } = created.body;
    expect(roles(created.body)).toEqual({ anna4: 'owner', bert4: 'member', carl4: 'member' });
    expect((await carl.get(`/conversations/${id}`)).body).toMatchObject({
      title: 'Trip to Rome',
      unread_count: 0,
      // Without delivered_until, which has changed meanwhile.
      members: created.body.members.map(({ delivered_until: _, ...member }: Member) => member),
    });
    const people = [anna, bert, carl].map(({ username }) => username);
    const event = await bt.next('conversation_updated');
    expect(event).toEqual({
      type: 'conversation_updated',
      conversation: id,
      seq: 1,
      change: { kind: 'created', by: anna.username, title: 'Trip to Rome', members: people },
      by: anna.username,
      title: 'Trip to Rome',
      message: expect.objectContaining({ content_type: 'system', message: 'Anna4 created the group', seq: 1 }),
    });
    expect((await bert.get(`/conversations/${id}/messages?after=0&changes=true`)).body.results).toEqual([event]);
    expect((await bert.get('/conversations')).body.results).toMatchObject([{ id, title: 'Trip to Rome' }]);

    await say(id, anna, 'who drives?');
    expect(await bt.next('chat_message')).toMatchObject({ seq: 2, message: 'who drives?' });
    expect((await bert.get(`/conversations/${id}`)).body).toMatchObject({ unread_count: 1 });
  });

  it('has all its changes in its log, the same in history and on every socket', async () => {
    const [anna, bert, carl, dora] = await chat.people('anna5', 'bert5', 'carl5', 'dora5');
    await acquaint(anna, carl);
    await acquaint(bert, dora);
    const id = await group(anna, bert);
    await say(id, anna, 'first');
    const [at, bt, ct] = await Promise.all([anna.enter(id), bert.everything(), carl.everything()]);
    await skipReceived(at, bt, ct);

    expect(roles((await put(id, anna, carl)).body)).toEqual({ anna5: 'owner', bert5: 'member', carl5: 'member' });
    expect((await put(id, anna, carl)).status).toBe(200);
    expect((await carl.get(`/conversations/${id}`)).body).toMatchObject({ unread_count: 0, read_seq: 2 });
    expect((await patch(id, anna, { title: 'Rome' })).body).toMatchObject({ title: 'Rome' });
    expect((await patch(id, anna, { title: 'Rome' })).status).toBe(200);
    expect(roles((await patch(id, anna, { roles: { [bert.username]: 'admin' } })).body)).toMatchObject({
      bert5: 'admin',
    });
    await put(id, bert, dora);
    await remove(id, bert, carl);
    const handed = await patch(id, anna, { roles: { [bert.username]: 'owner' } });
    expect(roles(handed.body)).toEqual({ anna5: 'admin', bert5: 'owner', dora5: 'member' });
    expect((await remove(id, anna, anna)).status).toBe(204);

    expect(await history(id, bert)).toEqual([
      '1 system anna5: Anna5 created the group',
      '2 text anna5: first',
      '3 system anna5: Anna5 invited Carl5',
      '4 system anna5: Anna5 named the group Rome',
      '5 system anna5: Anna5 made Bert5 an admin',
      '6 system bert5: Bert5 invited Dora5',
      '7 system bert5: Bert5 removed Carl5',
      '8 system anna5: Anna5 handed the group over to Bert5',
      '9 system anna5: Anna5 left',
    ]);
    const log = (await bert.get(`/conversations/${id}/messages?after=2&changes=true`)).body.results;
    const updates = await bt.take(7, 'conversation_updated');
    expect(updates.map(({ seq, change, message }) => ({ seq, change, message }))).toEqual(
      log.map(({ seq, change, message }: Event) => ({ seq, change, message })),
    );
    expect(updates.map(({ change: { kind, who, role } }) => [kind, who, role])).toEqual([
      ['invited', carl.username, undefined],
      ['title', undefined, undefined],
      ['role', bert.username, 'admin'],
      ['invited', dora.username, undefined],
      ['removed', carl.username, undefined],
      ['role', bert.username, 'owner'],
      ['left', undefined, undefined],
    ]);
    expect((await at.take(7, 'conversation_updated')).map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect((await ct.take(5, 'conversation_updated')).map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7]);
    expect(await ct.next()).toMatchObject({ type: 'unread_count' });
    expect(await ct.rest()).toEqual([]);
    expect((await bert.get(`/conversations/${id}`)).body).toMatchObject({ unread_count: 1, title: 'Rome' });
  });

  it('tells a removed member of the removal, and sends nothing more on any socket until the next invitation', async () => {
    const [anna, bert] = await chat.people('anna6', 'bert6');
    const id = await group(anna, bert);
    const sockets = await Promise.all([
      bert.enter(id),
      bert.everything(),
      bert.connect({ notifications: id }),
      bert.connect({ notifications: 'all' }),
    ]);
    const [only, everything, watching, total] = sockets;
    const at = await anna.enter(id);
    await skipReceived(at, ...sockets);

    await remove(id, anna, bert);
    expect(await only.next()).toMatchObject({ type: 'conversation_updated', change: { kind: 'removed' } });
    expect(await everything.next()).toMatchObject({ type: 'conversation_updated', change: { kind: 'removed' } });
    const none = { unread_count: 0 };
    for (const socket of [everything, total]) expect(await socket.next()).toEqual({ type: 'unread_count', ...none });
    expect(await watching.next()).toEqual({ type: 'single_conversation_unread_count', conversation: id, ...none });
    at.send({ type: 'typing', typing: true });
    await at.ask({ type: 'create', message: 'among us' }, 'chat_message');
    await at.ask({ type: 'edit', seq: 3, message: 'Among us' }, 'message_edited');
    await at.ask({ type: 'react', seq: 3, emoji: '👍' }, 'reaction');
    await at.ask({ type: 'delete', seq: 3 }, 'message_deleted');
    await at.ask({ type: 'read_messages' }, 'messages_read');
    await patch(id, anna, { title: 'Ours' });
    await skipReceived(at);
    for (const socket of sockets) expect(await socket.rest()).toEqual([]);

    expect(await only.ask({ type: 'create', message: 'let me in' }, 'error')).toMatchObject({ code: 'forbidden' });
    expect((await bert.get(`/conversations/${id}`)).status).toBe(403);
    await expect(bert.connect({ conversation: id })).rejects.toMatchObject({ status: 403 });

    await put(id, anna, bert);
    expect(await only.next('conversation_updated')).toMatchObject({ change: { kind: 'invited' }, title: 'Ours' });
    await at.ask({ type: 'create', message: 'welcome back' }, 'chat_message');
    expect(await only.next('chat_message')).toMatchObject({ message: 'welcome back' });
    expect(await watching.next('single_conversation_new_message_notification')).toMatchObject({ unread_count: 1 });
  });

  it('has every user who was invited at the same time, each once', async () => {
    const names = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'] as const;
    const [anna, ...guests] = await chat.people('anna7', ...names);
    await acquaint(anna, ...guests);
    const id = await group(anna);
    const answers = await Promise.all([...guests, ...guests].map((guest) => put(id, anna, guest)));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(roles((await anna.get(`/conversations/${id}`)).body)).toEqual({
      anna7: 'owner',
      ...Object.fromEntries(names.map((guest) => [guest, 'member'])),
    });
    const log = await history(id, anna);
    expect(log.map((line) => line.replace(/^\d+ /, '')).sort()).toEqual(
      [
        'system anna7: Anna7 created the group',
        ...guests.map((guest) => `system anna7: Anna7 invited ${name(guest)}`),
      ].sort(),
    );
  });

  it('has one owner, also after two transfers at the same time', async () => {
    const [anna, bert, carl] = await chat.people('anna8', 'bert8', 'carl8');
    const id = await group(anna, bert, carl);
    const answers = await Promise.all(
      [bert, carl].map(({ username }) => patch(id, anna, { roles: { [username]: 'owner' } })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const all = roles((await bert.get(`/conversations/${id}`)).body);
    expect(Object.values(all).sort()).toEqual(['admin', 'member', 'owner']);
    expect(all.anna8).toBe('admin');
  });

  it('can be left by its owner only after a transfer, or when nobody else is a member', async () => {
    const [anna, bert] = await chat.people('anna9', 'bert9');
    const id = await group(anna, bert);
    expect(await remove(id, anna, anna)).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect((await remove(id, bert, bert)).status).toBe(204);
    expect((await remove(id, anna, anna)).status).toBe(204);
    expect((await anna.get(`/conversations/${id}`)).status).toBe(403);
    expect((await anna.get('/conversations')).body.results).toEqual([]);
  });

  it('lets only its owner delete messages of others', async () => {
    const [anna, bert, carl] = await chat.people('anna10', 'bert10', 'carl10');
    const id = await group(anna, bert, carl);
    await patch(id, anna, { roles: { [bert.username]: 'admin' } });
    await say(id, carl, 'spam');
    const path = `/conversations/${id}/messages`;
    expect((await bert.request('DELETE', `${path}/3`)).body).toMatchObject({ error: { code: 'forbidden' } });
    expect((await anna.request('PATCH', `${path}/3`, { message: 'x' })).status).toBe(403);
    expect((await anna.request('DELETE', `${path}/2`)).body).toMatchObject({ error: { code: 'not_found' } });
    expect((await anna.request('DELETE', `${path}/3`)).body).toMatchObject({ deleted: true, message: '' });
    expect(await history(id, bert)).toEqual([
      '1 system anna10: Anna10 created the group',
      '2 system anna10: Anna10 made Bert10 an admin',
      '3 text carl10: ',
    ]);
  });

  describe('refuses', () => {
    let people: Record<'owner' | 'admin' | 'member' | 'stranger', Person>;
    let id: string;
    beforeAll(async () => {
      const [owner, admin, plain, stranger] = await chat.people('owner', 'admin', 'member', 'stranger');
      people = { owner, admin, member: plain, stranger };
      id = await group(owner, admin, plain);
      await patch(id, owner, { roles: { [admin.username]: 'admin' } });
    });

    type Try = (by: Person) => ReturnType<Person['get']>;
    const nobody = { username: 'nobody' };
    const tries: Readonly<Record<string, Try>> = {
      'a read': (by) => by.get(`/conversations/${id}`),
      'a message': (by) => say(id, by, 'x'),
      'a title': (by) => patch(id, by, { title: 'x' }),
      'a role': (by) => patch(id, by, { roles: { [people.member.username]: 'admin' } }),
      'a transfer': (by) => patch(id, by, { roles: { [people.member.username]: 'owner' } }),
      'a title with a role': (by) => patch(id, by, { title: 'x', roles: { [people.member.username]: 'admin' } }),
      'an invitation': (by) => put(id, by, people.stranger),
      'the removal of a member': (by) => remove(id, by, people.member),
      'the removal of the owner': (by) => remove(id, by, people.owner),
      'an invitation of an unknown user': (by) => by.request('PUT', member(id, nobody)),
      'the removal of a stranger': (by) => remove(id, by, people.stranger),
      'a role of a stranger': (by) => patch(id, by, { roles: { [people.stranger.username]: 'admin' } }),
      'two owners': (by) =>
        patch(id, by, { roles: { [people.admin.username]: 'owner', [people.member.username]: 'owner' } }),
      'no owner': (by) => patch(id, by, { roles: { [people.owner.username]: 'member' } }),
      'no change': (by) => patch(id, by, {}),
      'no title': (by) => patch(id, by, { title: ' ' }),
      'a title of 101 characters': (by) => patch(id, by, { title: 't'.repeat(101) }),
      'an unknown role': (by) => patch(id, by, { roles: { [people.member.username]: 'king' } }),
      'an invalid user name': (by) => by.request('PUT', member(id, { username: 'a_b' })),
    };

    it.each([
      ['a read', 'stranger', 403, 'forbidden'],
      ['a message', 'stranger', 403, 'forbidden'],
      ['a title', 'stranger', 403, 'forbidden'],
      ['a title', 'member', 403, 'forbidden'],
      ['a role', 'member', 403, 'forbidden'],
      ['a role', 'admin', 403, 'forbidden'],
      ['a title with a role', 'admin', 403, 'forbidden'],
      ['a transfer', 'admin', 403, 'forbidden'],
      ['a transfer', 'stranger', 403, 'forbidden'],
      ['an invitation', 'member', 403, 'forbidden'],
      ['an invitation', 'stranger', 403, 'forbidden'],
      ['the removal of a member', 'stranger', 403, 'forbidden'],
      ['the removal of the owner', 'member', 403, 'forbidden'],
      ['the removal of the owner', 'admin', 403, 'forbidden'],
      ['the removal of the owner', 'owner', 409, 'conflict'],
      ['an invitation of an unknown user', 'owner', 404, 'unknown_user'],
      ['the removal of a stranger', 'admin', 404, 'not_found'],
      ['a role of a stranger', 'owner', 404, 'not_found'],
      ['two owners', 'owner', 400, 'invalid_frame'],
      ['no owner', 'owner', 409, 'conflict'],
      ['no change', 'owner', 400, 'invalid_frame'],
      ['no title', 'owner', 400, 'invalid_frame'],
      ['a title of 101 characters', 'owner', 400, 'invalid_frame'],
      ['an unknown role', 'owner', 400, 'invalid_frame'],
      ['an invalid user name', 'owner', 400, 'invalid_frame'],
    ] as const)('%s by the %s with %i %s, and nothing changes', async (what, who, status, code) => {
      const { owner } = people;
      const before = [await history(id, owner), (await owner.get(`/conversations/${id}`)).body];
      expect(await tries[what]?.(people[who])).toMatchObject({ status, body: { error: { code } } });
      expect([await history(id, owner), (await owner.get(`/conversations/${id}`)).body]).toEqual(before);
    });

    it.each([
      ['without a title', { members: [] }, 'invalid_frame'],
      ['without members', { title: 'x' }, 'invalid_frame'],
      ['with a title of 101 characters', { title: 't'.repeat(101), members: [] }, 'invalid_frame'],
      ['with 51 members', { title: 'x', members: Array.from({ length: 51 }, (_, at) => `m${at}`) }, 'invalid_frame'],
      ['with a member who does not exist', { title: 'x', members: ['nobody'] }, 'unknown_user'],
      ['with a conversation as member', { title: 'x', members: ['a_b'] }, 'invalid_frame'],
    ])('to be made %s, and the inbox stays empty', async (_, body, code) => {
      const { stranger } = people;
      expect((await stranger.post('/conversations', body)).body).toMatchObject({ error: { code } });
      expect((await stranger.get('/conversations')).body.results).toEqual([]);
    });
  });
});
