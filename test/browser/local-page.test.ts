import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { acquaint } from '../support/person.ts';
import { violations } from './axe.ts';
import { screenshot } from './screenshot.ts';
import { story } from './story.ts';

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const row = (page: Page, name: string, text: RegExp) => section(page, name).getByRole('row', { name: text });
const untilShown = { timeout: 15_000 };

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('status').getByText('Live').waitFor();
}

story('the page of the runtime shows live what the stack does', async ({ visitor, chat, localPage, url }) => {
  const { page } = await visitor('developer', { viewport: { width: 1280, height: 900 } });
  await open(page, localPage);
  await page.getByRole('heading', { name: 'Parley', level: 1 }).waitFor();

  const [alice, bob] = await Promise.all([chat.person('alice'), chat.person('bob')]);
  await acquaint(alice, bob);
  const socket = await alice.connect();
  await row(page, 'Connections', /^Sockets\S* prod /)
    .first()
    .waitFor(untilShown);
  await row(page, 'Functions', /^HttpFunction [1-9]/).waitFor(untilShown);
  await row(page, 'Tables', /^ChatTable [1-9]/).waitFor(untilShown);
  await row(page, 'Tables', /^ChatTable \/ people /).waitFor(untilShown);
  await row(page, 'Calls', /dynamodb Query [1-9]/).waitFor(untilShown);
  await row(page, 'Queues', /AccountJobsQueue/)
    .first()
    .waitFor(untilShown);
  await row(page, 'Mail', /alice.*verification code/)
    .first()
    .waitFor(untilShown);
  await row(page, 'Resources', /AWS::DynamoDB::Table .* served/)
    .first()
    .waitFor(untilShown);

  // The bucket of files has no such object, and CloudFront may not list it.
  await fetch(`${url}/files/none/none`);
  await row(page, 'Refused by IAM', /cloudfront.*s3:ListBucket/)
    .first()
    .waitFor(untilShown);
  await page.evaluate(() => scrollTo(0, 0));
  await screenshot(page, 'local-page', 'light', 'packages/local/img');
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  socket.close();
});

story(
  'the page of the runtime works by keyboard: a log is shown, and the page can be paused',
  async ({ visitor, chat, localPage }) => {
    const alice = await chat.person('alice');
    const socket = await alice.connect();
    const { page } = await visitor('developer');
    await open(page, localPage);
    const show = page.getByRole('button', { name: 'Show the log of SocketFunction' });
    await show.focus();
    await page.keyboard.press('Enter');
    const log = page.getByRole('group', { name: 'The end of the log' });
    await log.getByText('ConnectionsOpened').first().waitFor(untilShown);
    expect(await log.evaluate((element) => document.activeElement === element)).toBe(true);

    await page.getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('Paused').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.clock.install();
    await page.clock.runFor(10_000);
    expect(asked).toEqual([]);
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('Live').waitFor();
    socket.close();
  },
);

story(
  'axe-core finds nothing wrong with the page of the runtime, wide and narrow',
  async ({ visitor, chat, localPage }) => {
    const alice = await chat.person('alice');
    await alice.request('GET', '/conversations');
    const { page } = await visitor('developer');
    await open(page, localPage);
    await row(page, 'Functions', /HttpFunction [1-9]/).waitFor(untilShown);
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 360, height: 740 },
    ]) {
      await page.setViewportSize(viewport);
      expect(await violations(page), `${viewport.width} px`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
    }
  },
);

story('without its key the page of the runtime shows nothing', async ({ visitor, localPage }) => {
  const stranger = await visitor('stranger');
  stranger.expectProblem(/401/);
  await stranger.page.goto(localPage.replace(/\?.*/, ''));
  await stranger.page.getByRole('status').getByText('it has the key').waitFor();
  expect(await stranger.page.getByRole('row').count()).toBeLessThan(20);
  expect(await violations(stranger.page)).toEqual([]);
});
