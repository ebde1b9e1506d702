/**
 * `npm run bench:page`: measures the page in a browser. It prints when the rows of the inbox are there at a first visit with a slow network and a slow
 * processor, and at a second one without a network; and the frames and the memory of an hour's scrolling through a conversation of 100,000 messages.
 * `-- visits` or `-- scroll` runs one of the parts. PAGE_RUNS=5 PAGE_MESSAGES=100000 PAGE_SCREENS=3600 are the defaults.
 */
import { chromium } from 'playwright-core';
import { launchBrowser } from '#test/browser/launch';
import { openStage } from '#test/support/stage';
import { withStack } from '../serve.ts';
import { measureScroll } from './scroll.ts';
import { measureVisits } from './visits.ts';

const parts = process.argv.slice(2);
const wants = (part: string) => parts.length === 0 || parts.includes(part);

const server = await launchBrowser();
const browser = await chromium.connect(server.wsEndpoint());
try {
  await withStack(async (runtime, folders) => {
    const stage = await openStage(runtime, folders);
    if (wants('visits')) await measureVisits(browser, stage);
    if (wants('scroll')) await measureScroll(browser, stage);
    await stage.stop();
  });
} finally {
  await browser.close();
  await server.close();
}
