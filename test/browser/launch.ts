import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserServer, chromium, type LaunchOptions } from 'playwright-core';
import { z } from 'zod';

/** No browser could be started. The message is one sentence. */
export class NoBrowser extends Error {}

/**
 * Starts a browser that test files connect to: `CHROME_PATH`, else an installed Chrome, Edge or Chromium, else, on Linux x64, the one of the
 * package registry. Web security is never switched off: CORS and the content security policy are part of what is tested.
 * @throws NoBrowser
 */
export async function launchBrowser(): Promise<BrowserServer> {
  const refusals: string[] = [];
  for (const candidate of candidates()) {
    try {
      const { args = [], ...options } = await candidate();
      return await chromium.launchServer({ ...options, args: [...args, ...fakeMicrophone] });
    } catch (error) {
      refusals.push(String(error).split('\n')[0] ?? '');
    }
  }
  throw new NoBrowser(
    `unable to start a browser; no Chrome was found, and the one of the package registry is for Linux on x64: install Chrome, or set CHROME_PATH (tried: ${refusals.join('; ')})`,
  );
}

/** It beeps once a second, and nobody is asked whether a page may hear it: a browser without windows could not. */
const fakeMicrophone = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

function candidates(): (() => LaunchOptions | Promise<LaunchOptions>)[] {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH) return [() => ({ executablePath: CHROME_PATH })];
  return [
    () => ({ channel: 'chrome' }),
    () => ({ channel: 'msedge' }),
    ...installedChromiums().map((executablePath) => () => ({ executablePath })),
    ...(process.platform === 'linux' && process.arch === 'x64' ? [registryChromium] : []),
  ];
}

function installedChromiums(): string[] {
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ].filter((path) => existsSync(path));
}

/** The Chromium of `@sparticuz/chromium`, with the package's font, so that pages look the same on every machine. */
async function registryChromium(): Promise<LaunchOptions> {
  const folder = await unpacked();
  return {
    executablePath: join(folder, 'chromium'),
    args: ['--headless=shell', '--no-zygote', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    env: { ...process.env, FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

const packageFolder = join(import.meta.dirname, 'chromium');
const Manifest = z.object({ dependencies: z.object({ '@sparticuz/chromium': z.string() }) });

/** Unpacked once for each version, into a folder of its own: the package uses the temporary folder itself, where two runs would collide. */
async function unpacked(): Promise<string> {
  const { dependencies } = Manifest.parse(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')));
  const folder = join(tmpdir(), `parley-chromium-${dependencies['@sparticuz/chromium']}`);
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(`${folder}-`);
  try {
    const build = join(fresh, 'build');
    await install(build);
    const unpack = "import('@sparticuz/chromium').then(({ default: it }) => it.executablePath())";
    await run(process.execPath, ['-e', unpack], { cwd: build, env: { ...process.env, TMPDIR: fresh } });
    rmSync(build, { recursive: true });
    writeFileSync(join(fresh, 'fonts.conf'), fontsConf(folder));
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another run may have unpacked it in the meantime.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** The package is not among the project's own: it has 60 MB, and most people have a Chrome. Its lock file says what is installed. */
async function install(folder: string): Promise<void> {
  console.log('Installing Chromium for the tests of the page …');
  cpSync(packageFolder, folder, { recursive: true });
  // It asks for Node 22 because that is what its authors try; what is used of it runs on Node 20.
  await run('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], { cwd: folder });
}

const run = promisify(execFile);

const fontsConf = (folder: string) => `<?xml version="1.0"?>
<fontconfig>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
