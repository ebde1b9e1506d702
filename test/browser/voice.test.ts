import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { story } from './story.ts';
import { openConversation } from './thread.ts';

const recorder = (page: Page) => page.getByRole('region', { name: 'Recording' });
const sound = (within: Locator | Page) => within.locator('.voice audio');

/** Records until the clock of the recording moves. */
async function record(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Record a voice message' }).click();
  await recorder(page).getByRole('timer').getByText('0:01').waitFor();
}

story('a voice is recorded and sent, and heard with its waveform at any speed', async ({ guest }) => {
  const [alice, bob, carol] = await Promise.all([
    guest('alice', { viewport: { width: 360, height: 740 } }),
    guest('bob'),
    guest('carol', { serviceWorkers: 'block' }),
  ]);
  const [a, b] = [alice.page, bob.page];
  await Promise.all([openConversation(a, named(alice.api, bob.api)), openConversation(b, named(alice.api, bob.api))]);
  const tray = a.getByRole('list', { name: 'Files to send' });

  await record(a);
  await recorder(a).getByRole('button', { name: 'Discard' }).click();
  await recorder(a).waitFor({ state: 'detached' });
  expect(await tray.count()).toBe(0);

  await record(a);
  if (process.env.LOOK) await a.screenshot({ path: `${process.env.LOOK}/voice-a.png` });
  await recorder(a).getByRole('button', { name: 'Send the voice message' }).click();
  const play = b.getByRole('button', { name: 'Play the voice message' });
  await play.waitFor();
  // It is decoded: its parts are not all as loud.
  const heights = () =>
    b.locator('.voice path').evaluateAll(
      (paths) =>
        new Set(
          paths
            .map((path) => path.getAttribute('d'))
            .join('')
            .match(/v[\d.]+/g),
        ).size,
    );
  await expect.poll(heights).toBeGreaterThan(3);
  await b.getByRole('button', { name: 'Speed: 1×' }).click();
  await b.getByRole('button', { name: 'Speed: 1.5×' }).waitFor();
  await play.click();
  await expect.poll(() => sound(b).evaluate((element: HTMLAudioElement) => element.currentTime)).toBeGreaterThan(0);
  expect(await sound(b).evaluate((element: HTMLAudioElement) => element.playbackRate)).toBe(1.5);
  // Heard to its end, it can be heard again.
  await play.waitFor();
  if (process.env.LOOK) await b.screenshot({ path: `${process.env.LOOK}/voice-b.png` });
  if (process.env.LOOK) await a.screenshot({ path: `${process.env.LOOK}/voice-a2.png` });
  const position = b.getByRole('slider', { name: 'Position in the voice message' });
  await position.press('ArrowRight');
  await expect.poll(() => sound(b).evaluate((element: HTMLAudioElement) => element.currentTime)).toBeGreaterThan(0);

  // Whoever looks elsewhere while recording loses nothing, and sends nothing.
  await record(a);
  await openConversation(a, named(alice.api, carol.api));
  await openConversation(a, named(alice.api, bob.api));
  await tray.getByText('Voice message').waitFor();

  const other = carol.page;
  await other.route('/', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'permissions-policy': 'microphone=()' } });
  });
  await other.reload();
  await openConversation(other, named(alice.api, carol.api));
  await other.getByRole('button', { name: 'Record a voice message' }).click();
  await other.getByText('This page may not use the microphone.').waitFor();
  await recorder(other).waitFor({ state: 'detached' });
});
