import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { press, tap } from './finger.ts';
import { type Guest, type Stage, storyInEach } from './story.ts';
import { message, openConversation } from './thread.ts';

const phone = { hasTouch: true, viewport: { width: 360, height: 740 } };

/** Alice on a phone, in a conversation in which Bob has written. */
async function onPhone({ guest, chat }: Stage, ...texts: string[]): Promise<Guest & { readonly name: string }> {
  const bob = await chat.person('bob');
  const alice = await guest('alice', phone);
  const name = named(alice.api, bob);
  for (const text of texts) await bob.post(`/conversations/${name}/messages`, { message: text });
  await openConversation(alice.page, name);
  return { ...alice, name };
}

storyInEach(
  'by touch a long press opens the menu of a message, which stays when the finger is lifted, and all of it works',
  async (stage) => {
    const { page } = await onPhone(stage, 'Press me long', 'https://example.com/');
    const actions = page.getByRole('menu', { name: 'Message actions' });

    const lift = await press(page, message(page, 'Press me long').locator('.bubble'));
    await actions.waitFor();
    await lift();
    await tap(page, actions.getByText('👍', { exact: true }));
    await message(page, 'Press me long').getByRole('button', { name: /👍 1/ }).waitFor();
    await actions.waitFor({ state: 'detached' });

    // A long press on a reaction tells whose it is, and takes none back.
    const off = await press(page, message(page, 'Press me long').getByRole('button', { name: /👍 1/ }));
    await page.getByRole('list', { name: 'Reactions' }).getByText('👍 you').waitFor();
    await off();
    await page.keyboard.press('Escape');
    await actions.waitFor({ state: 'detached' });
    await message(page, 'Press me long').getByRole('button', { name: /👍 1/ }).waitFor();

    // A link in it: lifting the finger does not follow it.
    const pages = page.context().pages().length;
    const leave = await press(page, message(page, 'example.com').getByRole('link'));
    await actions.waitFor();
    await leave();
    await tap(page, actions.getByRole('menuitem', { name: 'Reply' }));
    await page.getByText('Replying to Bob').waitFor();
    expect(page.context().pages()).toHaveLength(pages);

    // A tap elsewhere closes it.
    const up = await press(page, message(page, 'Press me long').locator('.bubble'));
    await actions.waitFor();
    await up();
    await tap(page, page.getByRole('heading', { name: 'Bob' }));
    await actions.waitFor({ state: 'detached' });
  },
);
