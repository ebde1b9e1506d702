import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page, Route } from 'playwright-core';
import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { violations } from './axe.ts';
import { shiftOf, watchShifts } from './layout-shift.ts';
import { landscape } from './picture.ts';
import { story } from './story.ts';
import { message, openConversation, say } from './thread.ts';
import { sendFile } from './upload.ts';

/** Width of a picture in px; 0 until it is loaded. */
function widthOf(picture: Locator): Promise<number> {
  return picture.evaluate((image: HTMLImageElement) => image.naturalWidth);
}

interface Given {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

/** Simulates pasting or dropping a file: a test has neither a clipboard nor another window. */
async function give(page: Page, how: 'paste' | 'drop', file: Given): Promise<void> {
  await page.evaluate(
    async ([how, { name, type, base64 }]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type }));
      const field = document.querySelector('textarea');
      if (!field) throw new Error('there is no field to give a file to');
      const common = { bubbles: true, cancelable: true, composed: true };
      if (how === 'paste') {
        field.dispatchEvent(new ClipboardEvent('paste', { ...common, clipboardData: transfer }));
        return;
      }
      for (const type of ['dragenter', 'dragover', 'drop']) {
        field.dispatchEvent(new DragEvent(type, { ...common, dataTransfer: transfer }));
      }
    },
    [how, file] as const,
  );
}

story(
  'files are added by button, paste and drop, previewed before sending, and shown to the recipient without layout shifts',
  async ({ guest }) => {
    const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
    const name = named(alice.api, bob.api);
    const picture = await landscape(alice.page);
    await Promise.all([openConversation(alice.page, name), openConversation(bob.page, name)]);
    const { page } = alice;
    const tray = page.getByRole('list', { name: 'Files to send' });

    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Attach files' }).click(),
    ]);
    await chooser.setFiles({ name: 'lake.jpg', mimeType: 'image/jpeg', buffer: picture });
    await tray.getByText('lake.jpg').waitFor();
    await expect.poll(() => widthOf(tray.locator('img'))).toBe(1_200);
    await give(page, 'paste', { name: 'notes.txt', type: 'text/plain', base64: btoa('Bring water.') });
    await give(page, 'drop', { name: 'route.txt', type: 'text/plain', base64: btoa('Up, and down again.') });
    await tray.getByText('notes.txt').waitFor();
    await tray.getByText('route.txt').waitFor();
    await page.getByRole('button', { name: 'Remove route.txt' }).click();
    await expect.poll(() => tray.getByRole('listitem').count()).toBe(2);

    await page.getByLabel('Message', { exact: true }).fill('This morning');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await tray.waitFor({ state: 'detached' });
    const shown = bob.page.getByRole('img', { name: 'lake.jpg' });
    await expect.poll(() => widthOf(shown)).toBe(1_200);
    const [download] = await Promise.all([
      bob.page.waitForEvent('download'),
      bob.page.getByRole('link', { name: /notes\.txt/ }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('notes.txt');

    // The place of a picture is reserved while it loads, so nothing moves when it appears.
    const held: Route[] = [];
    await bob.context.route(
      ({ pathname }) => pathname.startsWith('/_aws/s3/'),
      (route) => void held.push(route),
    );
    await bob.page.reload();
    const place = bob.page.getByRole('button', { name: 'Open lake.jpg' });
    await place.waitFor();
    await expect.poll(() => held.length).toBeGreaterThan(0);
    const before = await place.boundingBox();
    await watchShifts(bob.page);
    for (const route of held) await route.continue();
    await expect.poll(() => widthOf(shown)).toBe(1_200);
    expect(await place.boundingBox()).toEqual(before);
    expect(await shiftOf(bob.page)).toBe(0);
  },
);

story('a picture loses the place and the camera that are in it before it is uploaded', async ({ guest }) => {
  const [alice, bob] = await Promise.all([guest('alice'), guest('bob')]);
  const name = named(alice.api, bob.api);
  const { page } = alice;
  await openConversation(page, name);
  // Browsers on some systems know no type of the second.
  for (const [file, type] of [
    ['personal.jpg', 'image/jpeg'],
    ['personal.heic', ''],
  ] as const) {
    const picture = readFileSync(join(import.meta.dirname, '../corpus', file));
    expect(picture.toString('latin1')).toContain('Cameramaker');
    await give(page, 'drop', { name: file, type, base64: picture.toString('base64') });
    await page.getByRole('list', { name: 'Files to send' }).getByText(file).waitFor();
  }
  await page.getByLabel('Message', { exact: true }).fill('From the lake');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('list', { name: 'Files to send' }).waitFor({ state: 'detached' });
  const sent = async () => (await bob.api.get(`/conversations/${name}/messages`)).body.results[0]?.attachments ?? [];
  await expect.poll(async () => (await sent()).length, { timeout: 15_000 }).toBe(2);
  const files: { content_type: string; size: number; url: string }[] = await sent();
  expect(files.map(({ content_type }) => content_type)).toEqual(['image/jpeg', 'image/heic']);
  for (const { url, size } of files) {
    const received = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(received.length).toBe(size);
    expect(received.toString('latin1')).not.toMatch(/Cameramaker|Alice Author|52\.52|GPSLatitude/);
  }
});

story('a slow upload shows its progress, and ends when it is cancelled', async ({ guest, chat }) => {
  const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
  const { page, context } = alice;
  await openConversation(page, named(alice.api, bob));
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 150_000,
  });
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Attach files' }).click(),
  ]);
  await chooser.setFiles({
    name: 'film.bin',
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(2_000_000, 7),
  });
  const progress = page.getByRole('progressbar', { name: 'Uploading film.bin' });
  await expect.poll(() => progress.evaluate(({ value }: HTMLProgressElement) => value)).toBeGreaterThan(0.02);
  await page.getByRole('button', { name: 'Cancel upload of film.bin' }).click();
  await progress.waitFor({ state: 'detached' });
});

/** A film of a second, recorded by the browser. */
function film(page: Page): Promise<Buffer> {
  return page
    .evaluate(async () => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width: 320, height: 240 });
      const draw = canvas.getContext('2d');
      if (!draw) throw new Error('this browser does not draw');
      const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm' });
      const parts: Blob[] = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve));
      recorder.start();
      for (let frame = 0; frame < 30; frame++) {
        draw.fillStyle = `hsl(${frame * 12} 60% 50%)`;
        draw.fillRect(0, 0, 320, 240);
        await new Promise(requestAnimationFrame);
      }
      recorder.stop();
      await ended;
      return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
    })
    .then((bytes) => Buffer.from(bytes));
}

/** Drags the picture that is shown large, with a finger. */
async function dragPicture(page: Page, x: number, y: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', part: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: 180 + x * part, y: 370 + y * part }],
    });
  await touch('touchStart', 0);
  for (const part of [0.25, 0.5, 0.75, 1]) await touch('touchMove', part);
  await touch('touchEnd', 1);
  await session.detach();
}

story(
  'pictures stand in full rows, a film plays in its place, and a finger leads through the pictures',
  async ({ guest }) => {
    const options = { viewport: { width: 360, height: 740 }, hasTouch: true };
    const [alice, bob] = await Promise.all([guest('alice', options), guest('bob')]);
    const name = named(alice.api, bob.api);
    const { page } = alice;
    await openConversation(page, name);
    const jpeg = { mimeType: 'image/jpeg', buffer: await landscape(page, 600, 400) };
    const clip = { name: 'waves.webm', mimeType: 'video/webm', buffer: await film(page) };
    const note = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Bring water.') };
    const tray = page.getByRole('list', { name: 'Files to send' });
    const send = async (...files: { name: string; mimeType: string; buffer: Buffer }[]) => {
      await page.locator('input[type=file][multiple]').setInputFiles(files);
      await tray
        .locator('[data-status=uploaded]')
        .nth(files.length - 1)
        .waitFor();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await tray.waitFor({ state: 'detached' });
    };
    const rows = () =>
      page
        .locator('.gallery')
        .last()
        .evaluate((gallery) => {
          const whole = gallery.getBoundingClientRect();
          const boxes = [...gallery.children].map((child) => child.getBoundingClientRect());
          const tops = [...new Set(boxes.map(({ top }) => Math.round(top)))];
          return tops.map((top) => {
            const row = boxes.filter((box) => Math.round(box.top) === top);
            const isFull =
              Math.min(...row.map(({ left }) => left)) - whole.left < 1 &&
              whole.right - Math.max(...row.map(({ right }) => right)) < 1;
            return isFull ? row.length : 'a hole';
          });
        });
    await send({ name: 'a.jpg', ...jpeg }, note, { name: 'b.jpg', ...jpeg }, { name: 'c.jpg', ...jpeg });
    await page.getByRole('button', { name: 'Open c.jpg' }).waitFor();
    expect(await rows()).toEqual([1, 2]);
    await send(
      { name: 'd.jpg', ...jpeg },
      { name: 'e.jpg', ...jpeg },
      clip,
      { name: 'f.jpg', ...jpeg },
      { name: 'g.jpg', ...jpeg },
    );
    await page.getByRole('button', { name: 'Open g.jpg' }).waitFor();
    expect(await rows()).toEqual([2, 2]);

    const video = page.locator('video[aria-label="waves.webm"]');
    // It may have ended before the browser says that it plays.
    await video.evaluate((element: HTMLVideoElement) => element.play().catch(() => {}));
    await expect
      .poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime), { timeout: 15_000 })
      .toBeGreaterThan(0);

    await page.getByRole('button', { name: 'Open a.jpg' }).click();
    await expect
      .poll(() => widthOf(page.getByRole('dialog', { name: 'a.jpg' }).getByRole('img')), { timeout: 15_000 })
      .toBe(600);
    await dragPicture(page, -150, 20);
    await page.getByRole('dialog', { name: 'b.jpg' }).waitFor();
    await dragPicture(page, 150, 0);
    const shown = page.getByRole('dialog', { name: 'a.jpg' });
    await shown.waitFor();
    expect(await violations(page)).toEqual([]);
    // Too little to mean anything.
    await dragPicture(page, 20, 30);
    expect(await shown.isVisible()).toBe(true);
    await dragPicture(page, 20, 200);
    await shown.waitFor({ state: 'detached' });
  },
);

story('lists and replies say what a file is, and whom a room’s message mentions by name', async ({ chat, guest }) => {
  const [bob, carol, alice] = await Promise.all([
    chat.person('bob'),
    chat.person('carol'),
    guest('alice', { viewport: { width: 360, height: 740 } }),
  ]);
  const { page } = alice;
  const name = named(alice.api, bob);
  await bob.request('PATCH', '/me', { name: 'بدر' });
  const room = `room:boats-${alice.username}`;
  for (const one of [bob, carol, alice.api])
    await one.request('PUT', `/conversations/${encodeURIComponent(room)}/members/${one.username}`);
  const corpus = (file: string) => readFileSync(join(import.meta.dirname, '../corpus', file));
  const voice = { filename: 'voice-message-0m3s.webm', content_type: 'audio/webm' };
  await sendFile(bob, name, voice, corpus('voice.webm'));
  await bob.post(`/conversations/${encodeURIComponent(room)}/messages`, { message: `Hey @${carol.username}!` });

  // As the list comes from the server.
  await page.reload();
  const row = (of: string) => page.locator(`[data-conversation="${of}"]`);
  await row(name).getByText('Voice message', { exact: true }).waitFor();
  await row(room).getByText('Hey @Carol!').waitFor();
  // A name of another direction stands beside its avatar.
  const gap = await row(name).evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element.querySelector('.row-title') ?? element);
    const avatar = element.querySelector('.person-avatar')?.getBoundingClientRect();
    return range.getBoundingClientRect().left - (avatar?.right ?? 0);
  });
  expect(gap).toBeLessThan(24);
  // As events bring it.
  await bob.post(`/conversations/${encodeURIComponent(room)}/messages`, { message: `Bye @${alice.username}` });
  await row(room).getByText('Bye @Alice').waitFor();
  const clip = { filename: 'clip.mp4', content_type: 'video/mp4' };
  await sendFile(bob, name, clip, corpus('film.mp4'));
  await row(name).getByText('Video', { exact: true }).waitFor();

  await openConversation(page, name);
  const heard = page.locator('li.message', { has: page.getByRole('button', { name: 'Play the voice message' }) });
  await heard.hover();
  await heard.getByRole('button', { name: 'Reply' }).click();
  await page.locator('.mode-bar').getByText('Voice message').waitFor();
  await say(page, 'I hear you');
  await message(page, 'I hear you').locator('.quote').getByText('Voice message').waitFor();
});
