import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { addCopies } from '../support/copies.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import { violations } from './axe.ts';
import { withTable } from './site-table.ts';
import { story } from './story.ts';
import { act, choose, message, openConversation, say } from './thread.ts';

/** Other tests run beside this one. */
const patient = { timeout: 10_000 };

async function write(by: Person, conversation: string, text: string): Promise<void> {
  const { status } = await by.post(`/conversations/${conversation}/messages`, { message: text });
  expect(status).toBe(201);
}

const line = (page: Page) => page.locator('.new-line');

/** The texts of the messages that can be seen. */
const inView = (page: Page) =>
  page.getByRole('log', { name: 'Messages' }).evaluate((log) => {
    const { top, bottom } = log.getBoundingClientRect();
    return [...log.querySelectorAll('li[data-seq]')]
      .filter((row) => row.getBoundingClientRect().bottom > top && row.getBoundingClientRect().top < bottom)
      .map((row) => row.querySelector('.message-text')?.textContent ?? '');
  });

/** The user looks at something else, or comes back: what the browser tells the page then. */
const look = (page: Page, away: boolean) =>
  page.evaluate((away) => {
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (away ? 'hidden' : 'visible'),
    });
    document.hasFocus = () => !away;
    document.dispatchEvent(new Event('visibilitychange'));
    dispatchEvent(new Event(away ? 'blur' : 'focus'));
  }, away);

story(
  'what comes while one looks at something else is unread until it is on the screen, and the line above it goes with the answer',
  async ({ guest, chat }) => {
    const alice = await guest('alice');
    const [bob] = await chat.people('bob');
    const id = [alice.username, bob.username].sort().join('_');
    const path = `/conversations/${id}`;
    const unread = async () => (await alice.api.get(path)).body.unread_count;
    for (let number = 1; number <= 8; number++) await write(bob, id, `Earlier ${number}.`);
    await alice.api.post(`${path}/read`);
    const { page } = alice;
    await openConversation(page, id);
    await message(page, 'Earlier 8.').waitFor();

    await look(page, true);
    await write(bob, id, 'Away 1.');
    await Promise.all(Array.from({ length: 38 }, (_, index) => write(bob, id, `Away ${index + 2}.`)));
    await write(bob, id, 'Away 40.');
    await message(page, 'Away 40.').waitFor({ state: 'attached' });
    await page.getByRole('navigation', { name: 'Conversations' }).getByText('40 unread').waitFor();
    expect(await unread()).toBe(40);

    await look(page, false);
    expect(await message(page, 'Away 1.').locator('.new-line').count()).toBe(1);
    await page.getByRole('button', { name: /^Jump to latest, 2\d new/ }).waitFor();
    const seen = await inView(page);
    expect(seen).toContain('Away 1.');
    expect(seen).not.toContain('Away 40.');
    // The rest is still unread, in the list and on the server.
    await expect.poll(unread, patient).toBeLessThan(40);
    expect(await unread()).toBeGreaterThan(10);

    await page.getByRole('button', { name: /^Jump to latest/ }).click();
    await expect.poll(unread, patient).toBe(0);
    expect(await line(page).count()).toBe(1);
    await say(page, 'I was away.');
    await line(page).waitFor({ state: 'detached' });
  },
);

/** A row near the top, and where it is, when nothing moves any more. */
const place = (page: Page) =>
  page.getByRole('log', { name: 'Messages' }).evaluate(async (log) => {
    const { top } = log.getBoundingClientRect();
    const find = () => {
      const row = [...log.querySelectorAll('li[data-seq]')].find((one) => one.getBoundingClientRect().top > top + 60);
      return { text: row?.querySelector('.message-text')?.textContent, at: row?.getBoundingClientRect().top ?? 0 };
    };
    let last = find();
    for (let calm = 0; calm < 6; calm++) {
      await new Promise(requestAnimationFrame);
      const now = find();
      if (now.text !== last.text || now.at !== last.at) calm = 0;
      last = now;
    }
    return last;
  });

story(
  'older messages come with the connection, and a conversation is found again where it was left',
  async ({ guest, chat }) => {
    const alice = await guest('alice');
    const [bob, carol] = await chat.people('bob', 'carol');
    await acquaint(alice.api, bob, carol);
    const idWith = ({ username }: { readonly username: string }) => [alice.username, username].sort().join('_');
    for (let number = 1; number <= 64; number++)
      await write(bob, idWith(bob), `Number ${number}.\n${'A line. '.repeat(number % 7)}`);
    await alice.api.post(`/conversations/${idWith(bob)}/read`);
    await write(carol, idWith(carol), 'Hello.');
    const { page, context } = alice;
    await openConversation(page, idWith(bob));
    await message(page, 'Number 64.').waitFor();
    const log = page.getByRole('log', { name: 'Messages' });
    const scrollUp = () =>
      log.evaluate((log) => {
        log.scrollTop = 0;
      });

    alice.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    await scrollUp();
    await page.getByText('Older messages could not be loaded.').waitFor();
    // As the server answers somebody who scrolls through a very long conversation in a minute.
    alice.expectProblem(/429/);
    const error = { code: 'rate_limited', message: 'unable to read; wait a second', retry_after: 1 };
    let refused = 0;
    await page.route(
      /\/messages\?.*before=/,
      (route) => {
        refused++;
        return route.fulfill({ status: 429, headers: { 'retry-after': '1' }, json: { error } });
      },
      { times: 1 },
    );
    await context.setOffline(false);
    await scrollUp();
    await message(page, 'Number 1.').waitFor();
    expect(refused).toBe(1);

    await message(page, 'Number 9.').scrollIntoViewIfNeeded();
    const left = await place(page);
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await list.getByRole('link', { name: /Carol/ }).click();
    await message(page, 'Hello.').waitFor();
    await list.getByRole('link', { name: /Bob/ }).click();
    await message(page, 'Number 9.').waitFor();
    const found = await place(page);
    expect(found.text).toBe(left.text);
    expect(Math.abs(found.at - left.at)).toBeLessThan(3);
  },
);

story(
  'a reader stays at the message that they read, however many come meanwhile, and none of these counts as read',
  async ({ guest, chat }) => {
    const alice = await guest('alice');
    const [bob] = await chat.people('bob');
    const id = named(alice.api, bob);
    const unread = async () => (await alice.api.get(`/conversations/${id}`)).body.unread_count;
    let last = 0;
    /** Messages that the page fetches with the next one that is sent. */
    const many = async (count: number) => {
      const [first, end] = [last + 1, last + count];
      await withTable((table) => addCopies(table, id, { first, last: end, textOf: (seq) => `Number ${seq}.` }));
      last = end;
    };
    const one = async () => write(bob, id, `Number ${++last}.`);
    await one();
    await many(98);
    await one();
    await alice.api.post(`/conversations/${id}/read`);
    const { page } = alice;
    await openConversation(page, id);
    await message(page, 'Number 100.').waitFor();
    const log = page.getByRole('log', { name: 'Messages' });
    await log.evaluate((log) => {
      log.scrollTop = 600;
    });
    await message(page, 'Number 30.').waitFor({ state: 'attached' });
    const left = await place(page);
    // More than the client holds, twice: what is read stays, and what was not on the screen does not count as read.
    for (const [count, all] of [
      [1_100, '1,100'],
      [600, '1,700'],
    ] as const) {
      await many(count - 1);
      await one();
      await page.getByRole('button', { name: `Jump to latest, ${all} new` }).waitFor();
      const now = await place(page);
      expect(now.text).toBe(left.text);
      expect(Math.abs(now.at - left.at)).toBeLessThan(3);
    }
    expect(await unread()).toBe(1_700);

    // Somebody who looks at something else, at the end, finds the first message that they have not seen.
    await page.getByRole('button', { name: /^Jump to latest/ }).click();
    await expect.poll(unread, patient).toBe(0);
    await look(page, true);
    await many(1_099);
    await one();
    await page.getByRole('button', { name: 'Jump to latest, 1,100 new' }).waitFor();
    await look(page, false);
    await expect.poll(() => inView(page), patient).toContain('Number 1801.');
    await expect.poll(unread, patient).toBeLessThan(1_100);
    expect(await unread()).toBeGreaterThan(1_000);
  },
);

/** The words that are marked in an element, as the browser paints them. */
const marked = (page: Page, inside: string) =>
  page.evaluate((inside) => {
    const ranges = [...(CSS.highlights.get('found') ?? [])] as Range[];
    return ranges.filter((range) => range.startContainer.parentElement?.closest(inside)).map(String);
  }, inside);

story(
  'a search stands beside the messages with the words marked, leads through the results by keys, and a link leads to one message',
  async ({ guest, chat }) => {
    const alice = await guest('alice', { viewport: { width: 1280, height: 800 } });
    const [bob] = await chat.people('bob');
    const id = [alice.username, bob.username].sort().join('_');
    await write(bob, id, 'The first plan: Zürich.');
    await Promise.all(Array.from({ length: 60 }, (_, index) => write(bob, id, `Talk ${index + 1}.`)));
    await write(bob, id, `${'A long way to it. '.repeat(8)}The last plan: zurich`);
    await alice.api.post(`/conversations/${id}/read`);
    const { page, context } = alice;
    await openConversation(page, id);
    await message(page, 'Talk 60.').waitFor();

    const search = page.getByRole('search', { name: 'In this conversation' });
    const results = search.getByRole('list', { name: 'Found messages' }).getByRole('button');
    await page.getByRole('button', { name: 'Search in this conversation' }).click();
    await search.waitFor();
    alice.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    await search.getByRole('searchbox').fill('zurich');
    await search.getByText(/^The server cannot be reached/).waitFor();
    await context.setOffline(false);
    // Who searches that often waits for a moment, and need not press once more: without a word, or with one if it is long.
    alice.expectProblem(/429/);
    const error = { code: 'rate_limited', message: 'too many searches', retry_after: 1 };
    const refusals: Record<string, string>[] = [{}, { 'retry-after': '1' }];
    await page.route(
      /\/messages\?.*q=/,
      (route) => route.fulfill({ status: 429, headers: refusals.pop() ?? {}, json: { error } }),
      { times: 2 },
    );
    // The sentence stands for a second: a click may take longer to return.
    const said = search.getByText('That was too often. Wait for 1 second').waitFor();
    await Promise.all([said, search.getByRole('button', { name: 'Try again' }).click()]);
    expect(refusals).toEqual([]);
    await search.getByText('2 messages found').waitFor();
    await search.getByRole('searchbox').focus();
    const log = page.getByRole('log', { name: 'Messages' });
    const [beside, thread] = [await search.boundingBox(), await log.boundingBox()];
    expect(beside?.x).toBeGreaterThanOrEqual((thread?.x ?? 0) + (thread?.width ?? 0));
    await expect.poll(() => marked(page, '.search-result'), patient).toEqual(['zurich', 'Zürich']);
    expect(await marked(page, '.message')).toEqual(['zurich']);
    expect(await violations(page)).toEqual([]);

    await page.keyboard.press('Enter');
    await search.getByText('1 of 2').waitFor();
    await page.keyboard.press('Enter');
    await search.getByText('2 of 2').waitFor();
    await message(page, 'The first plan').waitFor();
    await expect.poll(() => inView(page), patient).toContain('The first plan: Zürich.');
    await expect.poll(() => marked(page, '.message'), patient).toContain('Zürich');
    await page.keyboard.press('Shift+Enter');
    await search.getByText('1 of 2').waitFor();
    await search.getByRole('button', { name: 'Newest first' }).click();
    expect(await results.first().textContent()).toContain('The first plan');
    // From the messages Escape closes the search too, and what was marked is not marked any more.
    await log.focus();
    await page.keyboard.press('Escape');
    await search.waitFor({ state: 'detached' });
    await expect.poll(() => marked(page, '.message'), patient).toEqual([]);

    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`/#/c/${id}/m/1`);
    await choose(page, 'The first plan', 'Copy link');
    await page.getByText('Copied.').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(new URL(link).hash).toBe(`#/c/${id}/m/1`);
    // It leads there from elsewhere, and again after one has gone on.
    const other = await alice.tab();
    await other.goto(link);
    await message(other, 'The first plan').waitFor();
    await expect.poll(() => inView(other), patient).toContain('The first plan: Zürich.');
    await other.getByRole('button', { name: /^Jump to latest/ }).click();
    await message(other, 'Talk 60.').waitFor();
    // Within a message too: in place, not in another tab.
    await write(bob, id, `See ${link}`);
    await message(other, 'See http').getByRole('link').click();
    await expect.poll(() => inView(other), patient).toContain('The first plan: Zürich.');
  },
);

story(
  'messages are selected to be copied, forwarded and deleted together, and a member sees who has read one',
  async ({ guest, chat }) => {
    const alice = await guest('alice');
    const [bob, carol] = await chat.people('bob', 'carol');
    await acquaint(alice.api, bob, carol);
    const members = [bob, carol].map(({ username }) => username);
    const { id } = (await alice.api.post('/conversations', { title: 'Plans', members })).body;
    const group = encodeURIComponent(id);
    const direct = [alice.username, bob.username].sort().join('_');
    for (const by of [bob, carol]) await by.post(`/conversations/${group}/accept`);
    for (const text of ['One', 'Two', 'Three', 'Four']) await write(alice.api, group, `${text}.`);
    await write(bob, direct, 'Send me the plan.');
    await bob.post(`/conversations/${group}/read`);
    const { page, context } = alice;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await openConversation(page, id);

    await choose(page, 'Four.', 'Who has read it');
    const readers = page.getByRole('dialog', { name: 'Who has read it' });
    await readers.getByRole('region', { name: 'Read' }).getByText('Bob', { exact: true }).waitFor();
    await readers.getByRole('region', { name: 'Not delivered yet' }).getByText('Carol', { exact: true }).waitFor();
    // It stays current.
    await carol.post(`/conversations/${group}/read`);
    await readers.getByRole('region', { name: 'Read' }).getByText('Carol', { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');

    const box = (text: string) => message(page, text).getByRole('checkbox', { name: 'Select message' });
    const bar = page.getByRole('toolbar', { name: 'Selected messages' });
    await choose(page, 'One.', 'Select');
    await bar.getByText('1 selected').waitFor();
    await box('Three.').click({ modifiers: ['Shift'] });
    await bar.getByText('3 selected').waitFor();
    await box('Two.').press('Space');
    await bar.getByText('2 selected').waitFor();
    expect(await violations(page)).toEqual([]);
    await bar.getByRole('button', { name: 'Copy text' }).click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('Alice: One.\nAlice: Three.');
    await bar.waitFor({ state: 'detached' });

    await choose(page, 'Two.', 'Select');
    await box('Three.').check();
    await bar.getByRole('button', { name: 'Forward' }).click();
    await page.getByRole('dialog', { name: 'Forward to' }).getByRole('button', { name: /Bob/ }).click();
    await page.getByText('Forwarded to Bob.').waitFor();
    const { results } = (await bob.get(`/conversations/${direct}/messages`)).body;
    expect(results.map(({ message }: { readonly message: string }) => message)).toEqual([
      'Three.',
      'Two.',
      'Send me the plan.',
    ]);

    await choose(page, 'One.', 'Select');
    await expect.poll(() => bar.evaluate((bar) => bar === document.activeElement), patient).toBe(true);
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
    // Also when what had the focus is gone.
    await choose(page, 'One.', 'Select');
    await expect.poll(() => bar.evaluate((bar) => bar === document.activeElement), patient).toBe(true);
    await bar.evaluate((bar: HTMLElement) => bar.blur());
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
    await choose(page, 'One.', 'Select');
    await box('Four.').check();
    await bar.getByRole('button', { name: 'Delete' }).click();
    await page
      .getByRole('dialog', { name: 'Delete 2 messages' })
      .getByRole('button', { name: 'Delete for everybody' })
      .click();
    await expect.poll(() => page.getByText('This message was deleted').count(), patient).toBe(2);
    expect(await message(page, 'Two.').count()).toBe(1);

    // What is open for a message goes when somebody deletes it: a selection's dialog, and the emoji to react with.
    const remove = async (text: string) => {
      const { results } = (await alice.api.get(`/conversations/${group}/messages`)).body;
      const found = results.find(({ message }: { readonly message: string }) => message === text);
      await alice.api.request('DELETE', `/conversations/${group}/messages/${found.seq}`);
    };
    await choose(page, 'Two.', 'Select');
    await bar.getByRole('button', { name: 'Forward' }).click();
    const forward = page.getByRole('dialog', { name: 'Forward to' });
    await forward.waitFor();
    await remove('Two.');
    await forward.waitFor({ state: 'detached' });
    await bar.waitFor({ state: 'detached' });
    await act(page, 'Three.', 'React');
    const palette = page.getByRole('dialog', { name: 'React' });
    await palette.waitFor();
    await remove('Three.');
    await palette.waitFor({ state: 'detached' });
  },
);
