import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { measure } from '#bench/measure';
import type { Profile } from '#protocol/message';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import { openStage } from '../support/stage.ts';

/** A picture of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let chat: Chat;
beforeAll(async () => {
  chat = await startChat({});
});
afterAll(() => chat.stop());

const patch = (person: Person, body: unknown) => person.request('PATCH', '/me', body);
const seen = async (by: Person, whom: Person) => (await by.get(`/users/${whom.username}`)).body;

/** Uploads a file with a form for a picture. @returns its id */
async function upload(person: Person, file = png, contentType = 'image/png', at = '/me/avatar'): Promise<string> {
  const { status, body } = await person.post(at, { filename: 'me.png', content_type: contentType, size: file.length });
  expect(status).toBe(201);
  const data = new FormData();
  for (const [name, value] of Object.entries<string>(body.fields)) data.append(name, value);
  data.append('file', new Blob([new Uint8Array(file)]), 'me.png');
  expect((await fetch(body.url, { method: 'POST', body: data })).status).toBe(204);
  return body.id;
}

describe('a change of the profile', () => {
  it('is told once to each device of the user and to nobody else, whatever was changed', async () => {
    const [alice, bob] = await chat.people('talice', 'tbob');
    const conversation = named(alice, bob);
    await alice.post(`/conversations/${conversation}/messages`, { message: 'hello' });
    const devices = [await alice.everything(), await alice.everything()];
    const others = [await alice.enter(conversation), await bob.everything(), await bob.enter(conversation)];
    const fresh = async (sockets: typeof others) => {
      await chat.settled();
      const events = (await Promise.all(sockets.map((socket) => socket.rest()))).flat();
      return events.filter(({ type }) => type === 'profile_changed').map(({ profile }) => profile);
    };
    await fresh([...devices, ...others]);
    const { username } = alice;

    await patch(alice, { name: 'Alice' });
    const renamed = { username, name: 'Alice', avatar: null };
    expect(await fresh(devices)).toEqual([renamed, renamed]);
    await patch(alice, { hide_presence: true });
    expect(await fresh(devices)).toEqual([1, 2].map(() => ({ ...renamed, hide_presence: true })));
    await patch(alice, { avatar: await upload(alice) });
    const avatar = expect.stringContaining('http');
    expect(await fresh(devices)).toEqual([1, 2].map(() => ({ ...renamed, avatar, hide_presence: true })));
    await patch(alice, {});
    await patch(alice, { name: ' ' });
    expect(await fresh(devices)).toEqual([]);
    expect(await fresh(others)).toEqual([]);
  });
});

describe('a name', () => {
  it('that is changed is shown from then on, also in older messages, and by the next connection', async () => {
    const [alice, bob] = await chat.people('nalice', 'nbob');
    const conversation = named(alice, bob);
    await alice.post(`/conversations/${conversation}/messages`, { message: 'before' });
    expect(await patch(alice, { name: '  Alice Ärmel 🌻 ' })).toMatchObject({
      status: 200,
      body: { username: alice.username, name: 'Alice Ärmel 🌻', avatar: null },
    });
    await alice.everything();
    const { body } = await bob.get(`/conversations/${conversation}/messages`);
    expect(body.results[0].from_user).toEqual({ username: alice.username, name: 'Alice Ärmel 🌻' });
    expect((await alice.get('/me')).body).toMatchObject({ name: 'Alice Ärmel 🌻' });
    expect(await seen(bob, alice)).toEqual({
      username: alice.username,
      name: 'Alice Ärmel 🌻',
      avatar: null,
      online: true,
      last_seen: null,
    });
  });

  it.each([['   '], ['x'.repeat(65)], ['\ud800'], [7], [null]])('%j is refused', async (name) => {
    const alice = await chat.person(`refused${Math.random().toString(36).slice(2, 8)}`);
    expect(await patch(alice, { name })).toMatchObject({ status: 400, body: { error: { code: 'invalid_frame' } } });
    expect((await alice.get('/me')).body.name).toMatch(/^Refused/);
  });

  it('may have 64 characters, whatever their size in bytes', async () => {
    const alice = await chat.person('long');
    expect((await patch(alice, { name: '🌻'.repeat(64) })).status).toBe(200);
    expect((await patch(alice, { name: 'ﷺ'.repeat(64) })).status).toBe(200);
  });
});

describe('a picture', () => {
  it('is uploaded, shown to others, replaced and removed', async () => {
    const [alice, bob] = await chat.people('palice', 'pbob');
    const id = await upload(alice);
    expect((await patch(alice, { avatar: id })).status).toBe(200);
    const { avatar } = await seen(bob, alice);
    const file = await fetch(avatar);
    expect(file.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png);

    const other = await upload(alice);
    expect((await patch(alice, { avatar: other, name: 'Both' })).body).toMatchObject({
      name: 'Both',
      avatar: expect.stringContaining(other),
    });
    expect((await patch(alice, { avatar: null })).body).toMatchObject({ name: 'Both', avatar: null });
    expect(await seen(bob, alice)).toMatchObject({ name: 'Both', avatar: null });
  });

  it.each([
    ['personal.jpg', 'image/jpeg'],
    ['personal.png', 'image/PNG'],
    ['personal.webp', ''],
  ])('%s is shown without the place, the camera and the names that were in it', async (name, contentType) => {
    const alice = await chat.person(`where-${name.slice(-3)}`);
    const file = readFileSync(join(import.meta.dirname, '../corpus', name));
    const { body } = await patch(alice, { avatar: await upload(alice, file, contentType) });
    const shown = Buffer.from(await (await fetch(body.avatar)).arrayBuffer());
    expect(file.toString('latin1')).toMatch(/Cameramaker/);
    expect(shown.toString('latin1')).not.toMatch(/Cameramaker|Alice Author|52\.52|GPSLatitude/);
    expect(shown.length).toBeGreaterThan(100);
    const damaged = await upload(alice, file.subarray(0, 60), contentType);
    expect((await patch(alice, { avatar: damaged })).body.error).toMatchObject({ code: 'attachment_rejected' });
  });

  it('of a wrong type or size gets no form', async () => {
    const alice = await chat.person('sized');
    const ask = async (body: object) =>
      (await alice.post('/me/avatar', { filename: 'a.png', ...body })).body.error.message;
    expect(await ask({ content_type: 'image/svg+xml', size: 10 })).toContain('content_type must be image/png');
    expect(await ask({ content_type: 'image/png', size: 2 * 1024 * 1024 + 1 })).toContain('size must be');
  });

  it('must have the announced type, must be uploaded, and must be the user’s own upload for a picture', async () => {
    const [alice, bob] = await chat.people('calice', 'cbob');
    const code = async (id: string) => (await patch(alice, { avatar: id })).body.error?.code;
    expect(await code(await upload(alice, Buffer.from('<script>alert(1)</script>')))).toBe('attachment_rejected');
    expect(await code(await upload(alice, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), ''))).toBe(
      'attachment_rejected',
    );
    expect(await code('01JD3Y2V3W4X5Y6Z7A8B9C0D1E')).toBe('attachment_missing');
    expect(await code('')).toBe('attachment_missing');
    expect(await code(await upload(bob))).toBe('attachment_missing');
    const attachment = await upload(alice, png, 'image/png', `/conversations/${bob.username}/attachments`);
    expect(await code(attachment)).toBe('attachment_missing');
    const { status, body } = await alice.post(`/conversations/${bob.username}/messages`, {
      attachments: [await upload(alice)],
    });
    expect([status, body.error.code]).toEqual([400, 'attachment_missing']);
  });
});

describe('people', () => {
  /** All pages from this address on, following `next`. */
  async function pages(by: Person, path: string, way: 'next' | 'previous' = 'next') {
    const found: string[][] = [];
    for (let at: string | null = path; at !== null; ) {
      const { status, body } = await by.get(at);
      expect(status).toBe(200);
      expect(body.count).toBe(body.results.length);
      found.push(body.results.map(({ username }: { username: string }) => username));
      at = body[way];
      if (found.length > 200) throw new Error('the pages do not end');
    }
    return found;
  }
  const search = (text: string, limit = 50) => `/users?${new URLSearchParams({ query: text, limit: String(limit) })}`;

  it('are found by the beginning of the user name or shown name, in any case, each once', async () => {
    const [alina, other, nobody] = await chat.people('falina', 'fother', 'fnobody');
    const name = `Zoë${chat.run}`;
    await patch(other, { name: `FALINA-${chat.run} too` });
    expect(await pages(nobody, search(`fALina-${chat.run}`))).toEqual([[alina.username, other.username]]);
    expect(await pages(nobody, search(`${other.username}`.toUpperCase()))).toEqual([[other.username]]);

    await patch(other, { name });
    expect(await pages(nobody, search(`fALina-${chat.run}`))).toEqual([[alina.username]]);
    expect(await pages(nobody, search(`  zOË${chat.run}`))).toEqual([[other.username]]);
    // The same character as two code points: a letter and an accent.
    expect(await pages(nobody, search(`ZOE\u0308${chat.run}`))).toEqual([[other.username]]);
    expect(await pages(nobody, search(`zz${chat.run}`))).toEqual([[]]);
    const { body } = await nobody.get(search(alina.username));
    expect(body).toEqual({
      count: 1,
      next: null,
      previous: null,
      results: [{ username: alina.username, name: 'Falina', avatar: null, online: false, last_seen: null }],
    });
  });

  it('come in pages forwards and backwards, with everybody exactly once', async () => {
    const prefix = `pg${chat.run}`;
    const everybody = await Promise.all(Array.from({ length: 9 }, (_, index) => chat.person(`pg${chat.run}${index}`)));
    // Half of them match twice, by user name and shown name, next to each other or far apart.
    await Promise.all(
      everybody.map((one, index) => (index % 2 ? patch(one, { name: `${prefix}${9 - index}x` }) : one)),
    );
    const [one] = everybody;
    if (!one) throw new Error('nobody came');
    const all = everybody.map(({ username }) => username).sort();
    for (const limit of [1, 2, 3, 5, 50]) {
      const forth = await pages(one, search(prefix, limit));
      expect(forth.flat().toSorted(), `pages of ${limit}`).toEqual(all);
      for (const page of forth) expect(page.length).toBeLessThanOrEqual(limit);
      let last = search(prefix, limit);
      for (let next: string | null = last; next !== null; next = (await one.get(last)).body.next) last = next;
      const back = await pages(one, last, 'previous');
      expect(back.reverse().flat(), `pages of ${limit}, backwards`).toEqual(forth.flat());
    }
  });

  it('are listed without a query: everybody else, by user name, in pages forwards and backwards, with their presence', async () => {
    // On a deployed stack others may sign up meanwhile.
    if (!chat.local) return;
    const [one, other] = await chat.people('zlist', 'alist');
    const offline = await chat.person('0list');
    await other.everything();
    // Shown names are in the same partitions.
    await patch(offline, { name: `z${chat.run}` });
    const everybody = (await pages(one, '/users?limit=100')).flat();
    expect(everybody).toEqual([...new Set(everybody)].sort());
    expect(everybody).toEqual(expect.arrayContaining([offline.username, other.username]));
    expect(everybody).not.toContain(one.username);
    for (const limit of [1, 3, 7]) {
      const forth = await pages(one, `/users?limit=${limit}`);
      // The caller is left out, so one page would be one person short.
      expect(forth.flat(), `pages of ${limit}`).toEqual(everybody);
      let last = `/users?limit=${limit}`;
      for (let next: string | null = last; next !== null; next = (await one.get(last)).body.next) last = next;
      expect((await pages(one, last, 'previous')).reverse().flat(), `pages of ${limit}, backwards`).toEqual(everybody);
    }
    const { results } = (await one.get('/users?limit=100')).body;
    const presence = (person: Person) => results.find(({ username }: Profile) => username === person.username);
    expect(presence(other)).toMatchObject({ online: true, last_seen: null });
    expect(presence(offline)).toMatchObject({ online: false });
  });

  it('are found however they were created: by signing up, by connecting, by GET /me', async () => {
    if (!chat.local || !chat.dataDirectory) return;
    const stage = await openStage(chat.local, {
      assemblyDirectory: inject('assemblyDirectory'),
    });
    const alice = await chat.person('byalice');
    const [connected, asked] = await Promise.all(['bycon', 'byget'].map((name) => stage.person(`${name}-${chat.run}`)));
    await connected?.everything();
    await asked?.get('/me');
    for (const { username } of [alice, connected, asked].flatMap((one) => one ?? [])) {
      expect(await pages(alice, search(username)), username).toEqual([[username]]);
      expect((await alice.get(`/users/${username}`)).status).toBe(200);
    }

    await stage.stop();
  });

  it('cost five write units when they are new, one of them for what their name looks like, three for a new name, and two to connect, none of it in the index', async () => {
    if (!chat.local || !chat.dataDirectory) return;
    const runtime = chat.local;
    const stage = await openStage(runtime, {
      assemblyDirectory: inject('assemblyDirectory'),
    });
    const alice = await chat.person('costs');
    const units = async (run: (time: number) => Promise<unknown>) => {
      const { samples } = await measure(runtime, { name: 'people', asks: {}, run }, 2);
      return samples.map(({ counts }) => {
        const index = Object.entries(counts).filter(([name]) => /write-units\/.*\/people$/.test(name));
        return [counts['dynamodb.write-units'], index.reduce((sum, [, count]) => sum + count, 0)];
      });
    };
    const twice = (...expected: number[]) => [expected, expected];
    const connect = async () => (await alice.connect({ notifications: 'all' })).next('unread_count');
    expect(await units(connect)).toEqual(twice(2, 0));
    expect(await units(async (time) => (await stage.person(`new${time}-${chat.run}`)).get('/me'))).toEqual(twice(5, 2));
    expect(await units((time) => patch(alice, { name: `Name ${time}` }))).toEqual(twice(3, 2));
    await stage.stop();
  });

  it.each(['', '   ', 'x'.repeat(65)])('cannot be searched by %j', async (query) => {
    const alice = await chat.person(`q${Math.random().toString(36).slice(2, 8)}`);
    const { status, body } = await alice.get(search(query));
    expect([status, body.error.code]).toEqual([400, 'invalid_frame']);
  });

  it('cannot be searched from a made-up cursor of a page', async () => {
    const alice = await chat.person('placed');
    const place = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      'x',
      place(['after', 'alice', 'name', 'zoe']),
      place(['after', 'a_b', 'name', 'ali']),
      place(['before', 'alice', 'USER', 'ali']),
      place(['after', 'alice', 'name', `ali${'x'.repeat(2_000)}`]),
      place([]),
    ];
    for (const at of forged) {
      const { status, body } = await alice.get(`/users?query=ali&at=${at}`);
      expect([status, body.error.code], at).toEqual([400, 'invalid_frame']);
    }
    for (const at of [place(['after', 'alice', 'name', 'alice']), place(['after', 'alice', 'username', 'bob'])]) {
      const { status, body } = await alice.get(`/users?at=${at}`);
      expect([status, body.error.code], at).toEqual([400, 'invalid_frame']);
    }
    const nobody = place(['after', 'nobody-of-this-name', 'name', 'alicia']);
    expect((await alice.get(`/users?query=ali&at=${nobody}`)).status).toBe(200);
  });

  it('who do not exist are unknown, and an invalid name is refused', async () => {
    const alice = await chat.person('lone');
    const answer = async (name: string) => {
      const { status, body } = await alice.get(`/users/${name}`);
      return [status, body.error.code];
    };
    expect(await answer('nobody-of-this-name')).toEqual([404, 'unknown_user']);
    expect(await answer('a_b')).toEqual([400, 'invalid_frame']);
  });
});

describe('a blocked user', () => {
  it('can send nothing in the direct conversation until unblocked, and everything else still works', async () => {
    const [alice, bob, carol] = await chat.people('balice', 'bbob', 'bcarol');
    const conversation = named(alice, bob);
    const at = await alice.enter(conversation);
    const bt = await bob.enter(conversation);
    const { seq } = await bt.ask({ type: 'create', message: 'hello', client_id: 'b1' }, 'chat_message');
    await at.next('chat_message');
    expect((await alice.request('PUT', `/me/blocks/${bob.username}`)).status).toBe(204);
    expect((await alice.request('PUT', `/me/blocks/${bob.username}`)).status).toBe(204);

    const frames = [
      { type: 'create', message: 'again' },
      { type: 'edit', seq, message: 'hey' },
      { type: 'react', seq, emoji: '👍' },
      { type: 'typing', typing: true },
    ];
    await at.rest();
    for (const frame of frames) expect(await bt.ask(frame, 'error'), frame.type).toMatchObject({ code: 'forbidden' });
    const post = (to: string, body: object = { message: 'x' }) => bob.post(`/conversations/${to}/messages`, body);
    expect((await post(conversation)).status).toBe(403);
    const form = { filename: 'a.png', content_type: 'image/png', size: 1 };
    expect((await bob.post(`/conversations/${conversation}/attachments`, form)).status).toBe(403);
    expect(await at.rest()).toEqual([]);

    // A repeat of an earlier send gets its first answer, and old messages may be deleted.
    expect(await post(conversation, { message: 'hello', client_id: 'b1' })).toMatchObject({
      status: 201,
      body: { seq },
    });
    expect((await bob.get(`/conversations/${conversation}/messages`)).body.results).toHaveLength(1);
    expect((await post(carol.username)).status).toBe(201);
    expect((await alice.post(`/conversations/${conversation}/messages`, { message: 'x' })).status).toBe(201);
    expect((await bob.request('DELETE', `/conversations/${conversation}/messages/${seq}`)).status).toBe(200);

    expect((await alice.get('/me/blocks')).body).toMatchObject({ count: 1, results: [{ username: bob.username }] });
    expect((await bob.get('/me/blocks')).body).toEqual({ count: 0, next: null, previous: null, results: [] });
    expect((await alice.request('DELETE', `/me/blocks/${bob.username}`)).status).toBe(204);
    expect((await alice.request('DELETE', `/me/blocks/${bob.username}`)).status).toBe(204);
    expect((await post(conversation)).status).toBe(201);
    expect((await alice.get('/me/blocks')).body.results).toEqual([]);
  });

  it('is refused from the first message when blocked before it', async () => {
    const [alice, bob] = await chat.people('dalice', 'dbob');
    expect((await alice.request('PUT', `/me/blocks/${bob.username}`)).status).toBe(204);
    expect(await bob.post(`/conversations/${alice.username}/messages`, { message: 'x' })).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
    expect((await alice.get('/conversations')).body.count).toBe(0);
  });

  it('does not see whether the other is online', async () => {
    const [alice, bob] = await chat.people('ealice', 'ebob');
    const conversation = named(alice, bob);
    await bob.post(`/conversations/${conversation}/messages`, { message: 'x' });
    await alice.request('PUT', `/me/blocks/${bob.username}`);
    const bt = await bob.enter(conversation);
    const everything = await bob.everything();

    const at = await alice.enter(conversation);
    const all = await alice.everything();
    const late = await bob.connect({ conversation });
    expect(await late.next('online_user_list')).toMatchObject({ users: [bob.username] });
    const hidden = { username: alice.username, online: false, last_seen: null };
    expect(await seen(bob, alice)).toMatchObject(hidden);
    const view = (await bob.get(`/conversations/${conversation}`)).body;
    expect(view.members.find(({ username }: { username: string }) => username === alice.username)).toMatchObject(
      hidden,
    );
    expect((await bob.get(`/users?query=${alice.username}`)).body.results).toMatchObject([hidden]);
    expect(await seen(alice, bob)).toMatchObject({ online: true });

    await Promise.all([at.close(), all.close()]);
    // A new connection of Bob comes after Alice's in the stream.
    await (await bob.enter(conversation)).close();
    await chat.settled();
    const events = [...(await bt.rest()), ...(await everything.rest())];
    expect(events.filter((event) => [event.user, event.to].flat().includes(alice.username))).toEqual([]);
    expect(await seen(bob, alice)).toMatchObject(hidden);

    await alice.request('DELETE', `/me/blocks/${bob.username}`);
    expect(await seen(bob, alice)).toMatchObject({ online: false, last_seen: expect.stringMatching(/Z$/) });
    await alice.enter(conversation);
    expect(await bt.next('user_join')).toMatchObject({ user: alice.username });
  });

  it('must exist, and must be another user', async () => {
    const alice = await chat.person('galice');
    const block = async (name: string) => {
      const { status, body } = await alice.request('PUT', `/me/blocks/${name}`);
      return [status, body.error.code];
    };
    expect(await block('nobody-of-this-name')).toEqual([404, 'unknown_user']);
    expect(await block(alice.username)).toEqual([400, 'invalid_frame']);
    expect(await block('a_b')).toEqual([400, 'invalid_frame']);
  });
});
