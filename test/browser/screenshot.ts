import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { addEmoji } from './emoji-font.ts';

const folder = join(import.meta.dirname, '../../docs/img');

/** Are screenshots made? `npm run screenshots` does; other runs leave the tree as it is. */
export const isTaking = process.env.PARLEY_SCREENSHOTS === '1';

/** Puts what a page shows into the documents, as `docs/img/<name>.webp`. */
export async function screenshot(page: Page, name: string, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
  if (!isTaking) return;
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await addEmoji(page);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 88 });
  await session.detach();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
  const look = process.env.PARLEY_SCREENSHOTS_PNG;
  if (look) await page.screenshot({ path: join(look, `${name}.png`) });
}
