import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { story } from './story.ts';
import { field, message, openConversation, receipt, say } from './thread.ts';

story(
  'what is written offline waits, survives a reload, and arrives once; place, session and draft are kept',
  async ({ guest }) => {
    const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
    const name = named(alice.api, bob.api);
    const { page, context } = alice;
    await Promise.all([openConversation(page, name), openConversation(bob.page, name)]);
    await say(page, 'Before the tunnel');
    await message(bob.page, 'Before the tunnel').waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);

    alice.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    await say(page, 'In the tunnel');
    await receipt(page, 'In the tunnel', 'Waiting to be sent').waitFor();
    await field(page).fill('Half a sen');
    await page.getByText('You are offline.').waitFor();

    // The page is there without a connection; what was said comes with one.
    await page.reload();
    await page.getByText('what you wrote is sent then').waitFor();
    await page.getByRole('list', { name: 'Waiting to be sent' }).getByText('In the tunnel').waitFor();
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Bob' }).waitFor();
    expect(new URL(page.url()).hash).toContain(encodeURIComponent(name));
    expect(await message(bob.page, 'In the tunnel').count()).toBe(0);

    await context.setOffline(false);
    await expect.poll(() => field(page).inputValue()).toBe('Half a sen');
    await receipt(page, 'In the tunnel', 'Read').waitFor();
    // Whoever has got the next one has got all that came before.
    await say(page, 'Behind the tunnel');
    await message(bob.page, 'Behind the tunnel').waitFor();
    expect(await message(bob.page, 'In the tunnel').count()).toBe(1);
    await page.reload();
    await message(page, 'In the tunnel').waitFor();
    expect(await message(page, 'In the tunnel').count()).toBe(1);
    const { body } = await bob.api.get(`/conversations/${name}/messages`);
    expect(body.results.map(({ message }: { message: string }) => message)).toEqual([
      'Behind the tunnel',
      'In the tunnel',
      'Before the tunnel',
    ]);
  },
);
