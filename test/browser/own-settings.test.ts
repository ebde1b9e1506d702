import { expect } from 'vitest';
import { violations } from './axe.ts';
import { press, tap } from './finger.ts';
import { signIn } from './sign-in.ts';
import { story, storyInEach } from './story.ts';
import { choose, message, openConversation } from './thread.ts';

const rows = '[data-conversation]';

story(
  'the menu of a conversation pins, mutes and archives it, by pointer and by keys, and an archived one comes back with a message',
  async ({ guest, chat }) => {
    const [bob, carol] = await chat.people('bob', 'carol');
    const { page, api } = await guest('alice');
    const list = page.getByRole('navigation', { name: 'Conversations' });
    const write = (by: typeof bob, text: string) =>
      by.post(`/conversations/${[by.username, api.username].sort().join('_')}/messages`, { message: text });
    await write(bob, 'one');
    await write(carol, 'two');
    const row = (name: string) => list.getByRole('link', { name: new RegExp(`^.*${name}`) });
    await row('Bob').waitFor();
    await row('Carol').waitFor();
    const order = () =>
      list.locator(rows).evaluateAll((links) => links.map((link) => link.querySelector('.row-title')?.textContent));
    expect(await order()).toEqual(['Carol', 'Bob']);

    // By the right button.
    await row('Bob').click({ button: 'right' });
    await page.getByRole('menu', { name: 'Actions for Bob' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
    await list.getByRole('link', { name: /Bob , pinned,/ }).waitFor();
    await page.mouse.move(900, 400);
    await expect.poll(order).toEqual(['Bob', 'Carol']);

    // By the button beside the row, and the keys of a menu.
    await list.getByRole('button', { name: 'Actions for Carol' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menu', { name: 'Actions for Carol' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('menu', { name: 'Mute Carol' }).waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByText('Muted until you unmute it. Mentions still notify.').waitFor();
    await list.getByRole('link', { name: /Carol , muted,/ }).waitFor();
    expect(await row('Carol').evaluate((link) => link === document.activeElement)).toBe(true);

    // Escape closes the menu alone, and a press elsewhere too.
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await row('Bob').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Unpin' }).waitFor();
    await page.mouse.click(900, 400);
    await page.getByRole('menu').waitFor({ state: 'detached' });

    await row('Bob').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Move to the archive' }).click();
    await page.getByText('Archived.').waitFor();
    await row('Bob').waitFor({ state: 'detached' });
    await list.getByRole('button', { name: 'Archived (1)' }).click();
    await row('Bob').waitFor();
    expect(await order()).toEqual(['Bob']);
    await list.getByRole('button', { name: 'Archive', exact: true }).click();
    await row('Carol').waitFor();
    await write(bob, 'three');
    await row('Bob').waitFor();
    expect(await list.getByRole('button', { name: /^Archived/ }).count()).toBe(0);
    // One that is muted stays away.
    await row('Carol').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Move to the archive' }).click();
    await row('Carol').waitFor({ state: 'detached' });
    await write(carol, 'four');
    await write(bob, 'five');
    await list.getByText('five').waitFor();
    await list.getByRole('button', { name: 'Archived (1)' }).click();
    await list.getByText('four').waitFor();
  },
);

story(
  'a conversation that is marked as unread is so on all devices until it is opened again, and then says where it was marked',
  async ({ guest, chat }) => {
    const bob = await chat.person('bob');
    const { page, api } = await guest('alice');
    const of = [bob.username, api.username].sort().join('_');
    for (const text of ['one', 'two', 'three']) await bob.post(`/conversations/${of}/messages`, { message: text });
    await openConversation(page, of);
    await message(page, 'three').waitFor();
    const badge = page.locator(`[data-conversation="${of}"] .badge`);
    await badge.waitFor({ state: 'detached' });
    const view = async () => (await api.get(`/conversations/${of}`)).body;
    await choose(page, 'two', 'Mark unread from here');
    await badge.getByText('2').waitFor();
    expect(await view()).toMatchObject({ unread_count: 2, read_seq: 3, settings: { unread_from: 2 } });

    await page.goto('/#/');
    await page.getByText('Choose a conversation, or begin a new one.').waitFor();
    await page.locator(`[data-conversation="${of}"]`).click();
    await message(page, 'three').waitFor();
    await page.getByRole('main').locator('li:has(.new-line)').filter({ hasText: 'two' }).waitFor();
    await badge.waitFor({ state: 'detached' });
    expect(await view()).toMatchObject({ unread_count: 0 });

    // The whole conversation, from the list; and read from there.
    const row = page.locator(`[data-conversation="${of}"]`);
    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Mark as unread' }).click();
    await badge.getByText('1').waitFor();
    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Mark as read' }).click();
    await badge.waitFor({ state: 'detached' });
    expect(await view()).not.toHaveProperty('settings');
  },
);

storyInEach(
  'a long press opens the menu of a conversation, and lifting the finger neither closes it nor opens the conversation',
  async ({ guest, chat }) => {
    const bob = await chat.person('bob');
    const { page, api } = await guest('alice', { hasTouch: true, viewport: { width: 360, height: 740 } });
    const of = [bob.username, api.username].sort().join('_');
    await bob.post(`/conversations/${of}/messages`, { message: 'one' });
    const row = page.locator(`[data-conversation="${of}"]`);
    await row.waitFor();
    const lift = await press(page, row);
    const menu = page.getByRole('menu', { name: 'Actions for Bob' });
    await menu.waitFor();
    await lift();
    await tap(page, menu.getByRole('menuitem', { name: 'Pin', exact: true }));
    await page.getByRole('link', { name: /Bob , pinned,/ }).waitFor();
    expect(await page.evaluate(() => location.hash)).not.toContain('/c/');
  },
);

story(
  'a block, its end, a new name and hidden presence are shown at once on another device of the same user',
  async ({ guest, visitor, chat }) => {
    const bob = await chat.person('bob');
    const { page: laptop, api, ...first } = await guest('alice');
    const { page: phone, ...second } = await visitor('alice’s phone');
    // The settings ask for an archive that was never made.
    for (const { expectProblem } of [first, second]) expectProblem(/404 .*\/me\/export/);
    await phone.goto('/');
    await signIn(phone, api.username);
    const of = [bob.username, api.username].sort().join('_');
    await bob.post(`/conversations/${of}/messages`, { message: 'one' });
    for (const page of [laptop, phone]) {
      await openConversation(page, of);
      await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
      await page.getByRole('button', { name: 'Block Bob' }).waitFor();
      await page.getByRole('button', { name: 'Ask to be friends' }).waitFor();
    }
    await laptop.getByRole('button', { name: 'Block Bob' }).click();
    await laptop.getByRole('dialog').getByRole('button', { name: 'Block', exact: true }).click();
    for (const page of [laptop, phone]) {
      await page.getByRole('button', { name: 'Unblock Bob' }).waitFor();
      expect(await page.getByRole('button', { name: 'Ask to be friends' }).count()).toBe(0);
    }
    await phone.getByRole('button', { name: 'Unblock Bob' }).click();
    for (const page of [laptop, phone]) await page.getByRole('button', { name: 'Block Bob' }).waitFor();

    const settings = (page: typeof laptop) => page.getByRole('dialog', { name: 'Settings' });
    for (const page of [laptop, phone]) {
      await page.getByRole('button', { name: 'Account of Alice' }).click();
      await page.getByRole('button', { name: 'Settings' }).click();
      await settings(page).getByText('You have blocked nobody.').waitFor();
      await settings(page)
        .getByRole('switch', { name: /^Show when I am online/, checked: true, disabled: false })
        .waitFor();
    }
    await laptop.getByRole('textbox', { name: 'Display name' }).fill('Alice Liddell');
    await laptop.getByRole('button', { name: 'Save' }).click();
    await laptop.getByText('Saved.').waitFor();
    await expect.poll(() => phone.getByRole('textbox', { name: 'Display name' }).inputValue()).toBe('Alice Liddell');
    expect(await settings(phone).getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await settings(phone)
      .getByRole('switch', { name: /^Show when I am online/ })
      .click();
    await settings(laptop)
      .getByRole('switch', { name: /^Show when I am online/, checked: false })
      .waitFor();
    await bob.request('PUT', `/me/friends/${api.username}`);
    await api.request('PUT', `/me/blocks/${bob.username}`);
    for (const page of [laptop, phone]) await settings(page).getByRole('button', { name: 'Unblock Bob' }).waitFor();
    await phone.keyboard.press('Escape');
    await phone.getByRole('button', { name: 'Account of Alice Liddell' }).waitFor();
  },
);
