/** Who may put whom into a managed group: contacts at once, others once they accept, and nobody who has left. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, named, type Person } from '../support/person.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

const member = (of: string, { username }: Person) => `/conversations/${of}/members/${username}`;
const put = (of: string, by: Person, who: Person) => by.request('PUT', member(of, who));
const remove = (of: string, by: Person, who: Person) => by.request('DELETE', member(of, who));
const answer = (method: 'PUT' | 'DELETE', of: string, by: Person) => by.request(method, `/me/invitations/${of}`);
const invitations = async (of: Person) =>
  (await of.get('/me/invitations')).body.results.map(({ conversation }: { conversation: string }) => conversation);
const members = async (of: string, by: Person) =>
  (await by.get(`/conversations/${of}`)).body.members.map(({ username }: Person) => username).sort();
const block = (by: Person, whom: Person) => by.request('PUT', `/me/blocks/${whom.username}`);
const write = (by: Person, to: Person) => by.post(`/conversations/${named(by, to)}/messages`, { message: 'Hello' });

/** Creates a group with these members or invited users. @returns its id */
async function group(owner: Person, ...others: Person[]): Promise<string> {
  const { status, body } = await owner.post('/conversations', {
    title: 'Puppets',
    members: others.map(({ username }) => username),
  });
  expect(status).toBe(201);
  return body.id;
}

describe('somebody who is no contact', () => {
  it('is invited by the creation of a group, learns of it, and gets nothing of the group before they accept', async () => {
    const [mallory, alice, friend] = await chat.people('mallory1', 'alice1', 'friend1');
    await acquaint(mallory, friend);
    const [everything, total] = await Promise.all([alice.everything(), alice.connect({ notifications: 'all' })]);
    await total.next('unread_count');
    const created = await mallory.post('/conversations', {
      title: 'Puppets',
      members: [alice.username, friend.username],
    });
    const { id } = created.body;
    expect(created).toMatchObject({ status: 201, body: { invited: [alice.username] } });
    expect(await members(id, mallory)).toEqual([friend.username, mallory.username].sort());
    const [log] = (await mallory.get(`/conversations/${id}/messages?after=0&changes=true`)).body.results;
    expect(log.change.members.sort()).toEqual([friend.username, mallory.username].sort());

    const invitation = {
      conversation: id,
      title: 'Puppets',
      by: mallory.username,
      person: { username: mallory.username, name: 'Mallory1', avatar: null, online: false, last_seen: null },
      invited_at: expect.stringMatching(/Z$/),
    };
    expect(await everything.next('invited')).toEqual({ type: 'invited', ...invitation });
    expect(await total.next('invited')).toEqual({ type: 'invited', ...invitation });
    expect((await alice.get('/me/invitations')).body).toEqual({
      count: 1,
      next: null,
      previous: null,
      results: [invitation],
    });
    await mallory.post(`/conversations/${id}/messages`, { message: 'Look here' });
    await chat.settled();
    expect(await everything.rest()).toEqual([]);
    expect((await alice.get('/conversations')).body.results).toEqual([]);
    for (const path of [`/conversations/${id}`, `/conversations/${id}/messages`]) {
      expect((await alice.get(path)).status).toBe(403);
    }

    expect(await answer('PUT', id, alice)).toMatchObject({ status: 200, body: { id, title: 'Puppets' } });
    expect(await everything.next('conversation_updated')).toMatchObject({
      change: { kind: 'joined', by: alice.username },
    });
    expect(await everything.next('invitation_ended')).toEqual({ type: 'invitation_ended', conversation: id });
    expect((await alice.get(`/conversations/${id}`)).body).toMatchObject({ unread_count: 0 });
    expect(await invitations(alice)).toEqual([]);
    expect((await answer('PUT', id, alice)).status).toBe(200);
    const { results } = (await alice.get(`/conversations/${id}/messages?after=0`)).body;
    expect(results.map(({ message }: { message: string }) => message)).toEqual([
      'Mallory1 created the group',
      'Look here',
      'Alice1 joined',
    ]);
  });

  it('is invited by an invitation too, once, and joins with their own name as well', async () => {
    const [mallory, alice] = await chat.people('mallory2', 'alice2');
    const id = await group(mallory);
    const everything = await alice.everything();
    for (const _ of ['first', 'again']) {
      expect(await put(id, mallory, alice)).toMatchObject({ status: 200, body: { invited: [alice.username] } });
    }
    await everything.next('invited');
    expect(await everything.rest()).toEqual([]);
    expect(await members(id, mallory)).toEqual([mallory.username]);
    expect((await put(id, alice, alice)).status).toBe(200);
    expect(await members(id, mallory)).toEqual([alice.username, mallory.username]);
  });

  it('can decline; the group is not told, and nobody puts them in or invites them again for a while', async () => {
    const [mallory, alice] = await chat.people('mallory3', 'alice3');
    const id = await group(mallory, alice);
    const [phone, group1] = await Promise.all([alice.everything(), mallory.enter(id)]);
    await chat.settled();
    await group1.rest();
    for (const _ of ['first', 'again']) expect((await answer('DELETE', id, alice)).status).toBe(204);
    expect(await phone.next('invitation_ended')).toEqual({ type: 'invitation_ended', conversation: id });
    expect(await invitations(alice)).toEqual([]);
    expect(await answer('PUT', id, alice)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    // Even a friend cannot put her in without asking.
    await acquaint(mallory, alice);
    const again = await put(id, mallory, alice);
    expect(again).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } });
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(6 * 86_400);
    await chat.settled();
    expect((await group1.rest()).map(({ type }) => type)).toEqual([]);
    expect(await members(id, mallory)).toEqual([mallory.username]);
  });

  it('is invited no longer when the invitation is taken back, or when whoever gave it manages the group no longer', async () => {
    const [mallory, alice, admin] = await chat.people('mallory4', 'alice4', 'admin4');
    await acquaint(mallory, admin);
    const id = await group(mallory, alice, admin);
    const everything = await alice.everything();
    expect((await remove(id, mallory, alice)).status).toBe(204);
    expect(await everything.next('invitation_ended')).toMatchObject({ conversation: id });
    expect(await invitations(alice)).toEqual([]);
    expect((await answer('PUT', id, alice)).status).toBe(404);

    await mallory.request('PATCH', `/conversations/${id}`, { roles: { [admin.username]: 'admin' } });
    expect((await put(id, admin, alice)).status).toBe(200);
    expect(await invitations(alice)).toEqual([id]);
    await remove(id, mallory, admin);
    expect(await invitations(alice)).toEqual([]);
    expect((await answer('PUT', id, alice)).status).toBe(404);
    expect(await members(id, mallory)).toEqual([mallory.username]);
    expect((await put(id, mallory, alice)).status).toBe(200);
    expect((await answer('PUT', id, alice)).status).toBe(200);
  });

  it('accepts three times at once with one entry of the log', async () => {
    const [mallory, alice] = await chat.people('mallory5', 'alice5');
    const id = await group(mallory, alice);
    const answers = await Promise.all([1, 2, 3].map(() => answer('PUT', id, alice)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { results } = (await alice.get(`/conversations/${id}/messages?after=1`)).body;
    expect(results.map(({ message }: { message: string }) => message)).toEqual(['Alice5 joined']);
  });
});

describe('a contact', () => {
  it('is somebody who has answered in the direct conversation, and is a member at once', async () => {
    const [anna, bert] = await chat.people('anna6', 'bert6');
    await write(anna, bert);
    const one = await group(anna, bert);
    expect(await invitations(bert)).toEqual([one]);
    // A reaction is no answer.
    const id = named(anna, bert);
    await bert.request('PUT', `/conversations/${id}/messages/1/reactions/%F0%9F%91%8D`);
    const two = await group(anna, bert);
    expect((await invitations(bert)).sort()).toEqual([one, two].sort());
    await write(bert, anna);
    const three = await group(anna, bert);
    expect(await members(three, bert)).toEqual([anna.username, bert.username]);
    expect((await put(one, anna, bert)).body.invited).toBeUndefined();
    expect(await invitations(bert)).toEqual([two]);
  });

  it('who has left a group is not put back: not by an invitation, nor by the creation of the group again', async () => {
    const [anna, bert] = await chat.people('anna7', 'bert7');
    await acquaint(anna, bert);
    const body = { title: 'Trip', members: [bert.username], client_id: 'once' };
    const { id } = (await anna.post('/conversations', body)).body;
    expect(await members(id, anna)).toEqual([anna.username, bert.username]);
    expect((await remove(id, bert, bert)).status).toBe(204);
    expect((await put(id, anna, bert)).body).toMatchObject({ error: { code: 'rate_limited' } });
    expect((await anna.post('/conversations', body)).status).toBe(201);
    expect(await members(id, anna)).toEqual([anna.username]);
    expect((await bert.get('/conversations')).body.results).toEqual([]);
  });

  it('who was removed can be put back', async () => {
    const [anna, bert] = await chat.people('anna8', 'bert8');
    await acquaint(anna, bert);
    const id = await group(anna, bert);
    await remove(id, anna, bert);
    expect((await put(id, anna, bert)).body.invited).toBeUndefined();
    expect(await members(id, bert)).toEqual([anna.username, bert.username]);
  });
});

it.each(['the inviter', 'the invited'] as const)(
  'a block by %s keeps one out of the groups of the other',
  async (by) => {
    const [anna, bert] = await chat.people(`anna-${by.slice(-2)}`, `bert-${by.slice(-2)}`);
    await acquaint(anna, bert);
    const id = await group(anna);
    await (by === 'the inviter' ? block(anna, bert) : block(bert, anna));
    const created = await anna.post('/conversations', { title: 'Trip', members: [bert.username] });
    expect(created).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(await put(id, anna, bert)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(await invitations(bert)).toEqual([]);
  },
);

it('invitations come in pages', async () => {
  const [mallory, alice] = await chat.people('mallory10', 'alice10');
  const ids = [];
  for (let made = 0; made < 5; made++) ids.push(await group(mallory, alice));
  const found = [];
  for (let next: string | null = '/me/invitations?limit=2'; next; ) {
    const { body } = await alice.get(next);
    found.push(body.results.map(({ conversation }: { conversation: string }) => conversation));
    // What was answered before does not move what comes after.
    await answer('DELETE', body.results[0].conversation, alice);
    next = body.next;
  }
  expect(found).toEqual([ids.toSorted().slice(0, 2), ids.toSorted().slice(2, 4), ids.toSorted().slice(4)]);
});
