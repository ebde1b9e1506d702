/** `examples/react`, built by Vite with React 19 and with React 18, in strict mode. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { expect } from 'vitest';
import { password } from '../support/chat.ts';
import { named } from '../support/person.ts';
import { type Stage, story } from './story.ts';

const root = resolve(import.meta.dirname, '../..');
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Builds the example for a stack, and serves it. @param modules the folder that has React */
async function serve({ chat }: Stage, modules: string): Promise<{ url: string; stop(): Promise<void> }> {
  const { WebUrl, CognitoEndpoint, UserPoolClientId } = chat.outputs;
  const folder = mkdtempSync(join(tmpdir(), 'parley-example-'));
  await build({
    root: join(root, 'examples/react'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, minify: false },
    resolve: { alias: ['react', 'react-dom'].map((find) => ({ find, replacement: join(modules, find) })) },
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
      rmSync(folder, { recursive: true });
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
    const sites = [
      await serve(stage, join(root, 'node_modules')),
      await serve(stage, join(root, 'test/client/react-18/node_modules')),
    ];
    const [nineteen, eighteen] = sites;
    if (!nineteen || !eighteen) throw new Error('a build is missing');
    try {
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
      await a.context.setOffline(true);
      await field(a.page).fill('In the tunnel');
      await field(a.page).press('Enter');
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
      await expect.poll(() => rows(a.page).count()).toBe(50);
      await a.page.getByRole('button', { name: 'Older' }).click();
      await expect.poll(() => rows(a.page).count()).toBe(56);
      await row(a.page, 'Hello Bob').waitFor();
      await a.page.getByRole('textbox', { name: 'Write to' }).fill('nobody.at.all');
      await a.page.getByRole('textbox', { name: 'Write to' }).press('Enter');
      a.expectProblem(/404/);
      await a.page.getByRole('alert').waitFor();
      await a.page.getByRole('button', { name: bob.username }).click();
      await row(a.page, 'In the tunnel').waitFor();
    } finally {
      await Promise.all(sites.map(({ stop }) => stop()));
    }
  },
);
