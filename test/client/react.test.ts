/** `@parley/react` as it is published: its size, its files, and rendering on servers with React 18 and 19. The hooks in a browser: test/browser. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Chat, Conversation } from '@parley/client';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildClient } from '#bin/build-client';
import { buildReact } from '#bin/build-react';
import { createOpenConversations } from '#packages/react/src/open-conversations';

const root = resolve(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-react-'));
  await Promise.all([buildReact(join(folder, 'package')), buildClient(join(folder, 'client'))]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('adds at most 3 KB to the client, minified and gzipped', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'package/index.js')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    external: ['react', '@parley/client', '@parley/client/*'],
  });
  const size = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
  console.log(`@parley/react: ${size} bytes gzipped`);
  expect(size).toBeLessThanOrEqual(3_072);
});

it('has its module, types, a README and a licence, and depends on React and the client alone', () => {
  const files = readdirSync(join(folder, 'package'));
  expect(files).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', 'index.d.ts', 'index.js', 'index.js.map', 'package.json']),
  );
  const {
    peerDependencies,
    dependencies,
    private: isPrivate,
  } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'));
  const { version } = JSON.parse(readFileSync(join(root, 'packages/client/package.json'), 'utf8'));
  expect([peerDependencies, dependencies, isPrivate]).toEqual([
    { '@parley/client': version, react: '>=18' },
    undefined,
    undefined,
  ]);
  const code = readFileSync(join(folder, 'package/index.js'), 'utf8');
  expect(code.startsWith('"use client";')).toBe(true);
  const imported = new Set([...code.matchAll(/^import .* from "([^"]+)";$/gm)].map(([, from]) => from));
  expect([...imported].sort()).toEqual(['@parley/client/window', 'react']);
});

const app = `
  import { createElement } from 'react';
  import { renderToString } from 'react-dom/server';
  import { ChatProvider, useChat, useConnection, useConversation, useConversations, useMessages, usePresence, useTyping } from '@parley/react';
  function Thread() {
    const { status, conversation } = useConversation('bob');
    const { messages, pending, atNewest, hasOlder } = useMessages(conversation);
    const { conversations, unread } = useConversations();
    const all = [useChat(), useConnection().status, status, messages, pending, atNewest, hasOlder, conversations, unread, useTyping(conversation).users, usePresence('bob')];
    return createElement('p', undefined, JSON.stringify(all).replaceAll('"', ''));
  }
  const create = () => { throw new Error('a server connects nobody'); };
  console.log(renderToString(createElement(ChatProvider, { create }, createElement(Thread))));
`;

it.each([
  ['18', join(root, 'test/client/react-18/node_modules')],
  ['19', join(root, 'node_modules')],
])('renders on servers with React %s, without a connection', async (version, modules) => {
  const outfile = join(folder, `server-${version}.cjs`);
  await build({
    stdin: { contents: app, resolveDir: root },
    bundle: true,
    outfile,
    platform: 'node',
    alias: {
      '@parley/react': join(folder, 'package/index.js'),
      '@parley/client': join(folder, 'client'),
      react: join(modules, 'react'),
      'react-dom': join(modules, 'react-dom'),
    },
    logLevel: 'error',
  });
  const markup = execFileSync(process.execPath, [outfile], { encoding: 'utf8' });
  expect(markup.trim()).toBe('<p>[null,connecting,opening,[],[],true,false,[],0,[],null]</p>');
  expect(JSON.parse(readFileSync(join(modules, 'react/package.json'), 'utf8')).version).toMatch(`${version}.`);
});

it('has types that compile in strict mode with exact optional properties, and so does the example of its README', () => {
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import { useConversation, useMessages } from './package/index.js';
    export function useTexts(name: string): readonly string[] {
      const { conversation } = useConversation(name);
      const { messages, window } = useMessages(conversation);
      // @ts-expect-error it may be undefined
      window.goTo(1);
      return messages.map(({ message }) => message);
    }`,
  );
  const readme = readFileSync(join(folder, 'package/README.md'), 'utf8');
  const [, example = ''] = readme.match(/^```tsx\n(.*?)^```/ms) ?? [];
  expect(example).toContain('ChatProvider');
  writeFileSync(join(folder, 'example.tsx'), example);
  const config = {
    compilerOptions: {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      target: 'es2024',
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      lib: ['es2024', 'esnext.string', 'dom', 'dom.iterable'],
      types: ['react'],
      jsx: 'react-jsx',
      typeRoots: [join(root, 'node_modules/@types')],
      paths: {
        '@parley/react': [join(folder, 'package/index.d.ts')],
        '@parley/client': [join(folder, 'client/index.d.ts')],
        '@parley/client/*': [join(folder, 'client/*.d.ts')],
        react: [join(root, 'node_modules/@types/react')],
        'react/jsx-runtime': [join(root, 'node_modules/@types/react/jsx-runtime.d.ts')],
      },
    },
    files: ['consumer.ts', 'example.tsx'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  expect(problemsBy('node_modules/typescript')).toBe('');
  // The earliest that the README names. It knows no later library.
  const earlier = { ...config.compilerOptions, target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...config, compilerOptions: earlier }));
  expect(problemsBy('test/client/typescript-5.0/node_modules/typescript')).toBe('');
});

/** What a compiler says of the folder; an empty text if all is well. */
function problemsBy(compiler: string): string {
  try {
    return execFileSync(process.execPath, [join(root, compiler, 'bin/tsc'), '-p', folder], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}

it('closes a conversation that opens when no component wants it any more', async () => {
  let opened = (_: Conversation) => {};
  const opening = new Promise<Conversation>((resolve) => {
    opened = resolve;
  });
  const conversations = createOpenConversations({ open: () => opening } as Partial<Chat> as Chat);
  const [promise, release] = conversations.use('bob');
  release();
  // As ten seconds later, or when the provider is unmounted.
  conversations.close();
  let closed = 0;
  opened({ id: 'alice_bob', close: () => closed++ } as Partial<Conversation> as Conversation);
  await promise;
  expect(closed).toBe(1);
});
