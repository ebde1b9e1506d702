import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { acquaint, named } from '../support/person.ts';
import { story } from './story.ts';
import { act, choose, field, message, openConversation, receipt, say } from './thread.ts';

const file = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`the contents of ${name}`) });

/** Waits until the field has this text. */
async function typed(page: Page, text: string): Promise<void> {
  await expect.poll(() => field(page).inputValue(), { timeout: 15_000 }).toBe(text);
}

/** Holds the uploads of a page. @returns a function that lets them go */
async function holdUploads(page: Page): Promise<() => void> {
  let letGo = () => {};
  const promise = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/_aws/s3/**', async (route) => {
    if (route.request().method() === 'POST') await promise;
    await route.continue().catch(() => {});
  });
  return letGo;
}

story(
  'a message whose files are uploading is sent from another conversation, and not without a file',
  async ({ guest, chat }) => {
    const [alice, bob, carol] = await Promise.all([guest('alice'), chat.person('bob'), chat.person('carol')]);
    const { page } = alice;
    const [withBob, withCarol] = [named(alice.api, bob), named(alice.api, carol)];
    const sent = async (to: string) => (await alice.api.get(`/conversations/${to}/messages`)).body.results;
    await carol.post(`/conversations/${withCarol}/messages`, { message: 'hello from carol' });
    await bob.post(`/conversations/${withBob}/messages`, { message: 'another question' });
    await openConversation(page, withBob);
    const letGo = await holdUploads(page);
    const choose = page.locator('input[type=file]');
    const note = page.getByText('Sent as soon as the files are uploaded.');

    // Who takes a file away, be it the last one, has another message, and decides again.
    const asksAgain = page.getByText('Not sent, because you removed a file.');
    await choose.setInputFiles(file('only.txt'));
    await say(page, 'it is attached');
    await note.waitFor();
    await page.getByRole('button', { name: 'Cancel upload of only.txt' }).click();
    await asksAgain.waitFor();
    expect(await field(page).inputValue()).toBe('it is attached');
    await choose.setInputFiles([file('wrong.txt'), file('right.txt')]);
    await say(page, 'both are attached');
    await note.waitFor();
    await page.getByRole('button', { name: 'Cancel upload of wrong.txt' }).click();
    await asksAgain.waitFor();
    await note.waitFor({ state: 'detached' });

    // The browser asks before what is not sent ends with the page.
    const asked = page.waitForEvent('dialog');
    await page.evaluate(() => void setTimeout(() => location.reload()));
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();

    expect(await field(page).inputValue()).toBe('both are attached');
    await say(page, 'one is attached');
    await note.waitFor();
    // An answer is another message as well.
    await act(page, 'another question', 'Reply');
    await note.waitFor({ state: 'detached' });
    expect(await field(page).inputValue()).toBe('one is attached');
    await page.getByRole('button', { name: 'Cancel reply' }).click();
    await field(page).press('Enter');
    await note.waitFor();
    await page.locator(`[data-conversation="${withCarol}"]`).click();
    await message(page, 'hello from carol').waitFor();
    letGo();
    await page
      .locator(`[data-conversation="${withBob}"]`)
      .filter({ hasText: /Sent,\s+You: one is attached/ })
      .waitFor();
    expect(await sent(withBob)).toMatchObject([
      { message: 'one is attached', reply_to: null, attachments: [{ filename: 'right.txt' }] },
      { message: 'another question' },
    ]);
    await page.locator(`[data-conversation="${withBob}"]`).click();
    await message(page, 'one is attached').waitFor();
    expect(await field(page).inputValue()).toBe('');
  },
);

story(
  'what is being written is kept: over a switch, over a reload, and when a message was refused',
  async ({ guest, chat }) => {
    const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
    const { page } = alice;
    const name = named(alice.api, bob);
    for (const text of ['the first', 'the second'])
      await alice.api.post(`/conversations/${name}/messages`, { message: text });
    await bob.post(`/conversations/${name}/messages`, { message: 'a question' });
    await openConversation(page, name);

    // An edit, over a switch and a reload.
    await choose(page, 'the second', 'Edit');
    await field(page).fill('the second, longer');
    await page.evaluate(() => {
      location.hash = '#/';
    });
    await field(page).waitFor({ state: 'detached' });
    await page.goBack();
    await typed(page, 'the second, longer');
    await page.getByText('Editing your message').waitFor();
    await page.reload();
    await typed(page, 'the second, longer');
    // Beside it a draft that answers a message, and another edit.
    await act(page, 'a question', 'Reply');
    await field(page).fill('an answer');
    await choose(page, 'the first', 'Edit');
    expect(await field(page).inputValue()).toBe('the first');
    await page.getByRole('button', { name: 'Cancel editing' }).click();
    await page.reload();
    await page.getByText('Replying to').waitFor();
    await page.locator('.mode-excerpt').getByText('a question').waitFor();
    expect(await field(page).inputValue()).toBe('an answer');
    await field(page).press('Enter');
    await message(page, 'an answer').locator('.quote').getByText('a question').waitFor();
    await choose(page, 'the second', 'Edit');
    expect(await field(page).inputValue()).toBe('the second, longer');
    await field(page).press('Enter');
    await message(page, 'the second, longer').waitFor();
    // The page shows it at once; from the next step on the server would refuse it.
    await expect
      .poll(async () => JSON.stringify((await bob.get(`/conversations/${name}/messages`)).body.results))
      .toContain('the second, longer');

    // A refused text is taken up while another message is edited.
    await bob.request('PUT', `/me/blocks/${alice.username}`);
    await say(page, 'long thought about');
    const refused = page.getByRole('list', { name: 'Not sent' });
    await refused.getByText('long thought about').waitFor();
    // Whoever has pressed a button that goes away goes on writing.
    await say(page, 'said too soon');
    const second = refused.getByRole('listitem').filter({ hasText: 'said too soon' });
    await second.getByRole('button', { name: 'Discard' }).press('Enter');
    await second.waitFor({ state: 'detached' });
    await expect.poll(() => field(page).evaluate((field) => field === document.activeElement)).toBe(true);
    await field(page).fill('and a draft');
    await choose(page, 'the first', 'Edit');
    await field(page).fill('the first, changed');
    await refused.getByRole('button', { name: 'Edit' }).click();
    await typed(page, 'long thought about\nand a draft');

    // Nobody signs out without knowing what is lost.
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    const asks = page.getByRole('dialog', { name: 'Sign out?' });
    await asks.getByText('2 drafts.').waitFor();
    await asks.getByRole('button', { name: 'Cancel' }).click();
    await choose(page, 'the first', 'Edit');
    expect(await field(page).inputValue()).toBe('the first, changed');
  },
);

story(
  'two tabs write one message: what it answers and what is edited is the same in both, and ends in both',
  async ({ guest, chat }) => {
    const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
    const { page: first } = alice;
    const name = named(alice.api, bob);
    await alice.api.post(`/conversations/${name}/messages`, { message: 'a report' });
    await bob.post(`/conversations/${name}/messages`, { message: 'a question' });
    const second = await alice.tab();
    await Promise.all([openConversation(first, name), openConversation(second, name)]);
    const replies = second.getByText('Replying to');

    await act(first, 'a question', 'Reply');
    await field(first).fill('an answer');
    await replies.waitFor();
    await typed(second, 'an answer');
    await field(first).press('Enter');
    await replies.waitFor({ state: 'detached' });
    await typed(second, '');

    // What one tab writes does not overwrite the edit of the other.
    await choose(first, 'a report', 'Edit');
    await field(first).fill('a report, longer');
    await field(first).blur();
    await act(second, 'an answer', 'Reply');
    await field(second).blur();
    await first.reload();
    await choose(first, 'a report', 'Edit');
    await typed(first, 'a report, longer');
  },
);

story(
  'the composer follows its conversation: the target of a reply is deleted, and the user is removed',
  async ({ guest, chat }) => {
    const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
    const { page } = alice;
    await acquaint(bob, alice.api);
    const { body: group } = await bob.post('/conversations', {
      title: 'Team',
      members: [alice.username],
      client_id: crypto.randomUUID(),
    });
    const path = `/conversations/${encodeURIComponent(group.id)}`;
    const { body: question } = await bob.post(`${path}/messages`, { message: 'a question' });
    await openConversation(page, group.id);
    await act(page, 'a question', 'Reply');
    await page.keyboard.type('an answer');
    await bob.request('DELETE', `${path}/messages/${question.seq}`);
    await page.getByText('The message that you were answering was deleted.').waitFor();
    await page.keyboard.press('Enter');
    await message(page, 'an answer').waitFor();
    await receipt(page, 'an answer', 'Sent').waitFor();

    await field(page).fill('typed before the removal');
    await page.locator('input[type=file]').setInputFiles(file('plan.txt'));
    await page.getByRole('list', { name: 'Files to send' }).locator('[data-status=uploaded]').waitFor();
    // The server refuses whatever a former member still asks for, such as a cursor on its way.
    alice.expectProblem(/403/);
    await bob.request('DELETE', `${path}/members/${alice.username}`);
    await page.getByText('You are not in this conversation any more.').waitFor();
    await field(page).waitFor({ state: 'detached' });
    const unsent = page.getByRole('region', { name: 'Not sent' });
    await unsent.getByText('typed before the removal').waitFor();
    await unsent.getByRole('button', { name: 'Discard' }).click();
    await unsent.getByText('typed before the removal').waitFor({ state: 'detached' });
    await unsent.getByRole('button', { name: 'Remove plan.txt' }).click();
    await unsent.waitFor({ state: 'detached' });
    const refused = page.waitForEvent('console', (line) => /403/.test(line.text()));
    await page.reload();
    await refused;
  },
);

story(
  'a mention is of whom one typed, can be undone, and is shown as a name; cells of a spreadsheet are pasted as text',
  async ({ guest, chat }) => {
    const [alice, bobby, bob] = await Promise.all([guest('alice'), chat.person('bobby'), chat.person('bob')]);
    const { page } = alice;
    await Promise.all([
      acquaint(alice.api, bobby, bob),
      bobby.request('PATCH', '/me', { name: 'Bobby' }),
      bob.request('PATCH', '/me', { name: 'Bob' }),
    ]);
    const members = [bobby.username, bob.username];
    const { body: group } = await alice.api.post('/conversations', { title: 'Two Bobs', members });
    await openConversation(page, group.id);
    await field(page).click();
    await page.keyboard.type('@Bob');
    await page.getByRole('option', { name: 'Bobby' }).waitFor();
    await page.keyboard.press('Enter');
    await typed(page, `@${bob.username} `);
    await page.keyboard.press('ControlOrMeta+z');
    await typed(page, '@Bob');

    // The caret is elsewhere: Enter sends, and nobody's name is written there.
    await field(page).fill('');
    await page.keyboard.type('thanks @bo');
    const list = page.getByRole('listbox', { name: 'People to mention' });
    await list.waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await message(page, 'thanks @bo').waitFor();
    await page.keyboard.type('@bo');
    await list.waitFor();
    await page.keyboard.press('Home');
    await list.waitFor({ state: 'detached' });

    await say(page, `@${bob.username} look at this`);
    await message(page, '@Bob look at this').waitFor();
    await page.locator(`[data-conversation="${group.id}"]`).getByText('@Bob look at this').waitFor();

    // A picture of the cells is on the clipboard too.
    await field(page).evaluate((element) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'Sales\t42');
      clipboardData.setData('text/html', '<table><tr><td>Sales</td><td>42</td></tr></table>');
      clipboardData.items.add(new File(['picture'], 'image.png', { type: 'image/png' }));
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      if (element.dispatchEvent(paste)) document.execCommand('insertText', false, clipboardData.getData('text/plain'));
    });
    await typed(page, 'Sales\t42');
    expect(await page.getByRole('list', { name: 'Files to send' }).count()).toBe(0);
  },
);

story(
  'emoji are found by search and by group, in the user’s skin tone, and what was used comes first; without a connection too',
  async ({ guest, chat }) => {
    const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
    const { page, context } = alice;
    const name = named(alice.api, bob);
    await bob.post(`/conversations/${name}/messages`, { message: 'Well done!' });
    await openConversation(page, name);
    await field(page).fill('see: ');
    const open = () => page.getByRole('button', { name: 'Emoji', exact: true }).click();
    const palette = page.getByRole('dialog', { name: 'Emoji' });

    // A letter begins a search, and Enter takes the first that was found.
    await open();
    await palette.getByRole('button', { name: 'thumbs up' }).waitFor();
    await page.keyboard.type('rocket');
    await palette.getByRole('button', { name: 'rocket' }).waitFor();
    await page.keyboard.press('Enter');
    await palette.waitFor({ state: 'detached' });
    await typed(page, 'see: 🚀');

    await open();
    await palette.getByLabel('Skin tone').selectOption('🏽');
    await palette.getByRole('button', { name: 'People and hands' }).click();
    await palette.getByRole('button', { name: 'waving hand' }).click();
    await typed(page, 'see: 🚀👋🏽');

    // Now without a connection, for the reaction to a message.
    await page.evaluate(() => navigator.serviceWorker.ready);
    // Whoever is shown is asked for once more, and that must not meet the end of the connection.
    const profiles = [alice.username, bob.username].map((who) => page.waitForResponse(new RegExp(`/users/${who}$`)));
    await page.reload();
    await message(page, 'Well done!').waitFor();
    await Promise.all(profiles);
    await context.setOffline(true);
    await act(page, 'Well done!', 'React');
    const react = page.getByRole('dialog', { name: 'React' });
    await expect
      .poll(() => react.getByRole('region', { name: 'Recently used' }).getByRole('button').allTextContents(), {
        timeout: 15_000,
      })
      .toEqual(['👋🏽', '🚀', '👍', '❤️', '😂', '😮', '😢', '🙏']);
    await page.keyboard.type('party');
    const party = react.getByRole('button', { name: 'party popper' });
    await party.waitFor();
    await context.setOffline(false);
    await party.click();
    await message(page, 'Well done!').getByText('🎉').waitFor();
  },
);
