import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';

/**
 * Fonts that the Chromium of the package registry does not have. OFL-1.1. The one of emoji has 24 MB, so they are no dependencies: they are
 * fetched when screenshots are made.
 */
const fonts = {
  emoji: { name: '@fontsource/noto-color-emoji@5.3.2', file: 'noto-color-emoji-emoji-400-normal.woff2' },
  arabic: { name: '@fontsource/noto-sans-arabic@5.3.0', file: 'noto-sans-arabic-arabic-400-normal.woff2' },
} as const;
const run = promisify(execFile);
const fetched = new Map<string, Promise<string>>();

async function fetchFont({ name, file }: (typeof fonts)[keyof typeof fonts]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-font-'));
  try {
    const { stdout } = await run('npm', ['pack', name, '--silent', '--pack-destination', folder], { cwd: folder });
    await run('tar', ['-xzf', stdout.trim().split('\n').at(-1) ?? ''], { cwd: folder });
    return (await readFile(join(folder, 'package/files', file))).toString('base64');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Adds a font to a page. */
export async function addFont(page: Page, which: keyof typeof fonts): Promise<void> {
  const fetching = fetched.get(which) ?? fetchFont(fonts[which]);
  fetched.set(which, fetching);
  await page.evaluate(
    async ([name, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const face = new FontFace(name, bytes, { weight: '100 900' });
      document.fonts.add(await face.load());
      const { style } = document.documentElement;
      const { fontFamily } = getComputedStyle(document.body);
      style.setProperty('--font', `${fontFamily}, "${name}"`);
      await document.fonts.ready;
      // Chromium keeps the shapes of words that it has laid out before.
      document.body.hidden = true;
      await new Promise(requestAnimationFrame);
      document.body.hidden = false;
      // Wait until everything is painted with the font.
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    },
    [`${which} of the test`, await fetching] as const,
  );
}
