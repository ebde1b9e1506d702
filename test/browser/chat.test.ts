import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { story } from './story.ts';
import { act, choose, field, message, openConversation, receipt, say } from './thread.ts';

story('two users see each other’s messages and changes, and markup stays text', async ({ guest }) => {
  const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
  const name = named(alice.api, bob.api);
  const [a, b] = [alice.page, bob.page];
  await openConversation(a, name);

  await say(a, 'Are you there?');
  // Bob has his inbox open, but not the conversation.
  await receipt(a, 'Are you there?', 'Delivered').waitFor();
  const row = b.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Alice' });
  await row.getByText('1 unread').waitFor();
  await row.click();
  await message(b, 'Are you there?').waitFor();
  await receipt(a, 'Are you there?', 'Read').waitFor();

  await field(b).pressSequentially('Ye');
  const typing = a.getByRole('main').getByText('typing…').first();
  await typing.waitFor();
  await field(b).pressSequentially('s!');
  await field(b).press('Enter');
  await message(a, 'Yes!').waitFor();
  await typing.waitFor({ state: 'hidden' });

  await act(a, 'Yes!', 'Reply');
  await say(a, 'Good.');
  await message(b, 'Good.').getByRole('button', { name: 'In reply to' }).getByText('Yes!').waitFor();

  await act(b, 'Good.', 'React');
  await b.getByRole('dialog', { name: 'React' }).getByRole('button', { name: 'thumbs up' }).click();
  const reactions = message(a, 'Good.').getByRole('list', { name: 'Reactions' });
  await reactions.getByRole('button', { name: /👍 1/ }).waitFor();

  await choose(a, 'Good.', 'Edit');
  await expect.poll(() => field(a).inputValue()).toBe('Good.');
  await say(a, 'Very good.');
  await message(b, 'Very good.').getByText('edited').waitFor();

  await say(b, 'Oops');
  await choose(b, 'Oops', 'Delete');
  await b.getByRole('dialog', { name: 'Delete message' }).getByRole('button', { name: 'Delete for everybody' }).click();
  await message(a, 'This message was deleted').waitFor();
  expect(await message(a, 'Oops').count()).toBe(0);

  await field(b).pressSequentially(`@${alice.username.slice(0, 5)}`);
  await b.getByRole('option', { name: alice.username }).click();
  await field(b).pressSequentially('look');
  await field(b).press('Enter');
  await message(a, 'look').getByText('@Alice').waitFor();

  const markup = '<img src=x onerror="document.title=1"><b>bold</b> javascript:alert(1) https://example.com/?a=<i>';
  await say(b, markup);
  await message(a, '<b>bold</b>').waitFor();
  expect(await message(a, '<b>bold</b>').locator('img, b, i').count()).toBe(0);
  const links = message(a, '<b>bold</b>').getByRole('link');
  expect(
    await links.evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.getAttribute('rel')])),
  ).toEqual([['https://example.com/?a=', 'noopener noreferrer nofollow']]);
  expect(await a.title()).not.toBe('1');
});
