import type { Locator, Page, Route } from 'playwright-core';
import { expect } from 'vitest';
import { acquaint, named, type Person } from '../support/person.ts';
import { shiftOf, watchShifts } from './layout-shift.ts';
import { story } from './story.ts';
import { message, openConversation } from './thread.ts';

/** Numbers of old and of unread messages. */
const old = 272;
const fresh = 28;

/**
 * The position of a row once it no longer moves: of the given row, or of the first row that is clearly visible. Rows outside of the viewport get
 * their real height when they are painted.
 */
function settled(log: Locator, seq?: string): Promise<{ readonly seq: string; readonly at: number }> {
  return log.evaluate(async (log, seq) => {
    const { top } = log.getBoundingClientRect();
    const look = () => {
      const rows = [...log.querySelectorAll<HTMLElement>('li[data-seq]')];
      const row = rows.find((one) => (seq ? one.dataset.seq === seq : one.getBoundingClientRect().top > top + 40));
      return { seq: row?.dataset.seq ?? '', at: row?.getBoundingClientRect().top ?? 0 };
    };
    let last = look();
    for (let calm = 0; calm < 5; calm++) {
      await new Promise(requestAnimationFrame);
      const now = look();
      if (now.seq !== last.seq || now.at !== last.at) calm = 0;
      last = now;
    }
    return last;
  }, seq);
}

/**
 * Scrolls up to the first message.
 * @returns by how many px the visible rows moved, each time that older messages were added above them
 */
async function scrollToBeginning(page: Page): Promise<number[]> {
  const log = page.getByRole('log', { name: 'Messages' });
  // Not their number: the page drops the newest ones.
  const first = async () => Number(await log.locator('li[data-seq]').first().getAttribute('data-seq'));
  const jumps: number[] = [];
  let held: Route[] = [];
  await page.route(/\/messages\?.*before=/, (route) => void held.push(route));
  while ((await message(page, 'The first of all.').count()) === 0) {
    const before = await first();
    await log.evaluate((log) => {
      log.scrollTop = 120;
    });
    await expect.poll(() => held.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const { seq, at } = await settled(log);
    for (const route of held) await route.continue();
    held = [];
    await expect.poll(first, { timeout: 10_000 }).toBeLessThan(before);
    jumps.push(Math.abs((await settled(log, seq)).at - at));
  }
  await page.unroute(/\/messages\?.*before=/);
  return jumps;
}

story(
  'the unread messages are marked, 300 messages scroll back without a jump, and one click leads to the latest',
  async ({ guest, chat }) => {
    const [alice, ...others] = await Promise.all([
      guest('alice'),
      ...(await chat.people('bob', 'carol', 'dave', 'erin')),
    ]);
    const [bob] = others;
    const members = others.map(({ username }) => username);
    await acquaint(alice.api, ...others);
    const made = await alice.api.post('/conversations', { title: 'Long talk', members });
    const path = `/conversations/${encodeURIComponent(made.body.id)}`;
    const write = async (by: Person | undefined, text: string) =>
      expect((await by?.post(`${path}/messages`, { message: text }))?.status).toBe(201);
    await write(bob, 'The first of all.');
    await Promise.all(
      others.map(async (one) => {
        for (let number = 0; number < old / others.length; number++) await write(one, `Old message ${number}.`);
      }),
    );
    await alice.api.post(`${path}/read`);
    for (let number = 1; number <= fresh; number++)
      await write(others[number % others.length], `New message ${number}.`);
    const { page } = alice;
    await openConversation(page, made.body.id);
    await page.getByText('New messages').waitFor();
    expect(await message(page, 'New message 1.').getByText('New messages').count()).toBe(1);

    await page.getByRole('button', { name: /^Jump to latest/ }).click();
    await message(page, `New message ${fresh}.`).waitFor();
    await page.getByRole('navigation', { name: 'Conversations' }).getByText('unread').waitFor({ state: 'detached' });

    await watchShifts(page);
    const jumps = await scrollToBeginning(page);
    expect(jumps.length).toBeGreaterThanOrEqual(4);
    expect(jumps.filter((jump) => jump > 2)).toEqual([]);
    expect(await shiftOf(page)).toBeLessThan(0.1);

    // A new message moves nothing either. It is counted on the button that leads to it.
    await write(bob, 'And now?');
    await page.getByRole('button', { name: 'Jump to latest, 1 new' }).click();
    await message(page, 'And now?').waitFor();
    await expect.poll(() => message(page, 'And now?').isVisible()).toBe(true);
  },
);

story('a conversation that was never read begins at its first message', async ({ guest, chat }) => {
  const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
  const { page } = alice;
  const name = named(alice.api, bob);
  for (let number = 1; number <= 60; number++) {
    const { status } = await bob.post(`/conversations/${name}/messages`, { message: `Message ${number}.` });
    expect(status).toBe(201);
  }
  await openConversation(page, name);
  expect(await message(page, 'Message 1.').getByText('New messages').count()).toBe(1);
  await expect.poll(() => page.locator('.thread-scroller').evaluate(({ scrollTop }) => scrollTop)).toBeLessThan(48);
  await page.getByRole('button', { name: /^Jump to latest/ }).click();
  await message(page, 'Message 60.').waitFor();
});
