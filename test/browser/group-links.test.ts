/** Pinned messages, the picture and the description of a group, and invite links. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { png } from '../seeds/upload.ts';
import { acquaint } from '../support/person.ts';
import { story } from './story.ts';
import { choose, message, openConversation, say } from './thread.ts';

story('a message is pinned for all, found again from far away, and taken down', async ({ guest }) => {
  const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
  const { page } = alice;
  await openConversation(page, bob.username);
  await say(page, 'The key is under the mat');
  for (let n = 0; n < 15; n++)
    await alice.api.post(`/conversations/${bob.username}/messages`, { message: `line ${n}` });
  await openConversation(bob.page, alice.username);
  await message(page, 'line 14').waitFor();
  await choose(page, 'The key is under the mat', 'Pin');
  await message(page, 'Alice pinned a message').waitFor();

  await bob.page.getByRole('button', { name: '1 pinned message' }).click();
  const dialog = bob.page.getByRole('dialog', { name: 'Pinned messages' });
  await dialog.getByText('Pinned by Alice').waitFor();
  await dialog.getByRole('button', { name: 'The key is under the mat' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => message(bob.page, 'The key is under the mat').first().isVisible()).toBe(true);

  await bob.page.getByRole('button', { name: '1 pinned message' }).click();
  await dialog.getByRole('button', { name: 'Unpin' }).click();
  await dialog.getByText('No message is pinned.').waitFor();
  await page.getByRole('button', { name: '1 pinned message' }).waitFor({ state: 'detached' });
});

story('a group gets a picture and a description, which everybody sees', async ({ guest, chat }) => {
  const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
  await acquaint(alice.api, bob.api);
  const { id } = (await alice.api.post('/conversations', { title: 'Hike', members: [bob.username] })).body;
  const { page } = alice;
  await openConversation(page, id);
  await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Picture and description' }).click();
  const dialog = page.getByRole('dialog', { name: 'Picture and description' });
  const file = join(tmpdir(), `group-${chat.run}.png`);
  writeFileSync(file, png);
  await dialog.getByLabel('Picture', { exact: true }).setInputFiles(file);
  await dialog.getByLabel('Description').fill('Every Sunday.\nBring water.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Every Sunday.').waitFor();

  const row = bob.page.getByRole('link', { name: 'Hike' });
  await row.locator('img').waitFor();
  await row.click();
  await message(bob.page, 'Alice changed the picture').waitFor();
  await bob.page.getByRole('main').getByRole('button', { name: 'Details' }).click();
  await bob.page.getByText('Bring water.').waitFor();
  expect(await bob.page.getByRole('button', { name: 'Picture and description' }).count()).toBe(0);
});

story(
  'somebody joins a group by a link that was made on the page; a revoked link says what to do',
  async ({ guest }) => {
    const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
    const { id } = (await alice.api.post('/conversations', { title: 'Choir', members: [] })).body;
    await alice.api.request('PATCH', `/conversations/${id}`, { description: 'Tuesdays at eight' });
    const { page } = alice;
    await openConversation(page, id);
    await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Invite by link' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite by link' });
    await dialog.getByLabel('The link works for').selectOption('1 day');
    await dialog.getByLabel('For how many people').selectOption('10');
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    await dialog.getByText('0 of 10 people have come.').waitFor();
    const address = await dialog.getByLabel('Link', { exact: true }).inputValue();

    await bob.page.goto(address);
    await bob.page.getByRole('heading', { name: 'Choir' }).waitFor();
    await bob.page.getByText('Tuesdays at eight').waitFor();
    await bob.page.getByText('Alice invites you to this group.').waitFor();
    await bob.page.getByRole('button', { name: 'Join' }).click();
    await say(bob.page, 'Hello everybody');
    await message(page, 'Hello everybody').waitFor();
    // A member who follows it is in the group at once.
    await bob.page.goto(address);
    await message(bob.page, 'Hello everybody').waitFor();

    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByLabel('Link', { exact: true }).waitFor({ state: 'detached' });
    const carol = await guest('carol');
    carol.expectProblem(/404/);
    await carol.page.goto(address);
    await carol.page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
    await carol.page.getByRole('link', { name: 'To the conversations' }).click();
    await carol.page.getByText('Choose a conversation, or begin a new one.').waitFor();
  },
);
