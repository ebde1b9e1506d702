/** Pinned messages: who may pin and take down, who hears of it, and what becomes of a message that is deleted or hidden. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { limits } from '#protocol/limits';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import { openTable } from '../support/stored-connections.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

const pin = (of: string, by: Person, seq: number | string) => by.request('PUT', `/conversations/${of}/pins/${seq}`);
const unpin = (of: string, by: Person, seq: number) => by.request('DELETE', `/conversations/${of}/pins/${seq}`);
const say = async (of: string, by: Person, message: string): Promise<number> =>
  (await by.post(`/conversations/${of}/messages`, { message })).body.seq;
const pinned = async (of: string, by: Person): Promise<string[]> =>
  (await by.get(`/conversations/${of}/pins`)).body.results.map(
    ({ message }: { message: { message: string } }) => message.message,
  );
const count = async (of: string, by: Person) => (await by.get(`/conversations/${of}`)).body.pinned_messages;
const refused = (status: number, code: string, message = '') => ({
  status,
  body: { error: { code, message: expect.stringContaining(message) } },
});

async function group(owner: Person, ...others: Person[]): Promise<string> {
  await acquaint(owner, ...others);
  const members = others.map(({ username }) => username);
  return (await owner.post('/conversations', { title: 'Trip', members })).body.id;
}

describe('between two', () => {
  it('either pins and takes down; both are told, live and in the log, and find the pinned messages', async () => {
    const [alice, bob] = await chat.people('alice', 'bob');
    const id = named(alice, bob);
    const [first, second] = [await say(id, alice, 'Where'), await say(id, bob, 'When')];
    expect(await count(id, bob)).toBeUndefined();
    const [phone, other] = await Promise.all([bob.everything(), alice.enter(id)]);

    expect((await pin(id, alice, first)).status).toBe(204);
    const event = {
      type: 'conversation_updated',
      conversation: id,
      seq: 3,
      by: alice.username,
      change: { kind: 'pinned', by: alice.username, message_seq: first },
      // It leads to the pinned message.
      message: expect.objectContaining({ content_type: 'system', message: 'Alice pinned a message', reply_to: first }),
    };
    expect(await phone.next('conversation_updated')).toMatchObject(event);
    expect(await other.next('conversation_updated')).toMatchObject(event);
    expect((await bob.get(`/conversations/${id}/messages?after=2&changes=true`)).body.results).toMatchObject([event]);

    expect((await pin(id, bob, second)).status).toBe(204);
    expect((await bob.get(`/conversations/${id}/pins`)).body).toMatchObject({
      count: 2,
      next: null,
      previous: null,
      results: [
        { message: { seq: second, message: 'When' }, pinned_by: { username: bob.username, name: 'Bob' } },
        { message: { seq: first, message: 'Where' }, pinned_by: { username: alice.username, name: 'Alice' } },
      ],
    });
    expect(await count(id, alice)).toBe(2);
    expect((await alice.get('/conversations')).body.results[0]).toMatchObject({ pinned_messages: 2 });

    expect((await unpin(id, bob, first)).status).toBe(204);
    expect(await phone.next('conversation_updated')).toMatchObject({ change: { kind: 'pinned', message_seq: second } });
    expect(await phone.next('conversation_updated')).toMatchObject({
      change: { kind: 'unpinned', message_seq: first },
    });
    expect(await pinned(id, alice)).toEqual(['When']);
    expect(await count(id, alice)).toBe(1);
    // Pinned messages wait for nobody: none of it counts as unread.
    expect((await bob.get(`/conversations/${id}`)).body.unread_count).toBe(0);
  });

  it('repeating changes nothing, also at the same moment', async () => {
    const [alice, bob] = await chat.people('ralice', 'rbob');
    const id = named(alice, bob);
    const seq = await say(id, alice, 'Where');
    const answers = await Promise.all([alice, bob, alice].map((person) => pin(id, person, seq)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(await count(id, alice)).toBe(1);
    expect((await Promise.all([alice, bob].map((by) => unpin(id, by, seq)))).map(({ status }) => status)).toEqual([
      204, 204,
    ]);
    expect(await count(id, alice)).toBeUndefined();
    const { results } = (await alice.get(`/conversations/${id}/messages?after=1`)).body;
    expect(results).toHaveLength(2);
    expect((await pin(id, alice, seq)).status).toBe(204);
    expect(await pinned(id, bob)).toEqual(['Where']);
  });

  it('nobody pins what is not there, is deleted, hidden, or no message; nor for somebody who has blocked them', async () => {
    const [alice, bob] = await chat.people('nalice', 'nbob');
    const id = named(alice, bob);
    const [first, second] = [await say(id, alice, 'Where'), await say(id, alice, 'When')];
    await alice.request('DELETE', `/conversations/${id}/messages/${first}`);
    await bob.request('DELETE', `/conversations/${id}/messages/${second}?for=me`);
    expect(await pin(id, alice, first)).toMatchObject(refused(404, 'not_found', 'there is no message 1'));
    expect(await pin(id, bob, second)).toMatchObject(refused(404, 'not_found'));
    expect(await pin(id, alice, 99)).toMatchObject(refused(404, 'not_found', 'unable to pin the message'));
    expect(await pin(id, alice, 'x')).toMatchObject(refused(400, 'invalid_frame', 'must be a whole number'));
    await pin(id, alice, second);
    const entry = (await alice.get(`/conversations/${id}`)).body.seq;
    expect(await pin(id, alice, entry)).toMatchObject(refused(404, 'not_found'));
    expect(await pinned(id, bob)).toEqual([]);
    await bob.request('PUT', `/me/blocks/${alice.username}`);
    const third = await say(id, bob, 'No');
    expect(await pin(id, alice, third)).toMatchObject(refused(403, 'forbidden', 'accepts no messages from you'));
    expect(await unpin(id, alice, second)).toMatchObject(refused(403, 'forbidden'));
  });
});

describe('in a group', () => {
  it('its owner and admins pin, members read, and others do neither', async () => {
    const [anna, ben, carl, eve] = await chat.people('anna', 'ben', 'carl', 'eve');
    const id = await group(anna, ben, carl);
    await anna.request('PATCH', `/conversations/${id}`, { roles: { [ben.username]: 'admin' } });
    const seq = await say(id, carl, 'Meet at nine');
    expect(await pin(id, carl, seq)).toMatchObject(refused(403, 'forbidden', 'only owner and admins'));
    expect((await pin(id, ben, seq)).status).toBe(204);
    expect(await pinned(id, carl)).toEqual(['Meet at nine']);
    expect(await unpin(id, carl, seq)).toMatchObject(refused(403, 'forbidden'));
    expect((await eve.get(`/conversations/${id}/pins`)).status).toBe(403);
    expect((await pin(id, eve, seq)).status).toBe(403);

    await anna.request('DELETE', `/conversations/${id}/members/${ben.username}`);
    expect((await unpin(id, ben, seq)).status).toBe(403);
    expect((await ben.get(`/conversations/${id}/pins`)).status).toBe(403);
    expect(await pinned(id, anna)).toEqual(['Meet at nine']);
  });

  it('a deleted message is pinned no longer, and makes room for another where as many are pinned as can be', async () => {
    const [anna, ben] = await chat.people('danna', 'dben');
    const id = await group(anna, ben);
    const [first, second, last] = [await say(id, anna, 'one'), await say(id, ben, 'two'), await say(id, anna, 'three')];
    for (const seq of [first, second]) expect((await pin(id, anna, seq)).status).toBe(204);
    if (chat.local) {
      // As if others were pinned, too.
      const { table, TableName } = openTable(chat.local);
      const Key = conversationStateKey(id);
      const values = { ':most': limits.pinnedMessages };
      const update = { UpdateExpression: 'SET pins = :most', ExpressionAttributeValues: values };
      await table.send(new UpdateCommand({ TableName, Key, ...update }));
      table.destroy();
      expect(await pin(id, anna, last)).toMatchObject(refused(409, 'conflict', '50 messages are pinned'));
    }
    await anna.request('DELETE', `/conversations/${id}/messages/${first}`);
    expect(await pinned(id, ben)).toEqual(['two']);
    expect((await pin(id, anna, last)).status).toBe(204);
    expect(await pinned(id, ben)).toEqual(['three', 'two']);
    expect(await count(id, anna)).toBe(chat.local ? limits.pinnedMessages : 3);
  });
});

it('in a room its owner and moderators pin', async () => {
  const [owner, guest] = await chat.people('owner', 'guest');
  const room = `room:pins-${chat.run}`;
  await owner.enter(room);
  await guest.enter(room);
  const seq = await say(room, guest, 'Rules');
  expect(await pin(room, guest, seq)).toMatchObject(refused(403, 'forbidden', 'only owner and moderators'));
  expect((await pin(room, owner, seq)).status).toBe(204);
  expect(await pinned(room, guest)).toEqual(['Rules']);
  await owner.request('PATCH', `/conversations/${room}`, { roles: { [guest.username]: 'moderator' } });
  expect((await unpin(room, guest, seq)).status).toBe(204);
  expect(await pinned(room, guest)).toEqual([]);
});
