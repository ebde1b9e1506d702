import type { Browser, CDPSession, Page } from 'playwright-core';
import type { Stage } from '#test/support/stage';
import { longConversation } from './long-conversation.ts';
import { signedIn, watchFor } from './visit.ts';

const messages = Number(process.env.PAGE_MESSAGES ?? 100_000);
/** An hour, if one looks at each screen for a second. */
const screens = Number(process.env.PAGE_SCREENS ?? 3_600);
const parts = 6;

/** Opens a long conversation, scrolls up through it, and prints frames and memory. */
export async function measureScroll(browser: Browser, stage: Stage): Promise<void> {
  const [reader, writer] = [await stage.person('scroller'), await stage.person('author')];
  const name = 'author_scroller';
  await reader.get('/me');
  const began = performance.now();
  await longConversation(stage, writer, name, messages);
  await reader.post(`/conversations/${name}/read`, { up_to: messages });
  console.error(`… ${messages} messages in ${Math.round((performance.now() - began) / 1_000)} s`);

  const context = await signedIn(browser, stage.runtime.outputs.WebUrl ?? '', reader);
  const page = await context.newPage();
  const opened = await watchFor(page, '.thread-content .message');
  await page.goto(`/#/c/${name}`);
  console.log(`${String(Math.round(await opened())).padStart(6)} ms  a conversation of ${messages} messages is open`);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  console.log(`${await memory(session)}  at first`);
  const frames: number[] = [];
  await page.evaluate(`globalThis.longTasks = [];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ entryTypes: ['longtask'] });`);
  for (let part = 1; part <= parts; part++) {
    frames.push(...(await scrollUp(page, Math.ceil(screens / parts))));
    const oldest = await page.locator('.thread-content [data-seq]').first().getAttribute('data-seq');
    console.log(
      `${await memory(session)}  after ${Math.round((screens / parts) * part)} screens, at message ${oldest}`,
    );
  }
  const tasks = (await page.evaluate<number[]>('longTasks')).sort((a, b) => b - a);
  await context.close();
  const sorted = frames.sort((a, b) => a - b);
  const at = (share: number) => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1)} ms`;
  const late = (sorted.filter((ms) => ms > 25).length / sorted.length) * 100;
  console.log(`frames: ${frames.length}; half within ${at(0.5)}, 95% within ${at(0.95)}, the longest ${at(1)}`);
  console.log(`        ${late.toFixed(1)}% came late, which is more than a frame of 60 a second after the one before`);
  console.log(`tasks of the page of 50 ms and more: ${tasks.length}, the longest ${Math.round(tasks[0] ?? 0)} ms`);
}

/** Half a screen in each frame, so that what happens in an hour happens in two minutes. @returns the time between frames */
function scrollUp(page: Page, count: number): Promise<number[]> {
  return page.evaluate(`new Promise((resolve) => {
    const scroller = document.querySelector('.thread-scroller');
    const step = scroller.clientHeight / 2;
    const frames = [];
    let left = ${count} * 2;
    let last = performance.now();
    const frame = (now) => {
      frames.push(now - last);
      last = now;
      // At the upper end the next page is on its way.
      const moved = Math.min(step, scroller.scrollTop);
      scroller.scrollTop -= moved;
      if (moved > 1) left--;
      if (left <= 0) resolve(frames);
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })`);
}

/** What is left after the garbage is collected. */
async function memory(session: CDPSession): Promise<string> {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return `${(of('JSHeapUsedSize') / 1_048_576).toFixed(1).padStart(6)} MB  ${of('Nodes')} nodes of the document`;
}
