import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { press, tap } from './finger.ts';
import { story, storyInEach } from './story.ts';
import { act, field, message, openConversation } from './thread.ts';

const shown = (page: Page) => page.evaluate(() => location.hash);
const inboxOf = (page: Page) => page.getByRole('navigation', { name: 'Conversations' });

storyInEach(
  'on a phone Back closes what is open, one after another, and does not lead into what was left by the arrow',
  async ({ guest, chat }) => {
    const bob = await chat.person('bob');
    const { page, api } = await guest('alice', { hasTouch: true, viewport: { width: 360, height: 740 } });
    await bob.post(`/conversations/${named(api, bob)}/messages`, { message: 'Hello' });
    const row = inboxOf(page).getByRole('link', { name: 'Bob' });
    const details = page.getByRole('dialog', { name: 'Details' });
    const question = page.getByRole('dialog', { name: 'Clear the history?' });
    const newChat = page.getByRole('dialog', { name: 'New chat' });

    // Two dialogs above each other: Back and Escape close one each.
    await tap(page, row);
    await tap(page, page.getByRole('button', { name: 'Details', exact: true }));
    await tap(page, details.getByRole('button', { name: 'Clear history' }));
    await question.waitFor();
    await page.goBack();
    await question.waitFor({ state: 'detached' });
    await tap(page, details.getByRole('button', { name: 'Clear history' }));
    await question.waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await details.isVisible()).toBe(true);
    await page.goBack();
    await details.waitFor({ state: 'detached' });
    expect(await shown(page)).toContain('/c/');

    // A dialog that was closed otherwise costs no Back.
    await tap(page, page.getByRole('button', { name: 'Details', exact: true }));
    await tap(page, details.getByRole('button', { name: 'Close' }));
    await details.waitFor({ state: 'detached' });
    await page.goBack();
    await row.waitFor();

    // A dialog of the inbox does not stay above another page.
    await tap(page, row);
    await field(page).waitFor();
    await tap(page, page.getByRole('link', { name: 'Back to conversations' }));
    await tap(page, page.getByRole('button', { name: 'New chat' }));
    await newChat.waitFor();
    await page.goBack();
    await newChat.waitFor({ state: 'detached' });
    await tap(page, row);
    await tap(page, field(page));

    // The arrow leads back, so that Back leaves the page.
    await tap(page, page.getByRole('link', { name: 'Back to conversations' }));
    await row.waitFor();
    await page.goBack();
    expect(await shown(page)).not.toContain('/c/');
  },
);

// Not in Firefox, which does not take its pointer for a finger here.
story('on a phone Back closes a menu, and stays in the conversation', async ({ guest, chat }) => {
  const bob = await chat.person('bob');
  const { page, api } = await guest('alice', { hasTouch: true, viewport: { width: 360, height: 740 } });
  await bob.post(`/conversations/${named(api, bob)}/messages`, { message: 'Hello' });
  await tap(page, inboxOf(page).getByRole('link', { name: 'Bob' }));
  const menu = page.getByRole('menu', { name: 'Message actions' });

  for (const closes of [() => page.goBack(), () => page.keyboard.press('Escape')]) {
    const lift = await press(page, message(page, 'Hello').locator('.bubble'));
    await menu.waitFor();
    await lift();
    await closes();
    await menu.waitFor({ state: 'detached' });
    expect(await message(page, 'Hello').isVisible()).toBe(true);
  }
  // One that was closed otherwise costs no Back.
  await page.goBack();
  await inboxOf(page).getByRole('link', { name: 'Bob' }).waitFor();
});

story('a menu closes when Back leads to another conversation, and Escape closes one layer', async ({ guest, chat }) => {
  const [alice, bob, carol] = await Promise.all([guest('alice'), chat.person('bob'), chat.person('carol')]);
  const { page, api } = alice;
  await carol.post(`/conversations/${named(api, carol)}/messages`, { message: 'From Carol' });
  await api.post(`/conversations/${named(api, bob)}/messages`, { message: 'Only for Bob' });
  await openConversation(page, named(api, carol));
  await openConversation(page, named(api, bob));

  await act(page, 'Only for Bob', 'More');
  await page.getByRole('menu', { name: 'Message actions' }).waitFor();
  await page.goBack();
  await message(page, 'From Carol').waitFor();
  expect(await page.getByRole('menu').count()).toBe(0);

  await inboxOf(page).getByRole('link', { name: 'Bob' }).click({ button: 'right' });
  await page.getByRole('menu', { name: 'Actions for Bob' }).waitFor();
  await page.goForward();
  await message(page, 'Only for Bob').waitFor();
  expect(await page.getByRole('menu').count()).toBe(0);

  // Escape is for the uppermost layer: the column of details stays.
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('main').getByRole('button', { name: 'Details', exact: true }).click();
  await page.getByRole('button', { name: 'Clear history' }).click();
  const question = page.getByRole('dialog', { name: 'Clear the history?' });
  await question.waitFor();
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  const close = page.getByRole('button', { name: 'Close details' });
  expect(await close.isVisible()).toBe(true);
});
