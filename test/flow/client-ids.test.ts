import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { png, upload } from '../seeds/upload.ts';
import { type Chat, startChat } from '../support/chat.ts';
import { named } from '../support/person.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

/** Alice has written three messages. */
async function start(...names: [string, string]) {
  const [alice, bob] = await chat.people(...names);
  const conversation = named(alice, bob);
  const path = `/conversations/${conversation}/messages`;
  for (const message of ['one', 'two', 'three']) await alice.post(path, { message });
  const shown = async (seq: number) => (await bob.get(`${path}?around=${seq}&limit=1`)).body.results[0];
  return { alice, bob, conversation, path, shown };
}

describe('a client_id that stands for a send', () => {
  it('is refused for another change over HTTP and over a socket, and the other message stays as it is', async () => {
    const { alice, conversation, path, shown } = await start('a1', 'b1');
    const edit = await alice.request('PATCH', `${path}/1`, { message: 'one, edited', client_id: 'k' });
    const before = await shown(2);
    const conflict = { status: 409, body: { error: { code: 'conflict' } } };
    expect(await alice.request('DELETE', `${path}/2?client_id=k`)).toMatchObject(conflict);
    expect(await alice.request('DELETE', `${path}/2?for=me&client_id=k`)).toMatchObject(conflict);
    expect(await alice.request('PATCH', `${path}/2`, { message: 'two, edited', client_id: 'k' })).toMatchObject(
      conflict,
    );
    const thumb = encodeURIComponent('👍');
    expect(await alice.request('PUT', `${path}/2/reactions/${thumb}?client_id=k`)).toMatchObject(conflict);
    expect(await alice.post(path, { message: 'one, edited', client_id: 'k' })).toMatchObject(conflict);
    const socket = await alice.enter(conversation);
    const refused = { code: 'conflict', client_id: 'k' };
    expect(await socket.ask({ type: 'delete', seq: 2, client_id: 'k' }, 'error')).toMatchObject(refused);
    expect(await socket.ask({ type: 'delete', seq: 2, for: 'me', client_id: 'k' }, 'error')).toMatchObject(refused);
    expect(await shown(2)).toEqual(before);
    expect((await alice.request('PATCH', `${path}/1`, { message: 'one, edited', client_id: 'k' })).body).toEqual(
      edit.body,
    );
  });

  it('is refused with other files, uploaded or forwarded, and answered with the same ones', async () => {
    const { alice, conversation, path } = await start('a2', 'b2');
    const at = `/api/conversations/${conversation}/attachments`;
    const [first, second, third] = await Promise.all(
      [1, 2, 3].map((number) => upload(alice, at, `${number}.png`, png)),
    );
    const send = (attachments: unknown[], clientId: string, message?: string) =>
      alice.post(path, { attachments, message, client_id: clientId });
    const sent = await send([first], 'files');
    expect(sent.status).toBe(201);
    const forwarded = await send([`${conversation}/${first}`], 'forward');
    expect(forwarded.status).toBe(201);
    await send([second], 'another');
    for (const clientId of ['files', 'forward']) {
      expect(await send([third], clientId)).toMatchObject({ status: 409 });
      expect(await send([first, third], clientId)).toMatchObject({ status: 409 });
      expect(await send([`${conversation}/${second}`], clientId)).toMatchObject({ status: 409 });
      expect(await alice.post(path, { message: 'text', client_id: clientId })).toMatchObject({ status: 409 });
    }
    expect(await send([first], 'files', 'with a text')).toMatchObject({ status: 409 });
    expect((await send([first], 'files')).body).toMatchObject({ seq: sent.body.seq });
    expect((await send([`${conversation}/${first}`], 'forward')).body).toMatchObject({ seq: forwarded.body.seq });
    // What a refused send named is still there for another.
    expect((await send([third], 'third')).status).toBe(201);
  });
});

describe('a change that changes nothing', () => {
  it('is answered, and neither stored nor told to the others', async () => {
    const { alice, bob, conversation, path } = await start('a3', 'b3');
    const thumb = `${path}/1/reactions/${encodeURIComponent('👍')}`;
    await bob.request('PUT', thumb);
    const edited = (await alice.request('PATCH', `${path}/2`, { message: 'second' })).body;
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.enter(conversation)]);
    await chat.settled();
    await at.rest();
    await bt.rest();

    expect((await bob.request('PUT', thumb)).body).toMatchObject({
      seq: 1,
      change: 4,
      reactions: { '👍': [bob.username] },
    });
    expect((await alice.request('DELETE', thumb)).body).toMatchObject({ seq: 1, change: 1 });
    expect((await alice.request('PATCH', `${path}/2`, { message: ' second ' })).body).toEqual(edited);
    expect((await alice.request('PATCH', `${path}/3`, { message: 'three' })).body).toMatchObject({
      change: 3,
      edited_at: null,
    });
    const same = await at.ask({ type: 'edit', seq: 2, message: 'second' }, 'message_edited');
    expect(same).toMatchObject({ seq: 2, message: 'second', change: edited.change });
    const none = await at.ask({ type: 'react', seq: 1, emoji: '👍', remove: true }, 'reaction');
    expect(none).toMatchObject({ seq: 1, user: alice.username, removed: true, change: 1 });
    await chat.settled();
    expect(await at.rest()).toEqual([]);
    expect(await bt.rest()).toEqual([]);
    expect((await bob.get(`${path}?after=5&changes=true`)).body).toMatchObject({ count: 5, results: [] });
  });

  it('is refused like any other to whom it is forbidden', async () => {
    const { bob, path } = await start('a4', 'b4');
    expect(await bob.request('PATCH', `${path}/1`, { message: 'one' })).toMatchObject({ status: 403 });
  });
});
