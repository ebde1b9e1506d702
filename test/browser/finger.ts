import type { Locator, Page } from 'playwright-core';

/** Puts a finger on the middle of an element. @returns lifts it */
export async function press(page: Page, on: Locator): Promise<() => Promise<void>> {
  const box = await on.boundingBox();
  if (!box) throw new Error('the element is not shown');
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  if (isFirefox(page)) {
    // Where Playwright's mouse is a finger: firefox.mjs.
    await page.mouse.move(point.x, point.y);
    await page.mouse.down();
    return () => page.mouse.up();
  }
  const touch = await page.context().newCDPSession(page);
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
  return async () => {
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
}

export async function tap(page: Page, on: Locator): Promise<void> {
  await (isFirefox(page) ? on.click() : on.tap());
}

function isFirefox(page: Page): boolean {
  return page.context().browser()?.browserType().name() === 'firefox';
}
