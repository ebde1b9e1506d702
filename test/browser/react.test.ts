/** `examples/react` with the packed packages, built by Vite with React 19 and with React 18, in strict mode. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { buildClient } from '#bin/build-client';
import { buildReact } from '#bin/build-react';
import { password } from '../support/chat.ts';
import { named } from '../support/person.ts';
import { story } from './story.ts';

const root = resolve(import.meta.dirname, '../..');
const site = inject('site');
const sites: Site[] = [];

// Not in the story, whose time is bounded.
beforeAll(async () => {
  if ('missing' in site) return;
  const packages = mkdtempSync(join(tmpdir(), 'parley-packed-'));
  await packAll(packages);
  for (const react of ['19.3.1', '18.3.1']) sites.push(await serve(packages, react));
  rmSync(packages, { recursive: true });
}, 180_000);
afterAll(() => Promise.all(sites.map(({ stop }) => stop())));

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

const npm = (cwd: string, ...command: readonly string[]) => execFileSync('npm', command, { cwd, encoding: 'utf8' });

/** Packs the client and the hooks as they are published. @returns the folder with `client.tgz` and `react.tgz` */
async function packAll(folder: string): Promise<void> {
  await Promise.all([buildClient(join(folder, 'client')), buildReact(join(folder, 'react'))]);
  for (const name of ['client', 'react']) {
    const [{ filename }] = JSON.parse(npm(folder, 'pack', '--json', `./${name}`));
    renameSync(join(folder, filename), join(folder, `${name}.tgz`));
  }
}

interface Site {
  readonly url: string;
  stop(): Promise<void>;
}

/** Installs the packed packages into a copy of the example, as somebody who begins does, builds it for a stack, and serves it. */
async function serve(packages: string, react: string): Promise<Site> {
  if ('missing' in site) throw new Error(site.missing);
  const { WebUrl, CognitoEndpoint, UserPoolClientId } = site.outputs;
  const project = mkdtempSync(join(tmpdir(), 'parley-example-'));
  const folder = join(project, 'dist');
  cpSync(join(root, 'examples/react'), project, { recursive: true });
  const { devDependencies: _, ...manifest } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const dependencies = {
    '@parley/client': `file:${join(packages, 'client.tgz')}`,
    '@parley/react': `file:${join(packages, 'react.tgz')}`,
    react,
    'react-dom': react,
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ ...manifest, dependencies }));
  npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund');
  await build({
    root: project,
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, minify: false },
    define: {
      // Strict mode mounts twice only here.
      'process.env.NODE_ENV': JSON.stringify('development'),
      'import.meta.env.VITE_PARLEY_URL': JSON.stringify(WebUrl),
      'import.meta.env.VITE_COGNITO_URL': JSON.stringify(CognitoEndpoint),
      'import.meta.env.VITE_CLIENT_ID': JSON.stringify(UserPoolClientId),
    },
  });
  const server: Server = createServer(({ url = '/' }, response) => {
    const name = url === '/' ? 'index.html' : url.slice(1);
    response.setHeader('content-type', types[extname(name)] ?? 'text/plain');
    response.end(readFileSync(join(folder, name)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      rmSync(project, { recursive: true });
    },
  };
}

/** Signs in and resolves when the client is live. */
async function enter(page: Page, username: string): Promise<void> {
  await page.goto('/');
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(': live').waitFor();
}

const rows = (page: Page) => page.getByRole('list', { name: 'Messages' }).getByRole('listitem');
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
const field = (page: Page) => page.getByRole('textbox', { name: 'Message' });

story(
  'the example talks, with React 19 and 18: typing, receipts, presence, older messages, and what waits offline',
  async (stage) => {
    const [alice, bob] = await stage.chat.people('alice', 'bob');
    const name = named(alice, bob);
    const [nineteen, eighteen] = sites;
    if (!nineteen || !eighteen) throw new Error('a build is missing');
    const [a, b] = await Promise.all([
      stage.visitor('alice', { baseURL: nineteen.url }),
      stage.visitor('bob', { baseURL: eighteen.url }),
    ]);
    const open = new Set<string>();
    b.page.on('websocket', (socket) => {
      open.add(socket.url() + open.size);
      socket.on('close', () => open.delete([...open][0] ?? ''));
    });
    await Promise.all([enter(a.page, alice.username), enter(b.page, bob.username)]);
    expect(await a.page.evaluate(() => document.title)).toBe('Parley with React');
    // Strict mode mounts twice: the first client is closed.
    await expect.poll(() => open.size).toBe(1);

    await a.page.getByRole('textbox', { name: 'Write to' }).fill(bob.username);
    await a.page.getByRole('textbox', { name: 'Write to' }).press('Enter');
    await field(a.page).pressSequentially('Hello Bob');
    await field(a.page).press('Enter');
    await row(a.page, 'Hello Bob').getByText('delivered').waitFor();
    const entry = b.page.getByRole('button', { name: `${alice.username} 1` });
    await entry.click();
    await row(b.page, 'Hello Bob').waitFor();
    await row(a.page, 'Hello Bob').getByText('read').waitFor();
    await b.page.getByText('0 unread').waitFor();
    await field(b.page).press('H');
    await a.page.getByText(`${bob.username} typing…`).waitFor();

    // What waits is shown, survives a reload and arrives once.
    a.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    a.expectProblem(/404/);
    await a.context.setOffline(true);
    await field(a.page).fill('In the tunnel');
    await field(a.page).press('Enter');
    await row(a.page, 'In the tunnel').getByText('sending').waitFor();
    // Another conversation cannot be opened now, and what waits is there when one comes back.
    await a.page.getByRole('textbox', { name: 'Write to' }).fill('nobody.at.all');
    await a.page.getByRole('textbox', { name: 'Write to' }).press('Enter');
    await a.page.getByText('Opening…').waitFor();
    await a.page.getByRole('button', { name: bob.username }).click();
    await row(a.page, 'In the tunnel').getByText('sending').waitFor();
    await a.context.setOffline(false);
    await row(b.page, 'In the tunnel').waitFor();
    await row(a.page, 'In the tunnel').getByText('read').waitFor();
    expect(await rows(a.page).count()).toBe(2);

    // Older messages, and another conversation and back.
    for (let turn = 0; turn < 3; turn++) {
      await Promise.all(
        [alice, bob].flatMap((one) =>
          Array.from({ length: 9 }, (_, index) =>
            one.post(`/conversations/${name}/messages`, { message: `${turn} ${index}` }),
          ),
        ),
      );
    }
    await expect.poll(() => rows(b.page).count()).toBe(56);
    await a.page.reload();
    await enter(a.page, alice.username);
    await a.page.getByRole('button', { name: bob.username }).click();
    // A number that two tries raced for has no message, so that the newest fifty may be one less.
    await row(a.page, '2 8').first().waitFor();
    expect(await row(a.page, 'Hello Bob').count()).toBe(0);
    await a.page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => rows(a.page).count()).toBe(56);
    await row(a.page, 'Hello Bob').waitFor();
    await a.page.getByRole('textbox', { name: 'Write to' }).fill('nobody.at.all');
    await a.page.getByRole('textbox', { name: 'Write to' }).press('Enter');
    await a.page.getByRole('alert').waitFor();
    await a.page.getByRole('button', { name: bob.username }).click();
    await row(a.page, 'In the tunnel').waitFor();
  },
);
