import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { signIn } from './sign-in.ts';
import { story, storyInFirefox } from './story.ts';
import { act, choose, field, message, openConversation, receipt, say } from './thread.ts';

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
    // Who changes a message twice goes on with the first change, which is still on its way.
    const typedUp = (text: string) => expect.poll(() => field(page).inputValue()).toBe(text);
    await field(page).press('ArrowUp');
    await typedUp('Before the tunnel');
    await say(page, 'Before the tunnel!');
    await message(page, 'Before the tunnel!').waitFor();
    await field(page).press('ArrowUp');
    await typedUp('Before the tunnel!');
    await field(page).press('Escape');
    await field(page).fill('Half a sen');
    await page.getByText('You are offline.').waitFor();

    // The page is there without a connection; what was said comes with one.
    await page.reload();
    await page.getByText('what you wrote is sent then').waitFor();
    await page.getByRole('list', { name: 'Waiting to be sent' }).getByText('In the tunnel').waitFor();
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Bob' }).waitFor();
    expect(new URL(page.url()).hash).toContain(encodeURIComponent(name));
    expect(await message(bob.page, 'In the tunnel').count()).toBe(0);
    // So are the parts of it that nobody has opened yet.
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByRole('dialog', { name: 'New chat' }).waitFor();
    await page.keyboard.press('Escape');

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
      'Before the tunnel!',
    ]);
  },
);

story(
  'two tabs share what waits: each shows it, one sends it, and another one does when that tab is closed',
  async ({ guest }) => {
    const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
    const name = named(alice.api, bob.api);
    const { page: first, context } = alice;
    const sent: string[] = [];
    context.on('response', (response) => {
      const request = response.request();
      if (request.method() === 'POST' && /messages$/.test(request.url())) sent.push(request.postDataJSON().message);
    });
    const listen = (page: Page) =>
      page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => {
          const frame = JSON.parse(String(payload));
          if (frame.type === 'create') sent.push(frame.message);
        }),
      );
    context.pages().forEach(listen);
    context.on('page', listen);
    await first.reload();
    const second = await alice.tab();
    const waiting = (page: Page) => page.getByRole('list', { name: 'Waiting to be sent' });
    await Promise.all([
      openConversation(first, name),
      openConversation(second, name),
      openConversation(bob.page, name),
    ]);
    await say(first, 'Both tabs are here');
    await message(second, 'Both tabs are here').waitFor();

    alice.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    await say(first, 'From the first tab');
    await say(second, 'From the second tab');
    for (const page of [first, second])
      for (const text of ['From the first tab', 'From the second tab']) await waiting(page).getByText(text).waitFor();
    // The first tab is closed before it could send.
    await first.close();
    await context.setOffline(false);
    for (const text of ['From the first tab', 'From the second tab']) {
      await receipt(second, text, 'Read').waitFor();
      await message(bob.page, text).waitFor();
    }
    await waiting(second).waitFor({ state: 'detached' });
    // An answer over HTTP may come after the event.
    await expect
      .poll(() => sent.filter((text) => /^From/.test(text)).sort())
      .toEqual(['From the first tab', 'From the second tab']);

    // A tab that opens without a connection shows what waits, and does not send it.
    await context.setOffline(true);
    await say(second, 'Still in the second tab');
    const third = await alice.tab();
    await third.goto(`/#/c/${encodeURIComponent(name)}`);
    await waiting(third).getByText('Still in the second tab').waitFor();
    await context.setOffline(false);
    await receipt(second, 'Still in the second tab', 'Read').waitFor();
    await receipt(third, 'Still in the second tab', 'Read').waitFor();
    await waiting(third).waitFor({ state: 'detached' });
    expect(sent.filter((text) => /^Still/.test(text))).toEqual(['Still in the second tab']);
  },
);

story(
  'the list shows what waits to be sent and what was refused, also of a conversation that nothing was said in yet',
  async ({ guest, chat }) => {
    const [alice, bob, carol] = await Promise.all([guest('alice'), chat.person('bob'), chat.person('carol')]);
    const { page, context } = alice;
    const [withBob, withCarol] = [named(alice.api, bob), named(alice.api, carol)];
    await bob.post(`/conversations/${withBob}/messages`, { message: 'Hello' });
    // As a screen reader reads it.
    const row = (name: RegExp) => page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name });
    await openConversation(page, withCarol);
    alice.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    // The client may ask for something meanwhile, or not.
    await page.evaluate(() => fetch('/config.json').catch(() => {}));
    await say(page, 'To somebody new');
    // It has no message on the server, and is not open any more.
    await page.goto('/#/');
    await row(/^Carol .*Waiting to be sent, You: To somebody new/).waitFor();
    await context.setOffline(false);
    await row(/^Carol .*Sent, You: To somebody new/).waitFor();
    await openConversation(page, withBob);
    await context.setOffline(true);
    await say(page, 'In the tunnel');
    await row(/^Bob .*Waiting to be sent, You: In the tunnel/).waitFor();
    await context.setOffline(false);
    await row(/^Bob .*Sent, You: In the tunnel/).waitFor();

    await bob.request('PUT', `/me/blocks/${alice.username}`);
    await say(page, 'Too late');
    await page.getByRole('list', { name: 'Not sent' }).getByText('Too late').waitFor();
    await field(page).fill('A draft');
    await openConversation(page, withCarol);
    await row(/^Bob .*Not sent, You: Too late/).waitFor();
    await openConversation(page, withBob);
    await page.getByRole('button', { name: 'Discard' }).click();
    await openConversation(page, withCarol);
    await row(/^Bob .*Draft: A draft/).waitFor();
  },
);

story('after the first visit every part of the page opens without a connection', async ({ guest, chat }) => {
  const [alice, bob, carol] = await Promise.all([guest('alice'), guest('bob'), chat.person('carol')]);
  const withCarol = named(alice.api, carol);
  await carol.post(`/conversations/${withCarol}/messages`, { message: 'From Carol' });
  const { page, context } = alice;
  await openConversation(page, named(alice.api, bob.api));
  await say(page, 'One line');
  await receipt(page, 'One line', 'Delivered').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);

  alice.expectProblem(/ERR_INTERNET_DISCONNECTED/);
  await context.setOffline(true);
  await act(page, 'One line', 'More');
  await page.getByRole('menuitem', { name: 'Copy text' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Emoji' }).click();
  await page.getByRole('dialog', { name: 'Emoji' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Search in this conversation' }).click();
  await page.getByRole('search', { name: 'In this conversation' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Close details' }).click();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.getByRole('dialog', { name: 'New chat' }).waitFor();
  await page.keyboard.press('Escape');

  // What is forwarded to a conversation that was not open yet waits in this page, which says so and asks before it goes.
  // The note below the field moves the messages.
  await page.getByText('You are offline.').waitFor();
  await choose(page, 'One line', 'Forward');
  await page.getByRole('dialog', { name: 'Forward to' }).getByRole('button', { name: /Carol/ }).click();
  await page.locator('.toast').getByText('Messages are sent when you are back.').waitFor();
  const asked = page.waitForEvent('dialog');
  await page.evaluate(() => void setTimeout(() => location.reload()));
  await (await asked).dismiss();
  await context.setOffline(false);
  await page.getByText('Forwarded to Carol.').waitFor();
  expect((await carol.get(`/conversations/${withCarol}/messages`)).body.results[0].message).toBe('One line');
});

story(
  'a part that could not be loaded says so, is loaded at the next try, and gets what was typed meanwhile',
  async ({ visitor, chat }) => {
    // Without a worker, which would have all parts by now.
    const [me, bob, carol, alice] = await Promise.all([
      chat.person('alice'),
      chat.person('bob'),
      chat.person('carol'),
      visitor('alice', { serviceWorkers: 'block' }),
    ]);
    const { page } = alice;
    const [withBob, withCarol] = [named(me, bob), named(me, carol)];
    await bob.post(`/conversations/${withBob}/messages`, { message: `From ${bob.username}` });
    await carol.post(`/conversations/${withCarol}/messages`, { message: `From ${carol.username}` });
    alice.expectProblem(/registration blocked/);
    await page.goto('/');
    await signIn(page, me.username);
    const parts = /\/assets\/(lazy-chunk|later)-/;
    const menus = page.getByRole('menuitem', { name: 'Copy text' });
    await openConversation(page, withBob);

    alice.expectProblem(/ERR_FAILED/);
    await page.route(parts, (route) => route.abort());
    await act(page, `From ${bob.username}`, 'More');
    await page.getByText('This part of the page could not be loaded.').waitFor();
    await page.getByRole('button', { name: 'Emoji' }).click();
    await expect.poll(() => page.getByText('This part of the page could not be loaded.').count()).toBe(1);
    await page.getByRole('button', { name: 'Emoji', expanded: false }).waitFor();
    await page.unroute(parts);

    // Nothing is left of the menu that did not open.
    await openConversation(page, withCarol);
    await message(page, `From ${carol.username}`).waitFor();
    await page.getByRole('button', { name: 'Emoji' }).click();
    await page.getByRole('dialog', { name: 'Emoji' }).waitFor();
    expect(await menus.count()).toBe(0);
    await page.keyboard.press('Escape');
    await act(page, `From ${carol.username}`, 'More');
    await menus.waitFor();

    // The search is slow to come, and the user does not wait.
    await page.reload();
    await message(page, `From ${carol.username}`).waitFor();
    const letGo: (() => void)[] = [];
    await page.route(parts, (route) => new Promise((resolve) => letGo.push(() => resolve(route.continue()))));
    await page.getByRole('button', { name: 'Search in this conversation' }).click();
    await page.keyboard.type('from xb');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await expect.poll(() => letGo.length).toBe(2);
    await page.keyboard.type('c');
    for (const go of letGo) go();
    await expect.poll(() => page.getByRole('searchbox', { name: 'Search messages' }).inputValue()).toBe('from c');
    await page.getByText('One message found').waitFor();
  },
);

// Without a reload: behind one, Firefox forgets that it was told to be offline.
storyInFirefox(
  'what is written offline waits in Firefox too, and arrives once when the connection is back',
  async ({ guest }) => {
    const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
    const name = named(alice.api, bob.api);
    const { page, context } = alice;
    await Promise.all([openConversation(page, name), openConversation(bob.page, name)]);
    await say(page, 'Before the tunnel');
    await message(bob.page, 'Before the tunnel').waitFor();

    alice.expectProblem(/NS_ERROR_OFFLINE/);
    await context.setOffline(true);
    await say(page, 'In the tunnel');
    await receipt(page, 'In the tunnel', 'Waiting to be sent').waitFor();
    await page.getByText('You are offline.').waitFor();
    expect(await message(bob.page, 'In the tunnel').count()).toBe(0);

    await context.setOffline(false);
    await receipt(page, 'In the tunnel', 'Read').waitFor();
    await say(page, 'Behind the tunnel');
    await message(bob.page, 'Behind the tunnel').waitFor();
    expect(await message(bob.page, 'In the tunnel').count()).toBe(1);
  },
);
