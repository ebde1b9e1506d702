import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { password } from '../support/chat.ts';
import { named } from '../support/person.ts';
import { story, storyInEach } from './story.ts';
import { field, message, openConversation } from './thread.ts';

/** Presses Tab until an element with this name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let press = 0; press < 40; press++) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (name.test(at)) return;
    passed.push(at);
  }
  throw new Error(`unable to reach ${name} with Tab; it passes ${passed.join(' | ')}`);
}

/** The name of the focused element. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: at } = document;
    if (at === document.body) return 'nothing';
    const labels = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels : [];
    return at?.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? at?.textContent ?? '';
  });
}

storyInEach(
  'the keyboard is enough to sign in, open a conversation, write, react and reply',
  async ({ visitor, guest, chat }) => {
    const [carol, bob] = await Promise.all([chat.person('carol'), guest('bob')]);
    const name = named(carol, bob.api);
    await openConversation(bob.page, name);
    await carol.post(`/conversations/${name}/messages`, { message: 'First' });
    await bob.api.post(`/conversations/${name}/messages`, { message: 'Second' });

    const { page } = await visitor('carol');
    await page.goto('/');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await tabTo(page, /^User name/);
    await page.keyboard.type(carol.username);
    await tabTo(page, /^Password/);
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').waitFor();

    await tabTo(page, /Bob, online/);
    await page.keyboard.press('Enter');
    await message(page, 'Second').waitFor();
    // Whoever has opened a conversation wants to write.
    await expect.poll(() => focused(page)).toBe('Message');
    await page.keyboard.type('By hand');
    await page.keyboard.press('Enter');
    await message(bob.page, 'By hand').waitFor();
    expect(await focused(page)).toBe('Message');

    await page.getByRole('log', { name: 'Messages' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Home');
    await expect.poll(() => focused(page)).toMatch(/First/);
    await page.keyboard.press('End');
    await expect.poll(() => focused(page)).toMatch(/By hand/);
    await page.keyboard.press('ArrowUp');
    await tabTo(page, /^React$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'React' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await message(bob.page, 'Second').getByRole('button', { name: /❤️ 1/ }).waitFor();

    await tabTo(page, /^Reply$/);
    await page.keyboard.press('Enter');
    await page.keyboard.type('An answer');
    await page.keyboard.press('Enter');
    await message(bob.page, 'An answer').getByRole('button', { name: 'In reply to' }).waitFor();
  },
);

storyInEach('names are found and taken without the pointer, and Ctrl-K goes anywhere', async ({ guest, chat }) => {
  const people = await Promise.all([chat.person('bob'), chat.person('carol'), guest('alice')]);
  const [bob, carol, { page, api }] = people;
  await bob.post(`/conversations/${named(api, bob)}/messages`, { message: 'From Bob' });
  const search = page.getByRole('searchbox', { name: 'Search conversations and people' });
  const title = page.getByRole('main').getByRole('heading', { level: 2 });

  // Enter takes the first of the conversations, at once.
  await page.getByRole('navigation').getByRole('link', { name: 'Bob' }).waitFor();
  await search.fill('bob');
  await page.keyboard.press('Enter');
  await title.getByText('Bob').waitFor();
  await expect.poll(() => focused(page)).toBe('Message');

  // And waits for people who are still looked for.
  await search.fill(carol.username);
  await page.keyboard.press('Enter');
  await title.getByText('Carol').waitFor();
  expect(await search.inputValue()).toBe('');

  // The field of a new chat has the focus; arrows lead through the people and back.
  await page.getByRole('button', { name: 'New chat' }).click();
  await expect.poll(() => focused(page)).toMatch(/^Who do you want/);
  await page.keyboard.type(bob.username);
  const found = page.getByRole('dialog').getByRole('button', { name: bob.username });
  await found.waitFor();
  await expect.poll(() => page.getByRole('dialog').getByRole('listitem').count()).toBe(1);
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => focused(page)).toMatch(/^B?Bob/);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => focused(page)).toMatch(/^Who do you want/);
  await page.keyboard.press('Enter');
  await title.getByText('Bob').waitFor();

  // Anywhere else from the text that is being written.
  await expect.poll(() => focused(page)).toBe('Message');
  await page.keyboard.press('Control+k');
  const goTo = page.getByRole('dialog', { name: 'Go to' });
  await goTo.getByRole('link', { name: 'Bob' }).waitFor();
  await expect.poll(() => focused(page)).toBe('Search conversations and people');
  await page.keyboard.type(carol.username);
  const letGo: (() => void)[] = [];
  const opened = /\/api\/conversations\/[^/?]+$/;
  await page.route(opened, (route) => new Promise((resolve) => letGo.push(() => resolve(route.continue()))));
  await page.keyboard.press('Enter');
  // It is slow to open, and the user writes already.
  await page.locator('.conversation[aria-busy=true]').waitFor();
  await expect.poll(() => letGo.length).toBeGreaterThan(0);
  await page.keyboard.type('Hello Carol');
  for (const go of letGo) go();
  await title.getByText('Carol').waitFor();
  await expect.poll(() => field(page).inputValue()).toBe('Hello Carol');
  await page.unroute(opened);
  await goTo.waitFor({ state: 'detached' });
  await page.goBack();
  await title.getByText('Bob').waitFor();

  // From a menu too: it closes, and the next Escape is for what is above.
  await page.getByRole('navigation').getByRole('link', { name: 'Bob' }).click({ button: 'right' });
  const menu = page.getByRole('menu', { name: 'Actions for Bob' });
  await menu.waitFor();
  await page.keyboard.press('Control+k');
  await goTo.waitFor();
  await menu.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await goTo.waitFor({ state: 'detached' });
  expect(await focused(page)).toMatch(/Bob/);
});

story('the focus goes on to what is next when a button goes with what it has done', async ({ guest, chat }) => {
  const [{ page, username }, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
  for (const title of ['Hike', 'Swim']) await bob.post('/conversations', { title, members: [username] });
  const join = (title: string) => page.getByRole('button', { name: `Join ${title}` });
  await join('Swim').waitFor();
  await join('Hike').press('Enter');
  await join('Hike').waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toMatch(/^(Join|Decline) Swim$/);
  await join('Swim').press('Enter');
  await page.getByRole('heading', { name: 'Invitations' }).waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).not.toBe('nothing');
});
