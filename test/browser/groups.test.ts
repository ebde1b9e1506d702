import { expect } from 'vitest';
import { story } from './story.ts';
import { field, message, say } from './thread.ts';

story(
  'a group is created with people found by name; members are invited and removed, and leave',
  async ({ guest, chat }) => {
    const carol = await chat.person('carol');
    const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
    const { page } = alice;
    await page.getByRole('button', { name: 'New chat' }).click();
    const dialog = page.getByRole('dialog', { name: 'New chat' });
    await dialog.getByText('Group', { exact: true }).click();
    await dialog.getByLabel('Name of the group').fill('Saturday hike');
    await dialog.getByLabel('Add people').fill(bob.username);
    await dialog.getByRole('button', { name: bob.username }).click();
    await dialog.getByRole('list', { name: 'People in the group' }).getByText('Bob').waitFor();
    await dialog.getByRole('button', { name: 'Make the group' }).click();
    await dialog.waitFor({ state: 'detached' });

    // Alice and Bob have not written to each other, so he is invited.
    await bob.page.getByText('invites you to Saturday hike').waitFor();
    await bob.page.getByRole('button', { name: 'Join Saturday hike' }).click();
    await bob.page.getByText('invites you to Saturday hike').waitFor({ state: 'detached' });
    const group = bob.page.getByRole('link', { name: 'Saturday hike' });
    await group.click();
    await say(page, 'Nine o’clock?');
    await message(bob.page, 'Nine o’clock?').waitFor();

    await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Invite people' }).click();
    const invite = page.getByRole('dialog', { name: 'Invite people' });
    await invite.getByRole('searchbox').fill(carol.username);
    await invite.getByRole('button', { name: carol.username }).click();
    await invite.getByText('is invited, and can join.').waitFor();
    await page.keyboard.press('Escape');
    const [{ conversation }] = (await carol.get('/me/invitations')).body.results;
    await carol.request('PUT', `/me/invitations/${encodeURIComponent(conversation)}`);
    await page.getByRole('heading', { name: '3 members' }).waitFor();
    expect((await carol.get('/conversations')).body.results.map(({ title }: { title: string }) => title)).toEqual([
      'Saturday hike',
    ]);

    await page.getByRole('group').filter({ hasText: 'Carol' }).locator('summary').click();
    await page.getByRole('button', { name: 'Remove from group' }).click();
    await page
      .getByRole('dialog', { name: /^Remove/ })
      .getByRole('button', { name: 'Remove', exact: true })
      .click();
    await page.getByRole('heading', { name: '2 members' }).waitFor();

    await bob.page.getByRole('main').getByRole('button', { name: 'Details' }).click();
    await bob.page.getByRole('button', { name: 'Leave group' }).click();
    await bob.page
      .getByRole('dialog', { name: /^Leave/ })
      .getByRole('button', { name: 'Leave', exact: true })
      .click();
    await group.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: '1 member' }).waitFor();
    await field(page).waitFor();
  },
);

story(
  'a conversation of three is muted, left, and joined again, and does not come back by itself',
  async ({ guest, chat }) => {
    const [carol, dora] = await chat.people('carol', 'dora');
    const { page, username, expectProblem } = await guest('alice');
    const of = [username, carol.username, dora.username].sort().join('_');
    const write = (message: string) => carol.post(`/conversations/${of}/messages`, { message });
    await write('one');
    const row = page.getByRole('link', { name: 'Carol, Dora' });
    await row.click();
    await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Mute', exact: true }).click();
    await page.getByRole('button', { name: 'Unmute' }).waitFor();
    await page.getByRole('link', { name: /Carol, Dora , muted,/ }).waitFor();
    await page.getByRole('button', { name: 'Leave conversation' }).click();
    await page
      .getByRole('dialog', { name: /^Leave/ })
      .getByRole('button', { name: 'Leave', exact: true })
      .click();
    await row.waitFor({ state: 'detached' });
    await page.getByText('Choose a conversation, or begin a new one.').waitFor();
    await write('two');
    expectProblem(/403/);
    await page.goBack();
    await page.getByRole('heading', { name: 'You are not in this conversation' }).waitFor();
    expect(await row.count()).toBe(0);
    await page.getByRole('button', { name: 'Join' }).click();
    await message(page, 'two').waitFor();
    await row.waitFor();
  },
);

story('a search finds people by name, and opens the direct conversation with them', async ({ guest, chat }) => {
  const carol = await chat.person('carol');
  const { page } = await guest('alice');
  await page.getByRole('searchbox', { name: 'Search conversations and people' }).fill(carol.username);
  await page.getByRole('link', { name: carol.username }).click();
  await page.getByRole('main').getByRole('heading', { name: 'Carol' }).waitFor();
  await say(page, 'Hello Carol');
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Carol' }).waitFor();
  await page.getByRole('searchbox', { name: 'Search conversations and people' }).fill('nobody-of-this-name');
  await page.getByText('nobody has a name like this').waitFor();
});
