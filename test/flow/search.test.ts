import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '#protocol/limits';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';

let chat: Chat;
let alice: Person;
let bob: Person;
let path: string;

beforeAll(async () => {
  chat = await startChat();
  [alice, bob] = await chat.people('alice', 'bob');
  path = `/conversations/${named(alice, bob)}/messages`;
});
afterAll(() => chat.stop());

interface Page {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly { readonly seq: number; readonly message: string }[];
}

async function page(address: string, person = bob): Promise<Page> {
  const { status, body } = await person.get(address);
  expect(status).toBe(200);
  return body;
}

const search = (q: string, more = '') => page(`${path}?q=${encodeURIComponent(q)}${more}`);
const messages = ({ results }: Page) => results.map(({ message }) => message);

const say = (...texts: string[]) => sayAs(alice, ...texts);

async function sayAs(person: Person, ...texts: string[]): Promise<number[]> {
  const seqs: number[] = [];
  for (const message of texts) {
    const { status, body } = await person.post(path, { message });
    expect(status).toBe(201);
    seqs.push(body.seq);
  }
  return seqs;
}

describe('a search in a conversation', () => {
  it('finds the messages that have all words, newest first, ignoring case and accents', async () => {
    await say('Lunch in Zürich?', 'no lunch today', 'ZURICH: lunch at noon', 'dinner in Zürich');
    expect(messages(await search('zurich LUNCH'))).toEqual(['ZURICH: lunch at noon', 'Lunch in Zürich?']);
    expect(await search('breakfast')).toEqual({ count: 0, next: null, previous: null, results: [] });
  });

  it('gives messages as history does, and the number of messages in the page', async () => {
    await say('the needle');
    const found = await search('needle');
    expect(found).toEqual({ count: 1, next: null, previous: null, results: (await page(`${path}?limit=1`)).results });
  });

  it('finds an edited message by its new text only, and a deleted one never', async () => {
    const [edited, deleted] = await say('apples', 'apples too');
    await alice.request('PATCH', `${path}/${edited}`, { message: 'oranges' });
    await alice.request('DELETE', `${path}/${deleted}`);
    expect(messages(await search('apples'))).toEqual([]);
    expect(messages(await search('oranges'))).toEqual(['oranges']);
  });

  it('does not find system entries', async () => {
    const room = `room:search-${chat.run}`;
    await alice.post(`/conversations/${room}/messages`, { message: 'who joined?' });
    await bob.post(`/conversations/${room}/messages`, { message: 'me' });
    expect(messages(await page(`/conversations/${room}/messages?q=joined`))).toEqual(['who joined?']);
  });

  it('has every match once in its pages, for any page size', async () => {
    const texts = Array.from({ length: 7 }, (_, index) => (index % 3 === 0 ? `other ${index}` : `marker ${index}`));
    // Not one more of Alice's, who may send 20 messages in ten seconds.
    await sayAs(bob, ...texts);
    const expected = texts.filter((text) => text.startsWith('marker')).reverse();
    for (const limit of [1, 2, 3, 4, 5]) {
      const all: string[] = [];
      let at: string | null = `${path}?q=marker&limit=${limit}`;
      while (at) {
        const here: Page = await page(at);
        expect(here.results.length).toBeLessThanOrEqual(limit);
        all.push(...messages(here));
        at = here.next;
      }
      expect(all).toEqual(expected);
    }
  });

  it('continues before the number in `before`, without that message', async () => {
    const [first, second] = await say('sign one', 'sign two');
    expect((await search('sign', `&before=${second}`)).results.map(({ seq }) => seq)).toEqual([first]);
  });

  it.each([
    ['nothing', 'q='],
    ['blanks', 'q=%20%20'],
    ['accents without letters', 'q=%CC%81'],
    ['too much', `q=${'m'.repeat(limits.searchLength + 1)}`],
    ['another direction', 'q=x&after=0'],
    ['another place', 'q=x&around=1'],
    ['changes', 'q=x&after=0&changes=true'],
  ])('for %s is refused', async (_, query) => {
    const { status, body } = await bob.get(`${path}?${query}`);
    expect([status, body.error.code]).toEqual([400, 'invalid_frame']);
  });

  it('is for members only', async () => {
    const carol = await chat.person('carol');
    expect(await carol.get(`${path}?q=lunch`)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
  });
});
