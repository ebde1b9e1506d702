import { expect } from 'vitest';
import { named } from '../support/person.ts';
import { story } from './story.ts';
import { field } from './thread.ts';

story('the page tells its worker which conversation is on the screen, whatever its address', async (stage) => {
  const [bob, carol] = await Promise.all([stage.chat.person('bob'), stage.chat.person('carol')]);
  const { page, context, api, username } = await stage.guest('alice');
  // Short for the conversation of the two.
  await page.goto(`/#/c/${bob.username}`);
  await field(page).waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await field(page).waitFor();

  /** Asks as the worker does before it shows a notification. */
  async function isShown(conversation: string): Promise<boolean> {
    const [worker] = context.serviceWorkers();
    if (!worker) throw new Error('there is no service worker');
    return worker.evaluate(askPages, { type: 'shows', user: username, conversation });
  }
  expect(await isShown(named(api, bob))).toBe(true);
  expect(await isShown(named(api, carol))).toBe(false);
});

declare const clients: {
  matchAll(): Promise<{ postMessage(question: unknown, ports: MessagePort[]): void }[]>;
};

async function askPages(question: unknown): Promise<boolean> {
  const [page] = await clients.matchAll();
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<boolean>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  page?.postMessage(question, [port2]);
  return answer;
}
