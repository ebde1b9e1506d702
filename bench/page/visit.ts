import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Person } from '#test/support/person';

/** A telephone of the middle class beside a laptop, as in Lighthouse. */
export const slower = 4;

/** A browser context in which a person is signed in, as after a sign-in: nothing else is kept. */
export function signedIn(browser: Browser, url: string, { username, tokens }: Person): Promise<BrowserContext> {
  const account = { username, name: username, access: tokens.access, refresh: '', usedAt: Date.now() };
  const localStorage = [{ name: `parley.account.${username}`, value: JSON.stringify(account) }];
  return browser.newContext({
    baseURL: url,
    viewport: { width: 1_280, height: 800 },
    storageState: { cookies: [], origins: [{ origin: new URL(url).origin, localStorage }] },
  });
}

/** As on a processor that is so many times slower. */
export async function slowProcessor(page: Page, rate: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
}

/** Milliseconds from the start of the navigation to the frame in which an element was in Lighthouse. Call it before the navigation. */
export async function watchFor(page: Page, selector: string): Promise<() => Promise<number>> {
  // As a text: tsx would put names into a function that the browser does not have. The frame after the next one is painted.
  await page.addInitScript(`globalThis[${JSON.stringify(selector)}] = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('it did not come')), 30_000);
    const look = () =>
      document.querySelector(${JSON.stringify(selector)})
        ? requestAnimationFrame(() => resolve(performance.now()))
        : requestAnimationFrame(look);
    look();
  })`);
  return () => page.evaluate(`globalThis[${JSON.stringify(selector)}]`);
}
