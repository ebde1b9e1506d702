import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { acquaint, named } from '../support/person.ts';
import { violations } from './axe.ts';
import { story } from './story.ts';

/** The service worker asks the page first, which takes a moment. */
const patient = { timeout: 10_000 };

/** The notifications that the service worker shows now: text, and whether they are without a sound. */
function shown(page: Page): Promise<readonly (readonly [body: string, silent: boolean | null])[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const notifications = await registration.getNotifications();
    return notifications.map(({ body, silent }) => [body, silent] as const);
  });
}

story(
  'notifications have a sound if one wants it, and in quiet hours only pushes come, without one',
  async ({ guest, chat }) => {
    const [alice, bob, carol] = await Promise.all([guest('alice'), chat.person('bob'), chat.person('carol')]);
    const { page, context, api, expectProblem } = alice;
    await context.grantPermissions(['notifications']);
    await acquaint(api, bob, carol);
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
    await sound.waitFor();
    const write = (text: string, from = bob) =>
      from.post(`/conversations/${named(api, from)}/messages`, { message: text });
    const row = (text: string) => page.getByRole('link', { name: text });
    await write('With a sound');
    await expect.poll(() => shown(page), patient).toEqual([['With a sound', false]]);
    await sound.click();
    await write('Without');
    await expect.poll(() => shown(page), patient).toEqual([['Without', true]]);
    await sound.click();

    await quiet.click();
    await page.getByLabel('From').fill('00:00');
    await page.getByLabel('Until', { exact: true }).fill('23:59');
    expect(await violations(page)).toEqual([]);
    await write('At night');
    await row('At night').waitFor({ state: 'attached' });
    const worker = await context.newCDPSession(page);
    const registrations = new Promise<string>((resolve) => {
      worker.on(
        'ServiceWorker.workerRegistrationUpdated',
        ({ registrations: [first] }) => first && resolve(first.registrationId),
      );
    });
    await worker.send('ServiceWorker.enable');
    const push = { conversation: 'room:lobby', title: 'room:lobby', body: 'Carol: A push' };
    await worker.send('ServiceWorker.deliverPushMessage', {
      origin: new URL(page.url()).origin,
      registrationId: await registrations,
      data: JSON.stringify(push),
    });
    await expect.poll(() => shown(page), patient).toEqual(expect.arrayContaining([['Carol: A push', true]]));
    await quiet.click();
    await write('In the morning', carol);
    await expect.poll(() => shown(page), patient).toEqual(expect.arrayContaining([['In the morning', false]]));
    expect((await shown(page)).map(([body]) => body).sort()).toEqual(['Carol: A push', 'In the morning', 'Without']);
  },
);
