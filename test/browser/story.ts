import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { inject, test } from 'vitest';
import { type Chat, chatOn } from '../support/chat.ts';
import { Outputs } from '../support/outputs.ts';
import type { Person } from '../support/person.ts';
import { startFirefox } from './launch-firefox.ts';
import type { Site } from './setup.ts';
import { signIn } from './sign-in.ts';
import { type Visitor, visit } from './visitor.ts';

/** A user in a browser who can also act over HTTP. */
export interface Guest extends Visitor {
  readonly api: Person;
  readonly username: string;
}

export interface Stage {
  readonly chat: Chat;
  /** Address of the page. */
  readonly url: string;
  /** The folder to which mail is written. */
  readonly mail: string;
  /** The address of the runtime's own page. */
  readonly localPage: string;
  /** A browser without any accounts. */
  visitor(name: string, options?: BrowserContextOptions): Promise<Visitor>;
  /** A new user, signed in on the page. */
  guest(name: string, options?: BrowserContextOptions): Promise<Guest>;
}

/** A story takes a few seconds on an idle machine. */
const timeoutMs = 90_000;

const site = inject('site');
/**
 * A test with real browsers. It also fails if anything goes wrong in one of them that the story does not expect: an error on the console, a
 * violation of the content security policy, a failed request. Then screenshots and traces are kept in a folder that the message names.
 * @param name the outcome
 */
export function story(name: string, tell: (stage: Stage) => Promise<void>): void {
  test(name, { timeout: timeoutMs + 30_000 }, ({ skip }) =>
    'missing' in site ? skip(site.missing) : play(site, tell, () => chromium.connect(site.browser)),
  );
}

/** The same story in Chromium, and in Firefox if there is one. */
export function storyInEach(name: string, tell: (stage: Stage) => Promise<void>): void {
  story(name, tell);
  storyInFirefox(`${name}, in Firefox`, tell);
}

export function storyInFirefox(name: string, tell: (stage: Stage) => Promise<void>): void {
  test(name, { timeout: timeoutMs + 30_000 }, ({ skip }) => {
    if ('missing' in site) return skip(site.missing);
    const { firefox } = site;
    return 'missing' in firefox ? skip(firefox.missing) : play(site, tell, () => startFirefox(firefox.executable));
  });
}

async function play(site: Site, tell: (stage: Stage) => Promise<void>, connect: () => Promise<Browser>): Promise<void> {
  const browser = await connect();
  // New users for each story, so that all stories can use the same names.
  const chat = chatOn(Outputs.parse(site.outputs), { credentials: site.credentials });
  const visitors: [string, Visitor][] = [];
  const visitor: Stage['visitor'] = async (who, options = {}) => {
    const one = await visit(browser, who, { baseURL: chat.outputs.WebUrl, ...options });
    visitors.push([who, one]);
    return one;
  };
  const guest: Stage['guest'] = async (who, options) => {
    const [api, one] = await Promise.all([chat.person(who), visitor(who, options)]);
    await one.page.goto('/');
    await signIn(one.page, api.username);
    return { ...one, api, username: api.username };
  };
  try {
    await inTime(tell({ chat, url: chat.outputs.WebUrl, mail: site.mail, localPage: site.localPage, visitor, guest }));
    const problems = visitors.flatMap(([, { problems }]) => problems());
    if (problems.length > 0) throw new Error(`the page had problems:\n${problems.join('\n')}`);
  } catch (error) {
    if (error instanceof Error) error.message += await keep(visitors);
    throw error;
  } finally {
    await Promise.all([chat.stop(), ...visitors.map(([, { context }]) => context.close())]);
    // A connection to the one that all have. The Firefox of this process stays for the next story.
    if (browser.browserType() === chromium) await browser.close();
  }
}

/** Fails before vitest's own timeout, so that there is time to write screenshots. */
async function inTime(story: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the story took longer than ${timeoutMs / 1000} seconds`)), timeoutMs);
  });
  await Promise.race([story, timeout]).finally(() => clearTimeout(timer));
}

/** Writes screenshots and traces of all browsers. @returns where they are and what went wrong, for the message */
async function keep(visitors: readonly (readonly [string, Visitor])[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-story-'));
  for (const [who, { context }] of visitors) {
    for (const [index, page] of context.pages().entries()) {
      await page
        .screenshot({ path: join(folder, `${who}-${index + 1}.png`), caret: 'initial', timeout: 5_000 })
        .catch(() => {});
    }
    await context.tracing.stop({ path: join(folder, `${who}.zip`) }).catch(() => {});
  }
  const problems = visitors.flatMap(([, { problems }]) => problems());
  return `\n\nScreenshots, and traces for \`npx playwright-core show-trace\`: ${folder}\n${problems.join('\n')}`;
}
