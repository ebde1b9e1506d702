import type { BrowserContext, Worker } from 'playwright-core';
import { expect } from 'vitest';
import { acquaint, named } from '../support/person.ts';
import { violations } from './axe.ts';
import { story } from './story.ts';

/** The service worker asks the page first, which takes a moment. */
const patient = { timeout: 10_000 };

/** What the worker of this story wrote down. */
declare const self: typeof globalThis & {
  readonly registration: { showNotification(title: string, options: NotificationOptions): Promise<void> };
  shown: (readonly [title: string, body: string | undefined, silent: boolean | null | undefined])[];
};
declare class PushEvent extends Event {
  constructor(type: string, init: { readonly data: string });
}

/**
 * The browser of the package registry has no windows, so it lets no page notify. The page asks and is allowed; what its worker then asks the
 * browser to show is written down.
 */
async function writeDown(context: BrowserContext): Promise<Worker> {
  const [worker] = context.serviceWorkers();
  if (!worker) throw new Error('there is no service worker');
  await worker.evaluate(() => {
    self.shown = [];
    self.registration.showNotification = async (title, { body, silent }) => void self.shown.push([title, body, silent]);
  });
  return worker;
}

story(
  'notifications have a sound if one wants it, and in quiet hours only pushes come, without one',
  async ({ guest, chat }) => {
    const [alice, bob, carol] = await Promise.all([guest('alice'), chat.person('bob'), chat.person('carol')]);
    const { page, context, api, expectProblem } = alice;
    await page.addInitScript(() => {
      Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
      Notification.requestPermission = async () => 'granted';
    });
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await page.reload();
    await acquaint(api, bob, carol);
    const worker = await writeDown(context);
    const shown = () => worker.evaluate(() => self.shown);
    // There is no archive of one's data yet.
    expectProblem(/status of 404 .*export/);
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Settings' }).click();
    // The page listens for messages before it registers for pushes.
    const listens = page.waitForResponse(/\/push$/);
    await page.getByRole('switch', { name: 'Notifications' }).click();
    await listens;
    const sound = page.getByRole('switch', { name: 'Sound of notifications' });
    const quiet = page.getByRole('switch', { name: 'Quiet hours' });
    const write = (message: string, from = bob) =>
      from.post(`/conversations/${named(api, from)}/messages`, { message });

    await write('With a sound');
    await expect.poll(shown, patient).toEqual([['Bob', 'With a sound', false]]);
    await sound.click();
    await write('Without');
    await expect.poll(shown, patient).toHaveLength(2);
    await sound.click();
    await quiet.click();
    await page.getByLabel('From').fill('00:00');
    await page.getByLabel('Until', { exact: true }).fill('23:59');
    expect(await violations(page)).toEqual([]);
    await write('At night');
    await page.getByText('At night').waitFor({ state: 'attached' });
    const push = JSON.stringify({ conversation: 'room:lobby', title: 'room:lobby', body: 'Carol: A push' });
    await worker.evaluate((data) => void dispatchEvent(new PushEvent('push', { data })), push);
    await expect.poll(shown, patient).toHaveLength(3);
    await quiet.click();
    await write('In the morning', carol);
    await expect.poll(shown, patient).toEqual([
      ['Bob', 'With a sound', false],
      ['Bob', 'Without', true],
      ['#lobby', 'Carol: A push', true],
      ['Carol', 'In the morning', false],
    ]);

    // The server words a message without text in English.
    await page.getByLabel('Language').selectOption({ label: 'Deutsch' });
    const voice = JSON.stringify({ conversation: 'room:lobby', title: 'room:lobby', body: 'Carol: Voice message' });
    await expect
      .poll(async () => {
        await worker.evaluate((data) => void dispatchEvent(new PushEvent('push', { data })), voice);
        return (await shown()).at(-1)?.[1];
      }, patient)
      .toBe('Carol: Sprachnachricht');
  },
);
