import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { acquaint } from '../support/person.ts';
import { violations } from './axe.ts';
import { landscape } from './picture.ts';
import { type Guest, story } from './story.ts';
import { act, field, message, openConversation } from './thread.ts';
import { sendFile } from './upload.ts';

const narrow = { width: 360, height: 740 };
const wide = { width: 1200, height: 800 };

/** On both screen widths: axe-core finds nothing, and the page does not scroll sideways. */
async function expectFine(page: Page, what: string): Promise<void> {
  for (const viewport of [wide, narrow]) {
    await page.setViewportSize(viewport);
    expect(await violations(page), `${what}, ${viewport.width} px`).toEqual([]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, `width of ${what}`).toBeLessThanOrEqual(viewport.width);
  }
  await page.setViewportSize(wide);
}

/** Sends every kind of message, by the guest and by another user. */
async function sayAllKinds({ api, page }: Guest, other: Guest, id: string): Promise<void> {
  const path = `/conversations/${encodeURIComponent(id)}/messages`;
  const first = await other.api.post(path, { message: `Look at https://example.com, @${api.username}!` });
  const own = await api.post(path, { message: 'I see.', reply_to: first.body.seq });
  const marked = '**Bold** and `code`:\n```\nlet far = "away";\n```\n- www.example.com\n> quoted';
  for (const by of [api, other.api]) await by.post(path, { message: marked });
  await other.api.request('PUT', `${path}/${own.body.seq}/reactions/${encodeURIComponent('👍')}`);
  await api.request('PATCH', `${path}/${own.body.seq}`, { message: 'I see it.' });
  const gone = await other.api.post(path, { message: 'Gone' });
  await other.api.request('DELETE', `${path}/${gone.body.seq}`);
  await other.api.post(path, { message: '🎉🎉' });
  const picture = await landscape(page, 600, 400);
  await sendFile(other.api, id, { filename: 'lake.jpg', content_type: 'image/jpeg', width: 600, height: 400 }, picture);
  await sendFile(other.api, id, { filename: 'notes.txt', content_type: 'text/plain' }, Buffer.from('Bring water.'));
}

story('axe-core finds nothing wrong before signing in', async ({ visitor }) => {
  const { page } = await visitor('somebody');
  await page.goto('/');
  await page.getByRole('button', { name: 'Continue as alice' }).waitFor();
  await expectFine(page, 'sign-in');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await expectFine(page, 'sign-up');
  await page.getByRole('button', { name: 'Sign in instead' }).click();
  await page.getByRole('button', { name: 'Forgotten password' }).click();
  await expectFine(page, 'forgotten password');
});

story('axe-core finds nothing wrong in inbox, conversations and dialogs', async ({ guest }) => {
  const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
  const { page } = alice;
  await expectFine(page, 'an empty inbox');
  await acquaint(alice.api, bob.api);
  const { body: group } = await alice.api.post('/conversations', { title: 'Weekend', members: [bob.username] });
  await sayAllKinds(alice, bob, group.id);
  await page.getByRole('link', { name: 'Weekend' }).waitFor();
  await expectFine(page, 'an inbox');

  await openConversation(page, group.id);
  await message(page, 'I see it.').waitFor();
  await page.getByRole('img', { name: 'lake.jpg' }).waitFor();
  await field(page).fill('A draft');
  await expectFine(page, 'a conversation');
  await act(page, 'I see it.', 'React');
  await expectFine(page, 'reactions');
  await page.keyboard.press('Escape');
  await act(page, 'I see it.', 'More');
  await expectFine(page, 'the menu of a message');
  await page.keyboard.press('Escape');
  await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
  await page.getByRole('heading', { name: '2 members' }).waitFor();
  await expectFine(page, 'details');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.getByRole('dialog', { name: 'New chat' }).waitFor();
  await expectFine(page, 'a new chat');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Go to' }).getByRole('link', { name: 'Weekend' }).waitFor();
  await expectFine(page, 'going to a conversation');
});
