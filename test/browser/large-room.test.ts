import { createMembership } from '#lambdas/store/membership';
import { createUser } from '#lambdas/store/user';
import { parseConversation } from '#protocol/names';
import { inBatches } from '../support/stage.ts';
import { withTable } from './site-table.ts';
import { story } from './story.ts';
import { message, say } from './thread.ts';

const room = 'room:town';

/** Makes a room of a hundred people who are not here. */
const fillRoom = () =>
  withTable(async (table) => {
    const store = { table, now: Date.now };
    const people = Array.from({ length: 100 }, (_, index) => `townsman${String(index).padStart(2, '0')}`);
    await inBatches(people, 20, async (username) => {
      await createUser(store, { username, name: username });
      await createMembership(store, username, parseConversation(room), { seq: 0, count: 0 });
    });
  });

story('a large room shows how many people are online, and its members by pages', async ({ guest }) => {
  await fillRoom();
  const alice = await guest('alice');
  const { page } = alice;
  await alice.api.request('PUT', `/conversations/${room}/members/${alice.username}`);
  await page.goto(`/#/c/${encodeURIComponent(room)}`);
  await say(page, 'Good morning');
  await message(page, 'Good morning').waitFor();
  // The first count comes after ten seconds.
  await page.getByText('1 online', { exact: true }).waitFor();
  await page.reload();
  await page.getByText('101 members, 1 online').waitFor();
  await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
  await page.getByRole('heading', { name: '101 members, 1 online' }).waitFor();
  await page.getByText('townsman30', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('townsman90', { exact: true }).waitFor();
});
