import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** What `watchShifts` saw. */
    layoutShifts?: number[];
  }
}

/** Writes down from now on whenever things move that nobody touched. */
export async function watchShifts(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: number[] = [];
    window.layoutShifts = seen;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if ('value' in entry) seen.push(Number(entry.value));
    }).observe({ type: 'layout-shift' });
  });
}

/** The sum of all shifts since: 0 is calm, Google's tools call everything to 0.1 good: https://web.dev/articles/cls */
export async function shiftOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    // Two frames, so that what was painted last has been reported.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return (window.layoutShifts ?? []).reduce((sum, value) => sum + value, 0);
  });
}
