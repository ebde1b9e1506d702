import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** Filled by `watchShifts`. */
    layoutShifts?: number[];
  }
}

/** Starts to record layout shifts. */
export async function watchShifts(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: number[] = [];
    window.layoutShifts = seen;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if ('value' in entry) seen.push(Number(entry.value));
    }).observe({ type: 'layout-shift' });
  });
}

/** The sum of all shifts since then. Google's tools call up to 0.1 good: https://web.dev/articles/cls */
export async function shiftOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    // Two frames later, the last paint has been reported.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return (window.layoutShifts ?? []).reduce((sum, value) => sum + value, 0);
  });
}
