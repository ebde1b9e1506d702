import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { addFont } from './fonts.ts';

const root = join(import.meta.dirname, '../..');

/** Only `npm run screenshots` writes screenshots; other runs do not change the working tree. */
export const isTaking = process.env.PARLEY_SCREENSHOTS === '1';

/** Prepares a page for screenshots, before it shows any emoji or Arabic. Does nothing if no screenshots are made, because it takes seconds. */
export async function prepare(page: Page, font: 'emoji' | 'arabic' = 'emoji'): Promise<void> {
  if (isTaking) await addFont(page, font);
}

/** Writes a screenshot to `<folder>/<name>.webp`. */
export async function screenshot(
  page: Page,
  name: string,
  colorScheme: 'light' | 'dark' = 'light',
  folder = 'docs/img',
): Promise<void> {
  if (!isTaking) return;
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  const session = await page.context().newCDPSession(page);
  const capture = () => session.send('Page.captureScreenshot', { format: 'webp', quality: 88 });
  // In the first screenshot emoji may be missing.
  await capture();
  const { data } = await capture();
  await session.detach();
  await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, folder, `${name}.webp`), Buffer.from(data, 'base64'));
  const look = process.env.PARLEY_SCREENSHOTS_PNG;
  if (look) await page.screenshot({ path: join(look, `${name}.png`) });
}
