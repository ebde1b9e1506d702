import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { firstVisit } from '#bench/first-visit';
import { named } from '../support/person.ts';
import { story } from './story.ts';
import { message } from './thread.ts';

/** Compressed bytes. */
const most = 60 * 1_024;

story('a first visit downloads at most 60 KB, and nothing is fetched from other hosts', async ({ visitor, url }) => {
  const { page, context } = await visitor('somebody');
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const answers = new Map<string, { readonly address: string; readonly headers: number }>();
  const bytes = new Map<string, number>();
  session.on('Network.responseReceived', ({ requestId, response }) => {
    answers.set(requestId, { address: response.url, headers: response.encodedDataLength });
  });
  // Headers are not counted: CloudFront uses HTTP/2, which compresses repeated headers to references.
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const { address, headers } = answers.get(requestId) ?? { address: requestId, headers: 0 };
    bytes.set(address, encodedDataLength - headers);
  });
  await page.goto('/', { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  expect([...bytes.keys()].filter((address) => !address.startsWith(url))).toEqual([]);
  const downloaded = [...bytes].filter(([address]) => /(\/|\.js|\.css|config\.json)$/.test(new URL(address).pathname));
  console.log(bytes);
  expect(downloaded.length).toBeGreaterThanOrEqual(4);
  expect(downloaded.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(most);
});

story(
  'the socket, the configuration and the open conversation do not wait for the script of the page',
  async ({ visitor, chat, url }) => {
    const [alice, bob] = await Promise.all([chat.person('alice'), chat.person('bob')]);
    const name = named(alice, bob);
    await bob.post(`/conversations/${name}/messages`, { message: 'Early' });
    const account = { username: alice.username, name: 'Alice', access: alice.tokens.access, refresh: '', usedAt: 1 };
    const localStorage = [{ name: `parley.account.${alice.username}`, value: JSON.stringify(account) }];
    const { page, expectProblem } = await visitor('alice', {
      serviceWorkers: 'block',
      storageState: { cookies: [], origins: [{ origin: new URL(url).origin, localStorage }] },
    });
    expectProblem(/registration blocked/);
    let sockets = 0;
    const asked: string[] = [];
    page.on('websocket', () => {
      sockets++;
    });
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const letGo: (() => void)[] = [];
    await page.route(
      /\/assets\/chunk-/,
      (route) => new Promise((resolve) => letGo.push(() => resolve(route.continue()))),
    );
    const opened = page.goto(`/#/c/${name}`);
    const early = ['/config.json', '/api/me', `/api/conversations/${name}`];
    await expect
      .poll(() => [sockets, ...early.filter((path) => asked.includes(path))], { timeout: 20_000 })
      .toEqual([1, ...early]);
    for (const go of letGo) go();
    await opened;
    await message(page, 'Early').waitFor();
    // The page takes what has begun, and begins nothing of it again.
    await page.getByTitle('Connected.', { exact: true }).waitFor();
    expect(sockets).toBe(1);
    expect(asked.filter((path) => path === '/config.json' || path === '/api/me')).toEqual(['/config.json', '/api/me']);
  },
);

it('what is built for a first visit is at most 60 KB when compressed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-page-'));
  try {
    const sizes = Object.values(firstVisit(folder));
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(most);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
