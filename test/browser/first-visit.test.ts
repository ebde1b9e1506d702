import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { firstVisit } from '#bench/first-visit';
import { story } from './story.ts';

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
