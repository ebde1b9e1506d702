import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '#protocol/message';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';

/** A picture of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let chat: Chat;
let alice: Person;
let bob: Person;
let conversation: string;
beforeAll(async () => {
  chat = await startChat();
  [alice, bob] = await chat.people('alice', 'bob');
  conversation = named(alice, bob);
});
afterAll(() => chat.stop());

interface Form {
  readonly id: string;
  readonly url: string;
  readonly fields: Record<string, string>;
}

async function form(
  size: number,
  contentType = 'image/png',
  person = alice,
  where = conversation,
  pixels: { width?: number; height?: number } = {},
): Promise<Form> {
  const { status, body } = await person.post(`/conversations/${where}/attachments`, {
    filename: 'a "picture" – é.png',
    content_type: contentType,
    size,
    ...pixels,
  });
  expect(status).toBe(201);
  return body;
}

/** Posts a file as a browser does. S3 wants the form's fields before the file. */
async function upload({ url, fields }: Form, file: Uint8Array<ArrayBuffer>, changed: Record<string, string> = {}) {
  const data = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changed })) data.append(name, value);
  data.append('file', new Blob([file]), 'a.png');
  const response = await fetch(url, { method: 'POST', body: data });
  const text = await response.text();
  return { status: response.status, code: /<Code>(.*?)<\/Code>/.exec(text)?.[1] };
}

describe('a picture', () => {
  it('is uploaded with a form, sent in a message, and fetched by members only', async () => {
    const at = await alice.enter(conversation);
    const bt = await bob.enter(conversation);
    const prepared = await form(png.length);
    expect(await upload(prepared, png)).toMatchObject({ status: 204 });

    at.send({ type: 'create', attachments: [prepared.id], client_id: 'p' });
    const event = await bt.next('chat_message');
    expect(event).toMatchObject({
      message: '',
      content_type: 'image',
      attachments: [{ id: prepared.id, filename: 'a "picture" – é.png', content_type: 'image/png', size: png.length }],
    });
    expect(event.multimedia_url).toBe(event.attachments[0].url);
    const file = await fetch(event.multimedia_url);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png);
    expect(file.headers.get('content-type')).toBe('image/png');
    expect(file.headers.get('content-disposition')).toBe(
      `inline; filename*=UTF-8''a%20%22picture%22%20%E2%80%93%20%C3%A9.png`,
    );

    const path = `/conversations/${conversation}/attachments/${prepared.id}`;
    const redirect = await bob.get(path);
    expect(redirect.status).toBe(302);
    expect(Buffer.from(await (await fetch(redirect.headers.get('location') ?? '')).arrayBuffer())).toEqual(png);
    const carol = await chat.person('carla');
    expect((await carol.get(path)).status).toBe(403);
    const unsigned = new URL(event.multimedia_url);
    unsigned.search = '';
    expect((await fetch(unsigned)).status).toBe(403);
  });

  it('has the width and height from its uploader: in the event, in history and snapshot, and when forwarded', async () => {
    const [carol, dora] = await chat.people('caro', 'dora');
    const where = named(alice, carol);
    const ct = await carol.enter(where);
    const [said, unsaid] = [
      await form(png.length, 'image/png', alice, where, { width: 640, height: 480 }),
      await form(png.length, 'image/png', alice, where),
    ];
    await Promise.all([upload(said, png), upload(unsaid, png)]);
    await alice.post(`/conversations/${where}/messages`, { attachments: [said.id, unsaid.id] });

    const sizes = ({ attachments }: Pick<Message, 'attachments'>) =>
      attachments.map(({ width, height }) => [width, height]);
    const both = [
      [640, 480],
      [undefined, undefined],
    ];
    expect(sizes(await ct.next('chat_message'))).toEqual(both);
    const history = await carol.get(`/conversations/${where}/messages`);
    expect(sizes(history.body.results[0])).toEqual(both);
    expect(Object.keys(history.body.results[0].attachments[1])).not.toContain('width');
    const again = await carol.connect({ conversation: where });
    expect(sizes((await again.next('last_50_messages')).messages[0])).toEqual(both);

    const files = [`${where}/${said.id}`, `${where}/${unsaid.id}`];
    const forwarded = await carol.post(`/conversations/${named(carol, dora)}/messages`, { attachments: files });
    expect(sizes(forwarded.body)).toEqual(both);
    const further = `${named(carol, dora)}/${forwarded.body.attachments[0].id}`;
    const { body } = await dora.post(`/conversations/${named(dora, alice)}/messages`, { attachments: [further] });
    expect(sizes(body)).toEqual([[640, 480]]);
  });

  it('in a repeated send gives one message with the same file', async () => {
    const prepared = await form(png.length);
    await upload(prepared, png);
    const draft = { message: 'look', attachments: [prepared.id], client_id: 'again' };
    const [one, two] = [
      await alice.post(`/conversations/${conversation}/messages`, draft),
      await alice.post(`/conversations/${conversation}/messages`, draft),
    ];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body.seq).toBe(one.body.seq);
    expect(two.body.attachments[0].id).toBe(prepared.id);
  });

  it('cannot be replaced once it is in a message, although the form is still valid', async () => {
    const prepared = await form(png.length);
    await upload(prepared, png);
    const { body } = await alice.post(`/conversations/${conversation}/messages`, { attachments: [prepared.id] });
    const other = Buffer.from(png).fill(1, 40);
    expect(await upload(prepared, other)).toMatchObject({ status: 204 });
    expect(Buffer.from(await (await fetch(body.multimedia_url)).arrayBuffer())).toEqual(png);
  });
});

describe('S3 refuses', () => {
  it.each([
    ['a larger file', {}, Buffer.concat([png, png]), 400, 'EntityTooLarge'],
    ['a smaller file', {}, png.subarray(1), 400, 'EntityTooSmall'],
    ['another key', { key: 'incoming/other' }, png, 403, 'AccessDenied'],
    ['another type', { 'Content-Type': 'text/html' }, png, 403, 'AccessDenied'],
    ['another field', { acl: 'public-read' }, png, 403, 'AccessDenied'],
    ['another signature', { 'X-Amz-Signature': '0'.repeat(64) }, png, 403, 'SignatureDoesNotMatch'],
  ])('%s', async (_, changed, file, status, code) => {
    expect(await upload(await form(png.length), file, changed)).toEqual({ status, code });
  });
});

describe('a message is refused, and nothing is stored,', () => {
  async function refusal(attachments: unknown, person = alice, where = conversation) {
    const before = (await person.get(`/conversations/${where}`)).body.seq;
    const { status, body } = await person.post(`/conversations/${where}/messages`, { attachments });
    expect((await person.get(`/conversations/${where}`)).body.seq).toBe(before);
    return [status, body.error.code];
  }

  it('when nothing was uploaded', async () => {
    expect(await refusal([(await form(10)).id])).toEqual([400, 'attachment_missing']);
  });

  it('when no form was asked for', async () => {
    expect(await refusal(['01JD3Y2V3W4X5Y6Z7A8B9C0D1E'])).toEqual([400, 'attachment_missing']);
    expect(await refusal(['../../etc/passwd#'])).toEqual([400, 'attachment_missing']);
  });

  it('when the form was for another conversation', async () => {
    const carol = await chat.person('carol2');
    const prepared = await form(png.length, 'image/png', alice, named(alice, carol));
    await upload(prepared, png);
    expect(await refusal([prepared.id])).toEqual([400, 'attachment_missing']);
  });

  it('when the form was somebody else’s', async () => {
    const prepared = await form(png.length);
    await upload(prepared, png);
    expect(await refusal([prepared.id], bob)).toEqual([400, 'attachment_missing']);
  });

  it.each([
    ['a page as a picture', 'image/png', '<html><script>alert(1)</script></html>'],
    ['a picture as another kind of picture', 'image/jpeg', png],
    ['a picture as text', 'text/plain', png],
    ['text as a document', 'application/pdf', 'not a document'],
  ])('when it is %s', async (_, contentType, content) => {
    const file = Buffer.from(content);
    const prepared = await form(file.length, contentType);
    await upload(prepared, file);
    expect(await refusal([prepared.id])).toEqual([400, 'attachment_rejected']);
  });
});

describe('other files', () => {
  it('are downloaded, not shown', async () => {
    const file = Buffer.from('<b>hello</b>');
    const prepared = await form(file.length, 'text/html');
    await upload(prepared, file);
    const { body } = await alice.post(`/conversations/${conversation}/messages`, { attachments: [prepared.id] });
    expect(body).toMatchObject({ content_type: 'file' });
    expect((await fetch(body.multimedia_url)).headers.get('content-disposition')).toContain('attachment');
  });
});

describe('a file as a program wrote it is accepted, and is shown by browsers only if it has no scripts:', () => {
  it.each([
    ['rgb.png', 'image/PNG', 'image/png', 'inline', 'image'],
    ['phone.heic', 'image/heic', 'image/heic', 'attachment', 'image'],
    ['phone.heic', '', 'image/heic', 'attachment', 'image'],
    ['voice.opus', 'audio/ogg; codecs=opus', 'audio/ogg;codecs=opus', 'inline', 'file'],
    ['voice.webm', 'audio/webm;codecs=opus', 'audio/webm;codecs=opus', 'inline', 'file'],
    ['declared.svg', 'image/svg+xml', 'image/svg+xml', 'attachment', 'image'],
    ['script.svg', '', 'image/svg+xml', 'attachment', 'image'],
    ['utf16le.txt', 'text/plain', 'text/plain', 'attachment', 'file'],
    ['page.html', '', 'text/html', 'attachment', 'file'],
    ['page-utf16.html', 'text/html', 'text/html', 'attachment', 'file'],
    ['program.exe', '', 'application/x-msdownload', 'attachment', 'file'],
  ])('%s as "%s"', async (name, announced, type, disposition, kind) => {
    const file = Buffer.from(readFileSync(join(import.meta.dirname, '../corpus', name)));
    const prepared = await form(file.length, announced);
    expect(await upload(prepared, file)).toMatchObject({ status: 204 });
    const { body } = await alice.post(`/conversations/${conversation}/messages`, { attachments: [prepared.id] });
    expect(body).toMatchObject({ content_type: kind, attachments: [{ content_type: type }] });
    const served = await fetch(body.multimedia_url);
    expect(served.headers.get('content-type')).toBe(type);
    expect(served.headers.get('content-disposition')?.split(';')[0]).toBe(disposition);
    expect(Buffer.from(await served.arrayBuffer())).toEqual(file);
  });
});

describe('a form is not given', () => {
  it.each([
    [{ filename: '', content_type: 'image/png', size: 1 }, 'filename must be'],
    [{ filename: 'x', content_type: 'picture', size: 1 }, 'content_type must be'],
    [{ filename: 'x', content_type: 'image/png', size: 0 }, 'size must be'],
    [{ filename: 'x', content_type: 'image/png', size: 26 * 1024 * 1024 }, 'size must be'],
    [{ filename: 'x', content_type: 'image/png' }, 'size must be'],
    [{ filename: 'x', content_type: 'image/png', size: 1, width: 3 }, 'width and height must come together'],
    [{ filename: 'x', content_type: 'image/png', size: 1, height: 3 }, 'width and height must come together'],
    [{ filename: 'x', content_type: 'image/png', size: 1, width: 65_536, height: 3 }, 'width must be'],
    [{ filename: 'x', content_type: 'image/png', size: 1, width: 3, height: 1.5 }, 'height must be'],
    [{ filename: 'x', content_type: 'text/plain', size: 1, width: 3, height: 3 }, 'width and height can only be said'],
  ])('for %j', async (body, sentence) => {
    const answer = await alice.post(`/conversations/${conversation}/attachments`, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_frame' } } });
    expect(answer.body.error.message).toContain(sentence);
  });
});

describe('a file of a message', () => {
  // People of its own, because each may send 20 messages in ten seconds.
  beforeAll(async () => {
    [alice, bob] = await chat.people('alice2', 'bob2');
    conversation = named(alice, bob);
  });

  /** A picture in a message of Alice's to Bob. */
  async function shared() {
    const prepared = await form(png.length);
    await upload(prepared, png);
    const { body } = await alice.post(`/conversations/${conversation}/messages`, { attachments: [prepared.id] });
    return { id: prepared.id, seq: body.seq as number, address: body.multimedia_url as string };
  }

  it('can be forwarded by members who see it, as a copy that new members can fetch and that stays when the original is deleted', async () => {
    const carol = await chat.person('carol');
    const { id, seq } = await shared();
    const path = `/conversations/${named(bob, carol)}`;
    const forwarded = { attachments: [`${conversation}/${id}`], client_id: 'forward' };
    const { status, body } = await bob.post(`${path}/messages`, forwarded);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      content_type: 'image',
      attachments: [{ content_type: 'image/png', size: png.length }],
    });
    expect(body.attachments[0].id).not.toBe(id);
    // A repeat of the send gives the same message with the same file.
    expect((await bob.post(`${path}/messages`, forwarded)).body.attachments[0].id).toBe(body.attachments[0].id);

    expect(await carol.get(`${path}/attachments/${body.attachments[0].id}`)).toMatchObject({ status: 302 });
    await alice.request('DELETE', `/conversations/${conversation}/messages/${seq}`);
    const { headers } = await carol.get(`${path}/attachments/${body.attachments[0].id}`);
    const copy = await fetch(headers.get('location') ?? '');
    expect(Buffer.from(await copy.arrayBuffer())).toEqual(png);
  });

  it('cannot be forwarded by other users, nor from a deleted message', async () => {
    const [carol, dave] = await chat.people('carl', 'david');
    const { id, seq } = await shared();
    const path = `/conversations/${named(carol, dave)}/messages`;
    const forwarded = { attachments: [`${conversation}/${id}`] };
    expect(await carol.post(path, forwarded)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    await alice.request('DELETE', `/conversations/${conversation}/messages/${seq}`);
    const late = await bob.post(`/conversations/${named(bob, dave)}/messages`, forwarded);
    expect(late).toMatchObject({ status: 400, body: { error: { code: 'attachment_missing' } } });
  });

  it('is deleted with the message at once, also for addresses that were signed before', async () => {
    const { id, seq, address } = await shared();
    expect((await fetch(address)).status).toBe(200);
    await alice.request('DELETE', `/conversations/${conversation}/messages/${seq}`);
    expect((await fetch(address)).status).toBe(403);
    expect(await bob.get(`/conversations/${conversation}/attachments/${id}`)).toMatchObject({ status: 404 });
  });

  it('can be used by no other message', async () => {
    const { id } = await shared();
    const again = await alice.post(`/conversations/${conversation}/messages`, { attachments: [id] });
    expect(again).toMatchObject({ status: 400, body: { error: { code: 'attachment_rejected' } } });
  });
});
