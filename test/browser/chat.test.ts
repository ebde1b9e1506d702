import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { story, storyInEach } from './story.ts';
import { act, choose, field, message, openConversation, receipt, say } from './thread.ts';

storyInEach('two users see each other’s messages and changes, and markup stays text', async ({ guest }) => {
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

story(
  'texts are shown with their marks, in their own direction, and as plain words where there is one line',
  async ({ guest }) => {
    const [alice, bob] = await Promise.all([
      guest('alice', { permissions: ['clipboard-read', 'clipboard-write'] }),
      guest('bob'),
    ]);
    const name = named(alice.api, bob.api);
    const [a, b] = [alice.page, bob.page];
    await openConversation(a, name);
    const written = [
      '**Tomorrow**, at *nine*. Bring:',
      '- bread and www.example.com',
      '- `tea`',
      '```js',
      'const far = "away";',
      '```',
      '> So early?',
      'Yes. Ask bob@example.com, or 看https://example.com/a吧',
    ].join('\n');
    await alice.api.post(`/conversations/${name}/messages`, { message: written });
    const shown = message(a, 'So early?').first();
    await shown.locator('strong').getByText('Tomorrow', { exact: true }).waitFor();
    expect(await shown.locator('em').allTextContents()).toEqual(['nine']);
    expect(await shown.getByRole('listitem').allTextContents()).toEqual(['bread and www.example.com', 'tea']);
    expect(await shown.locator('blockquote').textContent()).toBe('So early?');
    const links = await shown
      .getByRole('link')
      .evaluateAll((all) => all.map((link) => [link.textContent, link.getAttribute('href')]));
    expect(links).toEqual([
      ['www.example.com', 'https://www.example.com'],
      ['bob@example.com', 'mailto:bob@example.com'],
      ['https://example.com/a', 'https://example.com/a'],
    ]);
    await shown.getByRole('button', { name: 'Copy code' }).click();
    await a.getByText('Copied.').waitFor();
    expect(await a.evaluate(() => navigator.clipboard.readText())).toBe('const far = "away";');

    const row = b.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Alice' });
    await row.getByText('Tomorrow, at nine. Bring:').waitFor();
    await act(a, 'Tomorrow', 'Reply');
    await a.getByText('Tomorrow, at nine. Bring:').first().waitFor();
    await say(a, 'שלום **עולם**!');
    const reply = message(a, 'שלום');
    await reply.getByRole('button', { name: 'In reply to' }).getByText('Tomorrow, at nine.').waitFor();
    await reply.locator('strong').waitFor();
    const directionOf = (of: Locator) => of.evaluate((element) => getComputedStyle(element).direction);
    await expect.poll(() => directionOf(reply.locator('.message-text'))).toBe('rtl');
    await expect.poll(() => directionOf(shown.locator('.message-text'))).toBe('ltr');
    await field(a).fill('מה שלומך?');
    await expect.poll(() => directionOf(field(a))).toBe('rtl');
    // What the page adds does not count: the time, the receipt, who wrote it.
    await row.getByText('שלום עולם!').waitFor();
    const line = row.locator('.row-text');
    await expect.poll(() => directionOf(line)).toBe('rtl');
    // It begins where the lines above and below begin.
    expect(await line.evaluate((element) => getComputedStyle(element).textAlign)).toBe('left');
    // The time, which has a direction of its own, does not touch the words.
    await say(a, 'מחר');
    const short = message(a, 'מחר').locator('.message-words');
    await short.waitFor();
    const room = () =>
      short.evaluate((words) => {
        const text = document.createRange();
        text.selectNodeContents(words.querySelector('.message-text') ?? words);
        const meta = words.querySelector('.message-meta')?.getBoundingClientRect();
        return text.getBoundingClientRect().left - (meta?.right ?? 0);
      });
    await expect.poll(room).toBeGreaterThan(4);
  },
);
