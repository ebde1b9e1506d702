import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '@parley/local';
import { startLocal } from '@parley/local';
import type { TestProject } from 'vitest/node';
import { type ConfirmedUser, confirmedUser } from '#bin/confirmed-user';
import { offerDemoPeople } from '#bin/demo-people';
import { LocalOutputs } from '#bin/local-outputs';
import { assembly } from '../support/synthesize.ts';
import { launchBrowser, NoBrowser } from './launch.ts';
import { findFirefox } from './launch-firefox.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The browser to connect to and the stack; or a sentence that says why there is no browser. */
    site: Site | { readonly missing: string };
  }
}

/** The stack as `npm start` serves it, with two demo users, and a browser. */
export interface Site {
  readonly browser: string;
  readonly firefox: ReturnType<typeof findFirefox>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
  /** The folder to which the mail of the user pool is written. */
  readonly mail: string;
  /** The address of the runtime's own page. */
  readonly localPage: string;
}

/** Starts one runtime and one browser for all files of this project. */
export default async function startSite(project: TestProject): Promise<() => Promise<void>> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const browser = await launchBrowser();
    stops.push(() => browser.close());
    // Stories send hundreds of messages before they open the page, as fast as the machine can.
    const assemblyDirectory = await assembly({ sendLimit: 0 });
    const dataDirectory = mkdtempSync(join(tmpdir(), 'parley-browser-'));
    stops.push(async () => rmSync(dataDirectory, { recursive: true, force: true }));
    const runtime = await startLocal({ assemblyDirectory, dataDirectory, port: 0, passwordCost: 1_024 });
    stops.push(() => runtime.stop());
    const mail = join(dataDirectory, 'mail');
    const outputs = LocalOutputs.parse(runtime.outputs);
    const demo: ConfirmedUser[] = [];
    for (const name of ['alice', 'bob']) demo.push(await confirmedUser(name, outputs, dataDirectory));
    await offerDemoPeople(
      runtime,
      demo.map(({ name, password }) => ({ username: name, password })),
    );
    const firefox = findFirefox();
    if ('missing' in firefox) console.warn(`The page is not tried in Firefox: ${firefox.missing}`);
    project.provide('site', {
      browser: browser.wsEndpoint(),
      firefox,
      outputs: runtime.outputs,
      credentials: runtime.rootCredentials,
      mail,
      localPage: runtime.page,
    });
  } catch (error) {
    await stop();
    if (!(error instanceof NoBrowser) || process.env.CI) throw error;
    console.warn(`The page is not tried: ${error.message}`);
    project.provide('site', { missing: error.message });
  }
  return stop;
}
