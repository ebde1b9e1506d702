import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';

let chat: Chat;
let alice: Person;
let bob: Person;
let carol: Person;
let group: string;
const total = 45;

beforeAll(async () => {
  chat = await startChat();
  [alice, bob, carol] = await chat.people('alice', 'bob', 'carol');
  group = named(alice, bob, carol);
  for (let index = 1; index <= total; index++) {
    const author = [alice, bob, carol][index % 3] ?? alice;
    await author.post(`/conversations/${group}/messages`, { message: `${index}`, client_id: `c${index}` });
  }
});
afterAll(() => chat.stop());

interface Page {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly { readonly seq: number; readonly message: string; readonly client_id?: string }[];
}

async function page(address: string): Promise<Page> {
  const { status, body } = await alice.get(address);
  expect(status).toBe(200);
  return body;
}

/** All pages from this address on, following `next` or `previous`. */
async function follow(address: string, direction: 'next' | 'previous'): Promise<number[]> {
  const seqs: number[] = [];
  let at: string | null = address;
  while (at !== null) {
    const here: Page = await page(at);
    seqs.push(...here.results.map(({ seq }) => seq));
    at = here[direction];
  }
  return seqs;
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('history', () => {
  it('is newest first, at most 50 messages, with the number of all messages', async () => {
    const { count, results, next, previous } = await page(`/conversations/${group}/messages`);
    expect({ count, next, previous }).toEqual({ count: total, next: null, previous: null });
    expect(results.map(({ seq }) => seq)).toEqual(upTo(total).reverse());
    expect(results.map(({ message }) => message)).toEqual(upTo(total).reverse().map(String));
  });

  it('shows the client_id on own messages only', async () => {
    const { results } = await page(`/conversations/${group}/messages?limit=3`);
    expect(results.map(({ client_id: id }) => id)).toEqual(['c45', undefined, undefined]);
  });

  it('has every message once in its pages, for any page size, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (limit) => {
        expect(await follow(`/conversations/${group}/messages?limit=${limit}`, 'next')).toEqual(upTo(total).reverse());
        expect(await follow(`/conversations/${group}/messages?after=0&limit=${limit}`, 'next')).toEqual(upTo(total));
      }),
      { numRuns: 4, examples: [[7], [45]] },
    );
  });

  it('goes back by `previous`', async () => {
    const older = await page(`/conversations/${group}/messages?before=20&limit=5`);
    expect(older.results.map(({ seq }) => seq)).toEqual([19, 18, 17, 16, 15]);
    expect(await follow(older.previous ?? '', 'next')).toEqual(upTo(total).slice(19));
  });

  it('can be loaded around a message', async () => {
    const { results, next, previous } = await page(`/conversations/${group}/messages?around=20&limit=4`);
    expect(results.map(({ seq }) => seq)).toEqual([22, 21, 20, 19]);
    expect(next).toContain('before=19');
    expect(previous).toContain('after=22');
  });

  it('is empty beyond either end', async () => {
    expect((await page(`/conversations/${group}/messages?after=${total}`)).results).toEqual([]);
    expect((await page(`/conversations/${group}/messages?before=1`)).results).toEqual([]);
    expect((await page(`/conversations/${group}/messages?after=100000`)).results).toEqual([]);
  });

  it('accepts page_size for limit, and page=1 for the first page, and links further pages with next', async () => {
    const { results, next } = await page(`/conversations/${group}/messages?page=1&page_size=20&limit=3`);
    expect(results).toHaveLength(20);
    expect(new URL(next ?? '').search).toBe('?limit=20&before=26');
    expect((await page('/users?page=1&page_size=1')).next).toContain('limit=1');
    for (const list of ['/conversations', '/users', '/me/friends', '/me/blocks']) {
      const second = await alice.get(`${list}?page=2`);
      expect([second.status, second.body.error.message], list).toEqual([400, expect.stringContaining('next')]);
    }
  });

  it.each(['before=x', 'after=-1', 'limit=many', 'before=1&after=2', 'around=', 'page=2', 'page=', 'page_size=x'])(
    'refuses ?%s',
    async (query) => {
      const { status, body } = await alice.get(`/conversations/${group}/messages?${query}`);
      expect([status, body.error.code]).toEqual([400, 'invalid_frame']);
    },
  );

  it('is for members only', async () => {
    const dave = await chat.person('dave');
    for (const path of ['', '/messages', '/attachments/01JD3Y2V3W4X5Y6Z7A8B9C0D1E']) {
      expect(await dave.get(`/conversations/${group}${path}`)).toMatchObject({
        status: 403,
        body: { error: { code: 'forbidden' } },
      });
    }
    expect((await dave.post(`/conversations/${group}/messages`, { message: 'x' })).status).toBe(403);
    expect((await dave.post(`/conversations/${group}/read`)).status).toBe(403);
    expect(
      (await dave.post(`/conversations/${group}/attachments`, { filename: 'x', content_type: 'text/plain', size: 1 }))
        .status,
    ).toBe(403);
  });
});

describe('the paths of the replaced programs', () => {
  it('give the same answers as the new paths', async () => {
    const canonical = await page(`/conversations/${group}/messages`);
    expect((await page(`/messages?conversation=${group}`)).results).toEqual(canonical.results);
    expect((await alice.get(`${chat.outputs.WebUrl}/messages/?conversation=${group}`)).body.results).toEqual(
      canonical.results,
    );
    const view = await page(`/conversations/${group}`);
    expect(await page(`/conversation/${group}`)).toEqual(view);
    expect((await alice.get(`${chat.outputs.WebUrl}/conversation/${group}`)).body).toEqual(view);
    expect((await alice.get(`${chat.outputs.WebUrl}/api/conversations/${group}`)).body).toEqual(view);
  });

  it('accept the bare name of a room', async () => {
    const room = `hall-${chat.run}`;
    const posted = await alice.post(`${chat.outputs.WebUrl}/api/chat/${room}/messages/`, { message: 'hello' });
    expect(posted).toMatchObject({ status: 201, body: { conversation: `room:${room}` } });
    const { results } = await page(`/conversations/room:${room}/messages`);
    for (const path of [`/api/chat/${room}/messages/`, `/chat/${room}/history/`]) {
      expect((await alice.get(`${chat.outputs.WebUrl}${path}`)).body).toMatchObject({ count: 1, results });
    }
  });

  it('give a form for an upload', async () => {
    const { status, body } = await alice.post(`${chat.outputs.WebUrl}/filesmessage/${group}/`, {
      filename: 'a.txt',
      content_type: 'text/plain',
      size: 3,
    });
    expect(status).toBe(201);
    expect(Object.keys(body).sort()).toEqual(['expires_at', 'fields', 'id', 'url']);
  });
});

describe('the inbox', () => {
  it('comes in pages, latest first', async () => {
    const [reader, ...writers] = await chat.people('reader', 'w1', 'w2', 'w3');
    for (const writer of writers) await writer.post(`/conversations/${reader.username}/messages`, { message: 'hi' });
    const first = await reader.get('/conversations?limit=2');
    expect(first.body).toMatchObject({
      count: 3,
      previous: null,
      results: [{ id: named(reader, writers[2]) }, { id: named(reader, writers[1]) }],
    });
    const second = await reader.get(first.body.next);
    expect(second.body).toMatchObject({ count: 3, next: null, results: [{ id: named(reader, writers[0]) }] });
  });
});

describe('GET /me', () => {
  it('tells the caller their profile', async () => {
    expect((await alice.get('/me')).body).toEqual({ username: alice.username, name: 'Alice', avatar: null });
  });
});

describe('CORS', () => {
  it('allows pages of any origin, because the token is in no cookie', async () => {
    const response = await fetch(`${chat.outputs.HttpUrl}/me`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://chat.example.com',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });
});
