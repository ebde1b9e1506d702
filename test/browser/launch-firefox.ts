import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, firefox } from 'playwright-core';

/** The installed Firefox: `FIREFOX_PATH`, else the first of the usual names. Or a sentence that says that there is none. */
export function findFirefox(): { readonly executable: string } | { readonly missing: string } {
  const executable = process.env.FIREFOX_PATH ?? installedFirefox();
  return executable === undefined
    ? { missing: 'no Firefox was found: install firefox-esr or firefox, or set FIREFOX_PATH' }
    : { executable };
}

let started: Promise<Browser> | undefined;

/** Starts it once for each process, which tells one story at a time: a Firefox has one window with the focus. It ends with the process. */
export function startFirefox(executable: string): Promise<Browser> {
  started ??= firefox.launch({
    // The channel of released Firefoxes, which speak WebDriver BiDi. Others are patched ones, from Playwright's own servers.
    channel: 'moz-firefox',
    executablePath: join(import.meta.dirname, 'firefox.mjs'),
    env: { ...process.env, FIREFOX: executable },
    firefoxUserPrefs: {
      'dom.w3c_touch_events.enabled': 1,
      // Fine and hovering: without a screen it would have no pointer at all.
      'ui.primaryPointerCapabilities': 6,
      'ui.allPointerCapabilities': 7,
    },
  });
  return started;
}

function installedFirefox(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [
    ...folders.flatMap((folder) => ['firefox-esr', 'firefox'].map((name) => join(folder, name))),
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ].find((path) => existsSync(path));
}
