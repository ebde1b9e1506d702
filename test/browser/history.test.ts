import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Person } from '../flow/person.ts';
import { shiftOf, watchShifts } from './layout-shift.ts';
import { story } from './story.ts';
import { message, openConversation } from './thread.ts';

/** How many messages there are when one looks, and how many of them are new. */
const old = 272;
const fresh = 28;

/**
 * Scrolls up until there is nothing older.
 * @returns px, by how much what one looked at moved when older messages came above it: each time that this was to be seen
 */
function scrollToBeginning(page: Page): Promise<number[]> {
  return page.getByRole('log', { name: 'Messages' }).evaluate(async (log) => {
    const topOf = (row: Element | undefined) => row?.getBoundingClientRect().top ?? 0;
    /** Where a row lies once it stays there: those that were out of sight get their real height when they are painted. */
    const settled = async (
      row: () => Element | undefined,
    ): Promise<{ readonly row: Element | undefined; readonly at: number }> => {
      let last = { row: row(), at: topOf(row()) };
      for (let calm = 0; calm < 5; calm++) {
        await new Promise(requestAnimationFrame);
        const now = { row: row(), at: topOf(row()) };
        if (now.row !== last.row || now.at !== last.at) calm = 0;
        last = now;
      }
      return last;
    };
    const rows = () => [...log.querySelectorAll('li')];
    const jumps: number[] = [];
    while (!log.textContent?.includes('The first of all.')) {
      const before = rows().length;
      const more = new Promise((done) => {
        new MutationObserver((_, observer) => {
          if (rows().length <= before) return;
          observer.disconnect();
          done(undefined);
        }).observe(log, { childList: true, subtree: true });
      });
      log.scrollTop = 120;
      const { top } = log.getBoundingClientRect();
      const seen = await settled(() => rows().find((row) => topOf(row) > top + 40));
      const early = rows().length > before;
      await more;
      const { at } = await settled(() => seen.row);
      if (!early) jumps.push(Math.abs(at - seen.at));
    }
    return jumps;
  });
}

story(
  'one sees where the new messages begin, scrolls back through 300 without a jump, and is at the latest at once',
  async ({ guest, chat }) => {
    const [alice, ...others] = await Promise.all([
      guest('alice'),
      ...(await chat.people('bob', 'carol', 'dave', 'erin')),
    ]);
    const [bob] = others;
    const members = others.map(({ username }) => username);
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
    expect(jumps.length).toBeGreaterThanOrEqual(2);
    expect(jumps.filter((jump) => jump > 2)).toEqual([]);
    expect(await shiftOf(page)).toBeLessThan(0.05);

    // What is said meanwhile moves nothing either; it is counted, and one jump away.
    await write(bob, 'And now?');
    await page.getByRole('button', { name: 'Jump to latest, 1 new' }).click();
    await message(page, 'And now?').waitFor();
    await expect.poll(() => message(page, 'And now?').isVisible()).toBe(true);
  },
);
