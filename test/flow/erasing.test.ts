/** Deleting an account where the stack erases messages: every message and file of the person is gone for everybody. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat({ timeScale: 60, assemblyDirectory: inject('optionsDirectory') });
});
afterAll(() => chat.stop());

async function done(person: Person) {
  for (;;) {
    const { status, body } = await person.get('/me/deletion');
    if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
    if (body.state === 'done') return body;
    await pause(50);
  }
}

/** The field of a message with one file. */
async function attached(person: Person, to: string): Promise<{ attachments: string[] }> {
  const text = new TextEncoder().encode('a file');
  const { body: form } = await person.post(`/conversations/${to}/attachments`, {
    filename: 'a.txt',
    content_type: 'text/plain',
    size: text.length,
  });
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields)) data.append(name, String(value));
  data.append('file', new Blob([text]), 'a.txt');
  expect((await fetch(form.url, { method: 'POST', body: data })).status).toBe(204);
  return { attachments: [form.id] };
}

const post = async (person: Person, to: string, message: string, extra: object = {}) =>
  (await person.post(`/conversations/${to}/messages`, { message, ...extra })).body;

it.skipIf(process.env.PARLEY_OUTPUTS)('erases every message and file, and tells each conversation once', async () => {
  const [alice, bob] = await chat.people('alice', 'bob');
  await alice.request('PUT', `/me/friends/${bob.username}`);
  await bob.request('PUT', `/me/friends/${alice.username}`);
  const direct = named(alice, bob);
  const room = `room:erasing-${chat.run}`;
  const left = `room:erasing-left-${chat.run}`;
  await Promise.all([room, left].flatMap((id) => [alice.enter(id), bob.enter(id)]));
  const { multimedia_url: file } = await post(alice, direct, 'with a file', await attached(alice, direct));
  await post(bob, direct, 'mine stays');
  for (const id of [direct, room, left]) for (let n = 0; n < 5; n++) await post(alice, id, `secret ${n}`);
  await alice.request('DELETE', `/conversations/${left}/members/${alice.username}`);
  const { body: seen } = await bob.get(`/conversations/${direct}/messages?after=0&changes=true&limit=100`);
  const socket = await bob.everything();
  expect((await bob.get(`/conversations/${direct}`)).body.unread_count).toBe(5);
  expect((await fetch(file)).status).toBe(200);

  expect(await alice.request('DELETE', '/me')).toMatchObject({ status: 202, body: { messages: 'erase' } });
  expect(await done(alice)).toMatchObject({ conversations: 2, erased: 16 });
  await chat.settled();
  const told = socket.received.filter(({ type }) => type === 'messages_erased');
  expect(told.map(({ conversation }) => conversation).sort()).toEqual([direct, room, left].sort());
  expect(told[0]).toEqual({
    type: 'messages_erased',
    conversation: told[0]?.conversation,
    user: alice.username,
    up_to: expect.any(Number),
    change: expect.any(Number),
  });
  expect(socket.received.filter(({ type }) => type === 'message_deleted')).toEqual([]);

  for (const id of [direct, room, left]) {
    const { body } = await bob.get(`/conversations/${id}/messages?limit=100`);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect((await bob.get(`/conversations/${id}/messages?q=secret`)).body.results).toEqual([]);
  }
  const { body: page } = await bob.get(`/conversations/${direct}/messages`);
  expect(page.results.filter(({ deleted }: { deleted: boolean }) => !deleted)).toMatchObject([
    { message: 'mine stays' },
  ]);
  const { body: view } = await bob.get(`/conversations/${direct}`);
  expect(view).toMatchObject({ unread_count: 0, last_message: { message: '', deleted: true } });
  expect((await fetch(file)).status).not.toBe(200);
  // Whoever was away reads it in the log.
  const { body: missed } = await bob.get(`/conversations/${direct}/messages?after=${seen.count}&changes=true`);
  expect(missed.results).toMatchObject([{ type: 'messages_erased', user: alice.username, up_to: seen.count }]);
});
