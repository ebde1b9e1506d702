import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { password } from '../support/chat.ts';
import { named } from '../support/person.ts';
import { storyInEach } from './story.ts';
import { message, openConversation } from './thread.ts';

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
    await tabTo(page, /^Message$/);
    await page.keyboard.type('By hand');
    await page.keyboard.press('Enter');
    await message(bob.page, 'By hand').waitFor();
    expect(await focused(page)).toBe('Message');

    await page.getByRole('log', { name: 'Messages' }).focus();
    await page.keyboard.press('Enter');
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
