import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';

/** OFL-1.1. It has 24 MB, so it is no dependency: it is fetched when screenshots are made. */
const font = '@fontsource/noto-color-emoji@5.3.2';
const run = promisify(execFile);
let fetched: Promise<string> | undefined;

async function fetchFont(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-emoji-'));
  try {
    const { stdout } = await run('npm', ['pack', font, '--silent', '--pack-destination', folder], { cwd: folder });
    await run('tar', ['-xzf', stdout.trim().split('\n').at(-1) ?? ''], { cwd: folder });
    const file = 'package/files/noto-color-emoji-emoji-400-normal.woff2';
    return (await readFile(join(folder, file))).toString('base64');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Adds an emoji font to a page: the Chromium of the package registry has none. */
export async function addEmoji(page: Page): Promise<void> {
  fetched ??= fetchFont();
  await page.evaluate(
    async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const face = new FontFace('Emoji of the test', bytes);
      document.fonts.add(await face.load());
      const { style } = document.documentElement;
      const { fontFamily } = getComputedStyle(document.body);
      style.setProperty('--font', `${fontFamily}, "Emoji of the test"`);
      await document.fonts.ready;
      // Wait until everything is painted with the font.
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    },
    await fetched,
  );
}
