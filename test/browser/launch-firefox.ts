import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type BrowserServer, firefox } from 'playwright-core';

/** Starts an installed Firefox, as people have it: `FIREFOX_PATH`, else the first of the usual names. @returns or why there is none */
export async function launchFirefox(): Promise<BrowserServer | { readonly missing: string }> {
  const executable = process.env.FIREFOX_PATH ?? installedFirefox();
  if (executable === undefined) {
    return { missing: 'no Firefox was found: install firefox-esr or firefox, or set FIREFOX_PATH' };
  }
  try {
    return await launch(executable);
  } catch (error) {
    return { missing: `${executable} does not start: ${String(error).split('\n')[0]}` };
  }
}

function launch(executable: string): Promise<BrowserServer> {
  return firefox.launchServer({
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
}

function installedFirefox(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [
    ...folders.flatMap((folder) => ['firefox-esr', 'firefox'].map((name) => join(folder, name))),
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ].find((path) => existsSync(path));
}
