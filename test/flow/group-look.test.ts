/** The picture and the description of groups and rooms. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '#protocol/limits';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, type Person } from '../support/person.ts';

/** A picture of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

const patch = (of: string, by: Person, body: unknown) => by.request('PATCH', `/conversations/${of}`, body);
const view = async (of: string, by: Person) => (await by.get(`/conversations/${of}`)).body;
const refused = (status: number, code: string, message = '') => ({
  status,
  body: { error: { code, message: expect.stringContaining(message) } },
});

async function group(owner: Person, ...others: Person[]): Promise<string> {
  await acquaint(owner, ...others);
  const members = others.map(({ username }) => username);
  return (await owner.post('/conversations', { title: 'Trip', members })).body.id;
}

async function upload(by: Person, at: string, file = png, contentType = 'image/png'): Promise<string> {
  const { status, body } = await by.post(at, { filename: 'us.png', content_type: contentType, size: file.length });
  expect(status).toBe(201);
  const data = new FormData();
  for (const [name, value] of Object.entries<string>(body.fields)) data.append(name, value);
  data.append('file', new Blob([new Uint8Array(file)]), 'us.png');
  expect((await fetch(body.url, { method: 'POST', body: data })).status).toBe(204);
  return body.id;
}

describe('a description', () => {
  it('is told to all, kept with its lines, shown to a member, and taken away', async () => {
    const [anna, ben] = await chat.people('anna', 'ben');
    const id = await group(anna, ben);
    const phone = await ben.everything();
    const description = 'We meet on Fridays.\nBring **water**.';
    expect((await patch(id, anna, { description: `  ${description} ` })).body).toMatchObject({ description });
    expect(await phone.next('conversation_updated')).toMatchObject({
      change: { kind: 'description', by: anna.username, description },
      message: { message: 'Anna changed the description' },
    });
    expect(await view(id, ben)).toMatchObject({ description });
    const [row] = (await ben.get('/conversations')).body.results;
    expect(row).toMatchObject({ id });
    expect(row).not.toHaveProperty('description');

    const { seq } = await view(id, anna);
    expect((await patch(id, anna, { description })).status).toBe(200);
    expect((await view(id, anna)).seq).toBe(seq);
    expect((await patch(id, anna, { description: null })).body).not.toHaveProperty('description');
    expect(await phone.next('conversation_updated')).toMatchObject({
      change: { kind: 'description', by: anna.username },
      message: { message: 'Anna took the description away' },
    });
    expect((await patch(id, anna, { description: null })).body.seq).toBe(seq + 1);
  });

  it.each([[''], ['  \u200b '], ['x'.repeat(limits.descriptionLength + 1)], ['\ud800'], [7]])(
    '%j is refused',
    async (description) => {
      const anna = await chat.person('refused');
      expect(await patch(await group(anna), anna, { description })).toMatchObject(
        refused(400, 'invalid_frame', 'description must be a text of 1 to 500 characters, or null'),
      );
    },
  );

  it('has up to 500 characters, whatever their size in bytes', async () => {
    const anna = await chat.person('long');
    const description = '🌻'.repeat(limits.descriptionLength);
    expect((await patch(await group(anna), anna, { description })).body).toMatchObject({ description });
  });
});

describe('a picture', () => {
  it('is uploaded by a manager, shown in views and lists, replaced and removed; the earlier one is deleted', async () => {
    const [anna, ben] = await chat.people('panna', 'pben');
    const id = await group(anna, ben);
    const at = `/conversations/${id}/picture`;
    const phone = await ben.everything();
    expect((await patch(id, anna, { picture: await upload(anna, at) })).status).toBe(200);
    expect(await phone.next('conversation_updated')).toMatchObject({
      change: { kind: 'picture', by: anna.username },
      message: { message: 'Panna changed the picture' },
    });
    const { picture } = await view(id, ben);
    const file = await fetch(picture);
    expect(file.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png);
    const [row] = (await ben.get('/conversations')).body.results;
    expect((await fetch(row.picture)).status).toBe(200);
    // The list of a new connection is signed by another function.
    const socket = await ben.connect();
    const { results } = await socket.next('conversations');
    expect((await fetch(results[0].picture)).status).toBe(200);

    await patch(id, anna, { picture: await upload(anna, at), title: 'Both' });
    const after = await view(id, ben);
    expect(after.title).toBe('Both');
    expect([(await fetch(picture)).ok, (await fetch(after.picture)).ok]).toEqual([false, true]);
    expect((await patch(id, anna, { picture: null })).body).not.toHaveProperty('picture');
    expect((await fetch(after.picture)).ok).toBe(false);
    const seen = (await ben.get(`/conversations/${id}/messages?after=0`)).body.results;
    expect(seen.at(-1).message).toBe('Panna took the picture away');
  });

  it('is no script, no file of another kind, no larger than it may be, and nobody else’s upload', async () => {
    const [anna, ben] = await chat.people('sanna', 'sben');
    const id = await group(anna, ben);
    await patch(id, anna, { roles: { [ben.username]: 'admin' } });
    const [at, files] = [`/conversations/${id}/picture`, `/conversations/${id}/attachments`];
    const form = (body: object) => anna.post(at, { filename: 'us.png', content_type: 'image/png', size: 5, ...body });
    expect(await form({ content_type: 'image/svg+xml' })).toMatchObject(refused(400, 'invalid_frame', 'image/webp'));
    expect(await form({ size: limits.avatarBytes + 1 })).toMatchObject(refused(400, 'invalid_frame'));
    const text = await upload(anna, files, Buffer.from('Hello'), 'text/plain');
    expect(await patch(id, anna, { picture: text })).toMatchObject(refused(400, 'attachment_rejected', 'no PNG'));
    const large = Buffer.concat([png, Buffer.alloc(limits.avatarBytes)]);
    expect(await patch(id, anna, { picture: await upload(anna, files, large) })).toMatchObject(
      refused(400, 'attachment_rejected', 'more than'),
    );
    expect(await patch(id, anna, { picture: await upload(ben, at) })).toMatchObject(refused(400, 'attachment_missing'));
    expect(await patch(id, anna, { picture: 'nothing' })).toMatchObject(refused(400, 'attachment_missing'));
    expect(await patch(id, anna, { picture: 7 })).toMatchObject(
      refused(400, 'invalid_frame', 'id of an upload, or null'),
    );
    expect(await view(id, anna)).not.toHaveProperty('picture');
  });
});

it('a member changes neither, a moderator of a room both, and what is named by its members has none', async () => {
  const [anna, ben] = await chat.people('manna', 'mben');
  const id = await group(anna, ben);
  expect(await patch(id, ben, { description: 'Mine' })).toMatchObject(
    refused(403, 'forbidden', 'only owner and admins'),
  );
  const about = { filename: 'us.png', content_type: 'image/png', size: 5 };
  expect(await ben.post(`/conversations/${id}/picture`, about)).toMatchObject(refused(403, 'forbidden'));
  expect(await patch(ben.username, anna, { description: 'Us' })).toMatchObject(
    refused(403, 'forbidden', 'is not a managed group'),
  );
  const room = `room:look-${chat.run}`;
  await anna.enter(room);
  await ben.enter(room);
  await patch(room, anna, { roles: { [ben.username]: 'moderator' } });
  const picture = await upload(ben, `/conversations/${room}/picture`);
  expect((await patch(room, ben, { description: 'Be kind', picture })).body).toMatchObject({
    description: 'Be kind',
    picture: expect.stringContaining('/avatars/'),
  });
});
