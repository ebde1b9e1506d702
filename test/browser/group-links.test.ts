/** Pinned messages, the picture and the description of a group, and invite links. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { png } from '../seeds/upload.ts';
import { acquaint } from '../support/person.ts';
import { violations } from './axe.ts';
import { signIn } from './sign-in.ts';
import { story } from './story.ts';
import { act, choose, message, openConversation, say } from './thread.ts';

story(
  'a message of a group is pinned, found again and taken down; the group gets a picture and a description',
  async ({ guest, chat }) => {
    const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
    await acquaint(alice.api, bob.api);
    const { id } = (await alice.api.post('/conversations', { title: 'Hike', members: [bob.username] })).body;
    const { page } = alice;
    await openConversation(page, id);
    await say(page, 'The key is under the mat');
    for (let n = 0; n < 15; n++) await bob.api.post(`/conversations/${id}/messages`, { message: `line ${n}` });
    await openConversation(bob.page, id);
    await message(page, 'line 14').waitFor();
    await choose(page, 'The key is under the mat', 'Pin');
    // The sentence leads to the message.
    await message(page, 'Alice pinned a message').getByText('The key is under the mat').waitFor();

    const line = (at: typeof page) => at.getByRole('button', { name: '1 pinned message' });
    const dialog = (at: typeof page) => at.getByRole('dialog', { name: 'Pinned messages' });
    await line(bob.page).click();
    await dialog(bob.page).getByText('Pinned by Alice').waitFor();
    expect(await violations(bob.page)).toEqual([]);
    // Members find what is pinned, and leave it.
    expect(await dialog(bob.page).getByRole('button', { name: 'Unpin' }).count()).toBe(0);
    await dialog(bob.page).getByRole('button', { name: 'The key is under the mat' }).click();
    await dialog(bob.page).waitFor({ state: 'detached' });
    await expect.poll(() => message(bob.page, 'The key is under the mat').first().isVisible()).toBe(true);
    await act(bob.page, 'line 14', 'More');
    await bob.page.getByRole('menuitem', { name: 'Forward' }).waitFor();
    expect(await bob.page.getByRole('menuitem', { name: /pin/i }).count()).toBe(0);
    await bob.page.keyboard.press('Escape');
    await line(page).click();
    await dialog(page).getByRole('button', { name: 'Unpin' }).click();
    await dialog(page).getByText('No message is pinned.').waitFor();
    await page.keyboard.press('Escape');
    await line(bob.page).waitFor({ state: 'detached' });

    await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Picture and description' }).click();
    const look = page.getByRole('dialog', { name: 'Picture and description' });
    expect(await violations(page)).toEqual([]);
    const file = join(tmpdir(), `group-${chat.run}.png`);
    writeFileSync(file, png);
    await look.getByLabel('Picture', { exact: true }).setInputFiles(file);
    await look.getByLabel('Description').fill('Every Sunday.\nBring water.');
    await look.getByRole('button', { name: 'Save' }).click();
    await look.waitFor({ state: 'detached' });
    await page.getByText('Every Sunday.').waitFor();
    await bob.page.getByRole('link', { name: 'Hike' }).locator('img').waitFor();
    await message(bob.page, 'Alice changed the picture').waitFor();
    await bob.page.getByRole('main').getByRole('button', { name: 'Details' }).click();
    await bob.page.getByText('Bring water.').waitFor();
    expect(await bob.page.getByRole('button', { name: 'Picture and description' }).count()).toBe(0);
  },
);

story(
  'somebody joins a group by a link that was made on the page; a revoked one says what to do',
  async ({ guest, visitor, chat }) => {
    const [alice, bob, person] = await Promise.all([guest('alice'), visitor('bob'), chat.person('bob')]);
    const { id } = (await alice.api.post('/conversations', { title: 'Choir', members: [] })).body;
    await alice.api.request('PATCH', `/conversations/${id}`, { description: 'Tuesdays at eight' });
    const { page } = alice;
    await openConversation(page, id);
    await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Invite by link' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite by link' });
    const link = dialog.getByLabel('Link', { exact: true });
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    await dialog.getByText('0 of 100 people have come.').waitFor();
    const revoked = await link.inputValue();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await link.waitFor({ state: 'detached' });
    await dialog.getByLabel('The link works for').selectOption('1 day');
    await dialog.getByLabel('For how many people').selectOption('10');
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    await dialog.getByText('0 of 10 people have come.').waitFor();
    const address = await link.inputValue();
    expect(await violations(page)).toEqual([]);

    await bob.page.goto(address);
    await signIn(bob.page, person.username);
    await bob.page.getByRole('heading', { name: 'Choir' }).waitFor();
    await bob.page.getByText('Tuesdays at eight').waitFor();
    await bob.page.getByText('Alice invites you to this group.').waitFor();
    expect(await violations(bob.page)).toEqual([]);
    await bob.page.getByRole('button', { name: 'Join' }).click();
    await say(bob.page, 'Hello everybody');
    await message(page, 'Hello everybody').waitFor();
    // A member who follows it is in the group at once.
    await bob.page.goto(address);
    await message(bob.page, 'Hello everybody').waitFor();

    bob.expectProblem(/404/);
    await bob.page.goto(revoked);
    const gone = bob.page.getByRole('heading', { name: 'This link does not work any more' });
    await gone.waitFor();
    // Its end was not copied.
    await bob.page.goto('/#/');
    await gone.waitFor({ state: 'detached' });
    bob.expectProblem(/400/);
    await bob.page.goto(revoked.slice(0, -3));
    await gone.waitFor();
    await bob.page.getByRole('link', { name: 'To the conversations' }).click();
    await bob.page.getByText('Choose a conversation, or begin a new one.').waitFor();
  },
);
