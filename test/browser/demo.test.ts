import { dirname } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { confirmedUser } from '#bin/confirmed-user';
import { LocalOutputs } from '#bin/local-outputs';
import { acquaint, Person } from '../support/person.ts';
import { landscape } from './picture.ts';
import { prepare, screenshot } from './screenshot.ts';
import { type Stage, story } from './story.ts';
import { field, message, openConversation, receipt, say } from './thread.ts';
import { sendFile } from './upload.ts';

type Send = (by: Person, text: string, more?: object) => Promise<number>;

/** A demo user who acts over HTTP. */
async function demoPerson({ chat, mail }: Stage, username: string, name: string): Promise<Person> {
  const { token } = await confirmedUser(username, LocalOutputs.parse(chat.outputs), dirname(mail));
  const person = new Person(chat.outputs, username, { access: token, id: '' });
  expect((await person.request('PATCH', '/me', { name })).status).toBe(200);
  return person;
}

/** @returns a function that sends to a conversation and resolves with the message's `seq` */
function sender(conversation: string): Send {
  return async (by, message, more = {}) => {
    const path = `/conversations/${encodeURIComponent(conversation)}/messages`;
    const { status, body } = await by.post(path, { message, ...more });
    expect(status).toBe(201);
    return body.seq;
  };
}

function react(by: Person, conversation: string, seq: number, emoji: string) {
  const id = encodeURIComponent(conversation);
  return by.request('PUT', `/conversations/${id}/messages/${seq}/reactions/${encodeURIComponent(emoji)}`);
}

/** Fills the demo with earlier messages of three people. @returns the id of their group */
async function tellEarlier(alice: Person, bob: Person, carol: Person, picture: Buffer): Promise<string> {
  await acquaint(alice, bob, carol);
  await acquaint(bob, carol);
  const { body: group } = await alice.post('/conversations', { title: 'Saturday hike', members: ['bob', 'carol'] });
  const toGroup = sender(group.id);
  await toGroup(carol, 'The weather looks good: sun from nine o’clock on.');
  const plan = await toGroup(alice, 'Then let us take the early train, and walk around the lake. About 14 km.');
  await react(carol, group.id, plan, '👍');
  await react(bob, group.id, plan, '👍');
  await toGroup(bob, '@carol do you still have the map?', { reply_to: plan });
  await toGroup(carol, 'It is on https://www.openstreetmap.org and in my rucksack 🎒');

  await sender('alice_carol')(carol, 'See you at the station!');
  const { body: books } = await bob.post('/conversations', { title: 'Book club', members: ['alice', 'carol'] });
  await sender(books.id)(alice, 'Finished it last night. No spoilers, promised.');
  const { body: garden } = await carol.post('/conversations', { title: 'Allotment', members: ['alice', 'bob'] });
  await sender(garden.id)(carol, 'The tomatoes are red: come and take some');
  for (const { id } of [books, garden]) await alice.post(`/conversations/${encodeURIComponent(id)}/read`);
  const toBob = sender('alice_bob');
  await toBob(bob, 'Did you get up for the sunrise after all?');
  await toBob(alice, 'I did! It was worth every minute.');
  const about = { filename: 'sunrise.jpg', content_type: 'image/jpeg', width: 1_200, height: 800 };
  await sendFile(alice, 'alice_bob', about, picture);
  await react(bob, 'alice_bob', 3, '😍');
  return group.id;
}

story('two demo users sign in with one click, and chat with each other in two tabs of one browser', async (stage) => {
  const somebody = await stage.visitor('somebody', { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 });
  const [alice, bob, carol] = await Promise.all([
    demoPerson(stage, 'alice', 'Alice'),
    demoPerson(stage, 'bob', 'Bob'),
    demoPerson(stage, 'carol', 'Carol'),
  ]);
  const group = await tellEarlier(alice, bob, carol, await landscape(somebody.page));

  const { page } = somebody;
  await page.goto('/');
  await prepare(page);
  await page.getByRole('button', { name: 'Continue as alice' }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  const other = await somebody.tab();
  await other.goto('/?user=bob');
  await other.getByRole('navigation', { name: 'Conversations' }).waitFor();

  await openConversation(page, 'alice_bob');
  await openConversation(other, 'alice_bob');
  await say(other, 'Wow. Next time I am coming along!');
  await message(page, 'Next time I am coming along!').waitFor();
  await say(page, 'Saturday, then? Carol is in.');
  await message(other, 'Carol is in.').waitFor();
  await say(other, 'Count me in 🙌');
  await message(page, 'Count me in').waitFor();
  await receipt(page, 'Carol is in.', 'Read').waitFor();
  await isLoaded(page);
  await field(other).pressSequentially('I');
  await page.getByRole('main').getByText('typing…').first().waitFor();
  await screenshot(page, 'chat');
  await screenshot(page, 'chat-dark', 'dark');

  // Each tab keeps its user.
  await other.reload();
  await receipt(other, 'Count me in', 'Read').waitFor();

  await openConversation(page, group);
  await message(page, 'in my rucksack').waitFor();
  await page.getByRole('main').getByRole('button', { name: 'Details' }).click();
  await page.getByRole('heading', { name: '3 members' }).waitFor();
  await screenshot(page, 'group');
});

story('a phone shows either the list or a conversation, and Back leads from one to the other', async (stage) => {
  const { page } = await stage.visitor('somebody', {
    viewport: { width: 360, height: 780 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
  });
  await page.goto('/');
  await prepare(page);
  await page.getByRole('button', { name: 'Continue as alice' }).tap();
  const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Bob' });
  await row.waitFor();
  await screenshot(page, 'phone-list');
  await row.tap();
  await message(page, 'Count me in').waitFor();
  expect(await row.isVisible()).toBe(false);
  await isLoaded(page);
  await screenshot(page, 'phone-chat');
  await page.getByRole('link', { name: 'Back to conversations' }).tap();
  await row.tap();
  await field(page).waitFor();
  await page.goBack();
  await row.waitFor();
});

/** Resolves when the picture is loaded. */
async function isLoaded(page: Page): Promise<void> {
  const picture = page.getByRole('img', { name: 'sunrise.jpg' });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1_200);
}
