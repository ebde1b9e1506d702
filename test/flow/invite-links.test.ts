/** Invite links of groups: who makes them, who comes by them, and when they work no longer. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '#protocol/limits';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, type Person } from '../support/person.ts';
import { openTable } from '../support/stored-connections.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

interface Link {
  readonly code: string;
  readonly uses: number;
}

const linksOf = (of: string) => `/conversations/${of}/invite-links`;
const make = (of: string, by: Person, body?: unknown) => by.post(linksOf(of), body);
const link = async (of: string, by: Person, body?: unknown): Promise<string> => (await make(of, by, body)).body.code;
const list = async (of: string, by: Person): Promise<Link[]> => (await by.get(linksOf(of))).body.results;
const look = (code: string, by: Person) => by.get(`/invite-links/${code}`);
const join = (code: string, by: Person) => by.post(`/invite-links/${code}`);
const revoke = (of: string, by: Person, code: string) => by.request('DELETE', `${linksOf(of)}/${code}`);
const remove = (of: string, by: Person, who: Person) =>
  by.request('DELETE', `/conversations/${of}/members/${who.username}`);
const members = async (of: string, by: Person) =>
  (await by.get(`/conversations/${of}`)).body.members.map(({ username }: Person) => username).sort();
const refused = (status: number, code: string, message = '') => ({
  status,
  body: { error: { code, message: expect.stringContaining(message) } },
});
const dead = refused(404, 'not_found', 'it has expired, was used up or was revoked');

async function group(owner: Person, ...others: Person[]): Promise<string> {
  await acquaint(owner, ...others);
  const names = others.map(({ username }) => username);
  return (await owner.post('/conversations', { title: 'Trip', members: names })).body.id;
}

describe('whoever has a link', () => {
  it('sees what it leads to, joins, and the members are told; it uses one up', async () => {
    const [anna, ben] = await chat.people('anna', 'ben');
    const id = await group(anna);
    await anna.request('PATCH', `/conversations/${id}`, { description: 'By bus' });
    const { status, body } = await make(id, anna, { expires_in: 3_600, max_uses: 2 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ conversation: id, by: anna.username, uses: 0, max_uses: 2 });
    expect(body.code).toMatch(/^[0-9a-z]{58}$/);
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(3_600_000);
    const phone = await anna.everything();

    expect((await look(body.code, ben)).body).toEqual({
      conversation: id,
      title: 'Trip',
      description: 'By bus',
      person: expect.objectContaining({ username: anna.username, name: 'Anna' }),
      expires_at: body.expires_at,
      member: false,
    });
    expect(await join(body.code.toUpperCase(), ben)).toMatchObject({ status: 200, body: { id, title: 'Trip' } });
    expect(await phone.next('conversation_updated')).toMatchObject({
      change: { kind: 'joined', by: ben.username },
      message: { message: 'Ben joined' },
    });
    expect((await ben.get(`/conversations/${id}`)).body).toMatchObject({ unread_count: 0 });
    expect(await list(id, anna)).toMatchObject([{ code: body.code, uses: 1 }]);

    expect((await join(body.code, ben)).status).toBe(200);
    expect((await look(body.code, ben)).body).toMatchObject({ member: true });
    expect(await list(id, anna)).toMatchObject([{ uses: 1 }]);
    expect(await phone.rest()).toEqual([]);
  });

  it('comes in by it only as often as its maker allows, also all at once', async () => {
    const [anna, ...guests] = await chat.people('oanna', 'g1', 'g2', 'g3', 'g4');
    const id = await group(anna);
    const code = await link(id, anna, { max_uses: 2 });
    const answers = await Promise.all(guests.map((guest) => join(code, guest)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 404, 404]);
    expect(answers.find(({ status }) => status === 404)).toMatchObject(dead);
    expect(await members(id, anna)).toHaveLength(3);
    expect(await list(id, anna)).toEqual([]);
  });

  it('who has left comes back by it, an invitation that waited ends, and who was removed stays out', async () => {
    const [anna, ben, carl] = await chat.people('banna', 'bben', 'bcarl');
    const id = await group(anna, ben, carl);
    const code = await link(id, anna);
    await remove(id, ben, ben);
    expect((await join(code, ben)).status).toBe(200);

    await remove(id, anna, carl);
    const out = refused(403, 'forbidden', 'you were removed from the group');
    expect(await join(code, carl)).toMatchObject(out);
    expect(await look(code, carl)).toMatchObject(out);
    // A manager may let them in again, and then they are as everybody else.
    expect((await anna.request('PUT', `/conversations/${id}/members/${carl.username}`)).status).toBe(200);
    await remove(id, carl, carl);
    expect((await join(code, carl)).status).toBe(200);

    const dora = await chat.person('bdora');
    await anna.request('PUT', `/conversations/${id}/members/${dora.username}`);
    const phone = await dora.everything();
    expect((await join(code, dora)).status).toBe(200);
    expect(await phone.next('invitation_ended')).toMatchObject({ conversation: id });
    expect((await dora.get('/me/invitations')).body.results).toEqual([]);
  });

  it('an invitation that was taken back does not make a removed user welcome', async () => {
    const [anna, ben] = await chat.people('wanna', 'wben');
    const id = await group(anna, ben);
    await ben.request('DELETE', `/me/friends/${anna.username}`);
    const code = await link(id, anna);
    await remove(id, anna, ben);
    expect((await anna.request('PUT', `/conversations/${id}/members/${ben.username}`)).body.invited).toEqual([
      ben.username,
    ]);
    await remove(id, anna, ben);
    expect((await join(code, ben)).status).toBe(403);
  });

  it('does not join a group of somebody who has blocked them, or whom they have blocked', async () => {
    const [anna, ben] = await chat.people('kanna', 'kben');
    const code = await link(await group(anna), anna);
    await anna.request('PUT', `/me/blocks/${ben.username}`);
    expect(await join(code, ben)).toMatchObject(refused(403, 'forbidden', 'accepts nothing from you'));
    await anna.request('DELETE', `/me/blocks/${ben.username}`);
    expect((await join(code, ben)).status).toBe(200);
  });
});

describe('a link works no longer', () => {
  it('when it was revoked, by any manager, once and again', async () => {
    const [anna, ben, eve] = await chat.people('ranna', 'rben', 'reve');
    const id = await group(anna, ben);
    await anna.request('PATCH', `/conversations/${id}`, { roles: { [ben.username]: 'admin' } });
    const [code, other] = [await link(id, anna), await link(id, anna)];
    expect((await list(id, ben)).map((one) => one.code)).toEqual([other, code]);
    for (const _ of ['first', 'again']) expect((await revoke(id, ben, code)).status).toBe(204);
    expect(await join(code, eve)).toMatchObject(dead);
    expect(await look(code, eve)).toMatchObject(dead);
    expect(await list(id, anna)).toMatchObject([{ code: other }]);
    expect((await look(other, eve)).status).toBe(200);
  });

  it('when its maker manages the group no longer, or has deleted their account', async () => {
    const [anna, ben, carl, eve] = await chat.people('manna', 'mben', 'mcarl', 'meve');
    const id = await group(anna, ben, carl);
    await anna.request('PATCH', `/conversations/${id}`, {
      roles: { [ben.username]: 'admin', [carl.username]: 'admin' },
    });
    const [bens, carls] = [await link(id, ben), await link(id, carl)];
    await anna.request('PATCH', `/conversations/${id}`, { roles: { [ben.username]: 'member' } });
    expect(await join(bens, eve)).toMatchObject(dead);
    expect(await list(id, anna)).toMatchObject([{ code: carls }]);
    await remove(id, anna, carl);
    expect(await join(carls, eve)).toMatchObject(dead);
    expect(await list(id, anna)).toEqual([]);
  });

  it('when its time is over', async () => {
    if (!chat.local) return;
    const [anna, ben] = await chat.people('tanna', 'tben');
    const id = await group(anna);
    const code = await link(id, anna);
    const { table, TableName } = openTable(chat.local);
    await table.send(
      new UpdateCommand({
        TableName,
        Key: { pk: `CONV#${id}`, sk: `LINK#${code.slice(26)}` },
        UpdateExpression: 'SET #until = :past',
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: { ':past': Date.now() - 1 },
      }),
    );
    table.destroy();
    expect(await join(code, ben)).toMatchObject(dead);
    expect(await list(id, anna)).toEqual([]);
  });

  it('and one that never was, or is of another group, tells nothing', async () => {
    const [anna, eve] = await chat.people('uanna', 'ueve');
    const [id, other] = [await group(anna), await group(anna)];
    const code = await link(id, anna);
    expect(await join(`${id.slice('group:'.length)}${'0'.repeat(32)}`, eve)).toMatchObject(dead);
    expect(await look(`${other.slice('group:'.length)}${code.slice(26)}`, eve)).toMatchObject(dead);
    expect(await look('0'.repeat(58), eve)).toMatchObject(dead);
    expect(await look('nothing', eve)).toMatchObject(
      refused(400, 'invalid_frame', 'must be the code of an invite link'),
    );
    expect((await revoke(other, anna, code)).status).toBe(204);
    expect((await look(code, eve)).status).toBe(200);
  });
});

describe('a link is made', () => {
  it('by the owner and admins of a group alone', async () => {
    const [anna, ben] = await chat.people('canna', 'cben');
    const id = await group(anna, ben);
    expect(await make(id, ben)).toMatchObject(refused(403, 'forbidden', 'only owner and admins'));
    expect(await ben.get(linksOf(id))).toMatchObject(refused(403, 'forbidden'));
    expect(await revoke(id, ben, await link(id, anna))).toMatchObject(refused(403, 'forbidden'));
    expect(await make(ben.username, anna)).toMatchObject(refused(403, 'forbidden', 'is not a managed group'));
    const room = `room:links-${chat.run}`;
    await anna.enter(room);
    expect(await make(room, anna)).toMatchObject(refused(403, 'forbidden', 'join it by its name'));
  });

  it.each([
    [{ expires_in: 10 }, 'expires_in must be a number of seconds from 300 to 2592000'],
    [{ expires_in: 3e6 }, 'expires_in'],
    [{ expires_in: null }, 'expires_in'],
    [{ max_uses: 0 }, 'max_uses must be a number from 1 to 1000'],
    [{ max_uses: 1.5 }, 'max_uses'],
    [{ max_uses: 1_001 }, 'max_uses'],
  ])('not with %j', async (body, reason) => {
    const anna = await chat.person('badbody');
    expect(await make(await group(anna), anna, body)).toMatchObject(refused(400, 'invalid_frame', reason));
  });

  it('as long as the group has fewer than it may have; revoking makes room', async () => {
    const anna = await chat.person('many');
    const id = await group(anna);
    const codes: string[] = [];
    for (let n = 0; n < limits.inviteLinks; n++) codes.push(await link(id, anna));
    expect(await make(id, anna)).toMatchObject(refused(409, 'conflict', '20 links work, and no more can'));
    await revoke(id, anna, codes[0] ?? '');
    expect(await make(id, anna)).toMatchObject({ status: 201, body: { max_uses: 100 } });
  });
});
