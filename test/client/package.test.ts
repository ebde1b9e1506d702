/** The published package: its size, its files and its types. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSize, core, entrySizes } from '#bench/client-size';
import { buildClient } from '#bin/build-client';

const root = resolve(import.meta.dirname, '../..');

describe('the bundle', () => {
  it('of the core is at most 10 KB minified and gzipped', async () => {
    const { gzipped } = await clientSize(core);
    expect(gzipped).toBeLessThanOrEqual(10 * 1024);
  });

  it('of every other entry adds what it says', async () => {
    const sizes = await entrySizes();
    const readme = readFileSync(join(root, 'packages/client/README.md'), 'utf8');
    const stated = [...readme.matchAll(/^\| `@parley\/client\/([a-z-]+)` +\| ([\d.]+) K/gm)];
    expect(stated.map(([, name]) => name).sort()).toEqual(Object.keys(sizes).sort());
    for (const [, name = '', size] of stated) {
      expect(Math.abs((sizes[name] ?? 0) - Number(size) * 1_000), `${name}: ${sizes[name]}`).toBeLessThanOrEqual(100);
    }
    const { complete, window, indexeddb, text, 'personal-data': personalData, ...features } = sizes;
    expect(window).toBeLessThanOrEqual(2_304);
    expect(indexeddb).toBeLessThanOrEqual(1_024);
    expect(text).toBeLessThanOrEqual(2_048);
    expect(personalData).toBeLessThanOrEqual(3_072);
    // Features of one subject: friends, groups, rooms and so on.
    expect(Object.keys(features).length).toBeGreaterThanOrEqual(9);
    for (const [name, size] of Object.entries(features)) expect(size, name).toBeLessThanOrEqual(768);
    expect(complete).toBeLessThanOrEqual(5_120);
  });

  it('has files of the client alone: no schemas, no packages', async () => {
    const { files } = await clientSize("export * from '@parley/client';");
    expect(files.filter(({ name }) => !name.startsWith('packages/client/') && name !== '<stdin>')).toEqual([]);
  });

  it('has only the parts that are used', async () => {
    const { files } = await clientSize("export { createTimeline } from './packages/client/src/timeline.ts';");
    expect(files.map(({ name }) => name).filter((name) => name !== '<stdin>')).toEqual([
      'packages/client/src/timeline.ts',
      'packages/client/src/with-reaction.ts',
    ]);
    const errors = await clientSize("export { Forbidden } from '@parley/client';");
    expect(errors.minified).toBeLessThan(500);
  });
});

const present = join(root, 'node_modules/typescript/bin/tsc');
/** The earliest that the READMEs name. */
const earliest = join(root, 'test/client/typescript-5.0/node_modules/typescript/bin/tsc');

/** What the compiler says; an empty text if all is well. */
function problemsOf(...options: readonly string[]): string {
  return problemsBy(present, ...options);
}

function problemsBy(compiler: string, ...options: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [compiler, ...options], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}

describe('the package', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-package-'));
    await buildClient(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has each file of its exports, and imports no packages', () => {
    const { exports, dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(dependencies).toBeUndefined();
    const made = readdirSync(folder)
      .filter((name) => /\.(js|d\.ts)$/.test(name))
      .map((name) => `./${name}`);
    const named = Object.values<Record<string, string>>(exports).flatMap((entry) => Object.values(entry));
    expect(made).toEqual(expect.arrayContaining(named));
    const foreign = made.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^(?:import|export).* from ['"]([^'"]+)['"]/gm)].map(
        ([, from]) => from,
      ),
    );
    expect(foreign.filter((from) => !from?.startsWith('./') && from !== 'node:fs/promises')).toEqual([]);
  });

  it('has modules, types, source maps, a README and a licence', () => {
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
    const others = files
      .map(({ path }) => path)
      .filter((path) => !/^(rules\/)?[a-z-]+(-[A-Z0-9]{8})?(\.js|\.js\.map|\.d\.ts)$/.test(path));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(readFileSync(join(root, 'packages/client/LICENSE'), 'utf8')).toBe(
      readFileSync(join(root, 'LICENSE'), 'utf8'),
    );
  });

  it('has types that compile in strict mode and are those of the protocol', () => {
    writeFileSync(
      join(folder, 'consumer.ts'),
      `import { createChat, Forbidden, type ServerEvent, type Message, type ConversationView } from '@parley/client';
      import { createChat as createComplete } from '@parley/client/complete';
      import { fileOutbox } from '@parley/client/file';
      import { indexedDbOutbox } from '@parley/client/indexeddb';
      import type { ServerEvent as Event } from '${root}/protocol/events.ts';
      import type * as protocol from '${root}/protocol/message.ts';
      type Plain<T> = T extends readonly (infer E)[] ? readonly Plain<E>[] : T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;
      type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
      export const same: [Same<ServerEvent, Plain<Event>>, Same<Message, Plain<protocol.Message>>, Same<ConversationView, Plain<protocol.ConversationView>>] = [true, true, true];
      const chat = createChat({ url: 'https://x', getToken: () => null, outbox: Math.random() ? fileOutbox('a') : indexedDbOutbox('a') });
      const { messages } = await chat.open('bob');
      export const text: string | undefined = messages[0]?.message;
      // @ts-expect-error it is a number
      export const wrong: string | undefined = messages[0]?.seq;
      chat.onRejected(({ error }) => error instanceof Forbidden && error.code);
      const { window } = await createComplete({ url: 'https://x', getToken: () => null }).open('bob');
      export const found: number | undefined = await window.goTo(window.messages[0]?.seq ?? 1);
      chat.onState((state) => { if (state.status === 'waiting') console.log(state.until.toFixed()); });
      `,
    );
    const flags =
      '--ignoreConfig --noEmit --strict --exactOptionalPropertyTypes --target es2024 --module esnext --moduleResolution bundler --allowImportingTsExtensions --lib es2024,esnext.string,dom,dom.iterable --types';
    const consumer = join(folder, 'consumer.ts');
    expect(problemsOf(consumer, ...flags.split(' '), 'node', '--typeRoots', join(root, 'node_modules/@types'))).toBe(
      '',
    );
  });

  it.each(['bundler', 'node16'])(
    'has types for TypeScript 5.0, which checks them, where modules are resolved as by %s',
    (moduleResolution) => {
      const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const entries = Object.keys(exports).map((entry) => `@parley/client${entry.slice(1)}`);
      const project = join(folder, `earliest-${moduleResolution}`);
      mkdirSync(join(project, 'node_modules/@parley'), { recursive: true });
      symlinkSync(folder, join(project, 'node_modules/@parley/client'), 'junction');
      writeFileSync(join(project, 'package.json'), '{"type":"module"}');
      writeFileSync(
        join(project, 'consumer.ts'),
        `${entries.map((entry, index) => `import * as entry${index} from '${entry}';`).join('\n')}
      import { createChat, type Message } from '@parley/client';
      import { withoutPersonalData } from '@parley/client/personal-data';
      export const all = [${entries.map((_, index) => `entry${index}`).join(', ')}];
      const chat = createChat({ url: 'https://x', getToken: () => null });
      export async function firstOf(name: string): Promise<string | undefined> {
        const first: Message | undefined = (await chat.open(name)).messages[0];
        // @ts-expect-error it is a number
        const wrong: string | undefined = first?.seq;
        return wrong ?? first?.message;
      }
      export const clean = async (file: Blob) => new Blob([withoutPersonalData(new Uint8Array(await file.arrayBuffer()))]);`,
      );
      const compilerOptions = {
        noEmit: true,
        strict: true,
        skipLibCheck: false,
        target: 'es2022',
        module: moduleResolution === 'node16' ? 'node16' : 'esnext',
        moduleResolution,
        lib: ['es2022', 'dom', 'dom.iterable'],
        types: [],
      };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
      expect(problemsBy(earliest, '-p', project)).toBe('');
      expect(JSON.parse(readFileSync(join(earliest, '../../package.json'), 'utf8')).version).toMatch(/^5\.0\./);
    },
  );

  it('has a README whose examples compile', () => {
    // What an example takes as given, and packages of React Native.
    writeFileSync(
      join(folder, 'given.d.ts'),
      `declare const url: string, user: string, file: File, signal: AbortSignal;
      declare const getToken: import('@parley/client').GetToken;
      declare const onProgress: (sent: number, total: number) => void;
      declare const show: (...shown: unknown[]) => void, shorten: () => void;
      declare const chat: import('@parley/client').Chat, conversation: import('@parley/client').Conversation;
      declare const createChat: typeof import('@parley/client').createChat;
      declare const TooLarge: typeof import('@parley/client').TooLarge;
      declare const useSyncExternalStore: typeof import('react').useSyncExternalStore;
      declare module 'react-native' {
        export const AppState: { addEventListener(type: 'change', listener: (state: string) => void): { remove(): void } };
      }
      declare module '@react-native-community/netinfo' {
        const info: { addEventListener(listener: (state: { isConnected: boolean | null }) => void): () => void };
        export default info;
      }
      declare module 'react-native-url-polyfill/auto';
      declare module 'expo-crypto' { export function randomUUID(): string }
      declare module '@react-native-async-storage/async-storage' {
        const storage: {
          getAllKeys(): Promise<readonly string[]>;
          multiGet(keys: readonly string[]): Promise<readonly (readonly [string, string | null])[]>;
          setItem(key: string, value: string): Promise<void>;
          removeItem(key: string): Promise<void>;
        };
        export default storage;
      }`,
    );
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, code], index) => {
      // As in its own file: each declares \`chat\` if it likes.
      writeFileSync(join(folder, `example-${index}.ts`), `${code}\nexport {};\n`);
      return `example-${index}.ts`;
    });
    expect(examples.length).toBeGreaterThanOrEqual(9);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          noEmit: true,
          strict: true,
          target: 'es2024',
          module: 'node20',
          lib: ['es2024', 'dom', 'dom.iterable'],
          types: ['node'],
          typeRoots: [join(root, 'node_modules/@types')],
          paths: Object.fromEntries(
            ['react', 'ws'].map((name) => [name, [join(root, 'node_modules/@types', name, 'index.d.ts')]]),
          ),
        },
        files: ['given.d.ts', ...examples],
      }),
    );
    expect(problemsOf('-p', folder)).toBe('');
  });

  it('runs in Node, and its entries share the classes of errors', () => {
    const says = execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { createChat, Forbidden } from '@parley/client';
        import * as all from '@parley/client/complete';
        const chat = all.createChat({ url: 'http://127.0.0.1:9', getToken: () => 'token', WebSocket: class { close() {} }, fetch: async () => Response.json({ error: { code: 'forbidden', message: 'no' } }, { status: 403 }) });
        const error = await chat.account.load().catch((error) => error);
        chat.close();
        console.log(typeof createChat, error.code, error instanceof Forbidden);`,
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(says.trim()).toBe('function forbidden true');
  });
});
