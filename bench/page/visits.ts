import type { Browser } from 'playwright-core';
import { inBatches, type Stage } from '#test/support/stage';
import { median } from '../median.ts';
import { slowNetwork } from './slow-network.ts';
import { signedIn, slower, slowProcessor, watchFor } from './visit.ts';

const runs = Number(process.env.PAGE_RUNS ?? 5);
const conversations = 30;
const row = '.inbox-list .row';
const message = '.thread-content .message';

/** Prints the times from the start of the navigation to rows and messages. */
export async function measureVisits(browser: Browser, stage: Stage): Promise<void> {
  const network = await slowNetwork(stage.runtime.outputs.WebUrl ?? '');
  const reader = await stage.person('reader');
  await reader.get('/me');
  const writers = Array.from({ length: conversations }, (_, index) => `writer${String(index).padStart(2, '0')}`);
  await inBatches(writers, 5, async (username) => {
    const writer = await stage.person(username);
    for (let line = 1; line <= 3; line++)
      await writer.post(`/conversations/reader_${username}/messages`, { message: `Line ${line} of ${username}` });
  });
  const times = new Map<string, number[]>();
  const note = (name: string, ms: number) => times.set(name, [...(times.get(name) ?? []), ms]);
  for (let run = 0; run < runs; run++) {
    const context = await signedIn(browser, network.origin, reader);
    network.begin();
    const page = await context.newPage();
    const [rows, messages] = [await watchFor(page, row), await watchFor(page, message)];
    await slowProcessor(page, slower);
    await page.goto('/#/c/reader_writer00');
    note('first visit, slow 4G, processor 4 times slower: rows', await rows());
    note('first visit, slow 4G, processor 4 times slower: messages', await messages());
    if (process.env.PAGE_TRACE)
      console.log(
        await page.evaluate(() =>
          performance
            .getEntriesByType('resource')
            .map(
              (entry) =>
                `${Math.round(entry.startTime)} ${Math.round((entry as PerformanceResourceTiming).responseEnd)} ${entry.name}`,
            )
            .join('\n'),
        ),
      );
    // What the second visit needs.
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => localStorage.getItem('parley.inbox.reader'));
    for (const [name, rate] of [
      ['second visit without a network: rows', 1],
      ['second visit without a network, processor 4 times slower: rows', slower],
    ] as const) {
      const again = await context.newPage();
      const rowsAgain = await watchFor(again, row);
      await context.setOffline(true);
      await slowProcessor(again, rate);
      await again.goto('/');
      note(name, await rowsAgain());
      await context.setOffline(false);
      await again.close();
    }
    await context.close();
  }
  network.stop();
  for (const [name, all] of times)
    console.log(`${String(Math.round(median(all))).padStart(6)} ms  ${name} (${all.map(Math.round).join(', ')})`);
}
