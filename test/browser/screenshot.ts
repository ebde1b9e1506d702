import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { addEmoji } from './emoji-font.ts';

const folder = join(import.meta.dirname, '../../docs/img');

/** Are screenshots made? `npm run screenshots` does; other runs leave the tree as it is. */
export const isTaking = process.env.PARLEY_SCREENSHOTS === '1';

/** Gets a page ready for its pictures, before it shows any emoji. Takes seconds; only where they are made. */
export async function prepare(page: Page): Promise<void> {
  if (isTaking) await addEmoji(page);
}

/** Puts what a page shows into the documents, as `docs/img/<name>.webp`. */
export async function screenshot(page: Page, name: string, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
  if (!isTaking) return;
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  const session = await page.context().newCDPSession(page);
  const capture = () => session.send('Page.captureScreenshot', { format: 'webp', quality: 88 });
  // The first time that emoji are painted they may be missing.
  await capture();
  const { data } = await capture();
  await session.detach();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
  const look = process.env.PARLEY_SCREENSHOTS_PNG;
  if (look) await page.screenshot({ path: join(look, `${name}.png`) });
}
