import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import type { Person } from '../support/person.ts';

let chat: Chat;
let me: Person;
let others: Person[];
beforeAll(async () => {
  chat = await startChat();
  [me, ...others] = await chat.people('me', 'a', 'b', 'c', 'd', 'e');
});
afterAll(() => chat.stop());

/** Follows `next`, and does something with everybody whom a page shows. @returns whom the pages have shown */
async function walk(address: string, act: (username: string) => Promise<unknown>): Promise<string[]> {
  const met: string[] = [];
  for (let next: string | null = address; next !== null; ) {
    const { body } = await me.get(next);
    for (const { username } of body.results) {
      met.push(username);
      await act(username);
    }
    next = body.next;
  }
  return met;
}

it('requests, friends and blocks are all met while each is accepted, ended or taken back', async () => {
  const names = others.map(({ username }) => username);
  for (const other of others) await other.request('PUT', `/me/friends/${me.username}`);
  const accepted = await walk('/me/friends?state=received&limit=2', (name) => me.request('PUT', `/me/friends/${name}`));
  expect(accepted).toEqual([...names].reverse());
  expect((await me.get('/me/friends?state=received')).body).toMatchObject({ count: 0, next: null, results: [] });

  const ended = await walk('/me/friends?limit=2', (name) => me.request('DELETE', `/me/friends/${name}`));
  expect(ended).toEqual([...names].sort());
  for (const name of names) await me.request('PUT', `/me/friends/${name}`);

  for (const name of names) await me.request('PUT', `/me/blocks/${name}`);
  const { body } = await me.get('/me/blocks?limit=2');
  expect(body).toMatchObject({ count: names.length, previous: null });
  expect((await me.get((await me.get(body.next)).body.previous)).body.results).toEqual(body.results);
  const freed = await walk('/me/blocks?limit=2', (name) => me.request('DELETE', `/me/blocks/${name}`));
  expect(freed).toEqual([...names].sort());
});

it('a client from before goes on with its offset, and an address of another list is refused', async () => {
  for (const { username } of others) await me.request('PUT', `/me/blocks/${username}`);
  const sorted = others.map(({ username }) => username).sort();
  const { results } = (await me.get('/me/blocks?offset=1&limit=2')).body;
  expect(results.map(({ username }: { username: string }) => username)).toEqual(sorted.slice(1, 3));
  const next: string = (await me.get('/me/blocks?limit=2')).body.next;
  const at = new URL(next).searchParams.get('at');
  expect(await me.get(`/me/friends?state=received&at=${at}`)).toMatchObject({ status: 400 });
  expect(await me.get('/me/blocks?at=nowhere')).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_frame' } },
  });
});
