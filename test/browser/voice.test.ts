import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { violations } from './axe.ts';
import { signIn } from './sign-in.ts';
import { story } from './story.ts';
import { choose, message, openConversation } from './thread.ts';

const recorder = (page: Page) => page.getByRole('region', { name: 'Recording' });
const sound = (within: Locator | Page) => within.locator('.voice audio');

/** A busy machine takes a while to record, upload and decode. */
const patient = { timeout: 15_000 };

/** How many heights the bars of a waveform have: one if it is silent, or not there yet. */
const heights = (of: Locator) =>
  of.locator('.bars path').evaluateAll(
    (paths) =>
      new Set(
        paths
          .map((path) => path.getAttribute('d'))
          .join('')
          .match(/v[\d.]+/g),
      ).size,
  );
const timeOf = (page: Page) => sound(page).evaluate((element: HTMLAudioElement) => element.currentTime);

/** Records until something is heard. */
async function record(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Record a voice message' }).click();
  await expect.poll(() => heights(recorder(page)), patient).toBeGreaterThan(1);
}

story('a voice is recorded and sent, and heard with its waveform at any speed', async ({ chat, guest, visitor }) => {
  const [alice, bob, carol] = await Promise.all([
    guest('alice', { viewport: { width: 360, height: 740 } }),
    guest('bob'),
    chat.person('carol'),
  ]);
  const [a, b] = [alice.page, bob.page];
  await Promise.all([openConversation(a, named(alice.api, bob.api)), openConversation(b, named(alice.api, bob.api))]);
  const tray = a.getByRole('list', { name: 'Files to send' });

  await record(a);
  await recorder(a).getByRole('button', { name: 'Discard' }).click();
  await recorder(a).waitFor({ state: 'detached' });
  expect(await tray.count()).toBe(0);

  await record(a);
  expect(await violations(a)).toEqual([]);
  await recorder(a).getByRole('button', { name: 'Send the voice message' }).click();
  const play = b.getByRole('button', { name: 'Play the voice message' });
  await play.waitFor();
  // It is decoded: its parts are not all as loud.
  await expect.poll(() => heights(b.locator('.voice')), patient).toBeGreaterThan(1);
  expect(await violations(b)).toEqual([]);
  await b.getByRole('button', { name: 'Speed: 1×' }).click();
  await b.getByRole('button', { name: 'Speed: 1.5×' }).waitFor();
  await play.click();
  await expect.poll(() => timeOf(b), patient).toBeGreaterThan(0);
  expect(await sound(b).evaluate((element: HTMLAudioElement) => element.playbackRate)).toBe(1.5);
  // Heard to its end, it can be heard again.
  await play.waitFor();
  const position = b.getByRole('slider', { name: 'Position in the voice message' });
  await position.press('ArrowRight');
  await expect.poll(() => timeOf(b), patient).toBeGreaterThan(0);

  // Whoever looks elsewhere while recording loses nothing, and sends nothing.
  await record(a);
  await openConversation(a, named(alice.api, carol));
  await openConversation(a, named(alice.api, bob.api));
  await tray.getByText('Voice message').waitFor();

  // A document that may not use the microphone. What a test serves may not open the socket either.
  const mute = await visitor('carol');
  mute.expectProblem(/WebSocket connection .* failed/);
  mute.expectProblem(/microphone is not allowed in this document/);
  const other = mute.page;
  await other.route('/', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'permissions-policy': 'microphone=()' } });
  });
  await other.goto('/');
  await signIn(other, carol.username);
  await openConversation(other, named(alice.api, carol));
  await other.getByRole('button', { name: 'Record a voice message' }).click();
  await other.getByText('This page may not use the microphone.').waitFor();
  await recorder(other).waitFor({ state: 'detached' });
});

story(
  'a recording is lost neither to an edit, nor with its microphone, nor to a reload that nobody has confirmed',
  async ({ chat, guest }) => {
    const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
    const { page } = alice;
    const name = named(alice.api, bob);
    await alice.api.post(`/conversations/${name}/messages`, { message: 'Hear this:' });
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (what) => {
        const stream = await ask(what);
        // As when it is unplugged.
        addEventListener('unplug', () => stream.getTracks()[0]?.stop(), { once: true });
        return stream;
      };
    });
    await openConversation(page, name);
    await message(page, 'Hear this:').waitFor();
    const tray = page.getByRole('list', { name: 'Files to send' });

    await record(page);
    const asked = page.waitForEvent('dialog');
    await page.evaluate(() => void setTimeout(() => location.reload()));
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();

    await choose(page, 'Hear this:', 'Edit');
    await recorder(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Cancel editing' }).click();
    await tray.getByText('Voice message').waitFor();
    await tray.getByRole('button', { name: /^(Remove|Cancel)/ }).click();
    await tray.waitFor({ state: 'detached' });

    await record(page);
    await page.evaluate(() => dispatchEvent(new Event('unplug')));
    await recorder(page).getByRole('button', { name: 'Send the voice message' }).click();
    await page.getByRole('button', { name: 'Play the voice message' }).waitFor();
  },
);
